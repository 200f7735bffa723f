//! `_bz2`: compression by libbzip2.

use crate::feed::{Decoder, Feeder, Progress, State};
use crate::output::{NoMemory, Output};
use bzip2_sys as bz;
use core::cell::Cell;
use core::ffi::{c_int, c_uint};
use core::ptr;
use macros::{Trace, pytype};
use objects::protocol::buffer::BytesLike;
use objects::state::{detached, lock};
use objects::types::bytes::Bytes;
use objects::{Object, Raised, Ref, Result, Slot, TypeObject, raise};
use std::sync::Mutex;

/// Why a stream stopped.
enum Failure {
    NoMemory,
    Code(c_int),
}

impl From<NoMemory> for Failure {
    fn from(_: NoMemory) -> Failure {
        Failure::NoMemory
    }
}

impl Failure {
    /// The code if it is an error.
    fn check(code: c_int) -> core::result::Result<c_int, Failure> {
        if code < 0 { Err(Failure::Code(code)) } else { Ok(code) }
    }

    fn raise(self) -> Raised {
        let Failure::Code(code) = self else { return objects::raise::no_memory() };
        match code {
            bz::BZ_PARAM_ERROR => {
                raise!(ValueError, "Internal error - invalid parameters passed to libbzip2")
            }
            bz::BZ_MEM_ERROR => objects::raise::no_memory(),
            bz::BZ_DATA_ERROR | bz::BZ_DATA_ERROR_MAGIC => raise!(OSError, "Invalid data stream"),
            bz::BZ_IO_ERROR => raise!(OSError, "Unknown I/O error"),
            bz::BZ_UNEXPECTED_EOF => {
                raise!(EOFError, "Compressed file ended before the logical end-of-stream was detected")
            }
            bz::BZ_SEQUENCE_ERROR => {
                raise!(RuntimeError, "Internal error - Invalid sequence of commands sent to libbzip2")
            }
            code => raise!(OSError, "Unrecognized error from libbzip2: {code}"),
        }
    }
}

/// A `bz_stream` that is not moved.
fn blank() -> Box<bz::bz_stream> {
    Box::new(bz::bz_stream {
        next_in: ptr::null_mut(),
        avail_in: 0,
        total_in_lo32: 0,
        total_in_hi32: 0,
        next_out: ptr::null_mut(),
        avail_out: 0,
        total_out_lo32: 0,
        total_out_hi32: 0,
        state: ptr::null_mut(),
        bzalloc: None,
        bzfree: None,
        opaque: ptr::null_mut(),
    })
}

/// Lets `step` work on a piece of the input and the output's room; its code.
fn step(
    raw: &mut bz::bz_stream,
    input: &mut &[u8],
    output: &mut Output,
    step: impl FnOnce(*mut bz::bz_stream) -> c_int,
) -> core::result::Result<c_int, NoMemory> {
    let chunk = input.len().min(c_uint::MAX as usize);
    let (room, len) = output.room()?;
    let len = len.min(c_uint::MAX as usize);
    raw.next_in = input.as_ptr().cast_mut().cast();
    raw.avail_in = chunk as c_uint;
    raw.next_out = room.cast();
    raw.avail_out = len as c_uint;
    let code = step(raw);
    *input = &input[chunk - raw.avail_in as usize..];
    // SAFETY: libbzip2 wrote what it no longer has room for.
    unsafe { output.advance(len - raw.avail_out as usize) };
    Ok(code)
}

struct Compress {
    raw: Box<bz::bz_stream>,
    flushed: bool,
}

impl Compress {
    fn new(level: c_int) -> core::result::Result<Compress, Failure> {
        let mut raw = blank();
        // SAFETY: a whole structure that stays where it is.
        Failure::check(unsafe { bz::BZ2_bzCompressInit(&mut *raw, level, 0, 0) })?;
        Ok(Compress { raw, flushed: false })
    }

    fn run(&mut self, mut input: &[u8], action: c_int) -> core::result::Result<Output, Failure> {
        let mut output = Output::new(None);
        // Without input there is nothing to run on.
        while action != bz::BZ_RUN || !input.is_empty() {
            // SAFETY: an initialised stream; the rest is `step`'s.
            let code = step(&mut self.raw, &mut input, &mut output, |raw| unsafe {
                bz::BZ2_bzCompress(raw, action)
            })?;
            if Failure::check(code)? == bz::BZ_STREAM_END {
                break;
            }
        }
        Ok(output)
    }
}

impl Drop for Compress {
    fn drop(&mut self) {
        // SAFETY: initialised once, ended once.
        unsafe { bz::BZ2_bzCompressEnd(&mut *self.raw) };
    }
}

struct Decompress {
    raw: Box<bz::bz_stream>,
}

impl Decompress {
    fn new() -> core::result::Result<Decompress, Failure> {
        let mut raw = blank();
        // SAFETY: a whole structure that stays where it is.
        Failure::check(unsafe { bz::BZ2_bzDecompressInit(&mut *raw, 0, 0) })?;
        Ok(Decompress { raw })
    }
}

impl Decoder for Decompress {
    type Error = Failure;
    const HOLDS_BACK: bool = false;
    const BROKEN: Option<&'static str> = Some("Decompressor is unusable after a previous error");

    fn decode(&mut self, input: &mut &[u8], output: &mut Output) -> core::result::Result<Progress, Failure> {
        loop {
            // SAFETY: an initialised stream; the rest is `step`'s.
            let code = step(&mut self.raw, input, output, |raw| unsafe { bz::BZ2_bzDecompress(raw) })?;
            if Failure::check(code)? == bz::BZ_STREAM_END {
                return Ok(Progress::End);
            }
            if output.is_full() || input.is_empty() && self.raw.avail_out != 0 {
                return Ok(Progress::Paused);
            }
        }
    }
}

impl Drop for Decompress {
    fn drop(&mut self) {
        // SAFETY: initialised once, ended once.
        unsafe { bz::BZ2_bzDecompressEnd(&mut *self.raw) };
    }
}

/// `BZ2Compressor`.
#[repr(C)]
pub struct Bz2Compressor {
    ob_base: Object,
    stream: Mutex<Compress>,
}

#[pytype(name = "BZ2Compressor", module = "_bz2", static_name = BZ2_COMPRESSOR)]
impl Bz2Compressor {
    #[new("(compresslevel=9, /)")]
    fn new(class: &TypeObject, #[default(9)] compresslevel: c_int) -> Result<Ref<Bz2Compressor>> {
        if !(1..=9).contains(&compresslevel) {
            return Err(raise!(ValueError, "compresslevel must be between 1 and 9"));
        }
        let stream = Mutex::new(Compress::new(compresslevel).map_err(Failure::raise)?);
        Ref::new_in(class, Bz2Compressor { ob_base: Object::HEAD, stream })
    }

    #[method("compress($self, data, /)")]
    fn compress(&self, data: BytesLike<'_>) -> Result<Ref<Bytes>> {
        let mut stream = lock(&self.stream);
        if stream.flushed {
            return Err(raise!(ValueError, "Compressor has been flushed"));
        }
        let bytes: &[u8] = &data;
        let output = detached(|| stream.run(bytes, bz::BZ_RUN)).map_err(Failure::raise)?;
        Bytes::new(output.as_slice())
    }

    #[method("flush($self, /)")]
    fn flush(&self) -> Result<Ref<Bytes>> {
        let mut stream = lock(&self.stream);
        if stream.flushed {
            return Err(raise!(ValueError, "Repeated call to flush()"));
        }
        stream.flushed = true;
        let output = detached(|| stream.run(&[], bz::BZ_FINISH)).map_err(Failure::raise)?;
        Bytes::new(output.as_slice())
    }
}

/// `BZ2Decompressor`.
#[repr(C)]
#[derive(Trace)]
pub struct Bz2Decompressor {
    ob_base: Object,
    #[trace(skip)]
    feeder: Feeder<Decompress>,
    unused_data: Slot<Bytes>,
    eof: Cell<bool>,
    needs_input: Cell<bool>,
}

#[pytype(
    name = "BZ2Decompressor",
    module = "_bz2",
    static_name = BZ2_DECOMPRESSOR,
    member("unused_data", OBJECT, unused_data, READONLY),
    member("eof", BOOL, eof, READONLY),
    member("needs_input", BOOL, needs_input, READONLY)
)]
impl Bz2Decompressor {
    #[new("()")]
    fn new(class: &TypeObject) -> Result<Ref<Bz2Decompressor>> {
        let decoder = Decompress::new().map_err(Failure::raise)?;
        Ref::new_in(
            class,
            Bz2Decompressor {
                ob_base: Object::HEAD,
                feeder: Feeder::new(decoder),
                unused_data: Slot::new(Bytes::new(b"")?),
                eof: Cell::new(false),
                needs_input: Cell::new(true),
            },
        )
    }

    #[method("decompress($self, /, data, max_length=-1)")]
    fn decompress(&self, data: BytesLike<'_>, #[default(-1)] max_length: isize) -> Result<Ref<Bytes>> {
        let state = State { eof: &self.eof, needs_input: &self.needs_input, unused_data: &self.unused_data };
        self.feeder.decompress(&state, &data, max_length, |_| (), Failure::raise)
    }
}

#[macros::pymodule(name = "_bz2", classes(super::Bz2Compressor, super::Bz2Decompressor))]
pub mod module {}
