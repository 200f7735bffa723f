//! ASCII, Latin-1 and UTF-8.

use super::errors::{DecodeErrors, EncodeErrors, Replacement};
use crate::object::refs::Ref;
use crate::raise::Result;
use crate::types::bytes::Bytes;
use crate::types::str::build::Builder;
use crate::types::str::{Chars, Str};

/// `utf-8`. Without `is_final` an incomplete sequence at the end is left over. The text, and how many bytes were used.
///
/// # Errors
/// UnicodeDecodeError; what an error handler raises.
pub fn decode_utf8(input: &[u8], errors: Option<&str>, is_final: bool) -> Result<(Ref<Str>, usize)> {
    if input.is_ascii() {
        return Ok((Str::from_latin1(input)?, input.len()));
    }
    if let Ok(text) = core::str::from_utf8(input) {
        return Ok((Str::new(text)?, input.len()));
    }
    let mut handler = DecodeErrors::new("utf-8", errors);
    let mut output = Builder::with_capacity(input.len());
    let mut at = 0;
    loop {
        let error = match core::str::from_utf8(&input[at..]) {
            Ok(text) => {
                output.push_str(text);
                return Ok((output.finish()?, input.len()));
            }
            Err(error) => error,
        };
        let valid = &input[at..at + error.valid_up_to()];
        // SAFETY: so far it is valid.
        output.push_str(unsafe { core::str::from_utf8_unchecked(valid) });
        let start = at + valid.len();
        let (end, reason) = match error.error_len() {
            None if !is_final => return Ok((output.finish()?, start)),
            None => (input.len(), "unexpected end of data"),
            // The beginning of a surrogate, which a handler may want whole.
            Some(_) if !is_final && matches!(input[start..], [0xed, 0xa0..=0xbf]) => {
                return Ok((output.finish()?, start));
            }
            Some(len) => match input[start] {
                0x80..=0xc1 | 0xf5.. => (start + 1, "invalid start byte"),
                _ => (start + len, "invalid continuation byte"),
            },
        };
        at = handler.handle(input, start, end, reason, &mut output)?;
    }
}

fn push_utf8(output: &mut Vec<u8>, char: char) {
    output.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

/// `utf-8`.
///
/// # Errors
/// UnicodeEncodeError for a lone surrogate; what an error handler raises.
pub fn encode_utf8(text: &Str, errors: Option<&str>) -> Result<Ref<Bytes>> {
    if let Some(ascii) = text.as_ascii() {
        return Bytes::new(ascii.as_bytes());
    }
    let chars = text.chars();
    let mut handler = EncodeErrors::new("utf-8", errors);
    let mut output = Vec::with_capacity(chars.as_bytes().len() + chars.len());
    let mut at = 0;
    while at < chars.len() {
        if let Some(char) = char::from_u32(chars.at(at)) {
            push_utf8(&mut output, char);
            at += 1;
            continue;
        }
        let end = run_end(chars, at, |char| (0xd800..0xe000).contains(&char));
        at = replace_ascii(
            &mut handler,
            text,
            at,
            end,
            "surrogates not allowed",
            1,
            &mut output,
            |byte, output| {
                output.push(byte);
            },
        )?;
    }
    Bytes::new(&output)
}

/// The end of the run of characters from `start` on that `bad` holds for.
pub fn run_end(chars: Chars<'_>, start: usize, bad: impl Fn(u32) -> bool) -> usize {
    (start + 1..chars.len()).find(|&at| !bad(chars.at(at))).unwrap_or(chars.len())
}

/// Asks the error handler and writes what it says: bytes as they are, in units of `unit`; text only when it is ASCII.
///
/// # Errors
/// UnicodeEncodeError; what the handler raises.
pub fn replace_ascii(
    handler: &mut EncodeErrors<'_>,
    text: &Str,
    start: usize,
    end: usize,
    reason: &str,
    unit: usize,
    output: &mut Vec<u8>,
    push: impl Fn(u8, &mut Vec<u8>),
) -> Result<usize> {
    let (replacement, next) = handler.handle(text, start, end, reason)?;
    match replacement {
        Replacement::Bytes(bytes) if bytes.len() % unit == 0 => output.extend_from_slice(bytes.as_slice()),
        Replacement::Text(given) if given.is_ascii() => {
            given.chars().as_bytes().iter().for_each(|&byte| push(byte, output));
        }
        _ => return Err(handler.raise(text, start, end, reason)),
    }
    Ok(next)
}

/// `ascii`.
///
/// # Errors
/// UnicodeDecodeError; what an error handler raises.
pub fn decode_ascii(input: &[u8], errors: Option<&str>) -> Result<Ref<Str>> {
    if input.is_ascii() {
        return Str::from_latin1(input);
    }
    let mut handler = DecodeErrors::new("ascii", errors);
    let mut output = Builder::with_capacity(input.len());
    let mut at = 0;
    while at < input.len() {
        let plain = input[at..].iter().take_while(|byte| byte.is_ascii()).count();
        output.push_chars(Chars::One(&input[at..at + plain]));
        at += plain;
        if at < input.len() {
            at = handler.handle(input, at, at + 1, "ordinal not in range(128)", &mut output)?;
        }
    }
    output.finish()
}

/// `ascii` (`limit` 128) and `latin-1` (`limit` 256).
///
/// # Errors
/// UnicodeEncodeError; what an error handler raises.
pub fn encode_narrow(text: &Str, errors: Option<&str>, limit: u32) -> Result<Ref<Bytes>> {
    let chars = text.chars();
    match chars {
        Chars::One(bytes) if limit == 256 || text.is_ascii() => return Bytes::new(bytes),
        _ => {}
    }
    let (encoding, reason) = if limit == 256 {
        ("latin-1", "ordinal not in range(256)")
    } else {
        ("ascii", "ordinal not in range(128)")
    };
    let mut handler = EncodeErrors::new(encoding, errors);
    let mut output = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let char = chars.at(at);
        if char < limit {
            output.push(char as u8);
            at += 1;
            continue;
        }
        let end = run_end(chars, at, |char| char >= limit);
        let (replacement, next) = handler.handle(text, at, end, reason)?;
        match replacement {
            Replacement::Bytes(bytes) => output.extend_from_slice(bytes.as_slice()),
            Replacement::Text(given) => {
                for char in given.chars().iter() {
                    if char >= limit {
                        return Err(handler.raise(text, at, end, reason));
                    }
                    output.push(char as u8);
                }
            }
        }
        at = next;
    }
    Bytes::new(&output)
}
