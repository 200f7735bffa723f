//! Arguments as the functions of `_socket` take them.

use objects::protocol::buffer::BytesLike;
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::{Instance, Object, Result, raise};
use std::ffi::CString;

/// A host's name or address: bytes as they are, text in IDNA.
///
/// # Errors
/// TypeError.
pub fn host(object: &Object) -> Result<CString> {
    let bytes = if let Some(bytes) = object.cast::<Bytes>() {
        bytes.as_slice().to_vec()
    } else if let Some(bytes) = object.cast::<ByteArray>() {
        BytesLike::of(bytes.as_object())?.to_vec()
    } else if let Some(text) = object.cast::<Str>() {
        match text.as_ascii() {
            Some(ascii) => ascii.as_bytes().to_vec(),
            None => idna(text).map_err(|raised| {
                raised.clear();
                raise!(TypeError, "encoding of hostname failed")
            })?,
        }
    } else {
        let class = object.class().name();
        return Err(raise!(TypeError, "str, bytes or bytearray expected, not {class}"));
    };
    CString::new(bytes).map_err(|_| raise!(TypeError, "host name must not contain null character"))
}

/// Text in IDNA.
///
/// # Errors
/// UnicodeError; LookupError while there is no such codec.
pub fn idna(text: &Str) -> Result<Vec<u8>> {
    Ok(objects::codecs::encode(text, Some("idna"), None)?.as_slice().to_vec())
}

/// The host of the functions that look one up by name.
///
/// # Errors
/// TypeError, and what encoding raises.
pub fn host_argument(function: &str, object: &Object) -> Result<CString> {
    let bytes = if let Some(text) = object.cast::<Str>() {
        idna(text)?
    } else if let Some(bytes) = object.cast::<Bytes>() {
        bytes.as_slice().to_vec()
    } else if let Some(bytes) = object.cast::<ByteArray>() {
        BytesLike::of(bytes.as_object())?.to_vec()
    } else {
        let class = objects_name(object);
        return Err(raise!(
            TypeError,
            "{function}() argument 1 must be str, bytes or bytearray, not {class}"
        ));
    };
    CString::new(bytes).map_err(|_| {
        raise!(TypeError, "{function}() argument 1 must be encoded string without null bytes, not str")
    })
}

/// An argument that is text.
///
/// # Errors
/// TypeError; ValueError for a NUL.
pub fn text(function: &str, place: usize, object: &Object) -> Result<CString> {
    let Some(text) = object.cast::<Str>() else {
        let class = objects_name(object);
        return Err(raise!(TypeError, "{function}() argument {place} must be str, not {class}"));
    };
    CString::new(text.to_str()?).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// A class's name as argument errors show it.
fn objects_name(object: &Object) -> &str {
    if object.is(objects::types::none::none()) { "None" } else { object.class().full_name() }
}
