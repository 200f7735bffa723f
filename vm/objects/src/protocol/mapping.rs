//! Subscription and the mapping protocol.

use crate::id;
use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::{attr, call, number, sequence};
use crate::raise::{self, Catch, Result};
use crate::typeobject::TypeObject;
use crate::types::dict::Dict;
use crate::types::exceptions as exc;
use crate::types::r#type::PyType_Type;

/// `PyObject_GetItem`: `object[key]`, which for a class is `__class_getitem__`.
///
/// # Errors
/// TypeError when the object is not subscriptable; what the look-up raises.
pub fn get_item(object: &Object, key: &Object) -> Result<Ref> {
    let class = object.class();
    if let Some(function) = class.mapping().and_then(|table| table.mp_subscript.get()) {
        // SAFETY: the slot belongs to the object's class.
        return unsafe { function(object, key) };
    }
    if class.sequence().is_some_and(|table| table.sq_item.get().is_some()) {
        if number::is_index(key) {
            return sequence::get_item(object, number::index_as_isize(key, Some(&exc::IndexError))?);
        }
        return Err(crate::raise!(
            TypeError,
            "sequence index must be integer, not '{}'",
            key.class().full_name()
        ));
    }
    if let Some(type_object) = object.cast::<TypeObject>() {
        if core::ptr::eq(type_object, &raw const PyType_Type) {
            return crate::types::generic_alias::new(object, key);
        }
        if let Some(method) = attr::get_optional(object, id!("__class_getitem__"))?
            && !method.is(crate::types::none::none())
        {
            return call::call_one_arg(&method, key);
        }
        return Err(crate::raise!(TypeError, "type '{}' is not subscriptable", type_object.full_name()));
    }
    Err(crate::raise!(TypeError, "'{}' object is not subscriptable", class.full_name()))
}

/// `PyObject_SetItem` and, with `None`, `PyObject_DelItem`.
///
/// # Errors
/// TypeError when items cannot be assigned; what the assignment raises.
pub fn set_item(object: &Object, key: &Object, value: Option<&Object>) -> Result<()> {
    let class = object.class();
    if let Some(function) = class.mapping().and_then(|table| table.mp_ass_subscript.get()) {
        // SAFETY: the slot belongs to the object's class.
        return match unsafe { function(object, key, value) } {
            0 => Ok(()),
            _ => Err(raise::pending()),
        };
    }
    if class.sequence().is_some_and(|table| table.sq_ass_item.get().is_some()) {
        if number::is_index(key) {
            return sequence::set_item(object, number::index_as_isize(key, Some(&exc::IndexError))?, value);
        }
        return Err(crate::raise!(
            TypeError,
            "sequence index must be integer, not '{}'",
            key.class().full_name()
        ));
    }
    let what = if value.is_some() { "assignment" } else { "deletion" };
    Err(crate::raise!(TypeError, "'{}' object does not support item {what}", class.full_name()))
}

/// `PyMapping_GetOptionalItem`: `None` instead of KeyError.
///
/// # Errors
/// What the look-up raises, other than KeyError.
pub fn get_optional(object: &Object, key: &Object) -> Result<Option<Ref>> {
    match object.cast_exact::<Dict>() {
        Some(dict) => dict.get_item(key),
        None => get_item(object, key).catch(&exc::KeyError),
    }
}
