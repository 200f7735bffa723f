//! `memoryview` and the buffer it shares: layouts and creation here, items in [`format`], what Python sees in [`methods`].

pub mod cast;
pub mod compare;
pub mod format;
pub mod iter;
pub mod methods;

use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object, VarObject, heap};
use crate::protocol::buffer;
use crate::raise;
use crate::raise::Result;
use crate::typeobject::slots::GetBufferProc;
use crate::types::buffer::BufferView;
use crate::types::bytes::Bytes;
use core::cell::{Cell, UnsafeCell};
use core::ffi::{CStr, c_int};
use core::ptr;
use macros::pytype;

pub use methods::PyMemoryView_Type;

/// The most dimensions a view can have (`PyBUF_MAX_NDIM`).
pub const MAX_NDIM: usize = 64;

/// `_PyManagedBufferObject`: one view that an exporter gave, shared by any number of memoryviews, and given back when the last of
/// them is released.
#[repr(C)]
pub struct ManagedBuffer {
    ob_base: Object,
    flags: Cell<c_int>,
    exports: Cell<isize>,
    master: UnsafeCell<BufferView>,
}

const RELEASED: c_int = 0x001;
const C_CONTIGUOUS: c_int = 0x002;
const F_CONTIGUOUS: c_int = 0x004;
const SCALAR: c_int = 0x008;
const INDIRECT: c_int = 0x010;
const RESTRICTED: c_int = 0x020;

#[pytype(name = "managedbuffer", symbol = _PyManagedBuffer_Type, gc, no_new)]
impl ManagedBuffer {
    #[slot(tp_traverse)]
    fn tp_traverse(&self, visitor: &mut Visitor) -> Visit {
        // SAFETY: the view owns its exporter until it is released.
        match unsafe { (*self.master.get()).obj.as_ref() } {
            Some(exporter) => visitor.visit(exporter),
            None => Ok(()),
        }
    }

    #[slot(tp_clear)]
    fn tp_clear(&self) -> Result<()> {
        self.release();
        Ok(())
    }
}

impl ManagedBuffer {
    fn of(object: &Object, flags: c_int) -> Result<Ref<ManagedBuffer>> {
        let get = object.class().buffer().and_then(|table| table.bf_getbuffer.get());
        let Some(get) = get else {
            let class = object.class().name();
            return Err(raise!(TypeError, "memoryview: a bytes-like object is required, not '{class}'"));
        };
        ManagedBuffer::through(object, flags, get)
    }

    fn through(object: &Object, flags: c_int, get: GetBufferProc) -> Result<Ref<ManagedBuffer>> {
        let buffer = Ref::new(ManagedBuffer {
            ob_base: Object::HEAD,
            flags: Cell::new(0),
            exports: Cell::new(0),
            // SAFETY: NULL and 0 are valid for every field.
            master: UnsafeCell::new(unsafe { core::mem::zeroed() }),
        })?;
        // SAFETY: the slot belongs to the object's class; the view stays where it is until it is released.
        match unsafe { get(object, buffer.master.get(), flags) } {
            0 => Ok(buffer),
            _ => {
                // Whatever the exporter has left there is not ours to release.
                buffer.flags.set(RELEASED);
                Err(raise::pending())
            }
        }
    }

    fn release(&self) {
        if self.flags.replace(self.flags.get() | RELEASED) & RELEASED == 0 {
            // SAFETY: filled by the exporter, or zeroed; nobody uses the memory any more.
            unsafe { buffer::release(&mut *self.master.get()) };
        }
    }
}

impl Drop for ManagedBuffer {
    fn drop(&mut self) {
        self.release();
    }
}

/// `PyMemoryViewObject`. The view's shape, strides and suboffsets are in `ob_array`, `ndim` of each; the managed buffer owns the exporter
/// that `view.obj` names.
#[repr(C)]
pub struct MemoryView {
    ob_base: VarObject,
    mbuf: Slot<ManagedBuffer>,
    hash: Cell<isize>,
    flags: Cell<c_int>,
    exports: Cell<isize>,
    view: BufferView,
    weakreflist: Cell<*mut Object>,
    ob_array: [isize; 1],
}

const HEAD_SIZE: usize = core::mem::offset_of!(MemoryView, ob_array);
const _: () = assert!(HEAD_SIZE == 144 && size_of::<ManagedBuffer>() == 112);

impl Trace for MemoryView {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.mbuf.trace(visitor)
    }

    fn clear(&self) {
        if self.exports.get() == 0 {
            self.let_go();
            self.mbuf.set(None);
        }
    }
}

impl Drop for MemoryView {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl MemoryView {
    /// A view of `object` (`PyMemoryView_FromObject`).
    ///
    /// # Errors
    /// TypeError when the object has no memory to show; what the exporter raises.
    pub fn of(object: &Object, flags: c_int) -> Result<Ref<MemoryView>> {
        if let Some(view) = object.cast::<MemoryView>() {
            return view.again();
        }
        let buffer = ManagedBuffer::of(object, flags)?;
        // SAFETY: filled just now.
        let view = unsafe { &*buffer.master.get() };
        MemoryView::with_view(&buffer, view)
    }

    /// A view that `get`, a `bf_getbuffer` for objects like this one, gives (`_PyMemoryView_FromBufferProc`).
    ///
    /// # Errors
    /// What the exporter raises.
    pub fn through(object: &Object, flags: c_int, get: GetBufferProc) -> Result<Ref<MemoryView>> {
        let buffer = ManagedBuffer::through(object, flags, get)?;
        // SAFETY: filled just now.
        MemoryView::with_view(&buffer, unsafe { &*buffer.master.get() })
    }

    /// Forbids making further views, which could outlive the memory.
    pub fn restrict(&self) {
        self.flags.set(self.flags.get() | RESTRICTED);
    }

    fn check_unrestricted(&self) -> Result<()> {
        match self.has(RESTRICTED) {
            true => Err(raise!(ValueError, "cannot create new view on restricted memoryview")),
            false => Ok(()),
        }
    }

    /// A view of plain memory that outlives it (`PyMemoryView_FromBuffer`); the exporter in `view` is not owned.
    ///
    /// # Errors
    /// ValueError for NULL, MemoryError.
    pub fn from_buffer(view: &BufferView) -> Result<Ref<MemoryView>> {
        if view.buf.is_null() {
            return Err(raise!(ValueError, "PyMemoryView_FromBuffer(): info->buf must not be NULL"));
        }
        let buffer = Ref::new(ManagedBuffer {
            ob_base: Object::HEAD,
            flags: Cell::new(0),
            exports: Cell::new(0),
            // SAFETY: a plain copy of C data.
            master: UnsafeCell::new(unsafe { ptr::read(view) }),
        })?;
        // SAFETY: ours alone.
        unsafe { (*buffer.master.get()).obj = ptr::null_mut() };
        // SAFETY: filled just now.
        MemoryView::with_view(&buffer, unsafe { &*buffer.master.get() })
    }

    /// A view of a copy of another view's items, which follow each other in the order `F` or else `C`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn contiguous_copy(&self, order: u8) -> Result<Ref<MemoryView>> {
        let source = self.view();
        let bytes = Bytes::new(&buffer::to_contiguous(source, order))?;
        let copy = ManagedBuffer::of(&bytes, buffer::FULL_RO)?;
        let mut shape = self.shape().to_vec();
        let mut strides = vec![0; shape.len()];
        // SAFETY: as long as the shape.
        unsafe {
            match order {
                b'F' => buffer::fill_fortran_strides(&shape, source.itemsize, strides.as_mut_ptr()),
                _ => buffer::fill_strides(&shape, source.itemsize, strides.as_mut_ptr()),
            }
        }
        // SAFETY: filled just now; a plain copy of C data, whose pointers are replaced.
        let mut view = unsafe { ptr::read(copy.master.get()) };
        view.format = format::kept(self.full_format()).as_ptr().cast_mut();
        view.itemsize = source.itemsize;
        view.ndim = source.ndim;
        view.shape = shape.as_mut_ptr();
        view.strides = strides.as_mut_ptr();
        MemoryView::with_view(&copy, &view)
    }

    /// Another view of the same memory with the same structure.
    ///
    /// # Errors
    /// ValueError when the view is released; MemoryError.
    pub fn again(&self) -> Result<Ref<MemoryView>> {
        self.derive(self.view())
    }

    /// A view with its own structure on the same buffer.
    fn derive(&self, view: &BufferView) -> Result<Ref<MemoryView>> {
        self.check()?;
        self.check_unrestricted()?;
        let buffer = self.mbuf.get().ok_or_else(released)?;
        MemoryView::with_view(&buffer, view)
    }

    fn with_view(buffer: &Ref<ManagedBuffer>, source: &BufferView) -> Result<Ref<MemoryView>> {
        let ndim = usize::try_from(source.ndim).unwrap_or(usize::MAX);
        if ndim > MAX_NDIM {
            return Err(raise!(ValueError, "memoryview: number of dimensions must not exceed {MAX_NDIM}"));
        }
        let class = MemoryView::class();
        let block = class.allocate(3 * ndim as isize)?;
        // SAFETY: a zeroed instance with room for three arrays of `ndim`, which nobody else sees yet.
        let this = unsafe {
            let this = block.cast::<MemoryView>().as_ptr();
            (&raw mut (*this).hash).write(Cell::new(-1));
            let arrays = (&raw mut (*this).ob_array).cast::<isize>();
            (&raw mut (*this).view).write(copy_view(source, arrays));
            (&raw mut (*this).mbuf).write(Slot::new(buffer.clone()));
            buffer.exports.set(buffer.exports.get() + 1);
            Ref::<MemoryView>::from_owned(block.cast())
        };
        this.set_flags();
        heap::track_if_collected(class, block);
        Ok(this)
    }

    fn set_flags(&self) {
        let view = &self.view;
        let mut flags = 0;
        if view.ndim == 0 {
            flags |= SCALAR;
        }
        if buffer::is_contiguous(view, b'C') {
            flags |= C_CONTIGUOUS;
        }
        if buffer::is_contiguous(view, b'F') {
            flags |= F_CONTIGUOUS;
        }
        if !view.suboffsets.is_null() {
            flags = (flags | INDIRECT) & !(C_CONTIGUOUS | F_CONTIGUOUS);
        }
        self.flags.set(flags);
    }

    /// The view's structure.
    pub fn view(&self) -> &BufferView {
        &self.view
    }

    fn has(&self, flag: c_int) -> bool {
        self.flags.get() & flag != 0
    }

    /// Whether the view cannot be used any more.
    pub fn is_released(&self) -> bool {
        self.has(RELEASED) || self.mbuf.get().is_none_or(|buffer| buffer.flags.get() & RELEASED != 0)
    }

    /// # Errors
    /// ValueError when the view is released.
    pub fn check(&self) -> Result<()> {
        if self.is_released() { Err(released()) } else { Ok(()) }
    }

    /// Gives the buffer back, once.
    fn let_go(&self) {
        if self.flags.replace(self.flags.get() | RELEASED) & RELEASED != 0 {
            return;
        }
        if let Some(buffer) = self.mbuf.get() {
            buffer.exports.set(buffer.exports.get() - 1);
            if buffer.exports.get() == 0 {
                buffer.release();
            }
        }
    }

    /// Number of dimensions.
    pub fn ndim(&self) -> usize {
        self.view.ndim as usize
    }

    /// The extents, the steps in bytes, and the suboffsets, none of which is there for a view without dimensions.
    pub fn shape(&self) -> &[isize] {
        // SAFETY: NULL or `ndim` items of `ob_array`.
        unsafe { buffer::dims(self.view.shape, self.ndim()) }
    }

    /// See [`MemoryView::shape`].
    pub fn strides(&self) -> &[isize] {
        // SAFETY: as in `shape`.
        unsafe { buffer::dims(self.view.strides, self.ndim()) }
    }

    /// See [`MemoryView::shape`].
    pub fn suboffsets(&self) -> &[isize] {
        // SAFETY: as in `shape`.
        unsafe { buffer::dims(self.view.suboffsets, self.ndim()) }
    }

    /// The format without a leading `@`.
    pub fn item_format(&self) -> &str {
        let format = self.full_format();
        match format.strip_prefix('@') {
            Some(rest) if rest.len() == 1 => rest,
            _ => format,
        }
    }

    /// The format as the exporter gave it.
    pub fn full_format(&self) -> &str {
        if self.view.format.is_null() {
            return "B";
        }
        // SAFETY: a C string that lives as long as the buffer.
        unsafe { CStr::from_ptr(self.view.format) }.to_str().unwrap_or("?")
    }

    /// The exporter.
    pub fn exporter(&self) -> Option<&Object> {
        // SAFETY: the managed buffer owns it while the view is in use.
        unsafe { self.view.obj.as_ref() }
    }
}

fn released() -> raise::Raised {
    raise!(ValueError, "operation forbidden on released memoryview object")
}

/// A copy of `source` whose arrays are at `arrays`, with what the exporter left out filled in.
///
/// # Safety
/// There is room for three times `ndim` numbers.
unsafe fn copy_view(source: &BufferView, arrays: *mut isize) -> BufferView {
    let ndim = source.ndim as usize;
    // SAFETY: a plain copy of C data.
    let mut view = unsafe { ptr::read(source) };
    view.internal = ptr::null_mut();
    if view.format.is_null() {
        view.format = c"B".as_ptr().cast_mut();
    }
    if ndim == 0 {
        view.shape = ptr::null_mut();
        view.strides = ptr::null_mut();
        view.suboffsets = ptr::null_mut();
        return view;
    }
    // SAFETY: the caller's promise; the source's arrays are NULL or `ndim` long.
    unsafe {
        view.shape = arrays;
        view.strides = arrays.add(ndim);
        if source.shape.is_null() {
            arrays.write(source.len / source.itemsize.max(1));
        } else {
            arrays.copy_from(source.shape, ndim);
        }
        if source.strides.is_null() {
            buffer::fill_strides(core::slice::from_raw_parts(arrays, ndim), source.itemsize, view.strides);
        } else {
            view.strides.copy_from(source.strides, ndim);
        }
        if !source.suboffsets.is_null() {
            view.suboffsets = arrays.add(2 * ndim);
            view.suboffsets.copy_from(source.suboffsets, ndim);
        }
    }
    view
}
