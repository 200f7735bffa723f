//! The regular-expression engine behind `re`, on plain buffers: no objects.
//!
//! `re._compiler` turns a pattern into an array of 32-bit codes. [`Program::new`] checks the array
//! and decodes it; a [`Matcher`] runs the program over a text of one, two or four bytes a character.
//! Backtracking uses a stack of its own, never the native one.
//!
//! - [`constants`]: the numbers that `re._constants` gives to operations.
//! - [`program`]: from codes to operations.
//! - [`set`]: sets of characters.
//! - [`chars`]: categories, and case by ASCII, Unicode and the locale.
//! - `first`: with which characters a match may begin.
//! - [`matcher`]: running a program at one place.
//! - [`search`]: finding the place.

pub mod chars;
pub mod constants;
mod first;
pub mod matcher;
pub mod program;
mod search;
pub mod set;

pub use constants::{CODE_SIZE, MAGIC, MAX_GROUPS, MAX_REPEAT};
pub use matcher::{Matcher, Mode, Stopped};
pub use program::{InvalidCode, Program};
