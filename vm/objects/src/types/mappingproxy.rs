//! `mappingproxy`: a read-only view of a mapping, such as the `__dict__` of a class.

use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, call};
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::dict::Dict;
use crate::types::generic_alias;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use macros::pytype;

/// `mappingproxyobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct MappingProxy {
    ob_base: Object,
    mapping: Slot,
}

/// `PyDictProxy_New`.
///
/// # Errors
/// TypeError when `mapping` is no mapping.
pub fn new(mapping: &Object) -> Result<Ref> {
    let is_mapping = mapping.class().mapping().is_some_and(|table| table.mp_subscript.get().is_some());
    if !is_mapping || mapping.cast::<List>().is_some() || mapping.cast::<Tuple>().is_some() {
        return Err(crate::raise!(
            TypeError,
            "mappingproxy() argument must be a mapping, not {}",
            mapping.class().full_name()
        ));
    }
    Ok(Ref::new(MappingProxy { ob_base: Object::HEAD, mapping: Slot::new(mapping.to_ref()) })?.upcast())
}

#[pytype(name = "mappingproxy", symbol = PyDictProxy_Type, flags = [MAPPING], gc, no_clear)]
impl MappingProxy {
    fn mapping(&self) -> &Object {
        // SAFETY: set once, for the proxy's life.
        match unsafe { self.mapping.peek() } {
            Some(mapping) => mapping,
            None => crate::fatal("a mappingproxy without a mapping"),
        }
    }

    /// The proxy's mapping, or the object itself when it is no proxy.
    fn unwrap(object: &Object) -> &Object {
        object.cast::<MappingProxy>().map_or(object, MappingProxy::mapping)
    }

    #[new("mappingproxy(mapping)")]
    fn py_new(_class: &TypeObject, mapping: &Object) -> Result {
        new(mapping)
    }

    #[slot(mp_length)]
    fn len(&self) -> Result<usize> {
        protocol::object::len(self.mapping())
    }

    #[slot(mp_subscript)]
    fn get_item(&self, key: &Object) -> Result {
        protocol::mapping::get_item(self.mapping(), key)
    }

    #[slot(sq_contains)]
    fn contains(&self, key: &Object) -> Result<bool> {
        match self.mapping().cast_exact::<Dict>() {
            Some(dict) => dict.contains(key),
            None => protocol::sequence::contains(self.mapping(), key),
        }
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result {
        protocol::iter::get_iter(self.mapping())
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        protocol::object::hash(self.mapping())
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        protocol::object::str(self.mapping())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        Ok(format!("mappingproxy({})", protocol::object::repr(self.mapping())?.to_string_lossy()))
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result {
        protocol::compare::rich_compare(self.mapping(), MappingProxy::unwrap(other), op)
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result {
        let (left, right) = (MappingProxy::unwrap(left), MappingProxy::unwrap(right));
        protocol::number::binary_op(left, right, protocol::number::Binary::Or)
    }

    #[slot(nb_inplace_or)]
    fn inplace_or(&self, _other: &Object) -> Result {
        let name = self.as_object().class().full_name();
        Err(crate::raise!(TypeError, "'|=' is not supported by {name}; use '|' instead"))
    }

    #[method("get($self, key, default=None, /)")]
    fn get(&self, key: &Object, default: Option<&Object>) -> Result {
        let default = default.unwrap_or(crate::types::none::none());
        call::call_method(self.mapping(), id!("get"), &[key, default])
    }

    #[method("keys($self, /)")]
    fn keys(&self) -> Result {
        call::call_method(self.mapping(), id!("keys"), &[])
    }

    #[method("values($self, /)")]
    fn values(&self) -> Result {
        call::call_method(self.mapping(), id!("values"), &[])
    }

    #[method("items($self, /)")]
    fn items(&self) -> Result {
        call::call_method(self.mapping(), id!("items"), &[])
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result {
        call::call_method(self.mapping(), id!("copy"), &[])
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(class: &TypeObject, object: &Object) -> Result {
        generic_alias::new(class, object)
    }

    #[method("__reversed__($self, /)")]
    fn reversed(&self) -> Result {
        call::call_method(self.mapping(), id!("__reversed__"), &[])
    }
}
