//! `bytes`.

use crate::object::refs::Ref;
use crate::object::{Object, VarObject, heap};
use crate::raise::{self, Result};
use crate::typeobject::{TypeObject, flags};
use core::cell::Cell;
use core::ptr::NonNull;

#[unsafe(no_mangle)]
pub static PyBytes_Type: TypeObject =
    TypeObject::new(c"bytes", HEAD_SIZE + 1, flags::BASETYPE | flags::BYTES_SUBCLASS | flags::MATCH_SELF);

/// Offset of the contents.
pub const HEAD_SIZE: usize = 32;

/// `PyBytesObject`: the hash (-1 while unknown), then the contents and a NUL.
#[repr(C)]
pub struct Bytes {
    ob_base: VarObject,
    ob_shash: Cell<isize>,
}

instance!(Bytes, PyBytes_Type, flags::BYTES_SUBCLASS);

impl Bytes {
    /// New bytes with the given contents.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(contents: &[u8]) -> Result<Ref<Bytes>> {
        let (bytes, place) = Bytes::alloc(contents.len())?;
        // SAFETY: `alloc` made room for as many bytes.
        unsafe { place.as_ptr().copy_from_nonoverlapping(contents.as_ptr(), contents.len()) };
        Ok(bytes)
    }

    /// New bytes of `len` undefined bytes and where they are, to be filled before anybody else sees them.
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc(len: usize) -> Result<(Ref<Bytes>, NonNull<u8>)> {
        let size = len.checked_add(HEAD_SIZE + 1).ok_or_else(raise::no_memory)?;
        let block = heap::alloc(size, false).ok_or_else(raise::no_memory)?;
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
