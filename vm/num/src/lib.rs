//! Arithmetic on 30-bit-digit integers, float parsing and printing, complex functions: no objects.
//!
//! - [`int`]: integers of any size.
//! - [`float`]: doubles with Python's operators, text and hash.
//! - [`complex`]: the same for pairs of doubles.
//! - [`error`]: how an operation fails, in CPython's words.

pub mod complex;
pub mod error;
pub mod float;
pub mod int;

pub use error::{Error, Exception, Result};
