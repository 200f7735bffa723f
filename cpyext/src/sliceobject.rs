//! `sliceobject.h`.

use core::ffi::c_int;
use macros::capi;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::slice::{Bounds, Slice};
use objects::{Object, Ref, Result};

/// A NULL is None.
#[capi]
pub fn PySlice_New(
    start: Option<&Object>,
    stop: Option<&Object>,
    step: Option<&Object>,
) -> Result<Ref<Slice>> {
    Slice::new(start.unwrap_or(none()), stop.unwrap_or(none()), step.unwrap_or(none()))
}

#[capi]
pub fn _PySlice_FromIndices(start: isize, stop: isize) -> Result<Ref<Slice>> {
    Slice::from_indices(start, stop)
}

/// # Safety
/// A C function: the places may be written to.
#[capi]
pub unsafe fn PySlice_Unpack(
    slice: &Slice,
    start: *mut isize,
    stop: *mut isize,
    step: *mut isize,
) -> Result<()> {
    let bounds = slice.bounds()?;
    // SAFETY: the caller's promise.
    unsafe {
        start.write(bounds.start);
        stop.write(bounds.stop);
        step.write(bounds.step);
    }
    Ok(())
}

/// Clips the bounds to a sequence; how many items the slice takes.
///
/// # Safety
/// A C function: the places hold bounds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySlice_AdjustIndices(
    len: isize,
    start: *mut isize,
    stop: *mut isize,
    step: isize,
) -> isize {
    // SAFETY: the caller's promise.
    let bounds = unsafe { Bounds { start: start.read(), stop: stop.read(), step } };
    let indices = bounds.for_len(len.max(0) as usize);
    // SAFETY: as above.
    unsafe {
        start.write(indices.start);
        stop.write(indices.stop);
    }
    indices.count as isize
}

/// # Safety
/// A C function: the places may be written to.
#[capi]
pub unsafe fn PySlice_GetIndicesEx(
    slice: &Slice,
    len: isize,
    start: *mut isize,
    stop: *mut isize,
    step: *mut isize,
    count: *mut isize,
) -> Result<()> {
    let indices = slice.indices_for(len.max(0) as usize)?;
    // SAFETY: the caller's promise.
    unsafe {
        start.write(indices.start);
        stop.write(indices.stop);
        step.write(indices.step);
        count.write(indices.count as isize);
    }
    Ok(())
}

/// The bounds of a slice of ints within a sequence; -1, mostly without an exception, where they are not within it.
///
/// # Safety
/// A C function: the places may be written to.
#[capi]
pub unsafe fn PySlice_GetIndices(
    slice: &Slice,
    len: isize,
    start: *mut isize,
    stop: *mut isize,
    step: *mut isize,
) -> c_int {
    let [first, last, stride] = slice.parts();
    // What is too large for the machine leaves its exception, and counts as -1.
    let int = |object: &Object| {
        object.cast::<Int>().map(|int| match int.to_i64() {
            Some(value) => value as isize,
            None => {
                objects::raise!(OverflowError, "Python int too large to convert to C ssize_t").leave();
                -1
            }
        })
    };
    let index = |object: &Object, default: isize| {
        if object.is(none()) {
            return Some(default);
        }
        let value = int(object)?;
        Some(if value < 0 { value + len } else { value })
    };
    let by = if stride.is(none()) { Some(1) } else { int(&stride) };
    let Some(by) = by else { return -1 };
    // SAFETY (all): the caller's promise.
    unsafe { step.write(by) };
    let Some(from) = index(&first, if by < 0 { len - 1 } else { 0 }) else { return -1 };
    unsafe { start.write(from) };
    let Some(to) = index(&last, if by < 0 { -1 } else { len }) else { return -1 };
    unsafe { stop.write(to) };
    if to > len || from >= len || by == 0 { -1 } else { 0 }
}

/// The bounds for a length of any size.
///
/// # Safety
/// A C function: the places may be written to.
#[capi]
pub unsafe fn _PySlice_GetLongIndices(
    slice: &Slice,
    len: &Int,
    start: *mut *mut Object,
    stop: *mut *mut Object,
    step: *mut *mut Object,
) -> Result<()> {
    let [first, last, by] = slice.big_indices(len)?;
    // SAFETY: the caller's promise.
    unsafe {
        start.write(first.into_ptr());
        stop.write(last.into_ptr());
        step.write(by.into_ptr());
    }
    Ok(())
}
