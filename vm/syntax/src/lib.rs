//! Source text to abstract syntax tree, with every SyntaxError CPython has: no objects.

pub mod arena;
pub mod ast;
pub mod error;

pub use arena::Arena;
pub use error::{ErrorKind, SourceWarning, SyntaxError, WarningKind};
