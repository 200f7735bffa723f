//! Arithmetic on 30-bit-digit integers, float parsing and printing, complex functions: no objects.
//!
//! - [`int`]: integers of any size.
//! - [`float`]: doubles with Python's operators, text and hash.
//! - [`complex`]: the same for pairs of doubles.
//! - [`decimal`]: decimal numbers of any precision.
//! - [`siphash`]: hashes of strings, bytes, tuples and frozen sets.
//! - [`random`]: the Mersenne Twister.
//! - [`format_spec`]: the format specification mini-language.
//! - [`error`]: how an operation fails, in CPython's words.

pub mod complex;
pub mod decimal;
pub mod error;
pub mod float;
pub mod format_spec;
pub mod int;
pub mod random;
pub mod siphash;

pub use error::{Error, Exception, Result};
