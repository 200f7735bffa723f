//! Arguments that many modules of the system take: masks, user and group ids, names, plain numbers.

use core::ffi::{c_int, c_uint};
use objects::args::{At, FromArg};
use objects::protocol::number;
use objects::types::int::Int;
use objects::types::str::Str;
use objects::{Object, Result, raise};
use std::ffi::CString;

/// The low 64 bits of an int (`unsigned long(bitwise=True)`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mask(pub u64);

impl Mask {
    /// The low 64 bits.
    pub fn of(int: &Int) -> Mask {
        let mut value = 0u64;
        for (index, digit) in int.digits().iter().take(3).enumerate() {
            value |= u64::from(*digit) << (30 * index);
        }
        Mask(if int.is_negative() { value.wrapping_neg() } else { value })
    }
}

impl<'a> FromArg<'a> for Mask {
    fn from_arg(object: &'a Object, _at: At) -> Result<Mask> {
        number::index(object).map(|int| Mask::of(&int))
    }
}

/// A user's number; -1 is [`u32::MAX`], "leave it" where a function changes something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Uid(pub u32);

/// A group's number, as [`Uid`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gid(pub u32);

fn id(object: &Object, what: &str) -> Result<u32> {
    if !number::is_index(object) {
        return Err(raise!(TypeError, "{what} should be integer, not {}", object.class().name()));
    }
    let int = number::index(object)?;
    match int.to_i64() {
        Some(-1) => Ok(u32::MAX),
        _ if int.is_negative() => Err(raise!(OverflowError, "{what} is less than minimum")),
        value => value
            .and_then(|value| u32::try_from(value).ok())
            .ok_or_else(|| raise!(OverflowError, "{what} is greater than maximum")),
    }
}

impl Uid {
    /// The number that an object gives.
    pub fn of(object: &Object) -> Result<Uid> {
        id(object, "uid").map(Uid)
    }
}

impl Gid {
    /// The number that an object gives.
    pub fn of(object: &Object) -> Result<Gid> {
        id(object, "gid").map(Gid)
    }
}

impl<'a> FromArg<'a> for Uid {
    fn from_arg(object: &'a Object, _at: At) -> Result<Uid> {
        Uid::of(object)
    }
}

impl<'a> FromArg<'a> for Gid {
    fn from_arg(object: &'a Object, _at: At) -> Result<Gid> {
        Gid::of(object)
    }
}

/// A device's number, or a part of one; -1 is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dev(pub u64);

impl Dev {
    pub const NONE: Dev = Dev(u64::MAX);

    /// The major or minor number; -1 of no device.
    pub fn part(self, part: impl Fn(u64) -> libc::c_uint) -> i64 {
        if self == Dev::NONE { -1 } else { part(self.0).into() }
    }
}

impl<'a> FromArg<'a> for Dev {
    fn from_arg(object: &'a Object, _at: At) -> Result<Dev> {
        let int = number::index(object)?;
        match int.to_i64() {
            Some(-1) => Ok(Dev::NONE),
            _ if int.is_negative() => Err(raise!(OverflowError, "can't convert negative int to unsigned")),
            _ => int.to_u64().map(Dev).ok_or_else(|| {
                raise!(OverflowError, "Python int too large to convert to C unsigned long long")
            }),
        }
    }
}

/// A user's or group's number as Python shows it: -1 stays -1.
pub fn shown_id(id: u32) -> i64 {
    if id == u32::MAX { -1 } else { id.into() }
}

/// Text as a C string in the file system's encoding.
pub fn c_string(text: &Str) -> Result<CString> {
    CString::new(crate::posix::path::encode(text)?).map_err(|_| raise!(ValueError, "embedded null byte"))
}

/// Refuses a wrong number of arguments.
///
/// # Errors
/// TypeError.
pub fn arity(function: &str, args: &[&Object], least: usize, most: usize) -> Result<()> {
    let given = args.len();
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let (bound, limit) = match given < least {
        _ if least == most => ("exactly", least),
        true => ("at least", least),
        false => ("at most", most),
    };
    let s = if limit == 1 { "" } else { "s" };
    Err(raise!(TypeError, "{function}() takes {bound} {limit} argument{s} ({given} given)"))
}

/// An `int`.
///
/// # Errors
/// TypeError, OverflowError.
pub fn int(object: &Object) -> Result<c_int> {
    let value = number::index(object)?.to_i64();
    let value = value.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))?;
    c_int::try_from(value).map_err(|_| match value {
        ..0 => raise!(OverflowError, "signed integer is less than minimum"),
        _ => raise!(OverflowError, "signed integer is greater than maximum"),
    })
}

/// An `int`, or 0 when it is not given.
///
/// # Errors
/// As [`int`].
pub fn optional_int(object: Option<&&Object>) -> Result<c_int> {
    object.map_or(Ok(0), |object| int(object))
}

/// The low bits of an int.
///
/// # Errors
/// TypeError.
pub fn mask(object: &Object) -> Result<u64> {
    number::index(object).map(|int| Mask::of(&int).0)
}

/// [`mask`] of 32 bits.
///
/// # Errors
/// As [`mask`].
pub fn mask32(object: &Object) -> Result<c_uint> {
    mask(object).map(|value| value as c_uint)
}

/// A byte in its range.
///
/// # Errors
/// TypeError, OverflowError.
pub fn byte(object: &Object) -> Result<u8> {
    let value = int(object)?;
    u8::try_from(value).map_err(|_| match value {
        ..0 => raise!(OverflowError, "unsigned byte integer is less than minimum"),
        _ => raise!(OverflowError, "unsigned byte integer is greater than maximum"),
    })
}
