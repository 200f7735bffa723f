//! Arithmetic on 30-bit-digit integers, float parsing and printing, complex functions: no objects.
//!
//! - [`int`]: integers of any size.
//! - [`error`]: how an operation fails, in CPython's words.

pub mod error;
pub mod int;

pub use error::{Error, Exception, Result};
