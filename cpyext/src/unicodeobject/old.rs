//! Functions that are deprecated, or that older extensions still name.

use core::ffi::CStr;
use macros::capi;
use objects::codecs::registry::{self, Direction};
use objects::types::exceptions as exc;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, hooks, raise};

fn deprecated(text: &str) -> Result<()> {
    hooks::WARN.get()(exc::DeprecationWarning.as_object(), text, 1)
}

fn convert(
    object: &Object,
    encoding: Option<&CStr>,
    errors: Option<&CStr>,
    direction: Direction,
) -> Result<(Ref, String)> {
    if object.cast::<Str>().is_none() {
        return Err(raise::bad_argument());
    }
    let encoding = encoding.map_or("utf-8".into(), CStr::to_string_lossy);
    let errors = errors.map(CStr::to_string_lossy);
    let result = registry::convert(object, &encoding, errors.as_deref(), direction)?;
    Ok((result, encoding.into_owned()))
}

/// A result that must be a string.
fn text((result, encoding): (Ref, String), coder: &str, instead: &str) -> Result<Ref<Str>> {
    result.downcast::<Str>().map_err(|other| -> Raised {
        objects::raise!(
            TypeError,
            "'{encoding}' {coder} returned '{}' instead of 'str'; use {instead} to {} to arbitrary types",
            other.class().full_name(),
            &coder[..coder.len() - 1]
        )
    })
}

#[capi]
pub fn PyUnicode_AsDecodedObject(
    object: &Object,
    encoding: Option<&CStr>,
    errors: Option<&CStr>,
) -> Result<Ref> {
    deprecated("PyUnicode_AsDecodedObject() is deprecated; use PyCodec_Decode() to decode from str")?;
    Ok(convert(object, encoding, errors, Direction::Decode)?.0)
}

#[capi]
pub fn PyUnicode_AsDecodedUnicode(
    object: &Object,
    encoding: Option<&CStr>,
    errors: Option<&CStr>,
) -> Result<Ref<Str>> {
    deprecated("PyUnicode_AsDecodedUnicode() is deprecated; use PyCodec_Decode() to decode from str to str")?;
    text(convert(object, encoding, errors, Direction::Decode)?, "decoder", "codecs.decode()")
}

#[capi]
pub fn PyUnicode_AsEncodedObject(
    object: &Object,
    encoding: Option<&CStr>,
    errors: Option<&CStr>,
) -> Result<Ref> {
    deprecated(
        "PyUnicode_AsEncodedObject() is deprecated; use PyUnicode_AsEncodedString() to encode from str to bytes \
         or PyCodec_Encode() for generic encoding",
    )?;
    Ok(convert(object, encoding, errors, Direction::Encode)?.0)
}

#[capi]
pub fn PyUnicode_AsEncodedUnicode(
    object: &Object,
    encoding: Option<&CStr>,
    errors: Option<&CStr>,
) -> Result<Ref<Str>> {
    deprecated("PyUnicode_AsEncodedUnicode() is deprecated; use PyCodec_Encode() to encode from str to str")?;
    text(convert(object, encoding, errors, Direction::Encode)?, "encoder", "codecs.encode()")
}

#[capi]
pub fn PyUnicode_GetSize(_object: *const Object) -> Result<isize> {
    Err(objects::raise!(RuntimeError, "PyUnicode_GetSize has been removed."))
}
