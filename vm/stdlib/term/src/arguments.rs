//! Plain numbers as C functions take them, and how many of them there are.

use core::ffi::{c_int, c_long};
use objects::args::{At, FromArg};
use objects::protocol::number;
use objects::{Object, Result, raise};

/// An `int`.
///
/// # Errors
/// TypeError, OverflowError.
pub fn int(object: &Object) -> Result<c_int> {
    let value = long(object)?;
    c_int::try_from(value).map_err(|_| match value {
        ..0 => raise!(OverflowError, "signed integer is less than minimum"),
        _ => raise!(OverflowError, "signed integer is greater than maximum"),
    })
}

/// A `long`.
///
/// # Errors
/// TypeError, OverflowError.
pub fn long(object: &Object) -> Result<c_long> {
    let value = number::index(object)?.to_i64();
    value.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))
}

/// As many `int`s as there are objects.
///
/// # Errors
/// As [`int`].
pub fn ints<const N: usize>(objects: &[&Object; N]) -> Result<[c_int; N]> {
    let mut values = [0; N];
    for (value, object) in values.iter_mut().zip(objects) {
        *value = int(object)?;
    }
    Ok(values)
}

/// A `long` cut to where it lies: beyond the ends of its range it is an end.
///
/// # Errors
/// TypeError.
pub fn clamped(object: &Object) -> Result<c_long> {
    let int = number::index(object)?;
    Ok(int.to_i64().unwrap_or(if int.is_negative() { c_long::MIN } else { c_long::MAX }))
}

/// An `int` of a function whose arguments C parses by a format.
pub struct Number(pub c_int);

impl<'a> FromArg<'a> for Number {
    fn from_arg(argument: &'a Object, _at: At) -> Result<Number> {
        int(argument).map(Number)
    }
}
