//! UTF-16 and UTF-32 in both byte orders, with and without a byte order mark.

use super::errors::{DecodeErrors, EncodeErrors};
use super::latin::replace_ascii;
use crate::object::refs::Ref;
use crate::raise::Result;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::types::str::build::Builder;

/// The order of the bytes in a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Little,
    Big,
}

impl Order {
    /// The order that C's convention names: negative is little, positive big, 0 the machine's with a byte order mark.
    pub fn from_number(order: i32) -> Option<Order> {
        match order {
            0 => None,
            ..0 => Some(Order::Little),
            _ => Some(Order::Big),
        }
    }

    pub fn u16(self, unit: u16) -> [u8; 2] {
        if self == Order::Little { unit.to_le_bytes() } else { unit.to_be_bytes() }
    }

    pub fn u32(self, unit: u32) -> [u8; 4] {
        if self == Order::Little { unit.to_le_bytes() } else { unit.to_be_bytes() }
    }

    pub fn from_u16(self, bytes: [u8; 2]) -> u16 {
        if self == Order::Little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }
    }

    pub fn from_u32(self, bytes: [u8; 4]) -> u32 {
        if self == Order::Little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    }
}

/// What was decoded, how many bytes were used, and the order (as C's number) that the data was found to have.
pub struct Decoded {
    pub text: Ref<Str>,
    pub used: usize,
    pub order: i32,
}

/// `utf-16`; `order` as in [`Order::from_number`]. Without `is_final` an incomplete end is left over.
///
/// # Errors
/// UnicodeDecodeError; what an error handler raises.
pub fn decode_utf16(input: &[u8], errors: Option<&str>, order: i32, is_final: bool) -> Result<Decoded> {
    let (mut at, mut found) = (0, order);
    if order == 0 {
        match input {
            [0xff, 0xfe, ..] => (at, found) = (2, -1),
            [0xfe, 0xff, ..] => (at, found) = (2, 1),
            _ => {}
        }
    }
    let order = Order::from_number(found).unwrap_or(Order::Little);
    let encoding = if order == Order::Little { "utf-16-le" } else { "utf-16-be" };
    let mut handler = DecodeErrors::new(encoding, errors);
    let mut output = Builder::with_capacity(input.len() / 2);
    let unit = |at: usize| match input.get(at..at + 2) {
        Some(&[a, b]) => Some(u32::from(order.from_u16([a, b]))),
        _ => None,
    };
    while at < input.len() {
        let (end, reason) = match (unit(at), unit(at + 2)) {
            (None, _) if !is_final => break,
            (None, _) => (input.len(), "truncated data"),
            (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
                output.push(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                at += 4;
                continue;
            }
            (Some(0xd800..0xdc00), None) if !is_final => break,
            (Some(0xd800..0xdc00), None) => (input.len(), "unexpected end of data"),
            (Some(0xd800..0xdc00), Some(_)) => (at + 2, "illegal UTF-16 surrogate"),
            (Some(0xdc00..0xe000), _) => (at + 2, "illegal encoding"),
            (Some(char), _) => {
                output.push(char);
                at += 2;
                continue;
            }
        };
        at = handler.handle(input, at, end, reason, &mut output)?;
    }
    Ok(Decoded { text: output.finish()?, used: at, order: found })
}

/// `utf-32`, as [`decode_utf16`].
///
/// # Errors
/// UnicodeDecodeError; what an error handler raises.
pub fn decode_utf32(input: &[u8], errors: Option<&str>, order: i32, is_final: bool) -> Result<Decoded> {
    let (mut at, mut found) = (0, order);
    if order == 0 {
        match input {
            [0xff, 0xfe, 0, 0, ..] => (at, found) = (4, -1),
            [0, 0, 0xfe, 0xff, ..] => (at, found) = (4, 1),
            _ => {}
        }
    }
    let order = Order::from_number(found).unwrap_or(Order::Little);
    let encoding = if order == Order::Little { "utf-32-le" } else { "utf-32-be" };
    let mut handler = DecodeErrors::new(encoding, errors);
    let mut output = Builder::with_capacity(input.len() / 4);
    while at < input.len() {
        let (end, reason) = match input.get(at..at + 4) {
            None if !is_final => break,
            None => (input.len(), "truncated data"),
            Some(bytes) => match order.from_u32([bytes[0], bytes[1], bytes[2], bytes[3]]) {
                0xd800..0xe000 => (at + 4, "code point in surrogate code point range"),
                0x11_0000.. => (at + 4, "code point not in range(0x110000)"),
                char => {
                    output.push(char);
                    at += 4;
                    continue;
                }
            },
        };
        at = handler.handle(input, at, end, reason, &mut output)?;
    }
    Ok(Decoded { text: output.finish()?, used: at, order: found })
}

const MARK: u32 = 0xfeff;

/// `utf-16`; without an order with a byte order mark in front.
///
/// # Errors
/// UnicodeEncodeError for a lone surrogate; what an error handler raises.
pub fn encode_utf16(text: &Str, errors: Option<&str>, order: Option<Order>) -> Result<Ref<Bytes>> {
    encode(text, errors, order, ["utf-16", "utf-16-le", "utf-16-be"], 2, |order, char, output| {
        match u16::try_from(char) {
            Ok(unit) => output.extend(order.u16(unit)),
            Err(_) => {
                let beyond = char - 0x1_0000;
                output.extend(order.u16(0xd800 | (beyond >> 10) as u16));
                output.extend(order.u16(0xdc00 | (beyond & 0x3ff) as u16));
            }
        }
    })
}

/// `utf-32`, as [`encode_utf16`].
///
/// # Errors
/// UnicodeEncodeError for a lone surrogate; what an error handler raises.
pub fn encode_utf32(text: &Str, errors: Option<&str>, order: Option<Order>) -> Result<Ref<Bytes>> {
    encode(text, errors, order, ["utf-32", "utf-32-le", "utf-32-be"], 4, |order, char, output| {
        output.extend(order.u32(char));
    })
}

fn encode(
    text: &Str,
    errors: Option<&str>,
    order: Option<Order>,
    names: [&'static str; 3],
    unit: usize,
    push: fn(Order, u32, &mut Vec<u8>),
) -> Result<Ref<Bytes>> {
    let encoding = match order {
        None => names[0],
        Some(Order::Little) => names[1],
        Some(Order::Big) => names[2],
    };
    let mut handler = EncodeErrors::new(encoding, errors);
    let chars = text.chars();
    let mut output = Vec::with_capacity((chars.len() + 1) * unit);
    if order.is_none() {
        push(Order::Little, MARK, &mut output);
    }
    let order = order.unwrap_or(Order::Little);
    let mut at = 0;
    while at < chars.len() {
        let char = chars.at(at);
        if !(0xd800..0xe000).contains(&char) {
            push(order, char, &mut output);
            at += 1;
            continue;
        }
        let push_byte = |byte: u8, output: &mut Vec<u8>| push(order, byte.into(), output);
        let reason = "surrogates not allowed";
        at = replace_ascii(&mut handler, text, at, at + 1, reason, unit, &mut output, push_byte)?;
    }
    Bytes::new(&output)
}
