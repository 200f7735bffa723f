//! `LZMACompressor` and `LZMADecompressor`.

use super::filters::{Filter, bad_preset, preset_options, raw_chain, to_u32, to_u64};
use super::{Failure, Stream};
use crate::feed::{Decoder, Feeder, Progress, State};
use crate::output::Output;
use core::cell::Cell;
use core::ffi::c_int;
use liblzma_sys as lz;
use macros::{Trace, pytype};
use objects::protocol::buffer::BytesLike;
use objects::state::{detached, lock};
use objects::types::bytes::Bytes;
use objects::types::none::none;
use objects::{Object, Raised, Ref, Result, Slot, TypeObject, raise};
use std::sync::Mutex;

/// Container formats.
pub const AUTO: c_int = 0;
pub const XZ: c_int = 1;
pub const ALONE: c_int = 2;
pub const RAW: c_int = 3;

/// The check of data whose check is not known yet.
pub const UNKNOWN_CHECK: c_int = 16;

struct Compress {
    stream: Stream,
    flushed: bool,
}

impl Compress {
    fn run(&mut self, mut input: &[u8], action: lz::lzma_action) -> core::result::Result<Output, Failure> {
        let mut output = Output::new(None);
        loop {
            let code = self.stream.step(&mut input, &mut output, action)?;
            let done = match action {
                lz::LZMA_RUN => input.is_empty(),
                _ => code == lz::LZMA_STREAM_END,
            };
            if done {
                return Ok(output);
            }
        }
    }
}

fn encoder(format: c_int, check: c_int, preset: u32, filters: Option<&Object>) -> Result<Stream> {
    let chain = |filters: &Object| Filter::parse_chain(filters);
    match format {
        XZ => {
            let check = if check == -1 { lz::LZMA_CHECK_CRC64 } else { check as lz::lzma_check };
            match filters {
                // SAFETY: `begin` gives a zeroed stream.
                None => Stream::begin(|raw| unsafe { lz::lzma_easy_encoder(raw, preset, check) }),
                Some(filters) => {
                    let filters = chain(filters)?;
                    let chain = raw_chain(&filters);
                    // SAFETY: and the chain lives as long as the call.
                    Stream::begin(|raw| unsafe { lz::lzma_stream_encoder(raw, chain.as_ptr(), check) })
                }
            }
        }
        ALONE => {
            let options = match filters {
                None => preset_options(preset).ok_or_else(|| bad_preset(preset))?,
                Some(filters) => match chain(filters)?.as_slice() {
                    [filter] if filter.as_lzma1().is_some() => *filter.as_lzma1().ok_or_else(bad_alone)?,
                    _ => return Err(bad_alone()),
                },
            };
            // SAFETY: as above.
            Stream::begin(|raw| unsafe { lz::lzma_alone_encoder(raw, &options) })
        }
        RAW => {
            let Some(filters) = filters else { return Err(needs_filters()) };
            let filters = chain(filters)?;
            let chain = raw_chain(&filters);
            // SAFETY: as above.
            Stream::begin(|raw| unsafe { lz::lzma_raw_encoder(raw, chain.as_ptr()) })
        }
        _ => return Err(raise!(ValueError, "Invalid container format: {format}")),
    }
    .map_err(Failure::raise)
}

fn bad_alone() -> Raised {
    raise!(ValueError, "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter")
}

fn needs_filters() -> Raised {
    raise!(ValueError, "Must specify filters for FORMAT_RAW")
}

fn given(object: Option<&Object>) -> Option<&Object> {
    object.filter(|object| !object.is(none()))
}

/// `Compressor`.
#[repr(C)]
pub struct LzmaCompressor {
    ob_base: Object,
    stream: Mutex<Compress>,
}

#[pytype(name = "LZMACompressor", module = "_lzma", static_name = LZMA_COMPRESSOR)]
impl LzmaCompressor {
    #[new("(format=FORMAT_XZ, check=-1, preset=None, filters=None)")]
    fn new(
        class: &TypeObject,
        #[default(XZ)] format: c_int,
        #[default(-1)] check: c_int,
        preset: Option<&Object>,
        filters: Option<&Object>,
    ) -> Result<Ref<LzmaCompressor>> {
        let (preset, filters) = (given(preset), given(filters));
        if preset.is_some() && filters.is_some() {
            return Err(raise!(ValueError, "Cannot specify both preset and filter chain"));
        }
        let preset = preset.map_or(Ok(lz::LZMA_PRESET_DEFAULT), to_u32)?;
        if format != XZ && check != -1 && check != lz::LZMA_CHECK_NONE as c_int {
            return Err(raise!(ValueError, "Integrity checks are only supported by FORMAT_XZ"));
        }
        let stream = encoder(format, check, preset, filters)?;
        let stream = Mutex::new(Compress { stream, flushed: false });
        Ref::new_in(class, LzmaCompressor { ob_base: Object::HEAD, stream })
    }

    #[method("compress($self, data, /)")]
    fn compress(&self, data: BytesLike<'_>) -> Result<Ref<Bytes>> {
        let mut stream = lock(&self.stream);
        if stream.flushed {
            return Err(raise!(ValueError, "Compressor has been flushed"));
        }
        let bytes: &[u8] = &data;
        let output = detached(|| stream.run(bytes, lz::LZMA_RUN)).map_err(Failure::raise)?;
        Bytes::new(output.as_slice())
    }

    #[method("flush($self, /)")]
    fn flush(&self) -> Result<Ref<Bytes>> {
        let mut stream = lock(&self.stream);
        if stream.flushed {
            return Err(raise!(ValueError, "Repeated call to flush()"));
        }
        stream.flushed = true;
        let output = detached(|| stream.run(&[], lz::LZMA_FINISH)).map_err(Failure::raise)?;
        Bytes::new(output.as_slice())
    }
}

struct Decompress {
    stream: Stream,
    /// The check of the data, once its header was seen.
    check: c_int,
}

impl Decoder for Decompress {
    type Error = Failure;
    const HOLDS_BACK: bool = true;
    const ENDED: &'static str = "Already at end of stream";

    fn decode(&mut self, input: &mut &[u8], output: &mut Output) -> core::result::Result<Progress, Failure> {
        loop {
            let code = self.stream.step(input, output, lz::LZMA_RUN)?;
            if matches!(code, lz::LZMA_GET_CHECK | lz::LZMA_NO_CHECK) {
                // SAFETY: a stream that just said that it knows the check.
                self.check = unsafe { lz::lzma_get_check(&*self.stream.0) } as c_int;
            }
            if code == lz::LZMA_STREAM_END {
                return Ok(Progress::End);
            }
            if output.is_full() || input.is_empty() && self.stream.0.avail_out != 0 {
                return Ok(Progress::Paused);
            }
        }
    }
}

/// `Decompressor`.
#[repr(C)]
#[derive(Trace)]
pub struct LzmaDecompressor {
    ob_base: Object,
    #[trace(skip)]
    feeder: Feeder<Decompress>,
    unused_data: Slot<Bytes>,
    check: Cell<c_int>,
    eof: Cell<bool>,
    needs_input: Cell<bool>,
}

#[pytype(
    name = "LZMADecompressor",
    module = "_lzma",
    static_name = LZMA_DECOMPRESSOR,
    member("check", INT, check, READONLY),
    member("eof", BOOL, eof, READONLY),
    member("needs_input", BOOL, needs_input, READONLY),
    member("unused_data", OBJECT, unused_data, READONLY)
)]
impl LzmaDecompressor {
    #[new("(format=FORMAT_AUTO, memlimit=None, filters=None)")]
    fn new(
        class: &TypeObject,
        #[default(AUTO)] format: c_int,
        memlimit: Option<&Object>,
        filters: Option<&Object>,
    ) -> Result<Ref<LzmaDecompressor>> {
        let (memlimit, filters) = (given(memlimit), given(filters));
        let limit = match memlimit {
            None => u64::MAX,
            Some(_) if format == RAW => {
                return Err(raise!(ValueError, "Cannot specify memory limit with FORMAT_RAW"));
            }
            Some(limit) => to_u64(limit)?,
        };
        if format == RAW && filters.is_none() {
            return Err(needs_filters());
        }
        if format != RAW && filters.is_some() {
            return Err(raise!(ValueError, "Cannot specify filters except with FORMAT_RAW"));
        }
        let flags = lz::LZMA_TELL_ANY_CHECK | lz::LZMA_TELL_NO_CHECK;
        let stream = match format {
            // SAFETY: `begin` gives a zeroed stream.
            AUTO => Stream::begin(|raw| unsafe { lz::lzma_auto_decoder(raw, limit, flags) }),
            // SAFETY: as above.
            XZ => Stream::begin(|raw| unsafe { lz::lzma_stream_decoder(raw, limit, flags) }),
            // SAFETY: as above.
            ALONE => Stream::begin(|raw| unsafe { lz::lzma_alone_decoder(raw, limit) }),
            RAW => {
                let filters = filters.map_or(Ok(Vec::new()), Filter::parse_chain)?;
                let chain = raw_chain(&filters);
                // SAFETY: and the chain lives as long as the call.
                Stream::begin(|raw| unsafe { lz::lzma_raw_decoder(raw, chain.as_ptr()) })
            }
            _ => return Err(raise!(ValueError, "Invalid container format: {format}")),
        };
        let check = if matches!(format, ALONE | RAW) { lz::LZMA_CHECK_NONE as c_int } else { UNKNOWN_CHECK };
        let decoder = Decompress { stream: stream.map_err(Failure::raise)?, check };
        Ref::new_in(
            class,
            LzmaDecompressor {
                ob_base: Object::HEAD,
                feeder: Feeder::new(decoder),
                unused_data: Slot::new(Bytes::new(b"")?),
                check: Cell::new(check),
                eof: Cell::new(false),
                needs_input: Cell::new(true),
            },
        )
    }

    #[method("decompress($self, /, data, max_length=-1)")]
    fn decompress(&self, data: BytesLike<'_>, #[default(-1)] max_length: isize) -> Result<Ref<Bytes>> {
        let state = State { eof: &self.eof, needs_input: &self.needs_input, unused_data: &self.unused_data };
        let after = |decoder: &mut Decompress| self.check.set(decoder.check);
        self.feeder.decompress(&state, &data, max_length, after, Failure::raise)
    }
}
