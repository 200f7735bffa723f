//! Where the contents of new bytes and bytearrays come from, and what counts as a byte.

use super::Bytes;
use crate::id;
use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::buffer::{self, Buffer};
use crate::protocol::{self, number};
use crate::raise;
use crate::raise::Result;
use crate::types::exceptions as exc;
use crate::types::int::Int;
use crate::types::str::Str;
use core::mem::MaybeUninit;
use core::ops::Deref;

/// The contents of a new object: bytes that exist already, or a vector.
pub enum Contents {
    Shared(Ref<Bytes>),
    Own(Vec<u8>),
}

impl Deref for Contents {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Contents::Shared(bytes) => bytes.as_slice(),
            Contents::Own(bytes) => bytes,
        }
    }
}

impl Contents {
    /// The bytes object of exactly this class that has the contents, if there is one.
    pub fn downcast_exact(self) -> core::result::Result<Ref<Bytes>, Contents> {
        match self {
            Contents::Shared(bytes) if bytes.is_exactly(&super::PyBytes_Type) => Ok(bytes),
            other => Err(other),
        }
    }
}

/// One byte as an argument: an index below 256.
///
/// # Errors
/// TypeError; ValueError naming `what`.
pub fn byte_value(object: &Object, what: &str) -> Result<u8> {
    let value = match object.cast_exact::<Int>() {
        Some(int) if int.is_compact() => int.compact_value() as isize,
        _ => number::index_as_isize(object, None)?,
    };
    u8::try_from(value).map_err(|_| raise!(ValueError, "{what} must be in range(0, 256)"))
}

/// The contents that `bytes(source, encoding, errors)` gets.
///
/// # Errors
/// TypeError, ValueError, UnicodeEncodeError; what the source raises.
pub fn contents_for_bytes(
    source: Option<&Object>,
    encoding: Option<&Str>,
    errors: Option<&Str>,
) -> Result<Contents> {
    if let Some(source) = source
        && encoding.is_none()
        && errors.is_none()
        && let Some(method) = protocol::attr::lookup_special(source, id!("__bytes__"))?
    {
        let result = protocol::call::call_no_args(&method)?;
        return match result.downcast::<Bytes>() {
            Ok(bytes) => Ok(Contents::Shared(bytes)),
            Err(other) => {
                Err(raise!(TypeError, "__bytes__ returned non-bytes (type {})", other.class().name()))
            }
        };
    }
    contents(source, encoding, errors, "bytes")
}

/// The contents that `bytearray(source, encoding, errors)` gets; `class` names the new object in messages.
///
/// # Errors
/// As [`contents_for_bytes`].
pub fn contents(
    source: Option<&Object>,
    encoding: Option<&Str>,
    errors: Option<&Str>,
    class: &str,
) -> Result<Contents> {
    let text = source.and_then(|source| source.cast::<Str>());
    match (source, text) {
        (_, Some(text)) => {
            let Some(encoding) = encoding else {
                return Err(raise!(TypeError, "string argument without an encoding"));
            };
            let errors = errors.map(Str::to_str).transpose()?;
            let encoded = crate::codecs::encode(text, Some(encoding.to_str()?), errors)?;
            Ok(Contents::Shared(encoded))
        }
        (_, None) if encoding.is_some() => Err(raise!(TypeError, "encoding without a string argument")),
        (_, None) if errors.is_some() => Err(raise!(TypeError, "errors without a string argument")),
        (None, None) => Ok(Contents::Own(Vec::new())),
        (Some(source), None) => from_object(source, class),
    }
}

fn from_object(source: &Object, class: &str) -> Result<Contents> {
    if number::is_index(source) {
        let size = match number::index_as_isize(source, Some(&exc::OverflowError)) {
            Ok(size) => Some(size),
            Err(raised) if raised.matches(&exc::TypeError) => {
                raised.clear();
                None
            }
            Err(raised) => return Err(raised),
        };
        if let Some(size) = size {
            let size = usize::try_from(size).map_err(|_| raise!(ValueError, "negative count"))?;
            return Ok(Contents::Shared(Bytes::with_places(size, |places| {
                places.fill(MaybeUninit::new(0))
            })?));
        }
    }
    contents_of_object(source, class)
}

/// Whether an object is neither a size nor text nor memory, but yields bytes.
pub fn only_yields_bytes(source: &Object) -> bool {
    !number::is_index(source)
        && !buffer::is_exporter(source)
        && source.cast::<Str>().is_none()
        && is_iterable(source)
}

fn is_iterable(source: &Object) -> bool {
    source.class().tp_iter.get().is_some() || protocol::sequence::is_sequence(source)
}

/// The bytes that an object has or yields; an integer is not taken for a size (`PyBytes_FromObject`).
///
/// # Errors
/// TypeError for an object without any; ValueError for items that are no bytes.
pub fn contents_of_object(source: &Object, class: &str) -> Result<Contents> {
    if let Some(bytes) = source.cast_exact::<Bytes>() {
        return Ok(Contents::Shared(Ref::from_borrowed(bytes)));
    }
    if buffer::is_exporter(source) {
        let view = Buffer::of(source, buffer::FULL_RO)?;
        return Ok(Contents::Own(view.to_vec()));
    }
    let mut bytes = Vec::new();
    if !is_iterable(source) || source.cast::<Str>().is_some() {
        return Err(raise!(TypeError, "cannot convert '{}' object to {class}", source.class().name()));
    }
    protocol::iter::for_each(source, |item| {
        bytes.push(byte_value(&item, if class == "bytes" { "bytes" } else { "byte" })?);
        Ok(())
    })?;
    Ok(Contents::Own(bytes))
}
