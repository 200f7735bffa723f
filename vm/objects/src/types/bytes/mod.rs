//! `bytes`: storage here, what Python sees in [`methods`].

pub mod iter;
pub mod methods;
pub mod ops;
pub mod source;
pub mod warn;

use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object, VarObject, heap, ref_tracer};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use core::cell::Cell;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

pub use methods::PyBytes_Type;

/// Offset of the contents.
pub const HEAD_SIZE: usize = 32;

/// `PyBytesObject`: the hash (-1 while unknown), then the contents and a NUL.
#[repr(C)]
pub struct Bytes {
    ob_base: VarObject,
    ob_shash: Cell<isize>,
}

struct Shared(Slot<Bytes>);
// SAFETY: touched under the GIL.
unsafe impl Sync for Shared {}
static EMPTY: Shared = Shared(Slot::empty());

impl Bytes {
    /// New bytes with the given contents.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(contents: &[u8]) -> Result<Ref<Bytes>> {
        if contents.is_empty() {
            return Bytes::empty();
        }
        let (bytes, place) = Bytes::alloc(contents.len())?;
        // SAFETY: `alloc` made room for as many bytes.
        unsafe { place.as_ptr().copy_from_nonoverlapping(contents.as_ptr(), contents.len()) };
        Ok(bytes)
    }

    /// The empty bytes, which are one object.
    fn empty() -> Result<Ref<Bytes>> {
        if let Some(empty) = EMPTY.0.get() {
            return Ok(empty);
        }
        let (empty, _) = Bytes::alloc(0)?;
        EMPTY.0.set(Some(empty.clone()));
        Ok(empty)
    }

    /// New bytes of `len` undefined bytes and where they are, to be filled before anybody else sees them.
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc(len: usize) -> Result<(Ref<Bytes>, NonNull<u8>)> {
        let size = len.checked_add(HEAD_SIZE + 1).ok_or_else(raise::no_memory)?;
        let block = heap::alloc_object(&PyBytes_Type, size, false).ok_or_else(raise::no_memory)?;
        // SAFETY: a fresh block with room for the head, the contents and the NUL.
        unsafe {
            let this = block.cast::<Bytes>();
            Object::init(this.as_ptr().cast(), &PyBytes_Type);
            (&raw mut (*this.as_ptr()).ob_base.ob_size).write(Cell::new(len as isize));
            (&raw mut (*this.as_ptr()).ob_shash).write(Cell::new(-1));
            let place = block.add(HEAD_SIZE);
            place.add(len).write(0);
            Ok((Ref::from_owned(this), place))
        }
    }

    /// New bytes of `len` bytes, all of which `fill` writes.
    ///
    /// # Errors
    /// MemoryError.
    pub fn with_places(len: usize, fill: impl FnOnce(&mut [MaybeUninit<u8>])) -> Result<Ref<Bytes>> {
        if len == 0 {
            return Bytes::empty();
        }
        let (bytes, place) = Bytes::alloc(len)?;
        // SAFETY: `alloc` made room for as many bytes, which nobody else knows yet.
        fill(unsafe { core::slice::from_raw_parts_mut(place.as_ptr().cast(), len) });
        Ok(bytes)
    }

    /// The same object with another length, which may move it; what is longer is undefined. For bytes that nobody else has seen.
    ///
    /// # Errors
    /// MemoryError.
    pub fn resized(this: Ref<Bytes>, len: usize) -> Result<Ref<Bytes>> {
        debug_assert!(this.refcnt() == 1 && this.is_exactly(Bytes::class()));
        let size = len.checked_add(HEAD_SIZE + 1).ok_or_else(raise::no_memory)?;
        let block = NonNull::from(&*this).cast::<u8>();
        // SAFETY: bytes are no block of the collector's, and the only reference is given up for the new one.
        unsafe {
            let Some(block) = ref_tracer::realloc_object(block, size) else { return Err(raise::no_memory()) };
            core::mem::forget(this);
            let this = block.cast::<Bytes>();
            this.as_ref().ob_base.ob_size.set(len as isize);
            this.as_ref().ob_shash.set(-1);
            block.add(HEAD_SIZE + len).write(0);
            Ok(Ref::from_owned(this))
        }
    }

    /// An instance of `class`, which is `bytes` or a subclass, with the given contents.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_in(class: &TypeObject, contents: &[u8]) -> Result<Ref<Bytes>> {
        if core::ptr::eq(class, Bytes::class()) {
            return Bytes::new(contents);
        }
        let object = class.allocate(contents.len() as isize)?;
        // SAFETY: an instance of a subclass of bytes with room for the contents and a NUL, all zeros so far.
        let this = unsafe {
            object
                .cast::<u8>()
                .add(HEAD_SIZE)
                .as_ptr()
                .copy_from_nonoverlapping(contents.as_ptr(), contents.len());
            Ref::<Bytes>::from_owned(object.cast())
        };
        this.ob_shash.set(-1);
        heap::track_if_collected(class, object);
        Ok(this)
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

    /// The hash, computed once.
    pub fn hash(&self) -> isize {
        match self.ob_shash.get() {
            -1 => {
                let hash = crate::hash::bytes(self.as_slice());
                self.ob_shash.set(hash);
                hash
            }
            hash => hash,
        }
    }

    /// The contents.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: the contents follow the head and never change once shared.
        unsafe {
            core::slice::from_raw_parts(
                core::ptr::from_ref(self).cast::<u8>().add(HEAD_SIZE),
                self.ob_base.size(),
            )
        }
    }

    /// The cached hash, -1 while unknown.
    pub fn cached_hash(&self) -> &Cell<isize> {
        &self.ob_shash
    }
}
