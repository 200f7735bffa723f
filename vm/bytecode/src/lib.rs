//! What code is: the opcode table, code objects as data, exception and line tables, marshal.
//!
//! Nothing here knows Python objects: constants are plain data until the virtual machine loads them.
//! In reading order: the instructions, the code object that holds them, its two side tables, how it is shown,
//! and how it is kept in files.

pub mod opcodes;

pub mod code;

pub mod exc_table;
pub mod line_table;

pub mod dis;

pub mod marshal;
pub mod marshal_code;
pub mod pyc;
