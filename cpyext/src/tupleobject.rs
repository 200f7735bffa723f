//! `tupleobject.h` and `cpython/tupleobject.h`.

use crate::varargs::VaList;
use crate::variadic;
use core::ffi::c_int;
use macros::capi;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, raise};

/// A tuple whose places hold NULL until the caller fills them.
#[capi]
pub fn PyTuple_New(len: isize) -> Result<Ref<Tuple>> {
    let len = usize::try_from(len).map_err(|_| raise::bad_internal_call())?;
    if len == 0 { Ok(Tuple::empty()) } else { Tuple::alloc(len) }
}

#[capi]
pub fn PyTuple_Size(tuple: &Tuple) -> Result<isize> {
    Ok(tuple.len() as isize)
}

#[cold]
fn out_of_range() -> Raised {
    objects::raise!(IndexError, "tuple index out of range")
}

/// A borrowed reference; NULL without an exception for a place that is not filled yet.
#[capi]
pub fn PyTuple_GetItem(tuple: &Tuple, index: isize) -> Result<*mut Object> {
    let place = usize::try_from(index).ok().and_then(|index| tuple.places().get(index));
    Ok(place.ok_or_else(out_of_range)?.get())
}

/// Takes over `item`, also when it fails; only for a tuple that nobody else has seen.
///
/// # Safety
/// A C function: a tuple or NULL, an owned reference or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyTuple_SetItem(tuple: Option<&Object>, index: isize, item: *mut Object) -> c_int {
    // SAFETY: the caller's promise.
    let item = unsafe { Ref::from_nullable(item) };
    let store = || -> Result<()> {
        let tuple = tuple
            .filter(|tuple| tuple.refcnt() == 1)
            .and_then(|tuple| tuple.cast::<Tuple>())
            .ok_or_else(raise::bad_internal_call)?;
        let place = usize::try_from(index)
            .ok()
            .and_then(|index| tuple.places().get(index))
            .ok_or_else(|| objects::raise!(IndexError, "tuple assignment index out of range"))?;
        let old = place.replace(item.map_or(core::ptr::null_mut(), Ref::into_ptr));
        // SAFETY: the place owned it.
        drop(unsafe { Ref::from_nullable(old) });
        Ok(())
    };
    objects::args::status(store())
}

#[capi]
pub fn PyTuple_GetSlice(tuple: &Tuple, start: isize, stop: isize) -> Result<Ref<Tuple>> {
    let len = tuple.len() as isize;
    let start = start.clamp(0, len);
    let stop = stop.clamp(start, len);
    if start == 0 && stop == len && tuple.is_exactly(Tuple::class()) {
        return Ok(tuple.to_ref());
    }
    let items: Vec<&Object> = (start as usize..stop as usize).filter_map(|index| tuple.get(index)).collect();
    Tuple::from_slice(&items)
}

unsafe extern "C" fn pack(len: isize, list: &mut VaList) -> Result<Ref<Tuple>> {
    let Ok(count) = usize::try_from(len) else { return Err(raise::bad_internal_call()) };
    // No more than memory has room for.
    if count > isize::MAX as usize / size_of::<usize>() {
        return Err(raise::no_memory());
    }
    // SAFETY: the caller keeps the C function's contract: that many objects follow.
    let items: Vec<&Object> = (0..count).filter_map(|_| unsafe { list.arg::<Option<&Object>>() }).collect();
    Tuple::from_slice(&items)
}

variadic!(PyTuple_Pack, pack, 1);

/// Replaces the tuple by one of another length with the same items; only for a tuple that nobody else has seen. It is NULL after a
/// failure.
///
/// # Safety
/// A C function: `place` holds an owned tuple or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyTuple_Resize(place: *mut *mut Tuple, len: isize) -> c_int {
    // SAFETY: the caller's promise.
    let tuple = unsafe { Ref::from_nullable(place.replace(core::ptr::null_mut())) };
    let resize = || -> Result<Ref<Tuple>> {
        let tuple = tuple
            .filter(|tuple| tuple.is_exactly(Tuple::class()) && (tuple.is_empty() || tuple.refcnt() == 1));
        let tuple = tuple.ok_or_else(raise::bad_internal_call)?;
        let len = usize::try_from(len).map_err(|_| raise::bad_internal_call())?;
        if len == tuple.len() {
            return Ok(tuple);
        }
        if len == 0 {
            return Ok(Tuple::empty());
        }
        let resized = Tuple::alloc(len)?;
        for (new, old) in resized.places().iter().zip(tuple.places()) {
            new.set(old.replace(core::ptr::null_mut()));
        }
        Ok(resized)
    };
    match resize() {
        Ok(tuple) => {
            // SAFETY: the caller's promise.
            unsafe { place.write(tuple.into_ptr()) };
            0
        }
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

/// A tuple of references that it takes over.
///
/// # Safety
/// A C function: `items` has `len` owned references.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyTuple_FromArraySteal(
    items: *const *mut Object,
    len: isize,
) -> Option<Ref<Tuple>> {
    // SAFETY: the caller's promise.
    let items = (0..len.max(0) as usize).filter_map(|index| unsafe { Ref::from_nullable(*items.add(index)) });
    Tuple::from_vec(items.collect()).ok()
}
