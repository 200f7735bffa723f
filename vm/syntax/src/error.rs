//! The error and the warning that reading source text can end in.

use std::fmt;

/// Which exception a source error is raised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    SyntaxError,
    IndentationError,
    TabError,
    /// `_IncompleteInputError`, the SyntaxError that asks an interactive loop for more lines.
    IncompleteInputError,
    /// No location.
    ValueError,
    /// No location; [`SyntaxError::undecodable`] has the bytes.
    UnicodeDecodeError,
    /// No location.
    MemoryError,
    /// No location.
    RecursionError,
    /// No location.
    OverflowError,
    /// What a function of the caller's options has left behind, of which the parser knows nothing.
    Foreign,
}

impl ErrorKind {
    /// The name of the exception class.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::SyntaxError => "SyntaxError",
            ErrorKind::IndentationError => "IndentationError",
            ErrorKind::TabError => "TabError",
            ErrorKind::IncompleteInputError => "_IncompleteInputError",
            ErrorKind::ValueError => "ValueError",
            ErrorKind::UnicodeDecodeError => "UnicodeDecodeError",
            ErrorKind::MemoryError => "MemoryError",
            ErrorKind::RecursionError => "RecursionError",
            ErrorKind::OverflowError => "OverflowError",
            ErrorKind::Foreign => "Exception",
        }
    }

    /// Whether the exception is a SyntaxError or derives from it, and so carries a location.
    pub fn is_syntax_error(self) -> bool {
        matches!(
            self,
            ErrorKind::SyntaxError
                | ErrorKind::IndentationError
                | ErrorKind::TabError
                | ErrorKind::IncompleteInputError
        )
    }
}

/// In the place of a last line or column: the attribute of the exception is None.
pub const NO_POSITION: i32 = i32::MIN;

/// Why a source text is not a program, with everything that a SyntaxError object holds but the file name.
///
/// The parser makes these, and so do the symbol table and the compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The exception to raise.
    pub kind: ErrorKind,
    /// Its message.
    pub msg: String,
    /// First line, from 1.
    pub lineno: i32,
    /// First column in characters, from 1; 0 when the whole line is meant.
    pub offset: i32,
    /// Last line, or [`NO_POSITION`].
    pub end_lineno: i32,
    /// The column after the last character, from 1, or [`NO_POSITION`]. CPython's parser also gives 0 and -1.
    pub end_offset: i32,
    /// The source line, or lines for an error that spans several; `None` when they are not known.
    pub text: Option<String>,
    /// What is not UTF-8, of a UnicodeDecodeError.
    pub undecodable: Vec<u8>,
}

impl SyntaxError {
    /// An error that has no place in the source.
    pub fn unlocated(kind: ErrorKind, msg: impl Into<String>) -> Self {
        let msg = msg.into();
        Self {
            kind,
            msg,
            lineno: 0,
            offset: 0,
            end_lineno: 0,
            end_offset: 0,
            text: None,
            undecodable: Vec::new(),
        }
    }

    /// The error of bytes that are not UTF-8.
    pub(crate) fn undecodable(bytes: &[u8], reason: String) -> Self {
        Self { undecodable: bytes.to_vec(), ..Self::unlocated(ErrorKind::UnicodeDecodeError, reason) }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.msg)?;
        if self.kind.is_syntax_error() {
            write!(f, " ({}:{}-", self.lineno, self.offset)?;
            match (self.end_lineno, self.end_offset) {
                (NO_POSITION, NO_POSITION) => f.write_str("None:None)")?,
                (lineno, offset) => write!(f, "{lineno}:{offset})")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for SyntaxError {}

/// Which category a warning is issued under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarningKind {
    SyntaxWarning,
    DeprecationWarning,
}

/// A warning about source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceWarning {
    /// Its category.
    pub kind: WarningKind,
    /// Its message and line, and the whole error to raise in its stead when warnings are made errors.
    pub error: SyntaxError,
}
