//! UTF-7 (RFC 2152).

use super::errors::DecodeErrors;
use crate::object::refs::Ref;
use crate::raise::Result;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::types::str::build::Builder;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn digit(byte: u8) -> Option<u32> {
    DIGITS.iter().position(|&digit| digit == byte).map(|value| value as u32)
}

/// Whether the encoder leaves a character as it is.
fn is_direct(char: u32) -> bool {
    match u8::try_from(char) {
        Ok(byte) if byte.is_ascii_graphic() => !matches!(byte, b'+' | b'\\' | b'~'),
        Ok(byte) => matches!(byte, b' ' | b'\t' | b'\r' | b'\n'),
        Err(_) => false,
    }
}

/// `utf-7`. Every character can be encoded, lone surrogates too.
///
/// # Errors
/// MemoryError.
pub fn encode(text: &Str) -> Result<Ref<Bytes>> {
    let mut output = Vec::with_capacity(text.len());
    // The bits of a shifted section that are not written yet; `None` outside of one.
    let mut shift: Option<Bits> = None;
    for char in text.chars().iter() {
        match &mut shift {
            Some(bits) if is_direct(char) => {
                bits.flush(&mut output);
                shift = None;
                let byte = char as u8;
                if digit(byte).is_some() || byte == b'-' {
                    output.push(b'-');
                }
                output.push(byte);
            }
            None if char == u32::from(b'+') => output.extend(b"+-"),
            None if is_direct(char) => output.push(char as u8),
            _ => {
                let bits = shift.get_or_insert_with(|| {
                    output.push(b'+');
                    Bits::default()
                });
                match u16::try_from(char) {
                    Ok(unit) => bits.add(unit, &mut output),
                    Err(_) => {
                        let beyond = char - 0x1_0000;
                        bits.add(0xd800 | (beyond >> 10) as u16, &mut output);
                        bits.add(0xdc00 | (beyond & 0x3ff) as u16, &mut output);
                    }
                }
            }
        }
    }
    if let Some(mut bits) = shift {
        bits.flush(&mut output);
        output.push(b'-');
    }
    Bytes::new(&output)
}

#[derive(Default)]
struct Bits {
    value: u32,
    count: u32,
}

impl Bits {
    fn add(&mut self, unit: u16, output: &mut Vec<u8>) {
        self.value = self.value << 16 | u32::from(unit);
        self.count += 16;
        while self.count >= 6 {
            self.count -= 6;
            output.push(DIGITS[(self.value >> self.count & 63) as usize]);
        }
    }

    fn flush(&mut self, output: &mut Vec<u8>) {
        if self.count > 0 {
            output.push(DIGITS[(self.value << (6 - self.count) & 63) as usize]);
        }
    }
}

/// A shifted section that is being decoded.
struct Section {
    /// Where it began in the input and in the output.
    start: usize,
    output: usize,
    bits: Bits,
    /// A high surrogate that waits for its low one.
    high: Option<u32>,
}

impl Section {
    fn add(&mut self, digit: u32, output: &mut Builder) {
        self.bits.value = self.bits.value << 6 | digit;
        self.bits.count += 6;
        if self.bits.count < 16 {
            return;
        }
        self.bits.count -= 16;
        let unit = self.bits.value >> self.bits.count & 0xffff;
        self.bits.value &= (1 << self.bits.count) - 1;
        if let Some(high) = self.high.take() {
            if (0xdc00..0xe000).contains(&unit) {
                output.push(0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
                return;
            }
            output.push(high);
        }
        if (0xd800..0xdc00).contains(&unit) { self.high = Some(unit) } else { output.push(unit) }
    }

    /// What is wrong with ending here.
    fn problem(&self) -> Option<&'static str> {
        match (self.bits.count, self.bits.value) {
            (6.., _) => Some("partial character in base-64 shift sequence"),
            (1.., 1..) => Some("non-zero padding bits in base-64 shift sequence"),
            _ => None,
        }
    }
}

/// `utf-7`. Without `is_final` an open section at the end is left over. The text, and how many bytes were used.
///
/// # Errors
/// UnicodeDecodeError; what an error handler raises.
pub fn decode(input: &[u8], errors: Option<&str>, is_final: bool) -> Result<(Ref<Str>, usize)> {
    let mut handler = DecodeErrors::new("utf7", errors);
    let mut output = Builder::with_capacity(input.len());
    let mut section: Option<Section> = None;
    let mut at = 0;
    loop {
        while at < input.len() {
            let byte = input[at];
            if let Some(open) = &mut section {
                if let Some(digit) = digit(byte) {
                    open.add(digit, &mut output);
                    at += 1;
                    continue;
                }
                let (start, problem, high) = (open.start, open.problem(), open.high);
                section = None;
                if let Some(reason) = problem {
                    at = handler.handle(input, start, at + 1, reason, &mut output)?;
                    continue;
                }
                if let Some(high) = high.filter(|_| byte.is_ascii() && byte != b'+') {
                    output.push(high);
                }
                at += usize::from(byte == b'-');
                continue;
            }
            let start = at;
            at += 1;
            match byte {
                b'+' => match input.get(at) {
                    Some(b'-') => {
                        at += 1;
                        output.push(b'+'.into());
                    }
                    Some(&next) if digit(next).is_none() => {
                        at = handler.handle(input, start, at + 1, "ill-formed sequence", &mut output)?;
                    }
                    _ => {
                        section =
                            Some(Section { start, output: output.len(), bits: Bits::default(), high: None });
                    }
                },
                0..0x80 => output.push(byte.into()),
                _ => at = handler.handle(input, start, at, "unexpected special character", &mut output)?,
            }
        }
        let Some(open) = section.take() else { return Ok((output.finish()?, at)) };
        if !is_final {
            output.truncate(open.output);
            return Ok((output.finish()?, open.start));
        }
        if open.high.is_none() && open.problem().is_none() {
            return Ok((output.finish()?, at));
        }
        at = handler.handle(input, open.start, input.len(), "unterminated shift sequence", &mut output)?;
        if at >= input.len() {
            return Ok((output.finish()?, at));
        }
    }
}
