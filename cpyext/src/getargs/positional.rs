//! Positional arguments.

use super::convert::{Conversions, Format, misfit};
use crate::varargs::VaList;
use core::ffi::CStr;
use objects::types::tuple::Tuple;
use objects::{Object, Raised, Result};

/// What a format says as a whole.
struct Shape<'a> {
    min: usize,
    max: usize,
    /// What follows `:`.
    function: Option<&'a str>,
    /// What follows `;`.
    message: Option<&'a str>,
}

impl<'a> Shape<'a> {
    /// Counts the units.
    ///
    /// # Errors
    /// SystemError for parentheses that do not match.
    fn of(format: &'a CStr) -> Result<Shape<'a>> {
        let bytes = format.to_bytes();
        let (mut min, mut max, mut level) = (None, 0, 0usize);
        let (mut function, mut message) = (None, None);
        for (at, &unit) in bytes.iter().enumerate() {
            let tail = || core::str::from_utf8(&bytes[at + 1..]).ok();
            match unit {
                b'(' => {
                    max += usize::from(level == 0);
                    level += 1;
                    if level >= 30 {
                        return Err(bad("too many tuple nesting levels in argument format string"));
                    }
                }
                b')' if level == 0 => return Err(bad("excess ')' in getargs format")),
                b')' => level -= 1,
                b':' => {
                    function = tail();
                    break;
                }
                b';' => {
                    message = tail();
                    break;
                }
                b'|' if level == 0 => min = Some(max),
                // The unit is `es` or `et`, of which the second letter counts.
                b'e' => {}
                _ if level == 0 && unit.is_ascii_alphabetic() => max += 1,
                _ => {}
            }
        }
        if level != 0 {
            return Err(bad("missing ')' in getargs format"));
        }
        Ok(Shape { min: min.unwrap_or(max), max, function, message })
    }
}

#[cold]
fn bad(text: &str) -> Raised {
    objects::raise!(SystemError, "{text}")
}

/// The arguments by a format (`PyArg_ParseTuple`).
///
/// # Safety
/// The list has the places that the format asks for.
///
/// # Errors
/// TypeError when the arguments do not fit; SystemError for a bad format; what converting raises.
pub unsafe fn parse(args: &[&Object], format: &CStr, list: &mut VaList) -> Result<()> {
    let shape = Shape::of(format)?;
    let count = args.len();
    if count < shape.min || shape.max < count {
        return Err(wrong_count(&shape, count));
    }
    let mut units = Format { rest: format.to_bytes() };
    let mut conversions = Conversions::default();
    for (index, arg) in args.iter().enumerate() {
        units.eat(b'|');
        // SAFETY: the caller's promise.
        if let Err(what) = unsafe { conversions.item(arg, &mut units, list) } {
            return Err(misfit(what, index + 1, &conversions.path, shape.function, shape.message));
        }
    }
    match units.peek() {
        None | Some(b'(' | b'|' | b':' | b';') => {}
        Some(unit) if unit.is_ascii_alphabetic() => {}
        Some(_) => return Err(bad(&format!("bad format string: {}", format.to_string_lossy()))),
    }
    conversions.keep();
    Ok(())
}

#[cold]
fn wrong_count(shape: &Shape<'_>, count: usize) -> Raised {
    if let Some(message) = shape.message {
        return objects::raise!(TypeError, "{message}");
    }
    let bound = if shape.min == shape.max {
        "exactly"
    } else if count < shape.min {
        "at least"
    } else {
        "at most"
    };
    let limit = if count < shape.min { shape.min } else { shape.max };
    let plural = if limit == 1 { "" } else { "s" };
    let function = shape.function.map_or("function".to_owned(), |function| format!("{function}()"));
    objects::raise!(TypeError, "{function} takes {bound} {limit} argument{plural} ({count} given)")
}

/// One object by a format (`PyArg_Parse`).
///
/// # Safety
/// As [`parse`].
///
/// # Errors
/// As [`parse`].
pub unsafe fn parse_object(object: Option<&Object>, format: &CStr, list: &mut VaList) -> Result<()> {
    let shape = Shape::of(format)?;
    let name = || shape.function.map_or("function".to_owned(), |function| format!("{function}()"));
    match (shape.min, shape.max, object) {
        (_, 0, None) => Ok(()),
        (_, 0, Some(_)) => Err(objects::raise!(TypeError, "{} takes no arguments", name())),
        (1, 1, None) => Err(objects::raise!(TypeError, "{} takes at least one argument", name())),
        (1, 1, Some(object)) => {
            let mut conversions = Conversions::default();
            let mut units = Format { rest: format.to_bytes() };
            // SAFETY: the caller's promise.
            match unsafe { conversions.item(object, &mut units, list) } {
                Ok(()) => {
                    conversions.keep();
                    Ok(())
                }
                Err(what) => {
                    let (index, path) = conversions
                        .path
                        .split_first()
                        .map_or((0, &[][..]), |(&first, rest)| (first + 1, rest));
                    Err(misfit(what, index, path, shape.function, shape.message))
                }
            }
        }
        (_, _, object) => match object.and_then(|object| object.cast::<Tuple>()) {
            // SAFETY: the caller's promise.
            Some(args) => unsafe { parse(args.items(), format, list) },
            None => Err(bad("old style getargs format uses new features")),
        },
    }
}
