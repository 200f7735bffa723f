//! The built-in error handlers as functions that Python can call.

use super::errors::Failure;
use super::utf16::Order;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise;
use crate::raise::Result;
use crate::typeobject::MethodDef;
use crate::types::bytes::Bytes;
use crate::types::str::build::Builder;
use crate::types::str::repr::escape;
use crate::types::str::{Chars, Str};
use core::fmt::Write;

/// `&#1234;` for each character.
///
/// # Errors
/// MemoryError.
pub fn xml_references(chars: Chars<'_>) -> Result<Ref<Str>> {
    let mut result = String::new();
    for char in chars.iter() {
        // Writing to a String cannot fail.
        let _ = write!(result, "&#{char};");
    }
    Str::new(&result)
}

/// `\xhh` and its kin for each character.
///
/// # Errors
/// MemoryError.
pub fn backslashes(chars: Chars<'_>) -> Result<Ref<Str>> {
    Str::new(&chars.iter().map(escape).collect::<String>())
}

/// `\N{…}` for each character that has a name, `\xhh` and its kin for others.
fn names(chars: Chars<'_>) -> Result<Ref<Str>> {
    super::names::import()?;
    let mut result = Builder::new();
    for char in chars.iter() {
        match unicode::names::name(char) {
            Some(name) => {
                result.push_str("\\N{");
                result.push_str(&name);
                result.push_str("}");
            }
            None => result.push_str(&escape(char)),
        }
    }
    result.finish()
}

/// The bytes that were escaped as lone surrogates, if all the characters are such.
pub fn escaped_bytes(chars: Chars<'_>) -> Option<Vec<u8>> {
    chars.iter().map(|char| matches!(char, 0xdc80..=0xdcff).then(|| (char - 0xdc00) as u8)).collect()
}

fn raise_again(exception: &Object) -> raise::Raised {
    if exception.cast::<crate::types::exceptions::BaseExceptionObject>().is_some() {
        return raise::restore(exception.to_ref());
    }
    raise!(TypeError, "codec must pass exception instance")
}

/// The layouts in which `surrogatepass` lets surrogates through.
enum Layout {
    Utf8,
    Utf16(Order),
    Utf32(Order),
}

fn layout(encoding: &str) -> Option<Layout> {
    let lower = encoding.to_ascii_lowercase().replace('_', "-");
    let rest = lower.strip_prefix("utf").or_else(|| lower.strip_prefix("cp-utf"))?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let order = |suffix: &str| match suffix {
        "" | "-le" | "le" => Some(Order::Little),
        "-be" | "be" => Some(Order::Big),
        _ => None,
    };
    match rest.get(..2) {
        _ if rest == "8" => Some(Layout::Utf8),
        Some("16") => order(&rest[2..]).map(Layout::Utf16),
        Some("32") => order(&rest[2..]).map(Layout::Utf32),
        _ => None,
    }
}

fn pass_surrogates(exception: &Object) -> Result<(Ref, usize)> {
    match Failure::of(exception)? {
        Failure::Encode { text, start, end, encoding } => {
            let Some(layout) = layout(&encoding) else { return Err(raise_again(exception)) };
            let mut bytes = Vec::new();
            for char in text.chars().slice(start, end).iter() {
                if !(0xd800..0xe000).contains(&char) {
                    return Err(raise_again(exception));
                }
                match layout {
                    Layout::Utf8 => {
                        bytes.extend([0xed, 0x80 | (char >> 6 & 0x3f) as u8, 0x80 | (char & 0x3f) as u8]);
                    }
                    Layout::Utf16(order) => bytes.extend(order.u16(char as u16)),
                    Layout::Utf32(order) => bytes.extend(order.u32(char)),
                }
            }
            Ok((Bytes::new(&bytes)?.upcast(), end))
        }
        Failure::Decode { input, start, encoding, .. } => {
            let rest = &input.as_slice()[start..];
            let (char, len) = match (layout(&encoding), rest) {
                (Some(Layout::Utf8), &[a, b, c, ..])
                    if a & 0xf0 == 0xe0 && b & 0xc0 == 0x80 && c & 0xc0 == 0x80 =>
                {
                    (u32::from(a & 0x0f) << 12 | u32::from(b & 0x3f) << 6 | u32::from(c & 0x3f), 3)
                }
                (Some(Layout::Utf16(order)), &[a, b, ..]) => (order.from_u16([a, b]).into(), 2),
                (Some(Layout::Utf32(order)), &[a, b, c, d, ..]) => (order.from_u32([a, b, c, d]), 4),
                _ => (0, 0),
            };
            if !(0xd800..0xe000).contains(&char) {
                return Err(raise_again(exception));
            }
            Ok((Str::from_char(char)?.upcast(), start + len))
        }
        Failure::Translate { .. } => {
            Err(raise!(TypeError, "don't know how to handle {} in error callback", exception.class().name()))
        }
    }
}

fn wrong_type(exception: &Object) -> raise::Raised {
    raise!(TypeError, "don't know how to handle {} in error callback", exception.class().name())
}

#[macros::pymodule(name = "_codecs", part)]
pub mod functions {
    use super::*;

    #[function(
        "strict_errors($self, object, /)",
        doc = "Implements the 'strict' error handling, which raises a UnicodeError on coding errors.",
        unchecked
    )]
    pub fn strict_errors(exception: &Object) -> Result<()> {
        Err(raise_again(exception))
    }

    #[function(
        "ignore_errors($self, object, /)",
        doc = "Implements the 'ignore' error handling, which ignores malformed data and continues.",
        unchecked
    )]
    pub fn ignore_errors(exception: &Object) -> Result<(Ref<Str>, usize)> {
        let (Failure::Encode { end, .. } | Failure::Decode { end, .. } | Failure::Translate { end, .. }) =
            Failure::of(exception)?;
        Ok((crate::types::str::intern::empty(), end))
    }

    #[function(
        "replace_errors($self, object, /)",
        doc = "Implements the 'replace' error handling, which replaces malformed data with a replacement marker.",
        unchecked
    )]
    pub fn replace_errors(exception: &Object) -> Result<(Ref<Str>, usize)> {
        match Failure::of(exception)? {
            Failure::Encode { start, end, .. } => {
                Ok((Str::from_latin1(&vec![b'?'; end.saturating_sub(start)])?, end))
            }
            Failure::Decode { end, .. } => Ok((Str::from_char(0xfffd)?, end)),
            Failure::Translate { start, end, .. } => {
                Ok((Str::from_ucs2(&vec![0xfffd; end.saturating_sub(start)])?, end))
            }
        }
    }

    #[function(
        "xmlcharrefreplace_errors($self, object, /)",
        doc = "Implements the 'xmlcharrefreplace' error handling, which replaces an unencodable character with the appropriate XML character reference.",
        unchecked
    )]
    pub fn xmlcharrefreplace_errors(exception: &Object) -> Result<(Ref<Str>, usize)> {
        match Failure::of(exception)? {
            Failure::Encode { text, start, end, .. } => {
                Ok((xml_references(text.chars().slice(start, end.max(start)))?, end))
            }
            _ => Err(wrong_type(exception)),
        }
    }

    #[function(
        "backslashreplace_errors($self, object, /)",
        doc = "Implements the 'backslashreplace' error handling, which replaces malformed data with a backslashed escape sequence.",
        unchecked
    )]
    pub fn backslashreplace_errors(exception: &Object) -> Result<(Ref<Str>, usize)> {
        match Failure::of(exception)? {
            Failure::Encode { text, start, end, .. } | Failure::Translate { text, start, end } => {
                Ok((backslashes(text.chars().slice(start, end.max(start)))?, end))
            }
            Failure::Decode { input, start, end, .. } => {
                Ok((backslashes(Chars::One(&input.as_slice()[start..end.max(start)]))?, end))
            }
        }
    }

    #[function(
        "namereplace_errors($self, object, /)",
        doc = "Implements the 'namereplace' error handling, which replaces an unencodable character with a \\N{...} escape sequence.",
        unchecked
    )]
    pub fn namereplace_errors(exception: &Object) -> Result<(Ref<Str>, usize)> {
        match Failure::of(exception)? {
            Failure::Encode { text, start, end, .. } => {
                Ok((names(text.chars().slice(start, end.max(start)))?, end))
            }
            _ => Err(wrong_type(exception)),
        }
    }

    #[function("surrogatepass($module, exception, /)", nosig)]
    fn surrogatepass(exception: &Object) -> Result<(Ref, usize)> {
        pass_surrogates(exception)
    }

    #[function("surrogateescape($module, exception, /)", nosig)]
    fn surrogateescape(exception: &Object) -> Result<(Ref, usize)> {
        match Failure::of(exception)? {
            Failure::Encode { text, start, end, .. } => {
                match escaped_bytes(text.chars().slice(start, end.max(start))) {
                    Some(bytes) => Ok((Bytes::new(&bytes)?.upcast(), end)),
                    None => Err(raise_again(exception)),
                }
            }
            Failure::Decode { input, start, end, .. } => {
                let bytes = &input.as_slice()[start..end.max(start)];
                let escaped: Vec<u16> = bytes
                    .iter()
                    .take(4)
                    .take_while(|byte| !byte.is_ascii())
                    .map(|&byte| 0xdc00 + u16::from(byte))
                    .collect();
                if escaped.is_empty() {
                    return Err(raise_again(exception));
                }
                Ok((Str::from_ucs2(&escaped)?.upcast(), start + escaped.len()))
            }
            Failure::Translate { .. } => Err(wrong_type(exception)),
        }
    }

    /// The definitions.
    pub fn table() -> &'static [MethodDef] {
        &__METHODS
    }
}

/// The names under which the functions of [`functions`] are registered, in their order.
const NAMES: [&str; 8] = [
    "strict",
    "ignore",
    "replace",
    "xmlcharrefreplace",
    "backslashreplace",
    "namereplace",
    "surrogatepass",
    "surrogateescape",
];

/// The built-in handlers: name and definition.
pub fn all() -> impl Iterator<Item = (&'static str, &'static MethodDef)> {
    NAMES.into_iter().zip(functions::table())
}
