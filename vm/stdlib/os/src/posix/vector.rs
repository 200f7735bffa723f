//! Reading and writing several buffers at once; moving data between descriptors.

use super::retry;
use core::ffi::{c_int, c_uint};
use objects::protocol::buffer::{Buffer, WRITABLE};
use objects::protocol::sequence;
use objects::{Object, Ref, Result, raise};

/// Buffers that are held while the system uses them, with the vector that tells of them.
struct Held {
    _buffers: Vec<Buffer>,
    vectors: Vec<libc::iovec>,
}

fn items(buffers: &Object, function: &str) -> Result<Vec<Ref>> {
    if !sequence::is_sequence(buffers) {
        return Err(raise!(TypeError, "{function}() arg 2 must be a sequence"));
    }
    objects::protocol::iter::collect(buffers)
}

impl Held {
    fn writable(buffers: &Object, function: &str) -> Result<Held> {
        let items = items(buffers, function)?;
        let mut buffers = items.iter().map(|item| Buffer::of(item, WRITABLE)).collect::<Result<Vec<_>>>()?;
        let vector = |buffer: &mut Buffer| {
            let room = buffer.as_mut_slice();
            libc::iovec { iov_base: room.as_mut_ptr().cast(), iov_len: room.len() }
        };
        let vectors = buffers.iter_mut().map(vector).collect();
        Ok(Held { _buffers: buffers, vectors })
    }

    fn readable(buffers: &Object, function: &str) -> Result<Held> {
        let items = items(buffers, function)?;
        let simple = objects::protocol::buffer::SIMPLE;
        let buffers = items.iter().map(|item| Buffer::of(item, simple)).collect::<Result<Vec<_>>>()?;
        let vector = |buffer: &Buffer| {
            let bytes = buffer.as_slice();
            libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() }
        };
        let vectors = buffers.iter().map(vector).collect();
        Ok(Held { _buffers: buffers, vectors })
    }
}

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("readv($module, fd, buffers, /)")]
    fn readv(fd: c_int, buffers: &Object) -> Result<isize> {
        let held = Held::writable(buffers, "readv")?;
        let (place, count) = (held.vectors.as_ptr(), held.vectors.len() as c_int);
        // SAFETY: the buffers are held.
        retry(|| unsafe { libc::readv(fd, place, count) })
    }

    #[function("writev($module, fd, buffers, /)")]
    fn writev(fd: c_int, buffers: &Object) -> Result<isize> {
        let held = Held::readable(buffers, "writev")?;
        let (place, count) = (held.vectors.as_ptr(), held.vectors.len() as c_int);
        // SAFETY: the buffers are held.
        retry(|| unsafe { libc::writev(fd, place, count) })
    }

    #[function("preadv($module, fd, buffers, offset, flags=0, /)")]
    fn preadv(fd: c_int, buffers: &Object, offset: i64, flags: c_int) -> Result<isize> {
        let held = Held::writable(buffers, "preadv2")?;
        let (place, count) = (held.vectors.as_ptr(), held.vectors.len() as c_int);
        // SAFETY: the buffers are held.
        retry(|| unsafe { libc::preadv2(fd, place, count, offset, flags) })
    }

    #[function("pwritev($module, fd, buffers, offset, flags=0, /)")]
    fn pwritev(fd: c_int, buffers: &Object, offset: i64, flags: c_int) -> Result<isize> {
        let held = Held::readable(buffers, "pwritev")?;
        let (place, count) = (held.vectors.as_ptr(), held.vectors.len() as c_int);
        // SAFETY: the buffers are held.
        retry(|| unsafe { libc::pwritev2(fd, place, count, offset, flags) })
    }

    #[function("splice($module, /, src, dst, count, offset_src=None, offset_dst=None,\n       flags=0)")]
    fn splice(
        src: c_int,
        dst: c_int,
        count: isize,
        offset_src: Option<i64>,
        offset_dst: Option<i64>,
        #[default(0)] flags: c_uint,
    ) -> Result<isize> {
        let Ok(count) = usize::try_from(count) else {
            return Err(raise!(ValueError, "negative value for 'count' not allowed"));
        };
        let (mut from, mut to) = (offset_src.unwrap_or(0), offset_dst.unwrap_or(0));
        let from = if offset_src.is_some() { &raw mut from } else { core::ptr::null_mut() };
        let to = if offset_dst.is_some() { &raw mut to } else { core::ptr::null_mut() };
        // SAFETY: the offsets are ours.
        retry(|| unsafe { libc::splice(src, from, dst, to, count, flags) })
    }
}
