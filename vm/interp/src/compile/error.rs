//! Errors and warnings about source as exceptions.

use crate::modules::warnings;
use objects::raise::Raised;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Ref, Result, TypeObject, codecs, raise};
use syntax::{ErrorKind, NO_POSITION, SourceWarning, SyntaxError, WarningKind};

/// Issues a warning about source; one that is made an error becomes a SyntaxError.
/// A warning about an operation that was folded is about the line that the caller is at.
///
/// # Errors
/// SyntaxError; what the filters raise.
pub fn issue(warning: &SourceWarning, filename: &str) -> Result<()> {
    let category: &TypeObject = match warning.kind {
        WarningKind::SyntaxWarning => &exc::SyntaxWarning,
        WarningKind::DeprecationWarning => &exc::DeprecationWarning,
    };
    let message = Str::new(&warning.error.msg)?;
    if warning.error.lineno == 0 {
        return warnings::warn_at(Some(category), message.as_object(), 1, None, None);
    }
    let filename_object = Str::new(filename)?;
    match warnings::warn_source(&message, category, &filename_object, warning.error.lineno.into()) {
        Ok(()) => Ok(()),
        Err(raised) if raised.matches(category) => {
            raised.clear();
            Err(raise_syntax_error(&warning.error, filename, None))
        }
        Err(raised) => Err(raised),
    }
}

/// The exception of a source error. The line is looked up in `text` when the error does not bring it.
#[cold]
pub fn raise_syntax_error(error: &SyntaxError, filename: &str, text: Option<&[u8]>) -> Raised {
    let class = match error.kind {
        ErrorKind::SyntaxError => &exc::SyntaxError,
        ErrorKind::IndentationError => &exc::IndentationError,
        ErrorKind::TabError => &exc::TabError,
        ErrorKind::IncompleteInputError => &exc::IncompleteInputError,
        ErrorKind::ValueError => &exc::ValueError,
        ErrorKind::UnicodeDecodeError => {
            return match codecs::latin::decode_utf8(&error.undecodable, None, true) {
                Err(raised) => raised,
                Ok(_) => raise::set_text(&exc::UnicodeError, format_args!("{}", error.msg)),
            };
        }
        ErrorKind::MemoryError => &exc::MemoryError,
        ErrorKind::RecursionError => &exc::RecursionError,
        ErrorKind::OverflowError => &exc::OverflowError,
        ErrorKind::Foreign => return raise::pending(),
    };
    if !error.kind.is_syntax_error() {
        return raise::set_text(class, format_args!("{}", error.msg));
    }
    let arguments = || -> Result<Ref<Tuple>> {
        let line = match &error.text {
            Some(line) => Some(line.clone()),
            None => text.and_then(|text| line_of(text, error.lineno)),
        };
        let line = match line {
            Some(line) => Str::new(&line)?.upcast(),
            None => none().to_ref(),
        };
        let number = |value: i32| match value {
            NO_POSITION => Ok(none().to_ref()),
            _ => new_int(value.into()),
        };
        let place = Tuple::from_array([
            Str::new(filename)?.upcast(),
            number(error.lineno)?,
            number(error.offset)?,
            line,
            number(error.end_lineno)?,
            number(error.end_offset)?,
        ])?;
        Tuple::from_array([Str::new(&error.msg)?.upcast(), place.upcast()])
    };
    match arguments() {
        Ok(arguments) => raise::set(class, Some(&arguments)),
        Err(raised) => raised,
    }
}

fn line_of(text: &[u8], number: i32) -> Option<String> {
    let line =
        text.split_inclusive(|&byte| byte == b'\n').nth(usize::try_from(number).ok()?.checked_sub(1)?)?;
    Some(String::from_utf8_lossy(line).into_owned())
}

/// The exception of an error that the symbol table or the compiler found. The line is the file's, whatever the text came from.
#[cold]
pub fn raise_compiler_error(error: &SyntaxError, filename: &str) -> Raised {
    let file = error.kind.is_syntax_error().then(|| std::fs::read(filename).ok()).flatten();
    let text = file.map(super::source::decoded_or_raw);
    raise_syntax_error(error, filename, text.as_deref())
}
