//! What a pickler writes: bytes in frames, collected, and handed to a file frame by frame.

use super::op;
use core::cell::RefCell;
use objects::protocol::call;
use objects::types::bytes::Bytes;
use objects::{Object, Ref, Result};

/// The opcode of a frame and its length.
const FRAME_HEADER: usize = 9;
/// A shorter frame is not worth its header.
const SHORTEST_FRAME: usize = 4;
/// A frame of this length is ended at the next instruction.
pub const FRAME_TARGET: usize = 64 * 1024;

#[derive(Default)]
struct Bytestream {
    bytes: Vec<u8>,
    framing: bool,
    /// Where the present frame's header is.
    frame: Option<usize>,
}

/// The output; it is borrowed only while bytes are added.
#[derive(Default)]
pub struct Output(RefCell<Bytestream>);

impl Bytestream {
    #[inline]
    fn begin_frame(&mut self) {
        if self.framing && self.frame.is_none() {
            self.frame = Some(self.bytes.len());
            self.bytes.extend_from_slice(&[0; FRAME_HEADER]);
        }
    }

    fn end_frame(&mut self) {
        let Some(start) = self.frame.take() else { return };
        let length = self.bytes.len().saturating_sub(start + FRAME_HEADER);
        match self.bytes.get_mut(start..start + FRAME_HEADER) {
            Some(header) if length >= SHORTEST_FRAME => {
                header[0] = op::FRAME;
                header[1..].copy_from_slice(&(length as u64).to_le_bytes());
            }
            Some(_) => drop(self.bytes.drain(start..start + FRAME_HEADER)),
            None => {}
        }
    }
}

impl Output {
    /// Begins anew.
    pub fn clear(&self) {
        *self.0.borrow_mut() = Bytestream::default();
    }

    /// From now on there are frames, or there are none.
    pub fn set_framing(&self, framing: bool) {
        self.0.borrow_mut().framing = framing;
    }

    #[inline]
    pub fn write(&self, bytes: &[u8]) {
        let out = &mut *self.0.borrow_mut();
        out.begin_frame();
        out.bytes.extend_from_slice(bytes);
    }

    #[inline]
    pub fn op(&self, opcode: u8) {
        let out = &mut *self.0.borrow_mut();
        out.begin_frame();
        out.bytes.push(opcode);
    }

    pub fn end_frame(&self) {
        self.0.borrow_mut().end_frame();
    }

    /// Between two instructions a long frame can be ended; whether it was.
    #[inline]
    pub fn boundary(&self) -> bool {
        let out = &mut *self.0.borrow_mut();
        let long = out.frame.is_some_and(|start| out.bytes.len() - start >= FRAME_TARGET + FRAME_HEADER);
        if long {
            out.end_frame();
        }
        long
    }

    /// Everything so far.
    ///
    /// # Errors
    /// MemoryError.
    pub fn take(&self) -> Result<Ref<Bytes>> {
        let bytes = core::mem::take(&mut self.0.borrow_mut().bytes);
        Bytes::new(&bytes)
    }

    /// Hands everything so far to a file.
    ///
    /// # Errors
    /// What the file raises.
    pub fn flush(&self, write: &Object) -> Result<()> {
        let bytes = self.take()?;
        self.0.borrow_mut().frame = None;
        call::call_one_arg(write, &bytes).map(|_| ())
    }

    /// Writes an instruction with a long argument, which goes past the frames and, to a file, past the buffer.
    ///
    /// # Errors
    /// What the file raises.
    pub fn write_large(
        &self,
        header: &[u8],
        data: &[u8],
        payload: Option<&Object>,
        file: Option<&Object>,
    ) -> Result<()> {
        if data.len() < FRAME_TARGET {
            self.write(header);
            self.write(data);
            return Ok(());
        }
        let framing = {
            let out = &mut *self.0.borrow_mut();
            out.end_frame();
            core::mem::take(&mut out.framing)
        };
        self.write(header);
        let written = match file {
            None => {
                self.write(data);
                Ok(())
            }
            Some(file) => self.flush(file).and_then(|()| match payload {
                Some(payload) => call::call_one_arg(file, payload).map(|_| ()),
                None => call::call_one_arg(file, &*Bytes::new(data)?).map(|_| ()),
            }),
        };
        self.set_framing(framing);
        written
    }

    /// Capacity in bytes, for `__sizeof__`.
    pub fn size_bytes(&self) -> usize {
        self.0.borrow().bytes.capacity()
    }
}
