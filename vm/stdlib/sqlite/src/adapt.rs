//! Adapters from Python's types to SQLite's, and converters back (PEP 246).

use crate::error::Class;
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{attr, call};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject};

/// The protocol that objects are adapted to.
#[repr(C)]
#[derive(Trace)]
pub struct PrepareProtocol {
    ob_base: Object,
}

#[pytype(name = "PrepareProtocol", module = "sqlite3")]
impl PrepareProtocol {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<PrepareProtocol>> {
        Ref::new_in(class, PrepareProtocol { ob_base: Object::HEAD })
    }

    #[slot(tp_init)]
    fn init(&self, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
        Ok(())
    }
}

/// What the program has registered.
pub struct Registry {
    pub adapters: Slot<Dict>,
    pub converters: Slot<Dict>,
    /// Whether a type has an adapter that SQLite would take as it is.
    pub base_type_adapted: Cell<bool>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Registry {}

objects::per_interpreter! {
    pub static REGISTRY: Registry =
        Registry { adapters: Slot::empty(), converters: Slot::empty(), base_type_adapted: Cell::new(false) };
}

/// `sqlite3.register_adapter`.
///
/// # Errors
/// MemoryError.
pub fn register(class: &Object, adapter: &Object) -> Result<()> {
    let bases = [Int::class(), Float::class(), Str::class(), objects::types::bytearray::ByteArray::class()];
    if bases.iter().any(|base| class.is(base.as_object())) {
        REGISTRY.base_type_adapted.set(true);
    }
    let key = Tuple::from_slice(&[class, PrepareProtocol::class().as_object()])?;
    match REGISTRY.adapters.get() {
        Some(adapters) => adapters.set_item(&key, adapter),
        None => Ok(()),
    }
}

/// An object as `protocol` wants it; `alternative` if nobody can adapt it.
///
/// # Errors
/// ProgrammingError where there is no alternative; what an adapter raises.
pub fn adapt(object: &Object, protocol: &Object, alternative: Option<&Object>) -> Result<Ref> {
    let key = Tuple::from_slice(&[object.class().as_object(), protocol])?;
    let adapter = match REGISTRY.adapters.get() {
        Some(adapters) => adapters.get_item(&key)?,
        None => None,
    };
    if let Some(adapter) = adapter {
        return call::call_one_arg(&adapter, object);
    }
    for (owner, name, argument) in [(protocol, "__adapt__", object), (object, "__conform__", protocol)] {
        let Some(method) = attr::get_optional(owner, &*intern::intern_text(name)?)? else { continue };
        match call::call_one_arg(&method, argument) {
            Ok(adapted) if !adapted.is(none()) => return Ok(adapted),
            Ok(_) => {}
            Err(raised) if raised.matches(&exc::TypeError) => raised.clear(),
            Err(raised) => return Err(raised),
        }
    }
    match alternative {
        Some(alternative) => Ok(alternative.to_ref()),
        None => Err(Class::ProgrammingError.raise("can't adapt")),
    }
}

/// The converter of a name, in any case.
///
/// # Errors
/// MemoryError.
pub fn converter(name: &str) -> Result<Option<Ref>> {
    let key = objects::types::str::case::upper(&*Str::new(name)?)?;
    match REGISTRY.converters.get() {
        Some(converters) => converters.get_item(&key),
        None => Ok(None),
    }
}
