//! Codecs: text to bytes and back.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::buffer::BytesLike;
use crate::raise;
use crate::raise::Result;
use crate::types::bytes::Bytes;
use crate::types::str::Str;

/// `str(object, encoding, errors)`: the text that a bytes-like object holds.
///
/// # Errors
/// TypeError when the object shows no bytes; LookupError; UnicodeDecodeError.
pub fn decode_object(object: &Object, encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Str>> {
    let _ = (encoding, errors);
    if object.cast::<Str>().is_some() {
        return Err(raise!(TypeError, "decoding str is not supported"));
    }
    if !crate::protocol::buffer::is_exporter(object) {
        return Err(raise!(
            TypeError,
            "decoding to str: need a bytes-like object, {} found",
            object.class().name()
        ));
    }
    let bytes = BytesLike::of(object)?;
    Str::new(&String::from_utf8_lossy(&bytes))
}

/// `text.encode(encoding, errors)`.
///
/// # Errors
/// LookupError; UnicodeEncodeError; whatever a codec written in Python raises.
pub fn encode(text: &Str, encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Bytes>> {
    let _ = (encoding, errors);
    Bytes::new(text.to_str()?.as_bytes())
}

/// `object.decode(encoding, errors)`.
///
/// # Errors
/// As [`decode_object`].
pub fn decode(object: &Object, encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Str>> {
    decode_object(object, encoding, errors)
}
