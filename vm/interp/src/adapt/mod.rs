//! Specialisation: instructions that look at their operands, rewrite themselves for what they saw, and fall back.

use crate::eval::Table;

/// Puts the specialised instructions into the table.
pub const fn fill(_table: &mut Table256) {}

/// The handlers that [`Table`] holds.
pub type Table256 = [crate::eval::Handler; 256];

const _: () = assert!(size_of::<Table>() == size_of::<Table256>());
