//! The buffer protocol: a view of another object's memory.

use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::{self, Result};
use crate::types::buffer::BufferView;
use crate::types::bytes::Bytes;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::mem;
use core::ptr;
use core::slice;

/// `PyBUF_…`: what a consumer asks for.
pub const SIMPLE: c_int = 0;
pub const WRITABLE: c_int = 0x1;
pub const FORMAT: c_int = 0x4;
pub const ND: c_int = 0x8;
pub const STRIDES: c_int = 0x10 | ND;
pub const C_CONTIGUOUS: c_int = 0x20 | STRIDES;
pub const F_CONTIGUOUS: c_int = 0x40 | STRIDES;
pub const ANY_CONTIGUOUS: c_int = 0x80 | STRIDES;
pub const INDIRECT: c_int = 0x100 | STRIDES;
pub const FULL_RO: c_int = INDIRECT | FORMAT;
pub const FULL: c_int = FULL_RO | WRITABLE;

/// Whether `object` exports its memory (`PyObject_CheckBuffer`).
pub fn is_exporter(object: &Object) -> bool {
    getter(object).is_some()
}

fn getter(object: &Object) -> Option<crate::typeobject::slots::GetBufferProc> {
    // SAFETY: a class's table lives as long as the class.
    unsafe { object.class().tp_as_buffer.get().as_ref() }?.bf_getbuffer.get()
}

/// A view that is given back when it is dropped (`PyObject_GetBuffer`, `PyBuffer_Release`).
pub struct Buffer {
    view: Box<BufferView>,
}

impl Buffer {
    /// A view of `object` as `flags` ask.
    ///
    /// # Errors
    /// TypeError when the object has no memory to show; BufferError and whatever else the exporter raises.
    pub fn of(object: &Object, flags: c_int) -> Result<Buffer> {
        // SAFETY: NULL and 0 are valid for every field.
        let mut view: Box<BufferView> = Box::new(unsafe { mem::zeroed() });
        // SAFETY: the view stays where it is until it is released.
        unsafe { get_into(object, &mut *view, flags) }?;
        Ok(Buffer { view })
    }

    /// The view itself, for its shape and format.
    pub fn view(&self) -> &BufferView {
        &self.view
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.view.len.max(0) as usize
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a contiguous view. Python code that runs meanwhile may change them: hold no reference across such a call.
    pub fn as_slice(&self) -> &[u8] {
        if self.view.buf.is_null() {
            return &[];
        }
        // SAFETY: the exporter keeps `len` bytes in place until the view is released.
        unsafe { slice::from_raw_parts(self.view.buf.cast::<u8>(), self.len()) }
    }

    /// A copy of the bytes in C order, whatever the strides (`PyBuffer_ToContiguous`).
    pub fn to_vec(&self) -> Vec<u8> {
        to_contiguous(&self.view, b'C')
    }

    /// The bytes of a view that was asked for with [`WRITABLE`].
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        if self.view.buf.is_null() || self.view.readonly != 0 {
            return &mut [];
        }
        // SAFETY: as in `as_slice`, and the exporter allowed writing.
        unsafe { slice::from_raw_parts_mut(self.view.buf.cast::<u8>(), self.len()) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: filled by the exporter and not released before.
        unsafe { release(&mut self.view) };
    }
}

/// `PyObject_GetBuffer`.
///
/// # Safety
/// `view` can be written; it stays where it is until it is released.
///
/// # Errors
/// TypeError when the object has no memory to show; BufferError and whatever else the exporter raises.
pub unsafe fn get_into(object: &Object, view: *mut BufferView, flags: c_int) -> Result<()> {
    let Some(get) = getter(object) else {
        let name = object.class().full_name();
        return Err(crate::raise!(TypeError, "a bytes-like object is required, not '{name}'"));
    };
    check_request(flags)?;
    // SAFETY: the slot belongs to the object's class; the caller's promise.
    match unsafe { get(object, view, flags) } {
        0 => Ok(()),
        _ => Err(raise::pending()),
    }
}

/// SystemError for what says how a view is used (`PyBUF_READ`, `PyBUF_WRITE`) where it is to say what a consumer asks for.
fn check_request(flags: c_int) -> Result<()> {
    const READ: c_int = 0x100;
    const WRITE: c_int = 0x200;
    if flags == READ || flags == WRITE { Err(raise::bad_internal_call()) } else { Ok(()) }
}

/// `PyBuffer_Release`.
///
/// # Safety
/// `view` was filled by an exporter, or is zeroed.
pub unsafe fn release(view: &mut BufferView) {
    // SAFETY: the view owns its exporter.
    let Some(exporter) = (unsafe { Ref::from_nullable(view.obj) }) else { return };
    // SAFETY: a class's table lives as long as the class.
    let table = unsafe { exporter.class().tp_as_buffer.get().as_ref() };
    if let Some(release) = table.and_then(|table| table.bf_releasebuffer.get()) {
        // SAFETY: the slot belongs to the exporter's class.
        unsafe { release(&exporter, view) };
    }
    view.obj = ptr::null_mut();
}

/// Fills a view of `len` bytes at `memory`, as the exporters of plain bytes do (`PyBuffer_FillInfo`).
///
/// # Safety
/// `view` is the view that the exporter was given; `memory` stays in place until it is released.
///
/// # Errors
/// BufferError when a consumer wants to write to read-only memory.
pub unsafe fn fill(
    view: *mut BufferView,
    exporter: &Object,
    memory: *mut u8,
    len: usize,
    readonly: bool,
    flags: c_int,
) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { fill_for(view, Some(exporter), memory, len, readonly, flags) }
}

/// [`fill`] for a view that may have no exporter to keep alive.
///
/// # Safety
/// As [`fill`].
///
/// # Errors
/// As [`fill`].
pub unsafe fn fill_for(
    view: *mut BufferView,
    exporter: Option<&Object>,
    memory: *mut u8,
    len: usize,
    readonly: bool,
    flags: c_int,
) -> Result<()> {
    // SAFETY: the caller's promise.
    let Some(view) = (unsafe { view.as_mut() }) else {
        return Err(crate::raise!(BufferError, "PyBuffer_FillInfo: view==NULL argument is obsolete"));
    };
    check_request(flags)?;
    if readonly && flags & WRITABLE != 0 {
        return Err(crate::raise!(BufferError, "Object is not writable."));
    }
    let len_field: *mut isize = &raw mut view.len;
    let itemsize_field: *mut isize = &raw mut view.itemsize;
    *view = BufferView {
        buf: memory.cast::<c_void>(),
        obj: exporter.map_or(ptr::null_mut(), |exporter| exporter.to_ref().into_ptr()),
        len: len as isize,
        itemsize: 1,
        readonly: readonly.into(),
        ndim: 1,
        format: if flags & FORMAT == FORMAT { c"B".as_ptr().cast_mut() } else { ptr::null_mut::<c_char>() },
        shape: if flags & ND == ND { len_field } else { ptr::null_mut() },
        strides: if flags & STRIDES == STRIDES { itemsize_field } else { ptr::null_mut() },
        suboffsets: ptr::null_mut(),
        internal: ptr::null_mut(),
    };
    Ok(())
}

/// `ndim` numbers at `array`, none when it is NULL.
///
/// # Safety
/// `array` is NULL or that long, and lives as long as the result is used.
pub unsafe fn dims<'a>(array: *const isize, ndim: usize) -> &'a [isize] {
    if array.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(array, ndim) }
}

/// A view's extents, also where the exporter left them out.
pub fn shape_of(view: &BufferView) -> Vec<isize> {
    if view.ndim == 1 && view.shape.is_null() {
        return vec![view.len / view.itemsize.max(1)];
    }
    // SAFETY: NULL or `ndim` long, as the exporter promises.
    unsafe { dims(view.shape, view.ndim.max(0) as usize) }.to_vec()
}

/// A view's steps in bytes, also where the exporter left them out.
fn strides_of(view: &BufferView) -> Vec<isize> {
    let shape = shape_of(view);
    let mut strides = vec![0; shape.len()];
    if view.strides.is_null() {
        // SAFETY: as long as the shape.
        unsafe { fill_strides(&shape, view.itemsize, strides.as_mut_ptr()) };
    } else {
        // SAFETY: `ndim` long, as the exporter promises.
        strides.copy_from_slice(unsafe { dims(view.strides, shape.len()) });
    }
    strides
}

/// Writes the steps of items in C order.
///
/// # Safety
/// `strides` has room for one step for each extent.
pub unsafe fn fill_strides(shape: &[isize], itemsize: isize, strides: *mut isize) {
    let mut step = itemsize;
    for (dimension, &len) in shape.iter().enumerate().rev() {
        // SAFETY: the caller's promise.
        unsafe { strides.add(dimension).write(step) };
        step *= len;
    }
}

/// Writes the steps of items in Fortran's order.
///
/// # Safety
/// As [`fill_strides`].
pub unsafe fn fill_fortran_strides(shape: &[isize], itemsize: isize, strides: *mut isize) {
    let mut step = itemsize;
    for (dimension, &len) in shape.iter().enumerate() {
        // SAFETY: the caller's promise.
        unsafe { strides.add(dimension).write(step) };
        step *= len;
    }
}

/// A view's format.
pub fn format_of(view: &BufferView) -> &str {
    if view.format.is_null() {
        return "B";
    }
    // SAFETY: a C string that lives as long as the buffer.
    unsafe { CStr::from_ptr(view.format) }.to_str().unwrap_or("?")
}

/// `PyBuffer_IsContiguous`: whether the items follow each other in the order `C`, `F` or either (`A`).
pub fn is_contiguous(view: &BufferView, order: u8) -> bool {
    if !view.suboffsets.is_null() {
        return false;
    }
    let in_order = |mut dimensions: &mut dyn Iterator<Item = (isize, isize)>| {
        let mut step = view.itemsize;
        (&mut dimensions).all(|(len, stride)| {
            let fits = len <= 1 || stride == step;
            step *= len;
            fits
        })
    };
    let (shape, strides) = (shape_of(view), strides_of(view));
    let pairs = || shape.iter().copied().zip(strides.iter().copied());
    let c = || view.len == 0 || view.strides.is_null() || in_order(&mut pairs().rev());
    let fortran = || view.len == 0 || in_order(&mut pairs());
    match order {
        b'C' => c(),
        b'F' => fortran(),
        _ => c() || fortran(),
    }
}

/// `PyBuffer_ToContiguous`: the items in the order `C`, `F`, or (`A`) as they lie if they are in Fortran's order.
pub fn to_contiguous(view: &BufferView, order: u8) -> Vec<u8> {
    if view.buf.is_null() || view.len <= 0 {
        return Vec::new();
    }
    if is_contiguous(view, order) {
        // SAFETY: contiguous, `len` bytes.
        return unsafe { slice::from_raw_parts(view.buf.cast::<u8>(), view.len as usize) }.to_vec();
    }
    let mut bytes = Vec::with_capacity(view.len as usize);
    each_item(view, order, |place| {
        // SAFETY: an item is `itemsize` long.
        bytes.extend_from_slice(unsafe { slice::from_raw_parts(place, view.itemsize as usize) });
        true
    });
    bytes
}

/// `PyBuffer_FromContiguous`: writes whole items in the order `C` or `F`, as many as `bytes` has.
///
/// # Safety
/// The view's memory may be written to.
pub unsafe fn from_contiguous(view: &BufferView, bytes: &[u8], order: u8) {
    let bytes = &bytes[..bytes.len().min(view.len.max(0) as usize)];
    if is_contiguous(view, order) {
        // SAFETY: contiguous, at least as many bytes.
        unsafe { view.buf.cast::<u8>().copy_from(bytes.as_ptr(), bytes.len()) };
        return;
    }
    let mut items = bytes.chunks_exact(view.itemsize.max(1) as usize);
    each_item(view, order, |place| match items.next() {
        Some(item) => {
            // SAFETY: an item is `itemsize` long; the caller's promise.
            unsafe { place.copy_from(item.as_ptr(), item.len()) };
            true
        }
        None => false,
    });
}

/// `PyBuffer_GetPointer`: where the item with these indices, one for each dimension, is.
///
/// # Safety
/// The view has strides, and the indices are within its shape.
pub unsafe fn item_at(view: &BufferView, indices: &[isize]) -> *mut u8 {
    // SAFETY (both): NULL or `ndim` long, as the exporter promises.
    let strides = unsafe { dims(view.strides, indices.len()) };
    let suboffsets = unsafe { dims(view.suboffsets, indices.len()) };
    // SAFETY: the caller's promise.
    unsafe { place_of(view, indices, strides, suboffsets) }
}

/// # Safety
/// The indices are within the buffer, as the exporter described it.
unsafe fn place_of(view: &BufferView, indices: &[isize], strides: &[isize], suboffsets: &[isize]) -> *mut u8 {
    let mut place = view.buf.cast::<u8>();
    for (dimension, (&index, &stride)) in indices.iter().zip(strides).enumerate() {
        // SAFETY: the caller's promise.
        unsafe {
            place = place.offset(index * stride);
            if let Some(&suboffset) = suboffsets.get(dimension)
                && suboffset >= 0
            {
                place = place.cast::<*mut u8>().read_unaligned().offset(suboffset);
            }
        }
    }
    place
}

/// Calls `each` with the place of every item, in the order `F` or else `C`, until it says false.
fn each_item(view: &BufferView, order: u8, mut each: impl FnMut(*mut u8) -> bool) {
    let (shape, strides) = (shape_of(view), strides_of(view));
    // SAFETY: NULL or `ndim` long, as the exporter promises.
    let suboffsets = unsafe { dims(view.suboffsets, shape.len()) };
    let mut indices = vec![0isize; shape.len()];
    if shape.contains(&0) {
        return;
    }
    // SAFETY: within the buffer, as the exporter described it.
    while each(unsafe { place_of(view, &indices, &strides, suboffsets) }) {
        // The next item: the last index runs fastest in C's order, the first in Fortran's.
        let mut advance = |dimension: usize| {
            indices[dimension] += 1;
            let wraps = indices[dimension] == shape[dimension];
            if wraps {
                indices[dimension] = 0;
            }
            wraps
        };
        let done = if order == b'F' {
            (0..shape.len()).all(&mut advance)
        } else {
            (0..shape.len()).rev().all(&mut advance)
        };
        if done {
            return;
        }
    }
}

/// The bytes of an argument: those of a `bytes` without a view, those of another exporter through one.
pub enum BytesLike<'a> {
    Bytes(&'a Bytes),
    View(Buffer),
}

impl<'a> BytesLike<'a> {
    /// # Errors
    /// TypeError "a bytes-like object is required, not 'X'"; what the exporter raises.
    pub fn of(object: &'a Object) -> Result<BytesLike<'a>> {
        match object.cast_exact::<Bytes>() {
            Some(bytes) => Ok(BytesLike::Bytes(bytes)),
            None => Buffer::of(object, SIMPLE).map(BytesLike::View),
        }
    }

    /// See [`Buffer::as_slice`].
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        match self {
            BytesLike::Bytes(bytes) => bytes.as_slice(),
            BytesLike::View(view) => view.as_slice(),
        }
    }
}

impl core::ops::Deref for BytesLike<'_> {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}
