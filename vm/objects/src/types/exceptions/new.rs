//! Exception classes made at run time, for modules that have errors of their own.

use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::call;
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// A new class of exceptions called `module.name`, with one base class or a tuple of them (`PyErr_NewExceptionWithDoc`).
///
/// # Errors
/// SystemError for a name without a module; MemoryError.
pub fn new_exception(name: &str, base: &Object, doc: Option<&str>) -> Result<Ref<TypeObject>> {
    let namespace = Dict::new()?;
    if let Some(doc) = doc {
        namespace.set_text("__doc__", Str::new(doc)?.as_object())?;
    }
    new_exception_with(name, base, &namespace)
}

/// [`new_exception`] with attributes, to which `__module__` is added where it is missing.
///
/// # Errors
/// SystemError for a name without a module; what making the class raises.
pub fn new_exception_with(name: &str, base: &Object, namespace: &Dict) -> Result<Ref<TypeObject>> {
    let Some((module, name)) = name.rsplit_once('.') else {
        return Err(crate::raise!(SystemError, "PyErr_NewException: name must be module.class"));
    };
    if namespace.get_str(crate::id!("__module__"))?.is_none() {
        namespace.set_text("__module__", Str::new(module)?.as_object())?;
    }
    let bases = match base.cast::<Tuple>() {
        Some(bases) => bases.to_ref(),
        None => Tuple::from_slice(&[base])?,
    };
    let name = Str::new(name)?;
    let meta = TypeObject::class();
    let class = call::call(meta, &[name.as_object(), bases.as_object(), namespace.as_object()])?;
    class.downcast().map_err(|_| raise::bad_internal_call())
}
