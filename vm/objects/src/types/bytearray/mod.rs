//! `bytearray`: storage here, what Python sees in [`methods`].

pub mod iter;
pub mod methods;

use crate::object::refs::Ref;
use crate::object::{Instance, VarObject, heap};
use crate::raise;
use crate::raise::Result;
use crate::typeobject::TypeObject;
use core::cell::Cell;
use core::ptr::{self, NonNull};

pub use methods::PyByteArray_Type;

/// `PyByteArrayObject`. `ob_start` is where the contents begin in the block `ob_bytes` of `ob_alloc` bytes: what is taken off the
/// front only moves it. The contents end in a NUL. While `ob_exports` views exist the block stays where it is.
#[repr(C)]
pub struct ByteArray {
    ob_base: VarObject,
    ob_alloc: Cell<isize>,
    ob_bytes: Cell<*mut u8>,
    ob_start: Cell<*mut u8>,
    ob_exports: Cell<isize>,
}

const _: () = assert!(size_of::<ByteArray>() == 56);

impl ByteArray {
    /// A new array with the given contents.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(contents: &[u8]) -> Result<Ref<ByteArray>> {
        let array = ByteArray::new_in(ByteArray::class())?;
        array.resize(contents.len())?;
        array.as_mut_slice().copy_from_slice(contents);
        Ok(array)
    }

    /// An empty instance of `class`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_in(class: &TypeObject) -> Result<Ref<ByteArray>> {
        Ref::new_in(
            class,
            ByteArray {
                ob_base: VarObject::HEAD,
                ob_alloc: Cell::new(0),
                ob_bytes: Cell::new(ptr::null_mut()),
                ob_start: Cell::new(ptr::null_mut()),
                ob_exports: Cell::new(0),
            },
        )
    }

    /// Number of bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.ob_base.size()
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The contents. Python code can change and move them: hold no reference across a call of it.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        if self.ob_start.get().is_null() {
            return &[];
        }
        // SAFETY: `len` bytes from the start are there.
        unsafe { core::slice::from_raw_parts(self.ob_start.get(), self.len()) }
    }

    /// The contents for writing; nobody else looks at them meanwhile, the GIL being held and no Python code run.
    #[inline]
    #[allow(clippy::mut_from_ref, reason = "interior mutability: the bytes are behind a raw pointer")]
    pub fn as_mut_slice(&self) -> &mut [u8] {
        if self.ob_start.get().is_null() {
            return &mut [];
        }
        // SAFETY: as in `as_slice`.
        unsafe { core::slice::from_raw_parts_mut(self.ob_start.get(), self.len()) }
    }

    /// Where the contents are, for a view.
    pub fn start(&self) -> *mut u8 {
        if self.ob_start.get().is_null() {
            _PyByteArray_empty_string.as_ptr().cast_mut()
        } else {
            self.ob_start.get()
        }
    }

    /// The number of views.
    pub fn exports(&self) -> &Cell<isize> {
        &self.ob_exports
    }

    /// The size of the block.
    pub fn capacity(&self) -> usize {
        self.ob_alloc.get() as usize
    }

    /// Whether the size may change.
    ///
    /// # Errors
    /// BufferError while views exist.
    pub fn check_resizable(&self) -> Result<()> {
        if self.ob_exports.get() > 0 {
            return Err(raise!(BufferError, "Existing exports of data: object cannot be re-sized"));
        }
        Ok(())
    }

    /// Changes the number of bytes (`PyByteArray_Resize`); new ones are undefined.
    ///
    /// # Errors
    /// BufferError while views exist; MemoryError.
    pub fn resize(&self, len: usize) -> Result<()> {
        if len == self.len() && !self.ob_bytes.get().is_null() {
            return Ok(());
        }
        self.check_resizable()?;
        let alloc = self.capacity();
        let offset = if self.ob_bytes.get().is_null() {
            0
        } else {
            // SAFETY: both point into the same block.
            unsafe { self.ob_start.get().offset_from(self.ob_bytes.get()) as usize }
        };
        let needed = len.checked_add(offset + 1).filter(|&needed| isize::try_from(needed).is_ok());
        let needed = needed.ok_or_else(raise::no_memory)?;
        if needed <= alloc && len >= alloc / 2 {
            self.set_len(len);
            return Ok(());
        }
        let wanted = if needed <= alloc || len > alloc + alloc / 8 {
            len + 1
        } else {
            // Grows by an eighth more than asked, so that appending is linear.
            len + (len >> 3) + if len < 9 { 3 } else { 6 }
        };
        self.move_to(wanted, len)
    }

    fn move_to(&self, alloc: usize, len: usize) -> Result<()> {
        let old = NonNull::new(self.ob_bytes.get());
        let kept = self.len().min(len);
        let block = match old {
            Some(old) if ptr::eq(self.ob_start.get(), old.as_ptr()) => {
                // SAFETY: our block, which nobody else refers to.
                unsafe { heap::realloc(old, alloc, false) }.ok_or_else(raise::no_memory)?
            }
            _ => {
                let block = heap::alloc(alloc, false).ok_or_else(raise::no_memory)?;
                if let Some(old) = old {
                    // SAFETY: `kept` bytes are in both; the old block is ours.
                    unsafe {
                        block.as_ptr().copy_from_nonoverlapping(self.ob_start.get(), kept);
                        heap::free(old.as_ptr());
                    }
                }
                block
            }
        };
        self.ob_bytes.set(block.as_ptr());
        self.ob_start.set(block.as_ptr());
        self.ob_alloc.set(alloc as isize);
        self.set_len(len);
        Ok(())
    }

    fn set_len(&self, len: usize) {
        self.ob_base.ob_size.set(len as isize);
        // SAFETY: the block has room for a NUL behind the contents.
        unsafe { self.ob_start.get().add(len).write(0) };
    }

    /// Puts `new` in the place of `start..end`.
    ///
    /// # Errors
    /// BufferError while views exist and the size would change; MemoryError.
    pub fn splice(&self, start: usize, end: usize, new: &[u8]) -> Result<()> {
        let len = self.len();
        let tail = len - end;
        let taken = end - start;
        if new.len() < taken {
            self.check_resizable()?;
            let less = taken - new.len();
            if start == 0 {
                let front = self.ob_start.get();
                // SAFETY: within the contents.
                self.ob_start.set(unsafe { front.add(less) });
                if let Err(raised) = self.resize(len - less) {
                    self.ob_start.set(front);
                    return Err(raised);
                }
            } else {
                self.as_mut_slice().copy_within(end.., end - less);
                self.resize(len - less)?;
            }
        } else if new.len() > taken {
            let more = new.len() - taken;
            self.resize(len.checked_add(more).ok_or_else(raise::no_memory)?)?;
            self.as_mut_slice().copy_within(end..end + tail, end + more);
        }
        self.as_mut_slice()[start..start + new.len()].copy_from_slice(new);
        Ok(())
    }
}

/// The contents of an array without a block, which extensions refer to as well.
#[unsafe(no_mangle)]
pub static _PyByteArray_empty_string: [u8; 1] = [0];

impl Drop for ByteArray {
    fn drop(&mut self) {
        if self.ob_exports.get() > 0 {
            raise!(SystemError, "deallocated bytearray object has exported buffers").leave();
            crate::raise::write_unraisable(raise::pending(), None);
        }
        if !self.ob_bytes.get().is_null() {
            // SAFETY: our block.
            unsafe { heap::free(self.ob_bytes.get()) };
        }
    }
}
