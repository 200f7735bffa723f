//! One argument as a Rust value.

use super::signature::{Kind, Signature};
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::buffer::{self, Buffer, BytesLike};
use crate::protocol::{number, object};
use crate::raise;
use crate::raise::{Raised, Result};
use crate::types::int::Int;
use crate::types::none::none;
use crate::types::str::Str;

/// Which parameter is being converted, for error texts.
#[derive(Clone, Copy)]
pub struct At {
    signature: &'static Signature,
    index: u16,
    or_none: bool,
}

impl At {
    #[inline]
    pub const fn new(signature: &'static Signature, index: usize) -> At {
        At { signature, index: index as u16, or_none: false }
    }

    /// The function's name.
    pub fn function(self) -> &'static str {
        self.signature.fname
    }

    /// "argument 'x'", "argument 2", or "argument" where there is only one.
    pub fn describe(self) -> String {
        let index = usize::from(self.index);
        match self.signature.params.get(index) {
            _ if self.signature.single => "argument".to_string(),
            Some(param) if param.kind != Kind::PositionalOnly => format!("argument '{}'", param.name),
            _ => format!("argument {}", index + 1),
        }
    }

    /// The TypeError of `_PyArg_BadArgument`: "f() argument 'x' must be str, not int".
    #[cold]
    pub fn bad_argument(self, expected: &str, argument: &Object) -> Raised {
        let got = if argument.is(none()) { "None" } else { argument.class().full_name() };
        let or_none = if self.or_none { " or None" } else { "" };
        raise!(TypeError, "{}() {} must be {expected}{or_none}, not {got}", self.function(), self.describe())
    }
}

/// A Rust type that an argument can be converted to.
pub trait FromArg<'a>: Sized {
    /// Converts `argument`, given for the parameter `at`.
    ///
    /// # Errors
    /// TypeError and OverflowError with CPython's texts; what conversion methods raise.
    fn from_arg(argument: &'a Object, at: At) -> Result<Self>;
}

impl<'a, T: Instance> FromArg<'a> for &'a T {
    #[inline]
    fn from_arg(argument: &'a Object, at: At) -> Result<&'a T> {
        argument.cast::<T>().ok_or_else(|| at.bad_argument(T::class().full_name(), argument))
    }
}

impl<'a, T: Instance> FromArg<'a> for Ref<T> {
    #[inline]
    fn from_arg(argument: &'a Object, at: At) -> Result<Ref<T>> {
        <&T>::from_arg(argument, at).map(Ref::from_borrowed)
    }
}

impl<'a, T: FromArg<'a>> FromArg<'a> for Option<T> {
    #[inline]
    fn from_arg(argument: &'a Object, at: At) -> Result<Option<T>> {
        if argument.is(none()) {
            return Ok(None);
        }
        T::from_arg(argument, At { or_none: true, ..at }).map(Some)
    }
}

/// The truth value of any object.
impl<'a> FromArg<'a> for bool {
    #[inline]
    fn from_arg(argument: &'a Object, _at: At) -> Result<bool> {
        object::is_true(argument)
    }
}

impl<'a> FromArg<'a> for f64 {
    #[inline]
    fn from_arg(argument: &'a Object, _at: At) -> Result<f64> {
        number::as_f64(argument)
    }
}

impl<'a> FromArg<'a> for f32 {
    #[inline]
    fn from_arg(argument: &'a Object, _at: At) -> Result<f32> {
        Ok(number::as_f64(argument)? as f32)
    }
}

macro_rules! signed {
    ($($type:ident $c_name:literal;)*) => { $(
        impl<'a> FromArg<'a> for $type {
            #[inline]
            fn from_arg(argument: &'a Object, _at: At) -> Result<$type> {
                let value = match argument.cast::<Int>() {
                    Some(int) => int.to_i64(),
                    None => number::index(argument)?.to_i64(),
                };
                value.and_then(|value| value.try_into().ok()).ok_or_else(
                    #[cold]
                    || raise!(OverflowError, "Python int too large to convert to C {}", $c_name),
                )
            }
        }
    )* };
}

signed! {
    i32 "int";
    i64 "long";
    isize "ssize_t";
}

macro_rules! short {
    ($($type:ident $name:literal;)*) => { $(
        impl<'a> FromArg<'a> for $type {
            fn from_arg(argument: &'a Object, at: At) -> Result<$type> {
                let value = i64::from_arg(argument, at)?;
                <$type>::try_from(value).map_err(|_| {
                    let bound = if value > 0 { "greater than maximum" } else { "less than minimum" };
                    raise!(OverflowError, "{} is {bound}", $name)
                })
            }
        }
    )* };
}

short! {
    i16 "signed short integer";
    u8 "unsigned byte integer";
}

macro_rules! unsigned {
    ($($type:ident $text:literal;)*) => { $(
        impl<'a> FromArg<'a> for $type {
            fn from_arg(argument: &'a Object, _at: At) -> Result<$type> {
                let int = number::index(argument)?;
                if int.is_negative() {
                    return Err(raise!(ValueError, "value must be positive"));
                }
                int.to_u64()
                    .and_then(|value| value.try_into().ok())
                    .ok_or_else(|| raise!(OverflowError, "Python int too large {}", $text))
            }
        }
    )* };
}

unsigned! {
    u16 "for C unsigned short";
    u32 "for C unsigned int";
    u64 "to convert to C unsigned long";
    usize "to convert to C size_t";
}

/// Text without NUL characters, as a `char *` of C.
impl<'a> FromArg<'a> for &'a str {
    fn from_arg(argument: &'a Object, at: At) -> Result<&'a str> {
        let text = <&Str>::from_arg(argument, at)?.to_str()?;
        if text.contains('\0') {
            return Err(raise!(ValueError, "embedded null character"));
        }
        Ok(text)
    }
}

/// A character, which may be a lone surrogate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodePoint(pub u32);

impl<'a> FromArg<'a> for CodePoint {
    fn from_arg(argument: &'a Object, at: At) -> Result<CodePoint> {
        match argument.cast::<Str>() {
            Some(text) if text.len() == 1 => Ok(CodePoint(text.at(0))),
            _ => Err(at.bad_argument("a unicode character", argument)),
        }
    }
}

/// Anything that shows its bytes.
impl<'a> FromArg<'a> for BytesLike<'a> {
    #[inline]
    fn from_arg(argument: &'a Object, _at: At) -> Result<BytesLike<'a>> {
        BytesLike::of(argument)
    }
}

/// Bytes for a codec: those that an object shows, or the UTF-8 form of text.
pub enum CodecInput<'a> {
    Text(&'a str),
    Bytes(BytesLike<'a>),
}

impl<'a> FromArg<'a> for CodecInput<'a> {
    fn from_arg(argument: &'a Object, _at: At) -> Result<CodecInput<'a>> {
        match argument.cast::<Str>() {
            Some(text) => text.to_str().map(CodecInput::Text),
            None => BytesLike::of(argument).map(CodecInput::Bytes),
        }
    }
}

impl core::ops::Deref for CodecInput<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            CodecInput::Text(text) => text.as_bytes(),
            CodecInput::Bytes(bytes) => bytes,
        }
    }
}

/// Anything whose bytes can be written to.
impl<'a> FromArg<'a> for Buffer {
    fn from_arg(argument: &'a Object, at: At) -> Result<Buffer> {
        Buffer::of(argument, buffer::WRITABLE).map_err(|raised| {
            raised.clear();
            at.bad_argument("read-write bytes-like object", argument)
        })
    }
}
