//! `zlib.compressobj()`.

use super::stream::{Failure, Status, Stream};
use crate::output::Output;
use core::ffi::c_int;
use libz_sys as z;
use macros::pytype;
use objects::protocol::buffer::BytesLike;
use objects::state::{detached, lock};
use objects::types::bytes::Bytes;
use objects::{Object, Ref, Result, raise};
use std::sync::Mutex;

/// `compobject` of a compressing stream.
#[repr(C)]
pub struct Compress {
    ob_base: Object,
    stream: Mutex<Stream>,
}

impl Compress {
    pub fn new(stream: Stream) -> Result<Ref<Compress>> {
        Ref::new(Compress { ob_base: Object::HEAD, stream: Mutex::new(stream) })
    }
}

#[pytype(name = "Compress", module = "zlib", static_name = COMPRESS, no_new)]
impl Compress {
    #[method("compress($self, data, /)")]
    fn compress(&self, data: BytesLike<'_>) -> Result<Ref<Bytes>> {
        let mut stream = lock(&self.stream);
        let mut output = Output::new(None);
        let mut input: &[u8] = &data;
        let status = detached(|| stream.run(&mut input, &mut output, z::Z_NO_FLUSH));
        let status = status.map_err(|_| objects::raise::no_memory())?;
        if status.code == z::Z_STREAM_ERROR {
            return Err(status.raise("while compressing data"));
        }
        Bytes::new(output.as_slice())
    }

    #[method("flush($self, mode=zlib.Z_FINISH, /)")]
    fn flush(&self, #[default(z::Z_FINISH)] mode: c_int) -> Result<Ref<Bytes>> {
        if mode == z::Z_NO_FLUSH {
            return Bytes::new(b"");
        }
        let mut stream = lock(&self.stream);
        let mut output = Output::new(None);
        let status = detached(|| stream.run(&mut &[][..], &mut output, mode));
        let status = status.map_err(|_| objects::raise::no_memory())?;
        match status.code {
            z::Z_STREAM_END if mode == z::Z_FINISH => {
                let ended = stream.end();
                if !ended.is_ok() {
                    return Err(ended.raise("while finishing compression"));
                }
            }
            z::Z_OK | z::Z_BUF_ERROR => {}
            _ => return Err(status.raise("while flushing")),
        }
        Bytes::new(output.as_slice())
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref<Compress>> {
        let copy = lock(&self.stream).copy();
        Compress::new(copy.map_err(|status| copy_failed(status, "compression object"))?)
    }

    #[method("__copy__($self, /)")]
    fn py_copy(&self) -> Result<Ref<Compress>> {
        self.copy()
    }

    #[method("__deepcopy__($self, memo, /)")]
    fn deepcopy(&self, memo: &Object) -> Result<Ref<Compress>> {
        let _ = memo;
        self.copy()
    }
}

pub fn copy_failed(status: Status, what: &str) -> objects::Raised {
    match status.code {
        z::Z_STREAM_ERROR => raise!(ValueError, "Inconsistent stream state"),
        _ => Failure::Status(status)
            .raise(&format!("while copying {what}"), &format!("Can't allocate memory for {what}")),
    }
}
