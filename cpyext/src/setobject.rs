//! `setobject.h` and the exported parts of `pycore_setobject.h`.

use core::ffi::c_int;
use core::ptr;
use macros::capi;
use objects::types::object::PyBaseObject_Type;
use objects::types::set::methods::PyFrozenSet_Type;
use objects::types::set::{Set, any_set};
use objects::{Instance, Object, Ref, Result, TypeObject, raise};

fn made(class: &'static TypeObject, iterable: Option<&Object>) -> Result<Ref<Set>> {
    let set = Set::new_in(class)?;
    if let Some(iterable) = iterable {
        set.update_with(iterable)?;
    }
    Ok(set)
}

#[capi]
pub fn PySet_New(iterable: Option<&Object>) -> Result<Ref<Set>> {
    made(Set::class(), iterable)
}

#[capi]
pub fn PyFrozenSet_New(iterable: Option<&Object>) -> Result<Ref<Set>> {
    made(&PyFrozenSet_Type, iterable)
}

/// A `set` or a `frozenset`.
fn either(object: Option<&Object>) -> Result<&Set> {
    object.and_then(any_set).ok_or_else(raise::bad_internal_call)
}

#[capi]
pub fn PySet_Size(object: Option<&Object>) -> Result<isize> {
    Ok(either(object)?.len() as isize)
}

#[capi]
pub fn PySet_Contains(object: Option<&Object>, key: &Object) -> Result<bool> {
    either(object)?.has(key)
}

/// Adds to a set, or to a frozenset that nobody else has seen.
#[capi]
pub fn PySet_Add(object: Option<&Object>, key: &Object) -> Result<()> {
    let set = either(object)?;
    if set.as_object().cast::<Set>().is_none() && set.refcnt() != 1 {
        return Err(raise::bad_internal_call());
    }
    set.add_item(key).map(drop)
}

#[capi]
pub fn PySet_Discard(set: &Set, key: &Object) -> Result<bool> {
    set.discard_item(key)
}

#[capi]
pub fn PySet_Clear(set: &Set) -> Result<()> {
    set.clear_items();
    Ok(())
}

#[capi]
pub fn PySet_Pop(set: &Set) -> Result<Ref> {
    set.pop_item().ok_or_else(|| objects::raise!(KeyError, "pop from an empty set"))
}

#[capi]
pub fn _PySet_Update(set: &Set, iterable: &Object) -> Result<()> {
    set.update_with(iterable)
}

/// As `key in set`: a set that is looked for may be one that cannot be hashed.
#[capi]
pub fn _PySet_Contains(set: &Set, key: &Object) -> Result<bool> {
    objects::types::set::methods::contains(set, key)
}

/// The item at or behind a position, which moves past it: 1, or 0 at the end.
///
/// # Safety
/// The places may be written to.
unsafe fn next_entry(
    object: Option<&Object>,
    position: *mut isize,
    key: *mut *mut Object,
    hash: *mut isize,
    owned: bool,
) -> Result<c_int> {
    let set = either(object)?;
    // SAFETY (both): the caller's promise.
    let mut at = unsafe { position.read() }.max(0) as usize;
    let Some((found, known_hash)) = set.next_with_hash(&mut at) else { return Ok(0) };
    unsafe {
        position.write(at as isize);
        // A borrowed key stays with the set.
        key.write(if owned { found.into_ptr() } else { ptr::from_ref(&*found).cast_mut() });
        hash.write(known_hash);
    }
    Ok(1)
}

/// # Safety
/// A C function: the places may be written to; the key is borrowed.
#[capi]
pub unsafe fn _PySet_NextEntry(
    object: Option<&Object>,
    position: *mut isize,
    key: *mut *mut Object,
    hash: *mut isize,
) -> Result<c_int> {
    // SAFETY: the caller's promise.
    unsafe { next_entry(object, position, key, hash, false) }
}

/// # Safety
/// A C function: the places may be written to; the key is a new reference.
#[capi]
pub unsafe fn _PySet_NextEntryRef(
    object: Option<&Object>,
    position: *mut isize,
    key: *mut *mut Object,
    hash: *mut isize,
) -> Result<c_int> {
    // SAFETY: the caller's promise.
    unsafe { next_entry(object, position, key, hash, true) }
}

/// The pointer that extensions import.
#[repr(transparent)]
pub struct Dummy(*const Object);

// SAFETY: set at link time, read only.
unsafe impl Sync for Dummy {}

static DUMMY: Object = Object::immortal(&PyBaseObject_Type);

/// What stands for a removed key in CPython's tables; no table here has it.
#[unsafe(no_mangle)]
pub static _PySet_Dummy: Dummy = Dummy(&raw const DUMMY);
