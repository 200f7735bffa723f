//! Codecs: text to bytes and back.
//!
//! The codecs that the library's `encodings` package builds on are native and found by name without the registry when they are
//! meant; all others go through [`registry`].

pub mod charmap;
pub mod errors;
pub mod escapes;
pub mod filesystem;
pub mod handlers;
pub mod latin;
pub mod names;
pub mod registry;
pub mod utf16;
pub mod utf7;

use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::buffer::{self, Buffer, BytesLike};
use crate::raise;
use crate::raise::{Catch, Result};
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::exceptions as exc;
use crate::types::str::Str;
use registry::Direction;

pub use filesystem::{decode_fs, encode_fs};

/// The encodings that need no look-up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Utf8,
    Utf16,
    Utf32,
    Ascii,
    Latin1,
}

fn known(encoding: Option<&str>) -> Option<Known> {
    let Some(encoding) = encoding else { return Some(Known::Utf8) };
    match encoding {
        "utf-8" | "utf8" => return Some(Known::Utf8),
        _ if encoding.len() > 16 => return None,
        _ => {}
    }
    match registry::normalize(encoding).as_str() {
        "utf_8" | "utf8" => Some(Known::Utf8),
        "utf_16" | "utf16" => Some(Known::Utf16),
        "utf_32" | "utf32" => Some(Known::Utf32),
        "ascii" | "us_ascii" => Some(Known::Ascii),
        "latin1" | "latin_1" | "iso_8859_1" | "iso8859_1" => Some(Known::Latin1),
        _ => None,
    }
}

/// In development mode names must be known even where they are not needed.
///
/// # Errors
/// LookupError.
pub fn check_names(encoding: Option<&str>, errors: Option<&str>) -> Result<()> {
    if !crate::state::interpreter().dev_mode.get() {
        return Ok(());
    }
    if let Some(encoding) = encoding {
        registry::lookup(encoding)?;
    }
    if let Some(errors) = errors {
        registry::lookup_error(Some(errors))?;
    }
    Ok(())
}

/// `text.encode(encoding, errors)`.
///
/// # Errors
/// LookupError; UnicodeEncodeError; whatever a codec written in Python raises.
pub fn encode(text: &Str, encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Bytes>> {
    check_names(encoding, errors)?;
    match known(encoding) {
        Some(Known::Utf8) => return latin::encode_utf8(text, errors),
        Some(Known::Utf16) => return utf16::encode_utf16(text, errors, None),
        Some(Known::Utf32) => return utf16::encode_utf32(text, errors, None),
        Some(Known::Ascii) => return latin::encode_narrow(text, errors, 128),
        Some(Known::Latin1) => return latin::encode_narrow(text, errors, 256),
        None => {}
    }
    let encoding = encoding.unwrap_or("utf-8");
    let result = registry::convert_text(text, encoding, errors, Direction::Encode)?;
    if let Some(array) = result.cast::<ByteArray>() {
        let text = format!(
            "encoder {encoding} returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types"
        );
        crate::hooks::WARN.get()(crate::Instance::as_object(&exc::RuntimeWarning), &text, 1)?;
        return Bytes::new(array.as_slice());
    }
    result.downcast::<Bytes>().map_err(|other| {
        raise!(
            TypeError,
            "'{encoding}' encoder returned '{}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
            other.class().name()
        )
    })
}

/// The text that some bytes are. `object` is what holds them, for codecs that are called.
///
/// # Errors
/// LookupError; UnicodeDecodeError; whatever a codec written in Python raises.
pub fn decode(object: &Object, encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Str>> {
    check_names(encoding, errors)?;
    if let Some(known) = known(encoding) {
        let bytes = BytesLike::of(object)?;
        return decode_known(&bytes, known, errors);
    }
    let encoding = encoding.unwrap_or("utf-8");
    let view;
    let object = if object.cast::<Bytes>().is_some() {
        object
    } else {
        view = Bytes::new(&Buffer::of(object, buffer::SIMPLE)?.to_vec())?;
        &*view
    };
    let result = registry::convert_text(object, encoding, errors, Direction::Decode)?;
    result.downcast::<Str>().map_err(|other| {
        raise!(
            TypeError,
            "'{encoding}' decoder returned '{}' instead of 'str'; use codecs.decode() to decode to arbitrary types",
            other.class().name()
        )
    })
}

fn decode_known(bytes: &[u8], known: Known, errors: Option<&str>) -> Result<Ref<Str>> {
    match known {
        Known::Utf8 => latin::decode_utf8(bytes, errors, true).map(|(text, _)| text),
        Known::Utf16 => utf16::decode_utf16(bytes, errors, 0, true).map(|decoded| decoded.text),
        Known::Utf32 => utf16::decode_utf32(bytes, errors, 0, true).map(|decoded| decoded.text),
        Known::Ascii => latin::decode_ascii(bytes, errors),
        Known::Latin1 => Str::from_latin1(bytes),
    }
}

/// `str(object, encoding, errors)` (`PyUnicode_FromEncodedObject`).
///
/// # Errors
/// TypeError when the object shows no bytes; as [`decode`].
pub fn decode_object(object: &Object, encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Str>> {
    if object.cast::<Str>().is_some() {
        return Err(raise!(TypeError, "decoding str is not supported"));
    }
    if object.cast::<Bytes>().is_none() {
        let wrong = || {
            raise!(TypeError, "decoding to str: need a bytes-like object, {} found", object.class().name())
        };
        if !buffer::is_exporter(object) {
            return Err(wrong());
        }
        drop(Buffer::of(object, buffer::SIMPLE).catch(&exc::TypeError)?.ok_or_else(wrong)?);
    }
    decode(object, encoding, errors)
}
