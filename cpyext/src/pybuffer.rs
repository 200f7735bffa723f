//! `pybuffer.h`.

use core::ffi::{c_char, c_int, c_void};
use macros::capi;
use objects::protocol::buffer;
use objects::types::buffer::BufferView;
use objects::{Object, Result, raise};

/// Fills `view`, which is to be released by `PyBuffer_Release`.
///
/// # Safety
/// A C function: `view` may be written to.
#[capi]
pub unsafe fn PyObject_GetBuffer(object: &Object, view: *mut BufferView, flags: c_int) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { get(object, view, flags) }
}

/// [`PyObject_GetBuffer`].
///
/// # Safety
/// `view` may be written to.
///
/// # Errors
/// TypeError when the object has no memory to show; what its exporter raises.
pub unsafe fn get(object: &Object, view: *mut BufferView, flags: c_int) -> Result<()> {
    let Some(fill) = object.class().buffer().and_then(|table| table.bf_getbuffer.get()) else {
        let name = object.class().full_name();
        return Err(objects::raise!(TypeError, "a bytes-like object is required, not '{name}'"));
    };
    // SAFETY: the slot belongs to the object's class; the caller's promise.
    match unsafe { fill(object, view, flags) } {
        0 => Ok(()),
        _ => Err(raise::pending()),
    }
}

/// # Safety
/// A C function: a view that was filled or is zeroed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBuffer_Release(view: *mut BufferView) {
    // SAFETY: the caller's promise.
    unsafe { buffer::release(&mut *view) }
}

#[capi]
pub fn PyObject_CheckBuffer(object: &Object) -> bool {
    buffer::is_exporter(object)
}

/// # Safety
/// A C function: a filled view.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBuffer_IsContiguous(view: &BufferView, order: c_char) -> c_int {
    (view.suboffsets.is_null() && buffer::is_contiguous(view, order as u8)).into()
}

/// Fills a view of plain bytes, for exporters.
///
/// # Safety
/// A C function: `memory` has `len` bytes that stay until the view is released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBuffer_FillInfo(
    view: *mut BufferView,
    exporter: Option<&Object>,
    memory: *mut c_void,
    len: isize,
    readonly: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    let filled =
        unsafe { buffer::fill_for(view, exporter, memory.cast(), len.max(0) as usize, readonly != 0, flags) };
    objects::args::status(filled)
}
