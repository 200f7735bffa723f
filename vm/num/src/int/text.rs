//! Integers as text, in any base from 2 to 36.

use super::div::div_in_place;
use super::{Digits, Int, Integer, MASK, SHIFT, big};
use crate::error::Error;

/// `sys.int_info.default_max_str_digits`.
pub const DEFAULT_MAX_STR_DIGITS: usize = 4300;
/// `sys.int_info.str_digits_check_threshold`: texts up to this length are never refused.
pub const MAX_STR_DIGITS_THRESHOLD: usize = 640;

/// Digits of an integer from which decimal conversion is left to divide and conquer.
const BIG: usize = 40;
/// Decimal digits that one step of conversion handles: 10**9 fits a digit of 30 bits.
const CHUNK: usize = 9;
const CHUNK_BASE: u32 = 1_000_000_000;

/// Why a text is no integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseError {
    /// `invalid literal for int() with base {base}: {text!r}`: the caller has the text.
    Invalid,
    /// More than `max_digits` digits, counted here; see [`ParseError::limit_message`].
    TooManyDigits(usize),
}

impl ParseError {
    /// The message of a text with too many digits.
    pub fn limit_message(digits: usize, max_digits: usize) -> String {
        format!(
            "Exceeds the limit ({max_digits} digits) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit"
        )
    }
}

/// Python's integer grammar: blanks around, a sign, for bases 2, 8, 16 and 0 a prefix, single
/// underscores between digits. `base` is 0 or 2 to 36; zero takes the base from the prefix.
/// `max_digits` bounds the digits in bases that are no power of two; 0 is no bound. Text that is not
/// ASCII has its decimal digits and blanks replaced before.
pub fn parse(text: &[u8], base: u32, max_digits: usize) -> Result<Integer, ParseError> {
    let mut text = trim(text);
    let negative = match text {
        [sign @ (b'+' | b'-'), rest @ ..] => {
            text = rest;
            *sign == b'-'
        }
        _ => false,
    };
    let prefix = match text {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let (base, must_be_zero) = match base {
        0 if prefix != 0 => (prefix, false),
        0 => (10, text.first() == Some(&b'0')),
        _ => (base, false),
    };
    if prefix == base {
        text = &text[2..];
        if let [b'_', rest @ ..] = text {
            text = rest;
        }
    }
    // A text that is refused for its length is read once, without keeping anything.
    if !base.is_power_of_two() && max_digits != 0 && text.len() > MAX_STR_DIGITS_THRESHOLD.max(max_digits) {
        let count = count_digits(text, base)?;
        if count > MAX_STR_DIGITS_THRESHOLD.max(max_digits) {
            return Err(ParseError::TooManyDigits(count));
        }
    }
    let values = digit_values(text, base)?;
    if must_be_zero && values.iter().any(|&value| value != 0) {
        return Err(ParseError::Invalid);
    }
    Ok(Integer::new(negative, from_values(&values, base)))
}

/// The value of a text of a few decimal digits and a sign, which most texts of ints are; `None` for all others.
pub fn parse_short(text: &[u8]) -> Option<i64> {
    /// So many digits cannot overflow.
    const MAX: usize = 18;
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > MAX {
        return None;
    }
    let mut value = 0;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    Some(if negative { -value } else { value })
}

/// How much of `text` belongs to the int that it begins with, as [`parse`] reads it; 0 if it begins with none.
pub fn literal_len(text: &[u8], base: u32) -> usize {
    let blank = text.len() - trim(text).len();
    let leading = text.iter().take(blank).take_while(|byte| matches!(byte, b' ' | 9..=13)).count();
    let mut at = leading + usize::from(matches!(text.get(leading), Some(b'+' | b'-')));
    let prefix = match text.get(at..at + 2) {
        Some([b'0', b'x' | b'X']) => 16,
        Some([b'0', b'o' | b'O']) => 8,
        Some([b'0', b'b' | b'B']) => 2,
        _ => 0,
    };
    let base = match (base, prefix) {
        (0, 0) => 10,
        (0, prefix) => prefix,
        (base, _) => base,
    };
    if prefix == base {
        at += 2;
    }
    let start = at;
    let is_digit = |byte: u8| (byte as char).is_digit(base);
    while let Some(&byte) = text.get(at) {
        let joins = byte == b'_' && text.get(at + 1).is_some_and(|&next| is_digit(next));
        if !is_digit(byte) && !joins {
            break;
        }
        at += 1;
    }
    if at == start { 0 } else { at }
}

/// `text` without the blanks of C's `isspace` at its ends; `trim_ascii` keeps the vertical tab.
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t'..=b'\r', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t'..=b'\r'] = text {
        text = rest;
    }
    text
}

/// Short texts, the common case, need no allocation for their digits' values.
enum Values {
    Inline([u8; 24], usize),
    Heap(Vec<u8>),
}

impl std::ops::Deref for Values {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Values::Inline(values, len) => &values[..*len],
            Values::Heap(values) => values,
        }
    }
}

fn digit_value(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'z' => byte - b'a' + 10,
        b'A'..=b'Z' => byte - b'A' + 10,
        _ => u8::MAX,
    }
}

/// How many digits there are, with underscores only between digits.
fn count_digits(text: &[u8], base: u32) -> Result<usize, ParseError> {
    // Blocks of mere decimal digits, the common case, are compared many bytes at once.
    const BLOCK: usize = 64;
    let (mut count, mut after_digit) = (0, false);
    for block in text.chunks(BLOCK) {
        if base >= 10 && block.iter().fold(true, |all, byte| all & byte.is_ascii_digit()) {
            count += block.len();
            after_digit = true;
            continue;
        }
        for &byte in block {
            match digit_value(byte) {
                value if u32::from(value) < base => {
                    count += 1;
                    after_digit = true;
                }
                _ if byte == b'_' && after_digit => after_digit = false,
                _ => return Err(ParseError::Invalid),
            }
        }
    }
    if after_digit { Ok(count) } else { Err(ParseError::Invalid) }
}

fn digit_values(text: &[u8], base: u32) -> Result<Values, ParseError> {
    let mut inline = [0; 24];
    let mut heap = if text.len() > inline.len() { Vec::with_capacity(text.len()) } else { Vec::new() };
    let mut len = 0;
    let mut after_digit = false;
    for &byte in text {
        if byte == b'_' && after_digit {
            after_digit = false;
            continue;
        }
        let value = digit_value(byte);
        if value as u32 >= base {
            return Err(ParseError::Invalid);
        }
        after_digit = true;
        if text.len() > inline.len() {
            heap.push(value);
        } else {
            inline[len] = value;
            len += 1;
        }
    }
    if !after_digit {
        return Err(ParseError::Invalid);
    }
    Ok(if text.len() > inline.len() { Values::Heap(heap) } else { Values::Inline(inline, len) })
}

fn from_values(values: &[u8], base: u32) -> Digits {
    if values.len() <= 12 {
        let value = values.iter().fold(0u64, |sum, &value| sum * base as u64 + value as u64);
        return Integer::from(value).digits;
    }
    if base.is_power_of_two() {
        return from_binary_values(values, base.ilog2());
    }
    if values.len() > 300 {
        let text: String =
            values.iter().map(|&value| char::from_digit(value as u32, base).unwrap_or('0')).collect();
        if let Ok(value) = dashu_int::UBig::from_str_radix(&text, base) {
            return big::unpack(&value);
        }
    }
    // As many values at once as stay below a digit's range.
    let step =
        (1..).take_while(|&count| (base as u64).pow(count) <= MASK as u64).last().unwrap_or(1) as usize;
    let mut digits = Digits::new();
    let first = values.len() % step;
    for chunk in std::iter::once(&values[..first]).chain(values[first..].chunks(step)) {
        let mut carry = chunk.iter().fold(0u64, |sum, &value| sum * base as u64 + value as u64);
        let factor = (base as u64).pow(chunk.len() as u32);
        for digit in digits.iter_mut() {
            carry += *digit as u64 * factor;
            *digit = carry as u32 & MASK;
            carry >>= SHIFT;
        }
        if carry != 0 {
            digits.push(carry as u32);
        }
    }
    digits
}

fn from_binary_values(values: &[u8], bits_each: u32) -> Digits {
    let mut digits = Digits::new();
    let (mut pending, mut bits) = (0u64, 0);
    for &value in values.iter().rev() {
        pending |= (value as u64) << bits;
        bits += bits_each;
        if bits >= SHIFT {
            digits.push(pending as u32 & MASK);
            pending >>= SHIFT;
            bits -= SHIFT;
        }
    }
    digits.push(pending as u32);
    digits
}

/// The error of a decimal text that would have more than `max_digits` digits.
pub fn text_limit_error(max_digits: usize) -> Error {
    Error::value(format!(
        "Exceeds the limit ({max_digits} digits) for integer string conversion; \
         use sys.set_int_max_str_digits() to increase the limit"
    ))
}

/// `str(value)`, refused where it has more than `max_digits` digits (0: no bound).
pub fn to_decimal(value: Int<'_>, max_digits: usize) -> Result<String, Error> {
    let bounded = max_digits != 0 && value.digits.len() * CHUNK > MAX_STR_DIGITS_THRESHOLD;
    // 2**(3.33 d) has more than d digits: refused before the work.
    if bounded && value.bit_length() as f64 > (max_digits + 1) as f64 * 3.33 {
        return Err(text_limit_error(max_digits));
    }
    let text = to_radix(value, 10);
    if bounded && text.len() - value.negative as usize > max_digits {
        return Err(text_limit_error(max_digits));
    }
    Ok(text)
}

/// The digits in `base` (2 to 36, lower-case), after a minus sign where negative; no prefix.
pub fn to_radix(value: Int<'_>, base: u32) -> String {
    let mut text = String::new();
    push_radix(&mut text, value, base);
    text
}

/// [`to_radix`] at the end of a text.
pub fn push_radix(text: &mut String, value: Int<'_>, base: u32) {
    if value.negative {
        text.push('-');
    }
    if let Some(magnitude) = value.magnitude60() {
        push_small(text, magnitude, base);
    } else if base.is_power_of_two() {
        push_binary(text, value, base.ilog2());
    } else if value.digits.len() >= BIG || base != 10 {
        text.push_str(&big::pack(value.digits).in_radix(base as u8).to_string());
    } else {
        push_decimal(text, value);
    }
}

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

fn push_small(text: &mut String, mut magnitude: u64, base: u32) {
    let mut buffer = [b'0'; 64];
    let mut at = buffer.len();
    let mut put = |digit: u64| {
        at -= 1;
        buffer[at] = DIGITS[digit as usize];
    };
    // A constant base lets the compiler divide by multiplying.
    if base == 10 {
        loop {
            put(magnitude % 10);
            magnitude /= 10;
            if magnitude == 0 {
                break;
            }
        }
    } else if base.is_power_of_two() {
        let (bits, mask) = (base.ilog2(), base as u64 - 1);
        loop {
            put(magnitude & mask);
            magnitude >>= bits;
            if magnitude == 0 {
                break;
            }
        }
    } else {
        loop {
            put(magnitude % base as u64);
            magnitude /= base as u64;
            if magnitude == 0 {
                break;
            }
        }
    }
    text.push_str(std::str::from_utf8(&buffer[at..]).unwrap_or_default());
}

fn push_binary(text: &mut String, value: Int<'_>, bits_each: u32) {
    let mut buffer = vec![b'0'; value.bit_length().div_ceil(bits_each as u64) as usize];
    let mut places = buffer.iter_mut().rev();
    let (mut pending, mut bits) = (0u64, 0);
    let mask = (1 << bits_each) - 1;
    for &digit in value.digits {
        pending |= (digit as u64) << bits;
        bits += SHIFT;
        while bits >= bits_each
            && let Some(place) = places.next()
        {
            *place = DIGITS[(pending & mask) as usize];
            pending >>= bits_each;
            bits -= bits_each;
        }
    }
    if let Some(place) = places.next() {
        *place = DIGITS[(pending & mask) as usize];
    }
    text.push_str(std::str::from_utf8(&buffer).unwrap_or_default());
}

fn push_decimal(text: &mut String, value: Int<'_>) {
    use std::fmt::Write;

    let mut rest = Digits::from_slice(value.digits);
    let mut chunks = Vec::with_capacity(value.digits.len() + 2);
    while !rest.is_empty() {
        chunks.push(div_in_place(&mut rest, CHUNK_BASE));
        rest.normalize();
    }
    let mut chunks = chunks.iter().rev();
    if let Some(first) = chunks.next() {
        push_small(text, *first as u64, 10);
    }
    for chunk in chunks {
        // Writing to a String does not fail.
        let _ = write!(text, "{chunk:09}");
    }
}
