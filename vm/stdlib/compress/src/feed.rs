//! Decompression bit by bit: input that waits for a call that wants its output.

use crate::output::{NoMemory, Output};
use core::cell::Cell;
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::{Ref, Result, Slot, raise};
use std::sync::Mutex;

/// How far a decoder came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// The input is used up, or the output is full.
    Paused,
    /// The end of the data.
    End,
}

/// A decoder of one stream.
pub trait Decoder {
    type Error: From<NoMemory>;

    /// Decodes until the input is used up, the output full, or the data at its end.
    fn decode(
        &mut self,
        input: &mut &[u8],
        output: &mut Output,
    ) -> core::result::Result<Progress, Self::Error>;

    /// Whether a full output may hide more without further input.
    const HOLDS_BACK: bool;

    /// What a call behind the end of the data says.
    const ENDED: &'static str = "End of stream already reached";

    /// What a call behind an error says, where it does not try again.
    const BROKEN: Option<&'static str> = None;
}

/// A decoder with the input that it has not taken yet.
pub struct Feed<D> {
    decoder: D,
    pending: Vec<u8>,
    failed: bool,
}

/// What is the same in all the `XDecompressor` classes.
pub struct Feeder<D> {
    feed: Mutex<Feed<D>>,
}

/// Their attributes.
pub struct State<'a> {
    pub eof: &'a Cell<bool>,
    pub needs_input: &'a Cell<bool>,
    pub unused_data: &'a Slot<Bytes>,
}

impl<D: Decoder> Feeder<D> {
    pub fn new(decoder: D) -> Feeder<D> {
        Feeder { feed: Mutex::new(Feed { decoder, pending: Vec::new(), failed: false }) }
    }

    /// `decompress`: at most `max_length` bytes if that is not negative; `after` sees the decoder when it is done.
    pub fn decompress(
        &self,
        state: &State<'_>,
        data: &BytesLike<'_>,
        max_length: isize,
        after: impl FnOnce(&mut D),
        fail: impl FnOnce(D::Error) -> objects::Raised,
    ) -> Result<Ref<Bytes>> {
        let mut guard = objects::state::lock(&self.feed);
        if state.eof.get() {
            return Err(raise!(EOFError, "{}", D::ENDED));
        }
        let Feed { decoder, pending, failed } = &mut *guard;
        if let Some(text) = D::BROKEN.filter(|_| *failed) {
            return Err(raise!(ValueError, "{text}"));
        }
        let mut output = Output::new(usize::try_from(max_length).ok());
        let bytes: &[u8] = data;
        let outcome = objects::state::detached(|| {
            // What waits comes first; usually nothing does, and the data is read where it is.
            let mut rest;
            let joined;
            if pending.is_empty() {
                rest = bytes;
            } else {
                pending.extend_from_slice(bytes);
                joined = core::mem::take(pending);
                rest = &joined;
            }
            let progress = decoder.decode(&mut rest, &mut output)?;
            let left = rest.to_vec();
            Ok((progress, left))
        });
        after(decoder);
        let (progress, left) = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                *failed = true;
                state.needs_input.set(false);
                return Err(fail(error));
            }
        };
        if progress == Progress::End {
            state.eof.set(true);
            state.needs_input.set(false);
            if !left.is_empty() {
                state.unused_data.set(Some(Bytes::new(&left)?));
            }
        } else {
            state.needs_input.set(left.is_empty() && !(D::HOLDS_BACK && output.is_full()));
            *pending = left;
        }
        Bytes::new(output.as_slice())
    }
}
