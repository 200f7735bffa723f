//! The Unicode database, casing, normalisation and codecs on plain buffers: no objects.
//!
//! Code points are `u32`, since Python's strings may hold surrogates; strings are slices of `u8`,
//! `u16` or `u32` with one element for each character, as PEP 393 stores them ([`Char`]).
//!
//! - [`database`]: properties, of the current version and of 3.2.0.
//! - [`casing`]: lower, upper, title case, folding.
//! - [`normalize`]: normal forms.
//! - [`names`]: names and look-up by name.

pub mod casing;
mod database;
pub mod names;
pub mod normalize;
mod tables;

pub use database::*;
pub use tables::records::VERSION;

/// A character in one of the widths in which strings are stored.
pub trait Char: Copy + Into<u32> + Eq + 'static {}

impl Char for u8 {}
impl Char for u16 {}
impl Char for u32 {}
