//! `PyMapping_…`.

use core::ffi::{CStr, c_char, c_int};
use macros::capi;
use objects::protocol::{call, iter, mapping, object};
use objects::types::list::List;
use objects::types::str::Str;
use objects::{Object, Ref, Result, id, raise};

#[capi]
pub fn PyMapping_Check(object: Option<&Object>) -> bool {
    let table = object.and_then(|object| object.class().mapping());
    table.is_some_and(|table| table.mp_subscript.get().is_some())
}

#[capi]
pub fn PyMapping_Size(object: &Object) -> Result<isize> {
    let class = object.class();
    if class.mapping().is_some_and(|table| table.mp_length.get().is_some()) {
        return object::len(object).map(|len| len as isize);
    }
    let name = class.name();
    if class.sequence().is_some_and(|table| table.sq_length.get().is_some()) {
        return Err(objects::raise!(TypeError, "{name} is not a mapping"));
    }
    Err(objects::raise!(TypeError, "object of type '{name}' has no len()"))
}

#[capi]
pub fn PyMapping_Length(object: &Object) -> Result<isize> {
    // SAFETY: a live object.
    match unsafe { PyMapping_Size(Some(object)) } {
        -1 if raise::occurred() => Err(raise::pending()),
        size => Ok(size),
    }
}

/// # Safety
/// A C function: `key` is NULL or a C string.
#[capi]
pub unsafe fn PyMapping_GetItemString(object: &Object, key: *const c_char) -> Result<Ref> {
    // SAFETY: the caller's promise.
    mapping::get_item(object, &*unsafe { super::key(key) }?)
}

/// # Safety
/// A C function: `key` is NULL or a C string.
#[capi]
pub unsafe fn PyMapping_SetItemString(object: &Object, key: *const c_char, value: &Object) -> Result<()> {
    // SAFETY: the caller's promise.
    mapping::set_item(object, &*unsafe { super::key(key) }?, Some(value))
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn PyMapping_GetOptionalItem(object: &Object, key: &Object, place: *mut *mut Object) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { super::optional(mapping::get_optional(object, key), place) }
}

/// # Safety
/// A C function: `key` is NULL or a C string, `place` may be written to.
#[capi]
pub unsafe fn PyMapping_GetOptionalItemString(
    object: &Object,
    key: *const c_char,
    place: *mut *mut Object,
) -> c_int {
    // SAFETY: the caller's promise.
    let found = unsafe { super::key(key) }.and_then(|key| mapping::get_optional(object, &key));
    // SAFETY: the caller's promise.
    unsafe { super::optional(found, place) }
}

#[capi]
pub fn PyMapping_HasKeyWithError(object: &Object, key: &Object) -> Result<bool> {
    mapping::get_optional(object, key).map(|found| found.is_some())
}

#[capi]
pub fn PyMapping_HasKeyStringWithError(object: &Object, key: &CStr) -> Result<bool> {
    mapping::get_optional(object, &*super::text(key)?).map(|found| found.is_some())
}

/// Errors are reported as unraisable and count as absence.
fn has_key(object: Option<&Object>, key: Result<Ref>, function: &str) -> c_int {
    let found = match (object, key) {
        (Some(object), Ok(key)) => mapping::get_item(object, &key),
        (None, Ok(_)) => Err(super::null_error()),
        (_, Err(raised)) => Err(raised),
    };
    match found {
        Ok(_) => 1,
        Err(raised) => {
            if raised.matches(&objects::types::exceptions::KeyError) {
                raised.clear();
            } else {
                crate::pyerrors::write_unraisable_in(raised, function);
            }
            0
        }
    }
}

#[capi]
pub fn PyMapping_HasKey(object: Option<&Object>, key: Option<&Object>) -> c_int {
    let key = key.map(objects::Instance::to_ref).ok_or_else(super::null_error);
    has_key(
        object,
        key,
        "PyMapping_HasKey(); consider using PyMapping_HasKeyWithError(), PyMapping_GetOptionalItem() or PyObject_GetItem()",
    )
}

/// # Safety
/// A C function: `key` is NULL or a C string.
#[capi]
pub unsafe fn PyMapping_HasKeyString(object: Option<&Object>, key: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let key = unsafe { super::key(key) }.map(Ref::upcast);
    has_key(
        object,
        key,
        "PyMapping_HasKeyString(); consider using PyMapping_HasKeyStringWithError(), PyMapping_GetOptionalItemString() or PyMapping_GetItemString()",
    )
}

/// The list that a method without arguments gives; a dictionary is asked directly.
fn list_of(object: &Object, method: &'static Str) -> Result<Ref<List>> {
    let iterable = call::call_method(object, method, &[])?;
    if let Some(list) = iterable.cast_exact::<List>() {
        return Ok(objects::Instance::to_ref(list));
    }
    let iterator = iter::get_iter(&iterable).map_err(|raised| {
        if !raised.matches(&objects::types::exceptions::TypeError) {
            return raised;
        }
        raised.clear();
        objects::raise!(
            TypeError,
            "{}.{}() returned a non-iterable (type {})",
            object.class().name(),
            method.to_string_lossy(),
            iterable.class().name()
        )
    })?;
    List::from_vec(iter::collect(&iterator)?)
}

#[capi]
pub fn PyMapping_Keys(object: &Object) -> Result<Ref<List>> {
    list_of(object, id!("keys"))
}

#[capi]
pub fn PyMapping_Values(object: &Object) -> Result<Ref<List>> {
    list_of(object, id!("values"))
}

#[capi]
pub fn PyMapping_Items(object: &Object) -> Result<Ref<List>> {
    list_of(object, id!("items"))
}
