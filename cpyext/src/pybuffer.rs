//! `pybuffer.h`.

use core::ffi::{CStr, c_char, c_int, c_void};
use macros::capi;
use objects::protocol::buffer::{self, Buffer};
use objects::protocol::{self, call};
use objects::types::buffer::BufferView;
use objects::{Object, Result, id, raise};

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

/// Writes the steps of items that follow each other in Fortran's order (`F`) or else C's.
///
/// # Safety
/// A C function: both arrays have `ndim` entries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBuffer_FillContiguousStrides(
    ndim: c_int,
    shape: *const isize,
    strides: *mut isize,
    itemsize: c_int,
    order: c_char,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let shape = buffer::dims(shape, ndim.max(0) as usize);
        match order as u8 {
            b'F' => buffer::fill_fortran_strides(shape, itemsize as isize, strides),
            _ => buffer::fill_strides(shape, itemsize as isize, strides),
        }
    }
}

/// # Safety
/// A C function: a filled view with steps, and an index for each dimension.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBuffer_GetPointer(view: &BufferView, indices: *const isize) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { buffer::item_at(view, buffer::dims(indices, view.ndim.max(0) as usize)).cast() }
}

/// Copies a view's items one after another.
///
/// # Safety
/// A C function: a filled view, and room for `len` bytes.
#[capi]
pub unsafe fn PyBuffer_ToContiguous(
    place: *mut u8,
    view: *const BufferView,
    len: isize,
    order: c_char,
) -> Result<()> {
    // SAFETY (both): the caller's promise.
    let view = unsafe { &*view };
    if len != view.len {
        return Err(objects::raise!(ValueError, "PyBuffer_ToContiguous: len != view->len"));
    }
    let bytes = buffer::to_contiguous(view, order as u8);
    unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    Ok(())
}

/// Copies items that lie one after another into a view.
///
/// # Safety
/// A C function: a filled view that may be written to, and `len` bytes.
#[capi]
pub unsafe fn PyBuffer_FromContiguous(
    view: *const BufferView,
    data: *const u8,
    len: isize,
    order: c_char,
) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe {
        let data = if len <= 0 { &[] } else { core::slice::from_raw_parts(data, len as usize) };
        buffer::from_contiguous(&*view, data, order as u8);
    }
    Ok(())
}

/// Copies the bytes of one object into another's memory.
#[capi]
pub fn PyObject_CopyData(to: &Object, from: &Object) -> Result<()> {
    if !buffer::is_exporter(to) || !buffer::is_exporter(from) {
        return Err(objects::raise!(TypeError, "both destination and source must be bytes-like objects"));
    }
    let place = Buffer::of(to, buffer::FULL)?;
    let source = Buffer::of(from, buffer::FULL_RO)?;
    if place.view().len < source.view().len {
        return Err(objects::raise!(BufferError, "destination is too small to receive data from source"));
    }
    let bytes = buffer::to_contiguous(source.view(), b'C');
    // SAFETY: the exporter allows writing.
    unsafe { buffer::from_contiguous(place.view(), &bytes, b'C') };
    Ok(())
}

/// `struct.calcsize`.
#[capi]
pub fn PyBuffer_SizeFromFormat(format: &CStr) -> Result<isize> {
    let module = objects::hooks::IMPORT.get()("struct")?;
    let size = call::call_method(&module, id!("calcsize"), &[&*crate::abstract_::text(format)?])?;
    protocol::number::index_as_isize(&size, None)
}

/// Releases a view in the interpreter that it is of; there is one.
///
/// # Safety
/// A C function: a filled view.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBuffer_ReleaseInInterpreter(
    _interpreter: *const c_void,
    view: *mut BufferView,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyBuffer_Release(view) };
    0
}

/// As [`_PyBuffer_ReleaseInInterpreter`]; frees the view itself as well.
///
/// # Safety
/// A C function: a filled view in the raw domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBuffer_ReleaseInInterpreterAndRawFree(
    _interpreter: *const c_void,
    view: *mut BufferView,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        PyBuffer_Release(view);
        crate::pymem::PyMem_RawFree(view.cast());
    }
    0
}

/// Where an object's bytes are, which nobody keeps: for extensions that were made before views.
///
/// # Safety
/// The places may be written to.
unsafe fn bytes_at(
    object: Option<&Object>,
    place: *mut *mut c_void,
    len: *mut isize,
    flags: c_int,
) -> Result<()> {
    let object = object.filter(|_| !place.is_null() && !len.is_null());
    let object = object.ok_or_else(crate::abstract_::null_error)?;
    let buffer = Buffer::of(object, flags)?;
    // SAFETY: the caller's promise.
    unsafe {
        place.write(buffer.view().buf);
        len.write(buffer.view().len);
    }
    Ok(())
}

/// # Safety
/// A C function: the places may be written to.
#[capi]
pub unsafe fn PyObject_AsReadBuffer(
    object: Option<&Object>,
    place: *mut *mut c_void,
    len: *mut isize,
) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { bytes_at(object, place, len, buffer::SIMPLE) }
}

/// # Safety
/// A C function: the places may be written to.
#[capi]
pub unsafe fn PyObject_AsCharBuffer(
    object: Option<&Object>,
    place: *mut *mut c_void,
    len: *mut isize,
) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { bytes_at(object, place, len, buffer::SIMPLE) }
}

/// # Safety
/// A C function: the places may be written to.
#[capi]
pub unsafe fn PyObject_AsWriteBuffer(
    object: Option<&Object>,
    place: *mut *mut c_void,
    len: *mut isize,
) -> Result<()> {
    if let Some(object) = object
        && !buffer::is_exporter(object)
    {
        return Err(objects::raise!(TypeError, "expected a writable bytes-like object"));
    }
    // SAFETY: the caller's promise.
    unsafe { bytes_at(object, place, len, buffer::WRITABLE) }.map_err(|raised| {
        raised.clear();
        objects::raise!(TypeError, "expected a writable bytes-like object")
    })
}

/// Whether an object shows plain bytes; what goes wrong is dropped.
#[capi]
pub fn PyObject_CheckReadBuffer(object: &Object) -> bool {
    Buffer::of(object, buffer::SIMPLE).map_err(objects::Raised::clear).is_ok()
}
