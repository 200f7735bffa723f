//! `_lzma`: compression by liblzma.
//!
//! Rooms: `filters` has filter chains, `classes` the compressor and the decompressor.

mod classes;
mod filters;

use crate::output::{NoMemory, Output};
use core::ffi::c_int;
use core::fmt;
use filters::Filter;
use liblzma_sys as lz;
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject};
use std::sync::OnceLock;

objects::per_interpreter! {
    /// The class `LZMAError`, made with the module.
    static ERROR: OnceLock<Ref<TypeObject>> = OnceLock::new();
}

fn error(text: fmt::Arguments<'_>) -> Raised {
    let class: &TypeObject = ERROR.get().map_or(&exc::Exception, |class| class);
    objects::raise::set_text(class, text)
}

/// Why a stream stopped.
enum Failure {
    NoMemory,
    Code(lz::lzma_ret),
}

impl From<NoMemory> for Failure {
    fn from(_: NoMemory) -> Failure {
        Failure::NoMemory
    }
}

impl Failure {
    /// The code if it is no error.
    fn check(code: lz::lzma_ret) -> core::result::Result<lz::lzma_ret, Failure> {
        match code {
            lz::LZMA_OK | lz::LZMA_GET_CHECK | lz::LZMA_NO_CHECK | lz::LZMA_STREAM_END => Ok(code),
            _ => Err(Failure::Code(code)),
        }
    }

    fn raise(self) -> Raised {
        let Failure::Code(code) = self else { return objects::raise::no_memory() };
        let text = match code {
            lz::LZMA_MEM_ERROR => return objects::raise::no_memory(),
            lz::LZMA_UNSUPPORTED_CHECK => "Unsupported integrity check",
            lz::LZMA_MEMLIMIT_ERROR => "Memory usage limit exceeded",
            lz::LZMA_FORMAT_ERROR => "Input format not supported by decoder",
            lz::LZMA_OPTIONS_ERROR => "Invalid or unsupported options",
            lz::LZMA_DATA_ERROR => "Corrupt input data",
            lz::LZMA_BUF_ERROR => "Insufficient buffer space",
            lz::LZMA_PROG_ERROR => "Internal error",
            code => return error(format_args!("Unrecognized error from liblzma: {code}")),
        };
        error(format_args!("{text}"))
    }
}

/// An `lzma_stream`, which is not moved, and which ends when it is dropped.
struct Stream(Box<lz::lzma_stream>);

impl Stream {
    /// A stream that `begin` initialises.
    fn begin(
        begin: impl FnOnce(*mut lz::lzma_stream) -> lz::lzma_ret,
    ) -> core::result::Result<Stream, Failure> {
        // SAFETY: zeros are `LZMA_STREAM_INIT`.
        let mut stream = Stream(Box::new(unsafe { core::mem::zeroed() }));
        Failure::check(begin(&mut *stream.0))?;
        Ok(stream)
    }

    /// One call of `lzma_code`; its code, BUF_ERROR being none where only input was lacking.
    fn step(
        &mut self,
        input: &mut &[u8],
        output: &mut Output,
        action: lz::lzma_action,
    ) -> core::result::Result<lz::lzma_ret, Failure> {
        let (room, len) = output.room()?;
        let raw = &mut *self.0;
        (raw.next_in, raw.avail_in) = (input.as_ptr(), input.len());
        (raw.next_out, raw.avail_out) = (room, len);
        // SAFETY: an initialised stream, a slice and the output's room.
        let code = unsafe { lz::lzma_code(raw, action) };
        *input = &input[input.len() - raw.avail_in..];
        // SAFETY: liblzma wrote what it no longer has room for.
        unsafe { output.advance(len - raw.avail_out) };
        match code {
            lz::LZMA_BUF_ERROR if raw.avail_in == 0 => Ok(lz::LZMA_OK),
            code => Failure::check(code),
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: zeroed or initialised.
        unsafe { lz::lzma_end(&mut *self.0) };
    }
}

#[macros::pymodule(
    name = "_lzma",
    classes(classes::LzmaCompressor, classes::LzmaDecompressor),
    parts(super::constants)
)]
pub mod module {
    use super::*;

    #[function("is_check_supported($module, check_id, /)")]
    fn is_check_supported(check_id: c_int) -> bool {
        // SAFETY: any number may be asked for.
        unsafe { lz::lzma_check_is_supported(check_id as lz::lzma_check) != 0 }
    }

    #[function("_encode_filter_properties($module, filter, /)")]
    fn encode_filter_properties(filter: &Object) -> Result<Ref<Bytes>> {
        Bytes::new(&Filter::parse(filter)?.properties().map_err(Failure::raise)?)
    }

    #[function("_decode_filter_properties($module, filter_id, encoded_props, /)")]
    fn decode_filter_properties(filter_id: &Object, encoded_props: &Object) -> Result<Ref<Dict>> {
        let id = filters::to_u64(filter_id)?;
        filters::decode_properties(id, &BytesLike::of(encoded_props)?)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let doc = "Call to liblzma failed.";
        let new = objects::types::exceptions::new_exception;
        let class = new("_lzma.LZMAError", exc::Exception.as_object(), Some(doc))?;
        module.dict().set_text("LZMAError", class.as_object())?;
        let _ = ERROR.set(class);
        Ok(())
    }
}

/// Numbers of liblzma and of the module.
#[macros::pymodule(name = "_lzma", part)]
pub mod constants {
    use super::classes::{ALONE, AUTO, RAW, UNKNOWN_CHECK, XZ};
    use super::lz;

    #[constant]
    const FORMAT_AUTO: i32 = AUTO;
    #[constant]
    const FORMAT_XZ: i32 = XZ;
    #[constant]
    const FORMAT_ALONE: i32 = ALONE;
    #[constant]
    const FORMAT_RAW: i32 = RAW;
    #[constant]
    const CHECK_NONE: u32 = lz::LZMA_CHECK_NONE;
    #[constant]
    const CHECK_CRC32: u32 = lz::LZMA_CHECK_CRC32;
    #[constant]
    const CHECK_CRC64: u32 = lz::LZMA_CHECK_CRC64;
    #[constant]
    const CHECK_SHA256: u32 = lz::LZMA_CHECK_SHA256;
    #[constant]
    const CHECK_ID_MAX: i32 = UNKNOWN_CHECK - 1;
    #[constant]
    const CHECK_UNKNOWN: i32 = UNKNOWN_CHECK;
    #[constant]
    const FILTER_LZMA1: u64 = lz::LZMA_FILTER_LZMA1;
    #[constant]
    const FILTER_LZMA2: u64 = lz::LZMA_FILTER_LZMA2;
    #[constant]
    const FILTER_DELTA: u64 = lz::LZMA_FILTER_DELTA;
    #[constant]
    const FILTER_X86: u64 = lz::LZMA_FILTER_X86;
    #[constant]
    const FILTER_POWERPC: u64 = lz::LZMA_FILTER_POWERPC;
    #[constant]
    const FILTER_IA64: u64 = lz::LZMA_FILTER_IA64;
    #[constant]
    const FILTER_ARM: u64 = lz::LZMA_FILTER_ARM;
    #[constant]
    const FILTER_ARMTHUMB: u64 = lz::LZMA_FILTER_ARMTHUMB;
    #[constant]
    const FILTER_SPARC: u64 = lz::LZMA_FILTER_SPARC;
    #[constant]
    const MF_HC3: u32 = lz::LZMA_MF_HC3;
    #[constant]
    const MF_HC4: u32 = lz::LZMA_MF_HC4;
    #[constant]
    const MF_BT2: u32 = lz::LZMA_MF_BT2;
    #[constant]
    const MF_BT3: u32 = lz::LZMA_MF_BT3;
    #[constant]
    const MF_BT4: u32 = lz::LZMA_MF_BT4;
    #[constant]
    const MODE_FAST: u32 = lz::LZMA_MODE_FAST;
    #[constant]
    const MODE_NORMAL: u32 = lz::LZMA_MODE_NORMAL;
    #[constant]
    const PRESET_DEFAULT: u32 = lz::LZMA_PRESET_DEFAULT;
    #[constant]
    const PRESET_EXTREME: u32 = lz::LZMA_PRESET_EXTREME;
}
