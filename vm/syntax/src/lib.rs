//! Source text to abstract syntax tree, with every SyntaxError CPython has: no objects.
//!
//! [`source::decode`] makes text of a file's bytes, [`parse`] makes a tree of text, in an [`Arena`] that the caller
//! owns. [`lexer`] serves those who want the tokens only.

pub mod arena;
mod asdl;
pub mod ast;
mod chars;
pub mod error;
pub mod lexer;
pub mod literal;
mod parser;
pub mod repr;
pub mod source;
pub mod token;
pub mod tokenize;
pub mod unparse;

pub use arena::Arena;
pub use chars::normalize_identifier;
pub use error::{ErrorKind, NO_POSITION, SourceWarning, SyntaxError, WarningKind};
pub use parser::{Mode, Options, Parsed, parse};
