//! `memoryobject.h`.

use core::ffi::{c_char, c_int};
use macros::capi;
use objects::protocol::buffer;
use objects::types::buffer::BufferView;
use objects::types::memoryview::MemoryView;
use objects::{Object, Ref, Result};

/// `PyBUF_WRITE`.
const WRITE: c_int = 0x200;

#[capi]
pub fn PyMemoryView_FromObject(object: &Object) -> Result<Ref<MemoryView>> {
    MemoryView::of(object, buffer::FULL_RO)
}

/// # Safety
/// A C function: a filled view, whose memory outlives the result.
#[capi]
pub unsafe fn PyMemoryView_FromBuffer(view: *const BufferView) -> Result<Ref<MemoryView>> {
    // SAFETY: the caller's promise.
    MemoryView::from_buffer(unsafe { &*view })
}

/// # Safety
/// A C function: `memory` has `len` bytes, which outlive the result.
#[capi]
pub unsafe fn PyMemoryView_FromMemory(
    memory: *mut c_char,
    len: isize,
    flags: c_int,
) -> Result<Ref<MemoryView>> {
    // SAFETY: NULL and 0 are valid for every field.
    let mut view: BufferView = unsafe { core::mem::zeroed() };
    // SAFETY: the caller's promise.
    unsafe {
        buffer::fill_for(
            &raw mut view,
            None,
            memory.cast(),
            len.max(0) as usize,
            flags != WRITE,
            buffer::FULL_RO,
        )?;
    }
    MemoryView::from_buffer(&view)
}

/// A view whose items follow each other: the object's own memory if it can be, else, for reading, a copy.
#[capi]
pub fn PyMemoryView_GetContiguous(object: &Object, access: c_int, order: c_char) -> Result<Ref<MemoryView>> {
    let memory = MemoryView::of(object, buffer::FULL_RO)?;
    let view = memory.view();
    if access == WRITE && view.readonly != 0 {
        return Err(objects::raise!(BufferError, "underlying buffer is not writable"));
    }
    if buffer::is_contiguous(view, order as u8) {
        return Ok(memory);
    }
    if access == WRITE {
        return Err(objects::raise!(
            BufferError,
            "writable contiguous buffer requested for a non-contiguous object."
        ));
    }
    memory.contiguous_copy(order as u8)
}
