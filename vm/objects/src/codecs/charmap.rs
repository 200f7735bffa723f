//! Codecs from a table: a string or a mapping to decode with, a mapping or an [`EncodingMap`] to encode with.

use super::errors::{DecodeErrors, EncodeErrors, Kind, Replacement};
use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol;
use crate::raise;
use crate::raise::{Catch, Result};
use crate::types::bytes::Bytes;
use crate::types::exceptions as exc;
use crate::types::int::{Int, new_int};
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::str::build::Builder;
use macros::pytype;

const UNDEFINED: &str = "character maps to <undefined>";
/// The character that marks a hole in a decoding table.
const HOLE: u32 = 0xfffe;

/// A decoding table turned round.
#[repr(C)]
pub struct EncodingMap {
    ob_base: Object,
    /// Character and byte, sorted by character.
    pairs: Vec<(u32, u8)>,
}

#[pytype(name = "EncodingMap", static_name = ENCODING_MAP, no_new)]
impl EncodingMap {
    #[method("size($self, /)")]
    fn size(&self) -> usize {
        size_of::<EncodingMap>() + self.pairs.capacity() * size_of::<(u32, u8)>()
    }
}

impl EncodingMap {
    /// The map for a decoding table of up to 256 characters.
    ///
    /// # Errors
    /// MemoryError.
    pub fn build(table: &Str) -> Result<Ref<EncodingMap>> {
        let chars = table.chars().iter().take(256).enumerate();
        let mut pairs: Vec<(u32, u8)> =
            chars.filter(|(_, char)| *char != HOLE).map(|(byte, char)| (char, byte as u8)).collect();
        pairs.sort_by_key(|(char, _)| *char);
        Ref::new(EncodingMap { ob_base: Object::HEAD, pairs })
    }

    fn get(&self, char: u32) -> Option<u8> {
        // The last of equal characters counts.
        let end = self.pairs.partition_point(|(other, _)| *other <= char);
        self.pairs.get(end.checked_sub(1)?).filter(|(other, _)| *other == char).map(|(_, byte)| *byte)
    }
}

/// `charmap` with a table; without one it is Latin-1.
///
/// # Errors
/// UnicodeDecodeError; TypeError for a table that is none; what an error handler or the mapping raises.
pub fn decode(input: &[u8], errors: Option<&str>, table: Option<&Object>) -> Result<Ref<Str>> {
    let Some(table) = table else { return Str::from_latin1(input) };
    let mut handler = DecodeErrors::new("charmap", errors);
    let mut output = Builder::with_capacity(input.len());
    let text = table.cast::<Str>();
    let mut at = 0;
    while at < input.len() {
        let index = usize::from(input[at]);
        let known = match text {
            Some(text) if index < text.len() && text.at(index) != HOLE => {
                output.push(text.at(index));
                true
            }
            Some(_) => false,
            None => decode_one(table, input[at], &mut output)?,
        };
        at = if known { at + 1 } else { handler.handle(input, at, at + 1, UNDEFINED, &mut output)? };
    }
    output.finish()
}

/// Writes what the mapping has for a byte; whether it has something.
fn decode_one(table: &Object, byte: u8, output: &mut Builder) -> Result<bool> {
    let key = new_int(byte.into())?;
    let Some(value) = protocol::mapping::get_item(table, &key).catch(&exc::LookupError)? else {
        return Ok(false);
    };
    if value.is(none()) {
        return Ok(false);
    }
    if let Some(int) = value.cast::<Int>() {
        let char = int.to_i64().and_then(|char| u32::try_from(char).ok()).filter(|&char| char <= 0x10_ffff);
        let Some(char) = char else {
            return Err(raise!(TypeError, "character mapping must be in range(0x110000)"));
        };
        if char != HOLE {
            output.push(char);
        }
        return Ok(char != HOLE);
    }
    let Some(text) = value.cast::<Str>() else {
        return Err(raise!(TypeError, "character mapping must return integer, None or str"));
    };
    if text.len() == 1 && text.at(0) == HOLE {
        return Ok(false);
    }
    output.push_chars(text.chars());
    Ok(true)
}

/// Writes what the table has for a character; whether it has something.
fn encode_one(table: &Object, char: u32, output: &mut Vec<u8>) -> Result<bool> {
    if let Some(map) = table.cast::<EncodingMap>() {
        let byte = map.get(char);
        output.extend(byte);
        return Ok(byte.is_some());
    }
    let key = new_int(char.into())?;
    let Some(value) = protocol::mapping::get_item(table, &key).catch(&exc::LookupError)? else {
        return Ok(false);
    };
    if value.is(none()) {
        return Ok(false);
    }
    if let Some(int) = value.cast::<Int>() {
        return match int.to_i64().and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => {
                output.push(byte);
                Ok(true)
            }
            None => Err(raise!(TypeError, "character mapping must be in range(256)")),
        };
    }
    match value.cast::<Bytes>() {
        Some(bytes) => {
            output.extend_from_slice(bytes.as_slice());
            Ok(true)
        }
        None => Err(raise!(
            TypeError,
            "character mapping must return integer, bytes or None, not {}",
            value.class().name()
        )),
    }
}

/// `charmap` with a table; without one it is Latin-1.
///
/// # Errors
/// UnicodeEncodeError; TypeError for a table that is none; what an error handler or the mapping raises.
pub fn encode(text: &Str, errors: Option<&str>, table: Option<&Object>) -> Result<Ref<Bytes>> {
    let Some(table) = table else { return super::latin::encode_narrow(text, errors, 256) };
    let mut handler = EncodeErrors::new("charmap", errors);
    let chars = text.chars();
    let mut output = Vec::with_capacity(chars.len());
    let mut scratch = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if encode_one(table, chars.at(at), &mut output)? {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while end < chars.len() && !encode_one(table, chars.at(end), &mut scratch)? {
            end += 1;
        }
        if Kind::of(errors) == Kind::Strict {
            return Err(handler.raise(text, at, end, UNDEFINED));
        }
        let (replacement, next) = handler.handle(text, at, end, UNDEFINED)?;
        match replacement {
            Replacement::Bytes(bytes) => output.extend_from_slice(bytes.as_slice()),
            Replacement::Text(given) => {
                for char in given.chars().iter() {
                    if !encode_one(table, char, &mut output)? {
                        return Err(handler.raise(text, at, end, UNDEFINED));
                    }
                }
            }
        }
        at = next;
    }
    Bytes::new(&output)
}
