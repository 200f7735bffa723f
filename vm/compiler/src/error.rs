//! How the passes report errors and warnings.

use bytecode::line_table::Location as Place;
use syntax::ast::Location;
use syntax::{ErrorKind, SourceWarning, SyntaxError, WarningKind};

/// What every pass returns. The error is boxed: it is large and rare.
pub type Result<T = ()> = std::result::Result<T, Box<SyntaxError>>;

/// Receives warnings. `false` means that the program made the warning an error: the compilation ends
/// with a SyntaxError of the same text. A warning without a line (0) is about an operation that was folded: it
/// concerns the caller's line, and when it is made an error the operation is left to the program.
pub type WarningSink<'s> = &'s mut dyn FnMut(SourceWarning) -> bool;

/// A SyntaxError at a place. Columns are in bytes, as CPython's compiler gives them; the line's text is not
/// known here.
pub fn syntax_error(at: Location, msg: impl Into<String>) -> Box<SyntaxError> {
    Box::new(SyntaxError {
        lineno: at.lineno,
        offset: at.col_offset.wrapping_add(1),
        end_lineno: at.end_lineno,
        end_offset: at.end_col_offset.wrapping_add(1),
        ..SyntaxError::unlocated(ErrorKind::SyntaxError, msg)
    })
}

/// CPython's RecursionError for trees that are too deep.
pub fn too_deep() -> Box<SyntaxError> {
    Box::new(SyntaxError::unlocated(
        ErrorKind::RecursionError,
        "maximum recursion depth exceeded during compilation",
    ))
}

/// Issues a SyntaxWarning.
pub fn warn(sink: WarningSink<'_>, at: Location, msg: String) -> Result {
    let error = syntax_error(at, msg);
    let warning = SourceWarning { kind: WarningKind::SyntaxWarning, error: (*error).clone() };
    if sink(warning) { Ok(()) } else { Err(error) }
}

/// A node's place in the form of the location table.
pub fn place(at: Location) -> Place {
    Place { line: at.lineno, end_line: at.end_lineno, column: at.col_offset, end_column: at.end_col_offset }
}

/// The reverse of [`place`].
pub fn unplace(at: Place) -> Location {
    Location {
        lineno: at.line,
        col_offset: at.column,
        end_lineno: at.end_line,
        end_col_offset: at.end_column,
    }
}

/// How deep a pass may recurse into a tree: CPython's Py_C_RECURSION_LIMIT less what its callers use.
pub const RECURSION_LIMIT: u32 = 9_998;

/// Counts how deep a pass has recursed.
#[derive(Default, Debug)]
pub struct Depth(u32);

impl Depth {
    /// One level deeper; RecursionError at the limit. Pair with [`Depth::leave`].
    pub fn enter(&mut self) -> Result {
        self.0 += 1;
        if self.0 > RECURSION_LIMIT { Err(too_deep()) } else { Ok(()) }
    }

    /// One level up.
    pub fn leave(&mut self) {
        self.0 -= 1;
    }
}

/// Runs a recursive step with enough native stack, whatever thread it is on.
pub fn with_stack<R>(step: impl FnOnce() -> R) -> R {
    /// More than one step of any pass needs between two calls of this, comparing the deepest constant included.
    const RED_ZONE: usize = 1 << 20;
    const SEGMENT: usize = 8 << 20;
    stacker::maybe_grow(RED_ZONE, SEGMENT, step)
}
