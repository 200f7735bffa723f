//! `zlib._ZlibDecompressor`, which `gzip` reads with.

use super::decompress::{Inflate, Stopped};
use super::{MAX_WBITS, inflate_dictionary};
use crate::feed::{Decoder, Feeder, Progress, State};
use crate::output::Output;
use core::cell::Cell;
use core::ffi::c_int;
use libz_sys as z;
use macros::{Trace, pytype};
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::{Object, Ref, Result, Slot, TypeObject};

impl Decoder for Inflate {
    type Error = Stopped;
    const HOLDS_BACK: bool = false;

    fn decode(&mut self, input: &mut &[u8], output: &mut Output) -> core::result::Result<Progress, Stopped> {
        let status = self.run(input, output, z::Z_SYNC_FLUSH)?;
        match status.code {
            z::Z_STREAM_END => Ok(Progress::End),
            z::Z_OK | z::Z_BUF_ERROR => Ok(Progress::Paused),
            _ => Err(Stopped::Data(status)),
        }
    }
}

/// `ZlibDecompressor`.
#[repr(C)]
#[derive(Trace)]
pub struct ZlibDecompressor {
    ob_base: Object,
    #[trace(skip)]
    feeder: Feeder<Inflate>,
    unused_data: Slot<Bytes>,
    eof: Cell<bool>,
    needs_input: Cell<bool>,
}

#[pytype(
    name = "_ZlibDecompressor",
    module = "zlib",
    static_name = ZLIB_DECOMPRESSOR,
    member("unused_data", OBJECT, unused_data, READONLY),
    member("eof", BOOL, eof, READONLY),
    member("needs_input", BOOL, needs_input, READONLY)
)]
impl ZlibDecompressor {
    #[new("(wbits=15, zdict=b'')")]
    fn new(
        class: &TypeObject,
        #[default(MAX_WBITS)] wbits: c_int,
        #[default(None)] zdict: Option<&Object>,
    ) -> Result<Ref<ZlibDecompressor>> {
        let decoder = Inflate::new(wbits, inflate_dictionary(zdict)?)?;
        Ref::new_in(
            class,
            ZlibDecompressor {
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
        self.feeder.decompress(&state, &data, max_length, |_| (), Stopped::raise)
    }
}
