//! `_PyBytesWriter`: bytes that C code writes at a pointer which the functions move along with the memory.

use core::ffi::{c_int, c_void};
use core::ptr;
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::{Object, Raised, Ref, Result, raise};

const SMALL: usize = 512;

/// `_PyBytesWriter`. The memory is `small_buffer`, or the contents of `buffer`.
#[repr(C)]
pub struct BytesWriter {
    buffer: *mut Object,
    allocated: isize,
    min_size: isize,
    use_bytearray: c_int,
    overallocate: c_int,
    use_small_buffer: c_int,
    small_buffer: [u8; SMALL],
}

const _: () =
    assert!(core::mem::offset_of!(BytesWriter, small_buffer) == 36 && size_of::<BytesWriter>() == 552);

impl BytesWriter {
    fn start(&mut self) -> *mut u8 {
        if self.use_small_buffer != 0 {
            return self.small_buffer.as_mut_ptr();
        }
        // SAFETY: the writer owns the buffer, which is of the one class or the other.
        let object = unsafe { &*self.buffer };
        match (object.cast::<ByteArray>(), object.cast::<Bytes>()) {
            (Some(array), _) => array.start(),
            (None, Some(bytes)) => bytes.as_slice().as_ptr().cast_mut(),
            (None, None) => ptr::null_mut(),
        }
    }

    fn make_room(&mut self, written: usize, size: usize) -> Result<()> {
        let mut allocated = size;
        if self.overallocate != 0 && size <= isize::MAX as usize - size / 4 {
            allocated += size / 4;
        }
        // SAFETY: the writer owns its buffer, if there is one.
        let old =
            unsafe { Ref::<Object>::from_nullable(ptr::replace(&raw mut self.buffer, ptr::null_mut())) };
        let new: Ref = match (old, self.use_bytearray != 0) {
            (None, is_array) => {
                let small = &self.small_buffer[..written];
                if is_array {
                    let array = ByteArray::new(small)?;
                    array.resize(allocated)?;
                    array.upcast()
                } else {
                    let (bytes, place) = Bytes::alloc(allocated)?;
                    // SAFETY: what was written is not longer.
                    unsafe { place.as_ptr().copy_from_nonoverlapping(small.as_ptr(), small.len()) };
                    bytes.upcast()
                }
            }
            (Some(old), true) => {
                if let Some(array) = old.cast::<ByteArray>() {
                    array.resize(allocated)?;
                }
                old
            }
            (Some(old), false) => {
                let bytes = old.downcast::<Bytes>().map_err(|_| raise::bad_internal_call())?;
                Bytes::resized(bytes, allocated)?.upcast()
            }
        };
        self.buffer = new.into_ptr();
        self.use_small_buffer = 0;
        self.allocated = allocated as isize;
        Ok(())
    }
}

/// # Safety
/// A C function: memory for a writer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytesWriter_Init(writer: *mut BytesWriter) {
    // SAFETY: the caller's promise; the small buffer is only written by C code.
    unsafe { writer.cast::<u8>().write_bytes(0, core::mem::offset_of!(BytesWriter, small_buffer)) }
}

/// # Safety
/// A C function: a writer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytesWriter_Dealloc(writer: &mut BytesWriter) {
    // SAFETY: the writer owns its buffer, if there is one.
    drop(unsafe { Ref::<Object>::from_nullable(ptr::replace(&raw mut writer.buffer, ptr::null_mut())) });
}

fn failed(writer: &mut BytesWriter, raised: Raised) -> *mut u8 {
    // SAFETY: a writer.
    unsafe { _PyBytesWriter_Dealloc(writer) };
    raised.leave();
    ptr::null_mut()
}

/// Makes the memory at least `size` bytes; the place of `at` in it. The bytes before `at` stay.
///
/// # Safety
/// A C function: a writer, and a place within its memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytesWriter_Resize(
    writer: &mut BytesWriter,
    at: *mut u8,
    size: isize,
) -> *mut u8 {
    // SAFETY: the caller's promise.
    let written = unsafe { at.offset_from(writer.start()) }.max(0) as usize;
    match writer.make_room(written, size.max(0) as usize) {
        Ok(()) => writer.start().wrapping_add(written),
        Err(raised) => failed(writer, raised),
    }
}

/// Makes room for `size` bytes more than were asked for so far; the place of `at`.
///
/// # Safety
/// A C function: a writer, and a place within its memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytesWriter_Prepare(
    writer: &mut BytesWriter,
    at: *mut u8,
    size: isize,
) -> *mut u8 {
    if size == 0 {
        return at;
    }
    let Some(wanted) = writer.min_size.checked_add(size) else {
        return failed(writer, raise::no_memory());
    };
    let at = match wanted > writer.allocated {
        // SAFETY: the caller's promise.
        true => unsafe { _PyBytesWriter_Resize(writer, at, wanted) },
        false => at,
    };
    writer.min_size = wanted;
    at
}

/// The memory of a new writer, with room for `size` bytes.
///
/// # Safety
/// A C function: a writer that was initialised just now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytesWriter_Alloc(writer: &mut BytesWriter, size: isize) -> *mut u8 {
    writer.use_small_buffer = 1;
    writer.allocated = SMALL as isize;
    let start = writer.small_buffer.as_mut_ptr();
    // SAFETY: the caller's promise.
    unsafe { _PyBytesWriter_Prepare(writer, start, size) }
}

/// Writes bytes at a place; the place behind them.
///
/// # Safety
/// A C function: a writer, a place within its memory, and `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytesWriter_WriteBytes(
    writer: &mut BytesWriter,
    at: *mut u8,
    bytes: *const c_void,
    len: isize,
) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe {
        let at = _PyBytesWriter_Prepare(writer, at, len);
        if at.is_null() {
            return at;
        }
        at.copy_from_nonoverlapping(bytes.cast(), len.max(0) as usize);
        at.offset(len.max(0))
    }
}

/// The object with the bytes before a place; the writer is done.
///
/// # Safety
/// A C function: a writer, and a place within its memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytesWriter_Finish(writer: &mut BytesWriter, at: *mut u8) -> Option<Ref> {
    let start = writer.start();
    // SAFETY: the caller's promise.
    let written = unsafe { core::slice::from_raw_parts(start, at.offset_from(start).max(0) as usize) };
    let made = match (writer.use_small_buffer != 0, writer.use_bytearray != 0) {
        (true, true) => ByteArray::new(written).map(Ref::upcast),
        (true, false) => Bytes::new(written).map(Ref::upcast),
        (false, _) => {
            let len = written.len();
            // SAFETY: the writer owns its buffer.
            match unsafe {
                Ref::<Object>::from_nullable(ptr::replace(&raw mut writer.buffer, ptr::null_mut()))
            } {
                None => Err(raise::bad_internal_call()),
                Some(buffer) => match buffer.downcast::<Bytes>() {
                    Ok(bytes) => Bytes::resized(bytes, len).map(Ref::upcast),
                    Err(array) => match array.cast::<ByteArray>().map(|array| array.resize(len)) {
                        Some(Err(raised)) => Err(raised),
                        _ => Ok(array),
                    },
                },
            }
        }
    };
    made.ok()
}
