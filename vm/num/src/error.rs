//! How arithmetic fails: the exception class to raise and CPython's text.

use std::borrow::Cow;
use std::fmt;

/// The built-in exception class that an [`Error`] stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exception {
    Memory,
    Overflow,
    Type,
    Value,
    ZeroDivision,
}

/// A failed operation: which exception to raise, with which message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub exception: Exception,
    /// Empty for `MemoryError`, which has no text.
    pub message: Cow<'static, str>,
}

impl Error {
    pub const MEMORY: Error = Error { exception: Exception::Memory, message: Cow::Borrowed("") };

    pub const fn overflow(message: &'static str) -> Error {
        Error { exception: Exception::Overflow, message: Cow::Borrowed(message) }
    }

    pub const fn zero_division(message: &'static str) -> Error {
        Error { exception: Exception::ZeroDivision, message: Cow::Borrowed(message) }
    }

    pub fn value(message: impl Into<Cow<'static, str>>) -> Error {
        Error { exception: Exception::Value, message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The result of arithmetic that can fail.
pub type Result<T> = std::result::Result<T, Error>;
