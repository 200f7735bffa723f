//! `dictobject.h` and `cpython/dictobject.h`.

use crate::abstract_::{key, optional, text};
use core::ffi::{CStr, c_char, c_int};
use macros::capi;
use objects::protocol::iter;
use objects::types::dict::{Dict, Position};
use objects::types::list::List;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

#[capi]
pub fn PyDict_New() -> Result<Ref<Dict>> {
    Dict::new()
}

#[capi]
pub fn _PyDict_NewPresized(entries: isize) -> Result<Ref<Dict>> {
    Dict::with_capacity(entries.max(0) as usize)
}

#[capi]
pub fn PyDict_Size(dict: &Dict) -> Result<isize> {
    Ok(dict.len() as isize)
}

/// The value as a borrowed reference, for the functions that give one: the dictionary keeps it.
///
/// # Safety
/// The result is used only as long as the dictionary keeps it.
unsafe fn borrow<'a>(value: Option<Ref>) -> Option<&'a Object> {
    // SAFETY: the caller's promise.
    value.map(|value| unsafe { &*value.as_ptr() })
}

/// The value, borrowed; NULL also for any error, which is reported as unraisable.
///
/// # Safety
/// A C function: a dictionary or NULL, a key or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyDict_GetItem<'a>(
    dict: Option<&'a Object>,
    key: Option<&Object>,
) -> Option<&'a Object> {
    let (Some(dict), Some(key)) = (dict.and_then(|dict| dict.cast::<Dict>()), key) else { return None };
    let pending = raise::take_pending();
    let found = dict.get_item(key).unwrap_or_else(|raised| {
        crate::pyerrors::write_unraisable_in(
            raised,
            "PyDict_GetItem(); consider using PyDict_GetItemRef() or PyDict_GetItemWithError()",
        );
        None
    });
    if let Some(pending) = pending {
        raise::restore(pending).leave();
    }
    // SAFETY: the C function's contract.
    unsafe { borrow(found) }
}

#[capi]
pub fn PyDict_GetItemWithError<'a>(dict: &'a Dict, key: &Object) -> Result<Option<&'a Object>> {
    // SAFETY: the C function's contract.
    Ok(unsafe { borrow(dict.get_item(key)?) })
}

#[capi]
pub fn _PyDict_GetItem_KnownHash<'a>(
    dict: &'a Dict,
    key: &Object,
    hash: isize,
) -> Result<Option<&'a Object>> {
    // SAFETY: the C function's contract.
    Ok(unsafe { borrow(dict.get_item_known_hash(key, hash)?) })
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn PyDict_GetItemRef(object: &Object, key: &Object, place: *mut *mut Object) -> c_int {
    let found =
        object.cast::<Dict>().ok_or_else(raise::bad_internal_call).and_then(|dict| dict.get_item(key));
    // SAFETY: the caller's promise.
    unsafe { optional(found, place) }
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn PyDict_GetItemStringRef(object: &Object, name: &CStr, place: *mut *mut Object) -> c_int {
    let dict = object.cast::<Dict>().ok_or_else(raise::bad_internal_call);
    let found = dict.and_then(|dict| dict.get_item(&*text(name)?));
    // SAFETY: the caller's promise.
    unsafe { optional(found, place) }
}

/// As [`PyDict_GetItem`], for a C string.
///
/// # Safety
/// A C function: a dictionary or NULL, a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyDict_GetItemString(dict: Option<&Object>, name: *const c_char) -> Option<&Object> {
    // SAFETY: the caller's promise.
    match unsafe { key(name) } {
        // SAFETY: as above.
        Ok(name) => unsafe { PyDict_GetItem(dict, Some(&name)) },
        Err(raised) => {
            crate::pyerrors::write_unraisable_in(
                raised,
                "PyDict_GetItemString(); consider using PyDict_GetItemRefString()",
            );
            None
        }
    }
}

#[capi]
pub fn _PyDict_GetItemStringWithError<'a>(dict: &'a Dict, name: &CStr) -> Result<Option<&'a Object>> {
    // SAFETY: the C function's contract.
    Ok(unsafe { borrow(dict.get_item(&*text(name)?)?) })
}

#[capi]
pub fn PyDict_SetItem(dict: &Dict, key: &Object, value: &Object) -> Result<()> {
    dict.set_item(key, value)
}

#[capi]
pub fn _PyDict_SetItem_KnownHash(dict: &Dict, key: &Object, value: &Object, hash: isize) -> Result<()> {
    dict.set_item_known_hash(key, hash, value.to_ref())
}

#[capi]
pub fn _PyDict_SetItem_KnownHash_LockHeld(
    dict: &Dict,
    key: &Object,
    value: &Object,
    hash: isize,
) -> Result<()> {
    dict.set_item_known_hash(key, hash, value.to_ref())
}

/// Takes over key and value.
#[capi]
pub fn _PyDict_SetItem_Take2(dict: &Dict, key: Ref, value: Ref) -> Result<()> {
    dict.set_item(&key, &value)
}

#[capi]
pub fn PyDict_SetItemString(dict: &Dict, name: &CStr, value: &Object) -> Result<()> {
    dict.set_item(&*text(name)?, value)
}

#[capi]
pub fn PyDict_DelItem(dict: &Dict, key: &Object) -> Result<()> {
    dict.del_item(key)
}

#[capi]
pub fn _PyDict_DelItem_KnownHash(dict: &Dict, key: &Object, _hash: isize) -> Result<()> {
    dict.del_item(key)
}

#[capi]
pub fn PyDict_DelItemString(dict: &Dict, name: &CStr) -> Result<()> {
    dict.del_item(&*text(name)?)
}

#[capi]
pub fn PyDict_Contains(dict: &Dict, key: &Object) -> Result<bool> {
    dict.contains(key)
}

#[capi]
pub fn PyDict_ContainsString(dict: &Dict, name: &CStr) -> Result<bool> {
    dict.contains(&*text(name)?)
}

/// # Safety
/// A C function: `dict` is any object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyDict_Clear(dict: Option<&Object>) {
    if let Some(dict) = dict.and_then(|dict| dict.cast::<Dict>()) {
        dict.clear_entries();
    }
}

#[capi]
pub fn PyDict_Copy(dict: &Dict) -> Result<Ref<Dict>> {
    dict.copy()
}

#[capi]
pub fn PyDict_Keys(dict: &Dict) -> Result<Ref<List>> {
    List::from_vec(dict.to_vec().into_iter().map(|(key, _)| key).collect())
}

#[capi]
pub fn PyDict_Values(dict: &Dict) -> Result<Ref<List>> {
    List::from_vec(dict.to_vec().into_iter().map(|(_, value)| value).collect())
}

#[capi]
pub fn PyDict_Items(dict: &Dict) -> Result<Ref<List>> {
    let items = dict.to_vec().into_iter();
    List::from_vec(
        items.map(|(key, value)| Ok(Tuple::from_array([key, value])?.upcast())).collect::<Result<_>>()?,
    )
}

/// One step over the entries; key and value are borrowed. `place` is where the next step begins.
///
/// # Safety
/// A C function: the places may be written to or are NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyDict_Next(
    dict: Option<&Object>,
    place: *mut isize,
    key: *mut *mut Object,
    value: *mut *mut Object,
) -> c_int {
    let Some(dict) = dict.and_then(|dict| dict.cast::<Dict>()) else { return 0 };
    // SAFETY: the caller's promises; the dictionary keeps the entry that is lent.
    unsafe {
        let mut position = Position::at(place.read() as usize);
        let Some((found_key, found_value)) = dict.next(&mut position) else { return 0 };
        place.write(position.index() as isize);
        if !key.is_null() {
            key.write(found_key.as_ptr());
        }
        if !value.is_null() {
            value.write(found_value.as_ptr());
        }
    }
    1
}

#[capi]
pub fn PyDict_Update(dict: &Dict, other: &Object) -> Result<()> {
    dict.merge_mapping(other, true)
}

#[capi]
pub fn PyDict_Merge(dict: &Dict, other: &Object, replace: c_int) -> Result<()> {
    dict.merge_mapping(other, replace != 0)
}

/// Adds the pairs that an iterable yields.
#[capi]
pub fn PyDict_MergeFromSeq2(dict: &Dict, pairs: &Object, replace: c_int) -> Result<()> {
    dict.merge_pairs(pairs, replace != 0)
}

/// The value of `key`, borrowed, after giving it the default if it had none.
#[capi]
pub fn PyDict_SetDefault<'a>(dict: &'a Dict, key: &Object, default: &Object) -> Result<Option<&'a Object>> {
    // SAFETY: the C function's contract.
    Ok(unsafe { borrow(Some(dict.set_default(key, default)?)) })
}

/// 1 if the key was there, 0 if the default was stored; `place` receives the value unless it is NULL.
///
/// # Safety
/// A C function: `place` may be written to or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyDict_SetDefaultRef(
    dict: &Object,
    key: Option<&Object>,
    default: Option<&Object>,
    place: *mut *mut Object,
) -> c_int {
    let set = || -> Result<(Ref, bool)> {
        let (Some(dict), Some(key), Some(default)) = (dict.cast::<Dict>(), key, default) else {
            return Err(raise::bad_internal_call());
        };
        if let Some(value) = dict.get_item(key)? {
            return Ok((value, true));
        }
        Ok((dict.set_default(key, default)?, false))
    };
    let (value, status) = match set() {
        Ok((value, was_there)) => (value.into_ptr(), c_int::from(was_there)),
        Err(raised) => {
            raised.leave();
            (core::ptr::null_mut(), -1)
        }
    };
    // SAFETY: the caller's promise.
    unsafe {
        match place.is_null() {
            false => place.write(value),
            true => drop(Ref::from_nullable(value)),
        }
    }
    status
}

/// 1 with the value that was removed, 0 without one; `place` receives it unless it is NULL.
///
/// # Safety
/// A C function: `place` may be written to or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyDict_Pop(object: &Object, key: Option<&Object>, place: *mut *mut Object) -> c_int {
    let pop = || match object.cast::<Dict>() {
        None => Err(raise::bad_internal_call()),
        // The key is not looked at when there are none.
        Some(dict) if dict.is_empty() => Ok(None),
        Some(dict) => dict.remove(key.ok_or_else(raise::bad_internal_call)?),
    };
    // SAFETY: the caller's promise.
    unsafe { popped(pop(), place) }
}

/// Gives a value that has been taken out to whoever wants it.
///
/// # Safety
/// `place` may be written to or is NULL.
unsafe fn popped(value: Result<Option<Ref>>, place: *mut *mut Object) -> c_int {
    let mut unwanted = core::ptr::null_mut();
    let place = if place.is_null() { &raw mut unwanted } else { place };
    // SAFETY: the caller's promise; what nobody wants is dropped.
    unsafe {
        let status = optional(value, place);
        drop(Ref::<Object>::from_nullable(unwanted));
        status
    }
}

/// As [`PyDict_Pop`], for a C string.
///
/// # Safety
/// A C function: `place` may be written to or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyDict_PopString(
    object: &Object,
    name: *const c_char,
    place: *mut *mut Object,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        match key(name) {
            Ok(name) => PyDict_Pop(object, Some(&name), place),
            Err(raised) => popped(Err(raised), place),
        }
    }
}

#[capi]
pub fn _PyDict_Pop(dict: &Dict, key: &Object, default: Option<&Object>) -> Result<Ref> {
    match (dict.remove(key)?, default) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.to_ref()),
        (None, None) => Err(raise::key_error(key)),
    }
}

#[capi]
pub fn PyObject_GenericGetDict(object: &Object, _context: *mut core::ffi::c_void) -> Result<Ref> {
    objects::attrs::generic_get_dict(object)
}

/// A dictionary of keys and values that stand at the given distances.
///
/// # Safety
/// A C function: `len` objects stand in each array.
#[capi]
pub unsafe fn _PyDict_FromItems(
    keys: *const *mut Object,
    key_step: isize,
    values: *const *mut Object,
    value_step: isize,
    len: isize,
) -> Result<Ref<Dict>> {
    let dict = Dict::with_capacity(len.max(0) as usize)?;
    for index in 0..len {
        // SAFETY: the caller's promise.
        unsafe { dict.set_item(&**keys.offset(index * key_step), &**values.offset(index * value_step)) }?;
    }
    Ok(dict)
}

/// As [`PyDict_Merge`]; with `replace` 2, a key that is there already is a KeyError.
#[capi]
pub fn _PyDict_MergeEx(dict: &Dict, other: &Object, replace: c_int) -> Result<()> {
    if replace == 2 {
        for name in iter::collect(other)? {
            if dict.contains(&name)? {
                return Err(raise::key_error(&name));
            }
        }
    }
    dict.merge_mapping(other, replace != 0)
}

/// The value of a key whose hash is known: 1, 0 without one, -1 with an exception.
///
/// # Safety
/// A C function: `place` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyDict_GetItemRef_KnownHash_LockHeld(
    dict: &Dict,
    key: &Object,
    hash: isize,
    place: *mut *mut Object,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { optional(dict.get_item_known_hash(key, hash), place) }
}

/// Removes a key if a function says so of its value: 1, 0 if not, -1 with an exception, which is a KeyError for no such key.
///
/// # Safety
/// A C function: a function that may be called with the value and `data`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyDict_DelItemIf(
    object: &Object,
    key: &Object,
    predicate: unsafe extern "C" fn(&Object, *mut core::ffi::c_void) -> c_int,
    data: *mut core::ffi::c_void,
) -> c_int {
    let remove = || -> Result<bool> {
        let dict = object.cast::<Dict>().ok_or_else(raise::bad_internal_call)?;
        let value = dict.get_item(key)?.ok_or_else(|| raise::key_error(key))?;
        // SAFETY: the caller's promise.
        match unsafe { predicate(&value, data) } {
            0 => Ok(false),
            1.. => dict.remove(key).map(|_| true),
            _ => Err(raise::pending()),
        }
    };
    match remove() {
        Ok(removed) => removed.into(),
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

/// A name of the globals or of the builtins; NULL without an exception for neither.
#[capi]
pub fn _PyDict_LoadGlobal(globals: &Dict, builtins: &Dict, name: &Object) -> Result<Option<Ref>> {
    match globals.get_item(name)? {
        Some(value) => Ok(Some(value)),
        None => builtins.get_item(name),
    }
}

/// Bytes that the dictionary takes.
#[capi]
pub fn _PyDict_SizeOf(dict: &Dict) -> Result<isize> {
    let size = objects::protocol::call::call_method(dict, objects::id!("__sizeof__"), &[])?;
    objects::protocol::number::index_as_isize(&size, None)
}
