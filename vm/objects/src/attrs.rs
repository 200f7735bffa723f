//! Instance attributes: a shape and inline values, or a dictionary once somebody asks for one.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::attr::Method;
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::str::{self, Str};

/// Bytes behind `tp_basicsize` and the items that an instance of `class` needs for its attributes.
pub fn extra_size(_class: &TypeObject) -> usize {
    0
}

/// `PyObject_GenericGetAttr`.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn generic_getattro(object: &Object, name: &Object) -> Result<Ref> {
    let name = str::expect_str(name, "attribute name")?;
    match generic_get_optional(object, name)? {
        Some(value) => Ok(value),
        None => Err(crate::protocol::attr::missing(object, name)),
    }
}

/// [`generic_getattro`] with `None` instead of AttributeError.
///
/// # Errors
/// What a descriptor raises.
pub fn generic_get_optional(object: &Object, name: &Str) -> Result<Option<Ref>> {
    let Some(found) = object.class().lookup(name) else { return Ok(None) };
    match found.class().tp_descr_get.get() {
        // SAFETY: the slot belongs to the attribute's class.
        Some(bind) => unsafe { bind(&found, Some(object), Some(object.class())) }.map(Some),
        None => Ok(Some(found)),
    }
}

/// See [`crate::protocol::attr::get_method`].
///
/// # Errors
/// AttributeError; what a descriptor raises.
pub fn get_method(object: &Object, name: &Str) -> Result<Method> {
    crate::protocol::attr::get(object, name).map(Method::Bound)
}

/// The field that heads the list of an object's weak references, if its class has one.
pub fn weaklist(object: &Object) -> Option<&core::cell::Cell<*const crate::types::weakref::WeakReference>> {
    let offset = object.class().tp_weaklistoffset.get();
    // SAFETY: the class says that there is such a field.
    (offset > 0).then(|| unsafe { &*object.as_ptr().cast::<u8>().offset(offset).cast() })
}
