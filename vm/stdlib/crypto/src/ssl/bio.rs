//! `MemoryBIO`: the network side of a connection as a buffer.

use super::errors;
use crate::openssl::{Own, ffi};
use core::cell::Cell;
use core::ffi::{c_int, c_long, c_void};
use core::ptr;
use macros::pytype;
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::{Object, Ref, Result, TypeObject, raise};

/// Bytes that OpenSSL writes for us.
pub struct Memory(Own<ffi::BIO>);

impl Memory {
    pub fn new() -> Result<Memory> {
        // SAFETY: a new buffer or NULL.
        unsafe { Own::new(ffi::BIO_new(ffi::BIO_s_mem())) }.map(Memory).ok_or_else(errors::latest)
    }

    /// A buffer to read `data` from, which must outlive it.
    pub fn over(data: &[u8]) -> Result<Memory> {
        let len = c_int::try_from(data.len())
            .map_err(|_| raise!(OverflowError, "string longer than {} bytes", c_int::MAX))?;
        // SAFETY: the bytes of a slice.
        let bio = unsafe { Own::new(ffi::BIO_new_mem_buf(data.as_ptr().cast(), len)) };
        bio.map(Memory).ok_or_else(errors::latest)
    }

    pub fn as_ptr(&self) -> *mut ffi::BIO {
        self.0.as_ptr()
    }

    /// What was written.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; pending(self.as_ptr())];
        // SAFETY: room for as many bytes.
        let count = unsafe { ffi::BIO_read(self.as_ptr(), bytes.as_mut_ptr().cast(), bytes.len() as c_int) };
        bytes.truncate(count.max(0) as usize);
        bytes
    }
}

fn pending(bio: *mut ffi::BIO) -> usize {
    // SAFETY: a buffer of the caller's.
    unsafe { ffi::BIO_ctrl_pending(bio) }
}

/// `PySSLMemoryBIO`.
#[repr(C)]
pub struct MemoryBio {
    ob_base: Object,
    bio: Own<ffi::BIO>,
    eof_written: Cell<bool>,
}

impl MemoryBio {
    /// One more reference to the buffer, for a connection to own.
    pub fn share(&self) -> *mut ffi::BIO {
        // SAFETY: our own buffer.
        unsafe { ffi::BIO_up_ref(self.bio.as_ptr()) };
        self.bio.as_ptr()
    }

    fn set_eof_return(&self, value: c_long) {
        // SAFETY: our own buffer.
        unsafe {
            ffi::BIO_ctrl(
                self.bio.as_ptr(),
                ffi::BIO_C_SET_BUF_MEM_EOF_RETURN,
                value,
                ptr::null_mut::<c_void>(),
            )
        };
    }
}

#[pytype(name = "MemoryBIO", module = "_ssl", static_name = MEMORY_BIO)]
impl MemoryBio {
    #[new("()")]
    fn new(class: &TypeObject) -> Result<Ref<MemoryBio>> {
        // SAFETY: a new buffer or NULL.
        let bio = unsafe { Own::new(ffi::BIO_new(ffi::BIO_s_mem())) };
        let Some(bio) = bio else { return Err(errors::plain("failed to allocate BIO")) };
        let this =
            Ref::new_in(class, MemoryBio { ob_base: Object::HEAD, bio, eof_written: Cell::new(false) })?;
        // An empty buffer is not the end of the stream, but asks to come back.
        this.set_eof_return(-1);
        Ok(this)
    }

    #[method("read($self, size=-1, /)")]
    fn read(&self, #[default(-1)] size: c_int) -> Result<Ref<Bytes>> {
        let available = pending(self.bio.as_ptr()).min(c_int::MAX as usize);
        let len = usize::try_from(size).map_or(available, |size| size.min(available));
        let mut bytes = vec![0; len];
        if len == 0 {
            return Bytes::new(b"");
        }
        // SAFETY: room for as many bytes.
        let count = unsafe { ffi::BIO_read(self.bio.as_ptr(), bytes.as_mut_ptr().cast(), len as c_int) };
        if count < 0 {
            return Err(errors::latest());
        }
        Bytes::new(&bytes[..(count as usize).min(len)])
    }

    #[method("write($self, b, /)")]
    fn write(&self, b: BytesLike<'_>) -> Result<c_int> {
        let Ok(len) = c_int::try_from(b.len()) else {
            return Err(raise!(OverflowError, "string longer than {} bytes", c_int::MAX));
        };
        if self.eof_written.get() {
            return Err(errors::plain("cannot write() after write_eof()"));
        }
        if len == 0 {
            return Ok(0);
        }
        // SAFETY: the bytes of a slice.
        let count = unsafe { ffi::BIO_write(self.bio.as_ptr(), b.as_ptr().cast(), len) };
        if count < 0 { Err(errors::latest()) } else { Ok(count) }
    }

    #[method("write_eof($self, /)")]
    fn write_eof(&self) {
        self.eof_written.set(true);
        self.set_eof_return(0);
    }

    #[getter("pending")]
    fn py_pending(&self) -> usize {
        pending(self.bio.as_ptr())
    }

    #[getter("eof")]
    fn eof(&self) -> bool {
        pending(self.bio.as_ptr()) == 0 && self.eof_written.get()
    }
}
