//! Strings as JSON writes them.

use objects::types::str::build::Builder;
use objects::types::str::{Chars, Str};
use objects::{Ref, Result};

/// For each byte, whether it goes into a JSON string as it is: printable ASCII but the quote and the backslash.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        plain[byte as usize] = byte != b'"' && byte != b'\\';
        byte += 1;
    }
    plain
};

/// A string in quotes; with `ascii`, everything but ASCII is escaped.
///
/// # Errors
/// MemoryError.
pub fn quoted(text: &Str, ascii: bool) -> Result<Ref<Str>> {
    let mut out = Builder::with_capacity(text.len() + 2);
    push_quoted(&mut out, text, ascii);
    out.finish()
}

/// Appends a string in quotes.
pub fn push_quoted(out: &mut Builder, text: &Str, ascii: bool) {
    out.push(u32::from('"'));
    match text.chars() {
        Chars::One(bytes) if bytes.iter().all(|&byte| PLAIN[usize::from(byte)]) => {
            out.push_chars(Chars::One(bytes));
        }
        Chars::One(bytes) => {
            let mut rest = bytes;
            loop {
                let stays = |byte: &u8| PLAIN[usize::from(*byte)] || (!ascii && *byte >= 0x7f);
                let plain = rest.iter().position(|byte| !stays(byte)).unwrap_or(rest.len());
                out.push_chars(Chars::One(&rest[..plain]));
                let Some(&byte) = rest.get(plain) else { break };
                push_escaped(out, byte.into());
                rest = &rest[plain + 1..];
            }
        }
        chars => {
            for char in chars.iter() {
                let plain = match u8::try_from(char) {
                    Ok(byte) if byte < 0x7f => PLAIN[usize::from(byte)],
                    _ => !ascii,
                };
                match plain {
                    true => out.push(char),
                    false => push_escaped(out, char),
                }
            }
        }
    }
    out.push(u32::from('"'));
}

fn push_escaped(out: &mut Builder, char: u32) {
    let short = match u8::try_from(char) {
        Ok(b'"') => "\\\"",
        Ok(b'\\') => "\\\\",
        Ok(b'\n') => "\\n",
        Ok(b'\r') => "\\r",
        Ok(b'\t') => "\\t",
        Ok(8) => "\\b",
        Ok(12) => "\\f",
        _ if char > 0xffff => {
            let char = char - 0x10000;
            push_hex(out, 0xd800 | (char >> 10));
            return push_hex(out, 0xdc00 | (char & 0x3ff));
        }
        _ => return push_hex(out, char),
    };
    out.push_str(short);
}

fn push_hex(out: &mut Builder, unit: u32) {
    let digit = |shift: u32| b"0123456789abcdef"[(unit >> shift & 15) as usize];
    out.push_chars(Chars::One(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]));
}
