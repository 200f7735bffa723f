//! Specialisation: instructions that look at their operands, rewrite themselves for what they saw, and fall back.
//!
//! A specialised handler that does not fit jumps to the general one, whose counter decides when to look again. The counters, caches
//! and instructions are CPython's.

pub mod counter;
pub mod name;

use crate::eval::Handler;
use bytecode::opcodes::op;

/// Puts the specialised instructions into the table.
pub const fn fill(table: &mut [Handler; 256]) {
    table[op::LOAD_GLOBAL_MODULE as usize] = name::LOAD_GLOBAL_MODULE;
    table[op::LOAD_GLOBAL_BUILTIN as usize] = name::LOAD_GLOBAL_BUILTIN;
}
