//! Positions in a text stream. A cookie packs the byte position of a safe starting point, the decoder's flags there, how many bytes to
//! feed it and how many characters to skip then: 64 bits each but for the last bit, "then the end of the file".

use super::{Snapshot, TextWrapper};
use crate::base;
use objects::protocol;
use objects::protocol::call::call_method;
use objects::protocol::number::{self, Binary};
use objects::types::bytes::Bytes;
use objects::types::int::{Int, new_int};
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, id, raise};

/// The parts of a cookie.
#[derive(Clone, Copy, Default)]
struct Cookie {
    position: i64,
    flags: u32,
    bytes_to_feed: u32,
    chars_to_skip: u32,
    need_eof: bool,
}

impl Cookie {
    /// The number that stands for the cookie: fields of 64, 32, 32 and 32 bits and one more byte.
    fn pack(self) -> Result<Ref> {
        let mut bytes = [0u8; 21];
        bytes[..8].copy_from_slice(&self.position.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.flags.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.bytes_to_feed.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.chars_to_skip.to_le_bytes());
        bytes[20] = self.need_eof.into();
        let mut number = new_int(0)?;
        for &byte in bytes.iter().rev() {
            number = number::binary_op(&number, &*new_int(8)?, Binary::Lshift)?;
            number = number::binary_op(&number, &*new_int(byte.into())?, Binary::Or)?;
        }
        Ok(number)
    }

    fn unpack(cookie: &Int) -> Result<Cookie> {
        let mut bytes = [0u8; 21];
        let mut number: Ref = cookie.to_exact()?.upcast();
        for byte in &mut bytes {
            let low = number::binary_op(&number, &*new_int(0xff)?, Binary::And)?;
            *byte = low.cast::<Int>().and_then(Int::to_i64).unwrap_or(0) as u8;
            number = number::binary_op(&number, &*new_int(8)?, Binary::Rshift)?;
        }
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let position = i64::from(word(0)) | i64::from(word(4)) << 32;
        Ok(Cookie {
            position,
            flags: word(8),
            bytes_to_feed: word(12),
            chars_to_skip: word(16),
            need_eof: bytes[20] != 0,
        })
    }
}

impl TextWrapper {
    /// `tell`.
    pub(super) fn tell(&self) -> Result<Ref> {
        let buffer = self.check_open()?;
        if !self.seekable.get() {
            return Err(base::unsupported("underlying stream is not seekable"));
        }
        if !self.telling.get() {
            return Err(raise!(OSError, "telling position disabled by next() call"));
        }
        self.write_pending()?;
        call_method(self, id!("flush"), &[])?;
        let position = call_method(&buffer, id!("tell"), &[])?;
        let Some(decoder) = self.decoder.get() else { return Ok(position) };
        let snapshot = self.snapshot.borrow_mut().take();
        let Some(snapshot) = snapshot else { return Ok(position) };
        let cookie = self.cookie_at(&decoder, &snapshot, crate::fileio::offset_argument(&position)?);
        *self.snapshot.borrow_mut() = Some(snapshot);
        cookie
    }

    /// The cookie for the consumed part of the decoded chunk, found by decoding the chunk again.
    fn cookie_at(&self, decoder: &Object, snapshot: &Snapshot, position: i64) -> Result<Ref> {
        let start = position - snapshot.input.len() as i64;
        let skip = self.used.get();
        if skip == 0 || self.decoded.is_empty() {
            return Cookie { position: start, flags: snapshot.flags as u32, ..Cookie::default() }.pack();
        }
        let saved = call_method(decoder, id!("getstate"), &[])?;
        let found = find_safe_start(decoder, snapshot, start, skip);
        call_method(decoder, id!("setstate"), &[&*saved])?;
        found?.pack()
    }

    /// `seek`.
    pub(super) fn seek(&self, cookie: &Object, whence: i32) -> Result<Ref> {
        let buffer = self.check_open()?;
        if !self.seekable.get() {
            return Err(base::unsupported("underlying stream is not seekable"));
        }
        let zero = new_int(0)?;
        let is_zero = protocol::compare::equal(cookie, &zero)?;
        let target;
        let cookie = match whence {
            1 if !is_zero => return Err(base::unsupported("can't do nonzero cur-relative seeks")),
            1 => {
                target = call_method(self, id!("tell"), &[])?;
                &*target
            }
            2 if !is_zero => return Err(base::unsupported("can't do nonzero end-relative seeks")),
            2 => {
                call_method(self, id!("flush"), &[])?;
                self.set_decoded(None);
                *self.snapshot.borrow_mut() = None;
                if let Some(decoder) = self.decoder.get() {
                    call_method(&decoder, id!("reset"), &[])?;
                }
                let end = call_method(&buffer, id!("seek"), &[&*zero, &*new_int(2)?])?;
                if let Some(encoder) = self.encoder.get() {
                    reset_encoder(&encoder, !protocol::compare::equal(&end, &zero)?)?;
                }
                return Ok(end);
            }
            0 => cookie,
            _ => return Err(raise!(ValueError, "invalid whence ({whence}, should be 0, 1 or 2)")),
        };
        let number = number::index(cookie)?;
        if number.is_negative() {
            let shown = protocol::object::repr(cookie)?.to_string_lossy();
            return Err(raise!(ValueError, "negative seek position {shown}"));
        }
        call_method(self, id!("flush"), &[])?;
        let parts = Cookie::unpack(&number)?;
        call_method(&buffer, id!("seek"), &[&*new_int(parts.position)?])?;
        self.set_decoded(None);
        *self.snapshot.borrow_mut() = None;
        if let Some(decoder) = self.decoder.get() {
            set_decoder_state(&decoder, &[], parts.flags.into(), parts.position == 0 && parts.flags == 0)?;
            if parts.chars_to_skip > 0 {
                self.skip_chars(&buffer, &decoder, parts)?;
            } else {
                *self.snapshot.borrow_mut() = Some(Snapshot { flags: parts.flags.into(), input: Vec::new() });
            }
        }
        if let Some(encoder) = self.encoder.get() {
            reset_encoder(&encoder, !number.is_zero())?;
        }
        Ok(cookie.to_ref())
    }

    fn skip_chars(&self, buffer: &Object, decoder: &Object, parts: Cookie) -> Result<()> {
        let input = call_method(buffer, id!("read"), &[&*new_int(parts.bytes_to_feed.into())?])?;
        let Some(bytes) = input.cast::<Bytes>() else {
            return Err(raise!(
                TypeError,
                "underlying read() should have returned a bytes object, not '{}'",
                input.class().name()
            ));
        };
        *self.snapshot.borrow_mut() =
            Some(Snapshot { flags: parts.flags.into(), input: bytes.as_slice().to_vec() });
        let last = objects::types::bool::from_bool(parts.need_eof);
        let text = call_method(decoder, id!("decode"), &[&*input, last])?;
        let text = text.downcast::<Str>().map_err(|other| {
            raise!(TypeError, "decoder should return a string result, not '{}'", other.class().name())
        })?;
        if text.len() < parts.chars_to_skip as usize {
            return Err(raise!(OSError, "can't restore logical file position"));
        }
        self.set_decoded(Some(text));
        self.used.set(parts.chars_to_skip as usize);
        Ok(())
    }
}

/// Feeds the chunk byte by byte and remembers the last place where the decoder held nothing back.
fn find_safe_start(decoder: &Object, snapshot: &Snapshot, start: i64, skip: usize) -> Result<Cookie> {
    set_decoder_state(decoder, &[], snapshot.flags, false)?;
    let mut cookie = Cookie { position: start, flags: snapshot.flags as u32, ..Cookie::default() };
    let (mut fed, mut decoded) = (0u32, 0usize);
    let mut left = skip;
    for byte in &snapshot.input {
        fed += 1;
        decoded += decode(decoder, &[*byte], false)?;
        let state = call_method(decoder, id!("getstate"), &[])?;
        let Some([held, flags]) = state.cast::<Tuple>().map(Tuple::items) else {
            return Err(raise!(TypeError, "illegal decoder state"));
        };
        if protocol::object::len(held)? == 0 && decoded <= left {
            cookie.position += i64::from(fed);
            left -= decoded;
            cookie.flags = crate::fileio::offset_argument(flags)? as u32;
            (fed, decoded) = (0, 0);
        }
        if decoded >= left {
            break;
        }
    }
    if decoded < left {
        decoded += decode(decoder, &[], true)?;
        cookie.need_eof = true;
        if decoded < left {
            return Err(raise!(OSError, "can't reconstruct logical file position"));
        }
    }
    cookie.bytes_to_feed = fed;
    cookie.chars_to_skip = left as u32;
    Ok(cookie)
}

fn decode(decoder: &Object, bytes: &[u8], last: bool) -> Result<usize> {
    let bytes = Bytes::new(bytes)?;
    let text = call_method(decoder, id!("decode"), &[&*bytes, objects::types::bool::from_bool(last)])?;
    protocol::object::len(&text)
}

fn set_decoder_state(decoder: &Object, held: &[u8], flags: i64, reset: bool) -> Result<()> {
    if reset {
        return call_method(decoder, id!("reset"), &[]).map(drop);
    }
    let state = Tuple::from_array([Bytes::new(held)?.upcast(), new_int(flags)?])?;
    call_method(decoder, id!("setstate"), &[&*state]).map(drop)
}

/// At the beginning of the file an encoder may write its byte order mark, elsewhere not.
fn reset_encoder(encoder: &Object, elsewhere: bool) -> Result<()> {
    if elsewhere {
        return call_method(encoder, id!("setstate"), &[&*new_int(0)?]).map(drop);
    }
    call_method(encoder, id!("reset"), &[]).map(drop)
}
