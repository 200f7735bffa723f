//! `zlib`: the C library's compression, streams of it, and checksums.
//!
//! Rooms: `stream` wraps the C structure, `compress` and `decompress` have the stream objects, `feed` has `_ZlibDecompressor`.

mod compress;
mod decompress;
mod feed;
mod stream;

use crate::checksum::{self, Low32};
use crate::output::Output;
use compress::Compress;
use core::ffi::c_int;
use decompress::Decompress;
use libz_sys as z;
use objects::protocol::buffer::BytesLike;
use objects::state::detached;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, raise};
use std::sync::OnceLock;
use stream::Stream;

/// The largest window, the default of its size.
const MAX_WBITS: c_int = 15;
const DEF_MEM_LEVEL: c_int = 8;
const DEF_BUF_SIZE: isize = 16 * 1024;

objects::per_interpreter! {
    /// The class `zlib.error`, made with the module.
    static ERROR: OnceLock<Ref<TypeObject>> = OnceLock::new();
}

fn error(text: &str) -> Raised {
    let class: &TypeObject = ERROR.get().map_or(&exc::Exception, |class| class);
    objects::raise::set_text(class, format_args!("{text}"))
}

/// The bytes of a preset dictionary.
fn dictionary(zdict: &Object) -> Result<Box<[u8]>> {
    let bytes = BytesLike::of(zdict)?;
    if u32::try_from(bytes.len()).is_err() {
        return Err(raise!(OverflowError, "zdict length does not fit in an unsigned int"));
    }
    Ok(bytes.as_slice().into())
}

/// The dictionary that a decompressing object is given; an empty one is none.
fn inflate_dictionary(zdict: Option<&Object>) -> Result<Option<Box<[u8]>>> {
    let Some(zdict) = zdict else { return Ok(None) };
    match dictionary(zdict) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(raised) if raised.matches(&exc::TypeError) => {
            raised.clear();
            Err(raise!(TypeError, "zdict argument must support the buffer protocol"))
        }
        Err(raised) => Err(raised),
    }
}

#[macros::pymodule(name = "zlib", classes(feed::ZlibDecompressor), parts(super::constants))]
pub mod module {
    use super::*;

    #[function("adler32($module, data, value=1, /)")]
    fn adler32(data: BytesLike<'_>, #[default(Low32(1))] value: Low32) -> u32 {
        checksum::adler32(value, &data)
    }

    #[function("crc32($module, data, value=0, /)")]
    fn crc32(data: BytesLike<'_>, #[default(Low32(0))] value: Low32) -> u32 {
        checksum::crc32(value, &data)
    }

    #[function("compress($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)")]
    fn compress(
        data: BytesLike<'_>,
        #[default(z::Z_DEFAULT_COMPRESSION)] level: c_int,
        #[default(MAX_WBITS)] wbits: c_int,
    ) -> Result<Ref<Bytes>> {
        let when = "while compressing data";
        let memory = "Out of memory while compressing data";
        let mut stream =
            match Stream::deflate(level, z::Z_DEFLATED, wbits, DEF_MEM_LEVEL, z::Z_DEFAULT_STRATEGY) {
                Ok(stream) => stream,
                Err(status) if status.code == z::Z_MEM_ERROR => return Err(raise!(MemoryError, "{memory}")),
                Err(status) if status.code == z::Z_STREAM_ERROR => {
                    return Err(error("Bad compression level"));
                }
                Err(status) => return Err(status.raise(when)),
            };
        let mut output = Output::new(None);
        let mut input: &[u8] = &data;
        let status = detached(|| stream.run(&mut input, &mut output, z::Z_FINISH));
        let status = status.map_err(|_| objects::raise::no_memory())?;
        if status.code != z::Z_STREAM_END {
            return Err(status.raise(when));
        }
        match stream.end() {
            status if status.is_ok() => Bytes::new(output.as_slice()),
            status => Err(status.raise("while finishing compression")),
        }
    }

    #[function("decompress($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)")]
    fn decompress(
        data: BytesLike<'_>,
        #[default(MAX_WBITS)] wbits: c_int,
        #[default(DEF_BUF_SIZE)] bufsize: isize,
    ) -> Result<Ref<Bytes>> {
        if bufsize < 0 {
            return Err(raise!(ValueError, "bufsize must be non-negative"));
        }
        let memory = "Out of memory while decompressing data";
        let when = "while decompressing data";
        let mut stream = Stream::inflate(wbits).map_err(|status| {
            stream::Failure::Status(status).raise("while preparing to decompress data", memory)
        })?;
        let mut output = Output::new(None);
        let mut input: &[u8] = &data;
        let status = detached(|| stream.run(&mut input, &mut output, z::Z_FINISH));
        let status = status.map_err(|_| objects::raise::no_memory())?;
        if status.code != z::Z_STREAM_END {
            return Err(stream::Failure::Status(status).raise(when, memory));
        }
        match stream.end() {
            status if status.is_ok() => Bytes::new(output.as_slice()),
            status => Err(status.raise("while finishing decompression")),
        }
    }

    #[function(
        "compressobj($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n            wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n            strategy=Z_DEFAULT_STRATEGY, zdict=None)"
    )]
    fn compressobj(
        #[default(z::Z_DEFAULT_COMPRESSION)] level: c_int,
        #[default(z::Z_DEFLATED)] method: c_int,
        #[default(MAX_WBITS)] wbits: c_int,
        #[default(DEF_MEM_LEVEL)] mem_level: c_int,
        #[default(z::Z_DEFAULT_STRATEGY)] strategy: c_int,
        zdict: Option<&Object>,
    ) -> Result<Ref<Compress>> {
        let zdict = zdict.filter(|zdict| !zdict.is(objects::types::none::none()));
        let zdict = zdict.map(dictionary).transpose()?;
        let mut stream = match Stream::deflate(level, method, wbits, mem_level, strategy) {
            Ok(stream) => stream,
            Err(status) if status.code == z::Z_STREAM_ERROR => {
                return Err(raise!(ValueError, "Invalid initialization option"));
            }
            Err(status) => {
                let memory = "Can't allocate memory for compression object";
                return Err(
                    stream::Failure::Status(status).raise("while creating compression object", memory)
                );
            }
        };
        if let Some(zdict) = zdict {
            match stream.set_dictionary(&zdict) {
                status if status.is_ok() => {}
                status if status.code == z::Z_STREAM_ERROR => {
                    return Err(raise!(ValueError, "Invalid dictionary"));
                }
                _ => return Err(raise!(ValueError, "deflateSetDictionary()")),
            }
        }
        Compress::new(stream)
    }

    #[function("decompressobj($module, /, wbits=MAX_WBITS, zdict=b'')")]
    fn decompressobj(
        #[default(MAX_WBITS)] wbits: c_int,
        #[default(None)] zdict: Option<&Object>,
    ) -> Result<Ref<Decompress>> {
        Decompress::new(decompress::Inflate::new(wbits, inflate_dictionary(zdict)?)?)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let class =
            objects::types::exceptions::new_exception("zlib.error", exc::Exception.as_object(), None)?;
        module.dict().set_text("error", class.as_object())?;
        let _ = ERROR.set(class);
        objects::typeobject::ready::ready(Compress::class())?;
        objects::typeobject::ready::ready(Decompress::class())?;
        // SAFETY: a static string of the library.
        let version = unsafe { core::ffi::CStr::from_ptr(z::zlibVersion()) }.to_string_lossy();
        module.dict().set_text("__version__", &*Str::new("1.0")?)?;
        module.dict().set_text("ZLIB_VERSION", &*Str::new(&version)?)?;
        module.dict().set_text("ZLIB_RUNTIME_VERSION", &*Str::new(&version)?)
    }
}

/// The numbers of zlib's header.
#[macros::pymodule(name = "zlib", part)]
pub mod constants {
    use super::z;

    #[constant]
    const MAX_WBITS: i32 = super::MAX_WBITS;
    #[constant]
    const DEFLATED: i32 = z::Z_DEFLATED;
    #[constant]
    const DEF_MEM_LEVEL: i32 = super::DEF_MEM_LEVEL;
    #[constant]
    const DEF_BUF_SIZE: isize = super::DEF_BUF_SIZE;
    #[constant]
    const Z_NO_COMPRESSION: i32 = z::Z_NO_COMPRESSION;
    #[constant]
    const Z_BEST_SPEED: i32 = z::Z_BEST_SPEED;
    #[constant]
    const Z_BEST_COMPRESSION: i32 = z::Z_BEST_COMPRESSION;
    #[constant]
    const Z_DEFAULT_COMPRESSION: i32 = z::Z_DEFAULT_COMPRESSION;
    #[constant]
    const Z_FILTERED: i32 = z::Z_FILTERED;
    #[constant]
    const Z_HUFFMAN_ONLY: i32 = z::Z_HUFFMAN_ONLY;
    #[constant]
    const Z_RLE: i32 = z::Z_RLE;
    #[constant]
    const Z_FIXED: i32 = z::Z_FIXED;
    #[constant]
    const Z_DEFAULT_STRATEGY: i32 = z::Z_DEFAULT_STRATEGY;
    #[constant]
    const Z_NO_FLUSH: i32 = z::Z_NO_FLUSH;
    #[constant]
    const Z_PARTIAL_FLUSH: i32 = z::Z_PARTIAL_FLUSH;
    #[constant]
    const Z_SYNC_FLUSH: i32 = z::Z_SYNC_FLUSH;
    #[constant]
    const Z_FULL_FLUSH: i32 = z::Z_FULL_FLUSH;
    #[constant]
    const Z_FINISH: i32 = z::Z_FINISH;
    #[constant]
    const Z_BLOCK: i32 = z::Z_BLOCK;
    #[constant]
    const Z_TREES: i32 = z::Z_TREES;
}
