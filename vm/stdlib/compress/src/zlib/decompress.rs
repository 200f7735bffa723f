//! `zlib.decompressobj()`.

use super::compress::copy_failed;
use super::stream::{Failure, Status, Stream};
use crate::output::Output;
use core::cell::Cell;
use core::ffi::c_int;
use libz_sys as z;
use macros::{Trace, pytype};
use objects::protocol::buffer::BytesLike;
use objects::state::{detached, lock};
use objects::types::bytes::Bytes;
use objects::{Object, Raised, Ref, Result, Slot, raise};
use std::sync::Mutex;

/// A decompressing stream that sets its dictionary when zlib asks for it.
pub struct Inflate {
    stream: Stream,
    dictionary: Option<Box<[u8]>>,
}

impl Inflate {
    pub fn new(wbits: c_int, dictionary: Option<Box<[u8]>>) -> Result<Inflate> {
        let mut stream = match Stream::inflate(wbits) {
            Ok(stream) => stream,
            Err(status) if status.code == z::Z_STREAM_ERROR => {
                return Err(raise!(ValueError, "Invalid initialization option"));
            }
            Err(status) => {
                let memory = "Can't allocate memory for decompression object";
                return Err(Failure::Status(status).raise("while creating decompression object", memory));
            }
        };
        // A raw stream does not say that it needs one.
        if let (Some(dictionary), true) = (&dictionary, wbits < 0) {
            let status = stream.set_dictionary(dictionary);
            if !status.is_ok() {
                return Err(dictionary_failed(status));
            }
        }
        Ok(Inflate { stream, dictionary })
    }

    /// [`Stream::run`] with the dictionary.
    pub fn run(
        &mut self,
        input: &mut &[u8],
        output: &mut Output,
        flush: c_int,
    ) -> core::result::Result<Status, Stopped> {
        loop {
            let status = self.stream.run(input, output, flush).map_err(|_| Stopped::NoMemory)?;
            match &self.dictionary {
                Some(dictionary) if status.code == z::Z_NEED_DICT => {
                    let status = self.stream.set_dictionary(dictionary);
                    if !status.is_ok() {
                        return Err(Stopped::Dictionary(status));
                    }
                }
                _ => return Ok(status),
            }
        }
    }

    fn copy(&mut self) -> core::result::Result<Inflate, Status> {
        Ok(Inflate { stream: self.stream.copy()?, dictionary: self.dictionary.clone() })
    }
}

/// Why a stream stopped.
pub enum Stopped {
    NoMemory,
    /// zlib refused the dictionary.
    Dictionary(Status),
    /// zlib refused the data.
    Data(Status),
}

impl From<crate::output::NoMemory> for Stopped {
    fn from(_: crate::output::NoMemory) -> Stopped {
        Stopped::NoMemory
    }
}

impl Stopped {
    pub fn raise(self) -> Raised {
        match self {
            Stopped::NoMemory => objects::raise::no_memory(),
            Stopped::Dictionary(status) => dictionary_failed(status),
            Stopped::Data(status) => status.raise("while decompressing data"),
        }
    }
}

fn dictionary_failed(status: Status) -> Raised {
    status.raise("while setting zdict")
}

/// `compobject` of a decompressing stream.
#[repr(C)]
#[derive(Trace)]
pub struct Decompress {
    ob_base: Object,
    #[trace(skip)]
    inflate: Mutex<Inflate>,
    unused_data: Slot<Bytes>,
    unconsumed_tail: Slot<Bytes>,
    eof: Cell<bool>,
}

impl Decompress {
    pub fn new(inflate: Inflate) -> Result<Ref<Decompress>> {
        Ref::new(Decompress {
            ob_base: Object::HEAD,
            inflate: Mutex::new(inflate),
            unused_data: Slot::new(Bytes::new(b"")?),
            unconsumed_tail: Slot::new(Bytes::new(b"")?),
            eof: Cell::new(false),
        })
    }

    /// Keeps the input that was not used: behind the end of the data, or for later.
    fn keep(&self, rest: &[u8], ended: bool) -> Result<()> {
        let mut rest = rest;
        if ended && !rest.is_empty() {
            let mut unused =
                self.unused_data.get().map_or_else(Vec::new, |unused| unused.as_slice().to_vec());
            unused.extend_from_slice(rest);
            self.unused_data.set(Some(Bytes::new(&unused)?));
            rest = &[];
        }
        let tail_is_empty = self.unconsumed_tail.get().is_none_or(|tail| tail.is_empty());
        if !rest.is_empty() || !tail_is_empty {
            self.unconsumed_tail.set(Some(Bytes::new(rest)?));
        }
        Ok(())
    }
}

#[pytype(
    name = "Decompress",
    module = "zlib",
    static_name = DECOMPRESS,
    no_new,
    member("unused_data", OBJECT, unused_data, READONLY),
    member("unconsumed_tail", OBJECT, unconsumed_tail, READONLY),
    member("eof", BOOL, eof, READONLY)
)]
impl Decompress {
    #[method("decompress($self, data, /, max_length=0)")]
    fn decompress(&self, data: BytesLike<'_>, #[default(0)] max_length: isize) -> Result<Ref<Bytes>> {
        let Ok(limit) = usize::try_from(max_length) else {
            return Err(raise!(ValueError, "max_length must be non-negative"));
        };
        let mut inflate = lock(&self.inflate);
        let mut output = Output::new((limit > 0).then_some(limit));
        let mut input: &[u8] = &data;
        let status = detached(|| inflate.run(&mut input, &mut output, z::Z_SYNC_FLUSH));
        let status = status.map_err(Stopped::raise)?;
        self.keep(input, status.code == z::Z_STREAM_END)?;
        match status.code {
            z::Z_STREAM_END => self.eof.set(true),
            z::Z_OK | z::Z_BUF_ERROR => {}
            _ => return Err(Stopped::Data(status).raise()),
        }
        Bytes::new(output.as_slice())
    }

    #[method("flush($self, length=zlib.DEF_BUF_SIZE, /)")]
    fn flush(&self, #[default(super::DEF_BUF_SIZE)] length: isize) -> Result<Ref<Bytes>> {
        if length <= 0 {
            return Err(raise!(ValueError, "length must be greater than zero"));
        }
        let mut inflate = lock(&self.inflate);
        let mut output = Output::new(None);
        let tail = self.unconsumed_tail.get();
        let mut input = tail.as_ref().map_or(&[][..], |tail| tail.as_slice());
        let status = detached(|| inflate.run(&mut input, &mut output, z::Z_FINISH));
        let status = status.map_err(Stopped::raise)?;
        let ended = status.code == z::Z_STREAM_END;
        self.keep(input, ended)?;
        if ended {
            self.eof.set(true);
            let status = inflate.stream.end();
            if !status.is_ok() {
                return Err(status.raise("while finishing decompression"));
            }
        }
        Bytes::new(output.as_slice())
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref<Decompress>> {
        let copy = lock(&self.inflate).copy();
        let copy = Decompress::new(copy.map_err(|status| copy_failed(status, "decompression object"))?)?;
        copy.unused_data.set(self.unused_data.get());
        copy.unconsumed_tail.set(self.unconsumed_tail.get());
        copy.eof.set(self.eof.get());
        Ok(copy)
    }

    #[method("__copy__($self, /)")]
    fn py_copy(&self) -> Result<Ref<Decompress>> {
        self.copy()
    }

    #[method("__deepcopy__($self, memo, /)")]
    fn deepcopy(&self, memo: &Object) -> Result<Ref<Decompress>> {
        let _ = memo;
        self.copy()
    }
}
