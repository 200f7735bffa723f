//! A codec: whole texts, and what happens to what it cannot take.

use super::charset::{Charset, Decoded, Encoded, NOTHING, State};
use macros::{Trace, pytype};
use objects::codecs::errors::{DecodeErrors, EncodeErrors, Replacement};
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::types::str::build::Builder;
use objects::{Object, Ref, Result};

const ILLEGAL: &str = "illegal multibyte sequence";
const INCOMPLETE: &str = "incomplete multibyte sequence";

/// How an encoder ends.
#[derive(Clone, Copy)]
pub struct Flags {
    /// No more characters come.
    pub flush: bool,
    /// The state goes back to the beginning.
    pub reset: bool,
}

impl Flags {
    pub const WHOLE: Flags = Flags { flush: true, reset: true };

    pub fn of(is_final: bool) -> Flags {
        Flags { flush: is_final, reset: is_final }
    }
}

/// An encoding with its name.
#[derive(Clone, Copy)]
pub struct Codec {
    pub name: &'static str,
    pub charset: Charset,
}

impl Codec {
    /// Encodes text; the bytes, and how many characters were taken: fewer than all only without `flush`.
    ///
    /// # Errors
    /// UnicodeEncodeError; what a handler raises.
    pub fn encode(
        self,
        state: &mut State,
        text: &Str,
        errors: Option<&str>,
        flags: Flags,
    ) -> Result<(Vec<u8>, usize)> {
        let chars: Vec<u32> = text.chars().iter().collect();
        let mut out = Vec::with_capacity(chars.len() * 2);
        let mut handler = EncodeErrors::new(self.name, errors).multibyte();
        let mut at = 0;
        while at < chars.len() {
            let reason = match self.charset.encode(state, &chars[at..], flags.flush, &mut out) {
                Encoded::Used(used) => {
                    at += used;
                    continue;
                }
                Encoded::Incomplete if !flags.flush => break,
                Encoded::Incomplete => INCOMPLETE,
                Encoded::Illegal => ILLEGAL,
            };
            let (replacement, next) = handler.handle(text, at, at + 1, reason)?;
            match replacement {
                Replacement::Bytes(bytes) => out.extend_from_slice(bytes.as_slice()),
                Replacement::Text(text) => {
                    let flags = Flags { flush: true, reset: false };
                    out.extend(self.encode(state, &text, None, flags)?.0);
                }
            }
            at = next;
        }
        if flags.reset && at == chars.len() {
            self.charset.finish(state, &mut out);
        }
        Ok((out, at))
    }

    /// Decodes bytes; how many were used: fewer than all only without `is_final`.
    ///
    /// # Errors
    /// UnicodeDecodeError; what a handler raises.
    pub fn decode(
        self,
        state: &mut State,
        input: &[u8],
        errors: Option<&str>,
        is_final: bool,
        out: &mut Builder,
    ) -> Result<usize> {
        let mut handler = DecodeErrors::new(self.name, errors).multibyte();
        let mut at = 0;
        while at < input.len() {
            let (end, reason) = match self.charset.decode(state, &input[at..]) {
                Decoded::Chars(chars, used) => {
                    chars.into_iter().filter(|&char| char != NOTHING).for_each(|char| out.push(char));
                    at += used;
                    continue;
                }
                Decoded::Incomplete if !is_final => break,
                Decoded::Incomplete => (input.len(), INCOMPLETE),
                Decoded::Illegal(len) => ((at + len).min(input.len()), ILLEGAL),
            };
            at = handler.handle(input, at, end, reason, out)?;
        }
        Ok(at)
    }
}

#[repr(C)]
#[derive(Trace)]
pub struct MultibyteCodec {
    ob_base: Object,
    #[trace(skip)]
    pub codec: Codec,
}

#[pytype(name = "MultibyteCodec", module = "_multibytecodec", getattro = objects::attrs::generic_getattro, no_new)]
impl MultibyteCodec {
    pub(super) fn create(name: &'static str, charset: Charset) -> Result<Ref<MultibyteCodec>> {
        Ref::new(MultibyteCodec { ob_base: Object::HEAD, codec: Codec { name, charset } })
    }

    #[method("encode($self, /, input, errors=None)")]
    fn encode(&self, input: &Object, errors: Option<&str>) -> Result<(Ref<Bytes>, usize)> {
        let text = match input.cast::<Str>() {
            Some(text) => Ref::from_borrowed(text),
            None => objects::protocol::object::str(input)?,
        };
        let mut state = self.codec.charset.start_encoder();
        let (bytes, _) = self.codec.encode(&mut state, &text, errors, Flags::WHOLE)?;
        Ok((Bytes::new(&bytes)?, text.len()))
    }

    #[method("decode($self, /, input, errors=None)")]
    fn decode(&self, input: BytesLike<'_>, errors: Option<&str>) -> Result<(Ref<Str>, usize)> {
        let mut state = self.codec.charset.start_decoder();
        let mut out = Builder::with_capacity(input.len());
        self.codec.decode(&mut state, &input, errors, true, &mut out)?;
        Ok((out.finish()?, input.len()))
    }
}
