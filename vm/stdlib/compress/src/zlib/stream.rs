//! A `z_stream` that is not moved and ends when it is dropped.

use crate::output::{NoMemory, Output};
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr;
use libz_sys as z;
use objects::{Raised, raise};

/// The size of zlib's structure, which the library compares with its own.
const SIZE: c_int = size_of::<z::z_stream>() as c_int;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Deflate,
    Inflate,
}

/// A stream in one direction.
pub struct Stream {
    raw: Box<z::z_stream>,
    direction: Direction,
}

/// A status of zlib with its message.
#[derive(Clone, Copy)]
pub struct Status {
    pub code: c_int,
    message: Option<&'static CStr>,
}

/// Why a stream stopped before its end.
pub enum Failure {
    NoMemory,
    Status(Status),
}

impl From<NoMemory> for Failure {
    fn from(_: NoMemory) -> Failure {
        Failure::NoMemory
    }
}

impl Status {
    fn of(code: c_int, raw: &z::z_stream) -> Status {
        let message = match code {
            z::Z_VERSION_ERROR => Some(c"library version mismatch"),
            // SAFETY: the messages of zlib are static strings.
            _ if !raw.msg.is_null() => Some(unsafe { CStr::from_ptr(raw.msg) }),
            z::Z_BUF_ERROR => Some(c"incomplete or truncated stream"),
            z::Z_STREAM_ERROR => Some(c"inconsistent stream state"),
            z::Z_DATA_ERROR => Some(c"invalid input data"),
            _ => None,
        };
        Status { code, message }
    }

    pub fn is_ok(self) -> bool {
        self.code == z::Z_OK
    }

    /// `zlib.error` saying what went wrong and when.
    pub fn raise(self, when: &str) -> Raised {
        let code = self.code;
        match self.message {
            Some(message) => super::error(&format!("Error {code} {when}: {}", message.to_string_lossy())),
            None => super::error(&format!("Error {code} {when}")),
        }
    }
}

impl Failure {
    /// The exception; `memory` is the text of a MemoryError.
    pub fn raise(self, when: &str, memory: &str) -> Raised {
        match self {
            Failure::NoMemory => objects::raise::no_memory(),
            Failure::Status(status) if status.code == z::Z_MEM_ERROR => raise!(MemoryError, "{memory}"),
            Failure::Status(status) => status.raise(when),
        }
    }
}

unsafe extern "C" fn allocate(_opaque: *mut c_void, items: c_uint, size: c_uint) -> *mut c_void {
    // SAFETY: any sizes are allowed.
    unsafe { libc::malloc(items as usize * size as usize) }
}

unsafe extern "C" fn free(_opaque: *mut c_void, block: *mut c_void) {
    // SAFETY: a block of `allocate`.
    unsafe { libc::free(block) };
}

fn blank() -> Box<z::z_stream> {
    Box::new(z::z_stream {
        next_in: ptr::null_mut(),
        avail_in: 0,
        total_in: 0,
        next_out: ptr::null_mut(),
        avail_out: 0,
        total_out: 0,
        msg: ptr::null_mut::<c_char>(),
        state: ptr::null_mut(),
        zalloc: allocate,
        zfree: free,
        opaque: ptr::null_mut(),
        data_type: 0,
        adler: 0,
        reserved: 0,
    })
}

impl Stream {
    /// A compressing stream.
    pub fn deflate(
        level: c_int,
        method: c_int,
        wbits: c_int,
        mem_level: c_int,
        strategy: c_int,
    ) -> Result<Stream, Status> {
        let mut raw = blank();
        // SAFETY: a whole structure that stays where it is.
        let code = unsafe {
            z::deflateInit2_(&mut *raw, level, method, wbits, mem_level, strategy, z::zlibVersion(), SIZE)
        };
        Stream::begun(raw, code, Direction::Deflate)
    }

    /// A decompressing stream.
    pub fn inflate(wbits: c_int) -> Result<Stream, Status> {
        let mut raw = blank();
        // SAFETY: as above.
        let code = unsafe { z::inflateInit2_(&mut *raw, wbits, z::zlibVersion(), SIZE) };
        Stream::begun(raw, code, Direction::Inflate)
    }

    fn begun(raw: Box<z::z_stream>, code: c_int, direction: Direction) -> Result<Stream, Status> {
        match code {
            z::Z_OK => Ok(Stream { raw, direction }),
            code => Err(Status::of(code, &raw)),
        }
    }

    fn status(&self, code: c_int) -> Status {
        Status::of(code, &self.raw)
    }

    /// Sets the preset dictionary.
    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> Status {
        let len = dictionary.len() as c_uint;
        // SAFETY: an initialised stream, the bytes of a slice.
        let code = unsafe {
            match self.direction {
                Direction::Deflate => z::deflateSetDictionary(&mut *self.raw, dictionary.as_ptr(), len),
                Direction::Inflate => z::inflateSetDictionary(&mut *self.raw, dictionary.as_ptr(), len),
            }
        };
        self.status(code)
    }

    /// A stream in the same state.
    pub fn copy(&mut self) -> Result<Stream, Status> {
        let mut raw = blank();
        // SAFETY: an initialised stream, and a whole structure that stays where it is.
        let code = unsafe {
            match self.direction {
                Direction::Deflate => z::deflateCopy(&mut *raw, &mut *self.raw),
                Direction::Inflate => z::inflateCopy(&mut *raw, &mut *self.raw),
            }
        };
        Stream::begun(raw, code, self.direction)
    }

    /// Frees what the stream holds; it is unusable afterwards.
    pub fn end(&mut self) -> Status {
        // SAFETY: zlib answers an error when the stream ended before.
        let code = unsafe {
            match self.direction {
                Direction::Deflate => z::deflateEnd(&mut *self.raw),
                Direction::Inflate => z::inflateEnd(&mut *self.raw),
            }
        };
        self.status(code)
    }

    /// Works until the input is used up, the output full, or something else than Z_OK and Z_BUF_ERROR happens. `flush` goes with the
    /// last of the input.
    pub fn run(&mut self, input: &mut &[u8], output: &mut Output, flush: c_int) -> Result<Status, NoMemory> {
        loop {
            let chunk = input.len().min(c_uint::MAX as usize);
            let flush = if chunk == input.len() { flush } else { z::Z_NO_FLUSH };
            let (room, len) = output.room()?;
            let len = len.min(c_uint::MAX as usize);
            self.raw.next_in = input.as_ptr().cast_mut();
            self.raw.avail_in = chunk as c_uint;
            self.raw.next_out = room;
            self.raw.avail_out = len as c_uint;
            // SAFETY: the pointers and lengths are those of a slice and of the output's room.
            let code = unsafe {
                match self.direction {
                    Direction::Deflate => z::deflate(&mut *self.raw, flush),
                    Direction::Inflate => z::inflate(&mut *self.raw, flush),
                }
            };
            *input = &input[chunk - self.raw.avail_in as usize..];
            let full = self.raw.avail_out == 0;
            // SAFETY: zlib wrote what it no longer has room for.
            unsafe { output.advance(len - self.raw.avail_out as usize) };
            self.raw.next_in = ptr::null_mut();
            self.raw.next_out = ptr::null_mut();
            let status = self.status(code);
            let goes_on = matches!(code, z::Z_OK | z::Z_BUF_ERROR);
            if !goes_on || output.is_full() || !full && input.is_empty() {
                return Ok(status);
            }
            if !full && self.raw.avail_in != 0 {
                // Neither room nor input is lacking: zlib can do no more.
                return Ok(status);
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end();
    }
}
