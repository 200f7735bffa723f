//! `int(x)` and `int(text, base)`.

use super::Int;
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, attr, number};
use crate::raise::Result;
use crate::state;
use crate::types::bytes::Bytes;
use crate::types::exceptions as exc;
use crate::types::str::Str;
use num::int::{self, ParseError};

/// `PyNumber_Long`: from a number through `__int__`, `__index__` or `__trunc__`, from text in base 10.
///
/// # Errors
/// TypeError when the object is neither; ValueError for text that is no int.
pub fn from_object(object: &Object) -> Result<Ref<Int>> {
    if let Some(int) = object.cast_exact::<Int>() {
        return Ok(int.to_ref());
    }
    if let Some(text) = object.cast_exact::<Str>() {
        return from_str(text, 10);
    }
    let table = object.class().number();
    if let Some(function) = table.and_then(|table| table.nb_int.get()) {
        // SAFETY: the slot belongs to the object's class.
        let result = unsafe { function(object) }?;
        return exact(result, "__int__");
    }
    if number::is_index(object) {
        return number::index(object)?.to_exact();
    }
    if let Some(method) = attr::lookup_special(object, id!("__trunc__"))? {
        let text = "The delegation of int() to __trunc__ is deprecated.";
        crate::hooks::WARN.get()(&exc::DeprecationWarning, text, 1)?;
        let result = protocol::call::call_no_args(&method)?;
        if let Some(int) = result.cast::<Int>() {
            return int.to_exact();
        }
        if !number::is_index(&result) {
            return Err(crate::raise!(
                TypeError,
                "__trunc__ returned non-Integral (type {})",
                result.class().name()
            ));
        }
        return number::index(&result)?.to_exact();
    }
    if let Some(text) = object.cast::<Str>() {
        return from_str(text, 10);
    }
    if let Some(bytes) = object.cast::<Bytes>() {
        return from_bytes(object, bytes.as_slice(), 10);
    }
    if crate::protocol::buffer::is_exporter(object) {
        let buffer = crate::protocol::buffer::BytesLike::of(object)?;
        return from_bytes(object, buffer.as_slice(), 10);
    }
    Err(crate::raise!(
        TypeError,
        "int() argument must be a string, a bytes-like object or a real number, not '{}'",
        object.class().name()
    ))
}

/// What `__int__` returned, as an exact int.
fn exact(result: Ref, method: &str) -> Result<Ref<Int>> {
    let result = result.downcast::<Int>().map_err(|other| {
        crate::raise!(TypeError, "{method} returned non-int (type {})", other.class().name())
    })?;
    if !result.is_exactly(&super::PyLong_Type) {
        crate::protocol::warn_strict_subclass(&result, method, "int")?;
    }
    result.to_exact()
}

/// `int(text, base)`.
///
/// # Errors
/// TypeError when `text` is no text; ValueError for a bad base or digit.
pub fn from_text_in_base(text: &Object, base: &Object) -> Result<Ref<Int>> {
    let base = number::index_as_isize(base, None)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(crate::raise!(ValueError, "int() base must be >= 2 and <= 36, or 0"));
    }
    let base = base as u32;
    if let Some(text) = text.cast::<Str>() {
        return from_str(text, base);
    }
    if let Some(bytes) = text.cast::<Bytes>() {
        return from_bytes(text, bytes.as_slice(), base);
    }
    if text.class().is_subtype(&crate::types::bytearray::PyByteArray_Type) {
        let buffer = crate::protocol::buffer::BytesLike::of(text)?;
        return from_bytes(text, buffer.as_slice(), base);
    }
    Err(crate::raise!(TypeError, "int() can't convert non-string with explicit base"))
}

/// `PyLong_FromUnicodeObject`.
///
/// # Errors
/// ValueError.
pub fn from_str(text: &Str, base: u32) -> Result<Ref<Int>> {
    match text.as_ascii() {
        Some(ascii) => from_bytes(text, ascii.as_bytes(), base),
        None => from_bytes(text, &crate::types::str::numeric::decimal_to_ascii(text), base),
    }
}

/// An int from ASCII text, which the error shows (`PyLong_FromString`).
///
/// # Errors
/// ValueError.
pub fn from_ascii(text: &[u8], base: u32) -> Result<Ref<Int>> {
    match core::str::from_utf8(text) {
        Ok(shown) => from_bytes(&*Str::new(shown)?, text, base),
        Err(_) => from_bytes(&*Bytes::new(text)?, text, base),
    }
}

fn from_bytes(source: &Object, text: &[u8], base: u32) -> Result<Ref<Int>> {
    if base == 10
        && let Some(value) = int::parse_short(text)
    {
        return Int::from_i64(value);
    }
    let limit = state::interpreter().int_max_str_digits.get() as usize;
    match int::parse(text, base, limit) {
        Ok(value) => Int::from_integer(&value),
        Err(ParseError::TooManyDigits(digits)) => {
            Err(crate::raise!(ValueError, "{}", ParseError::limit_message(digits, limit)))
        }
        Err(ParseError::Invalid) => {
            let shown = protocol::object::repr(source)?.to_string_lossy();
            let shown: String = shown.chars().take(200).collect();
            Err(crate::raise!(ValueError, "invalid literal for int() with base {base}: {shown}"))
        }
    }
}
