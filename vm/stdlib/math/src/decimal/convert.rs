//! Python objects as decimal numbers: exactly, or rounded to a context.

use super::context::ContextObject;
use super::number::DecimalObject;
use num::decimal::{Context, Decimal, Kind, UBig, flags};
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::str::{Str, numeric};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

/// How a conversion rounds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Not at all; strings may have blanks around them and underscores.
    Exact,
    /// As the context does.
    Rounded,
}

/// The ASCII form of a string that may spell a number; empty for none.
fn ascii(text: &Str, mode: Mode) -> Vec<u8> {
    let chars = numeric::decimal_to_ascii(text);
    if mode == Mode::Rounded {
        return chars;
    }
    let blank = |c: &u8| matches!(c, b' ' | 9..=13 | 28..=31);
    let start = chars.iter().position(|c| !blank(c)).unwrap_or(chars.len());
    let end = chars.iter().rposition(|c| !blank(c)).map_or(start, |last| last + 1);
    chars[start..end].iter().copied().filter(|&c| c != b'_').collect()
}

/// Ends a conversion: exact ones that lose something are invalid operations.
fn settle(number: Decimal, mode: Mode, context: &ContextObject) -> Result<Decimal> {
    let mut status = 0;
    let number = match mode {
        Mode::Rounded => {
            let limits = context.limits();
            if number.is_nan() && too_long(&number, &limits) {
                context.report(flags::CONVERSION_SYNTAX)?;
                return Ok(Decimal::nan());
            }
            number.finish(&limits, &mut status)
        }
        Mode::Exact => {
            let number = number.finish(&Context::MAX, &mut status);
            if status & (flags::INEXACT | flags::ROUNDED | flags::CLAMPED) != 0 {
                context.report(flags::INVALID_OPERATION)?;
                return Ok(Decimal::nan());
            }
            status &= flags::ANY_INVALID;
            number
        }
    };
    context.report(status)?;
    Ok(number)
}

/// Whether a NaN's payload exceeds the precision.
fn too_long(number: &Decimal, limits: &Context) -> bool {
    number.coefficient != UBig::ZERO && number.digits() > limits.prec - i64::from(limits.clamp)
}

fn from_text(text: &Str, mode: Mode, context: &ContextObject) -> Result<Decimal> {
    match num::decimal::parse(&ascii(text, mode)) {
        Some(number) => settle(number, mode, context),
        None => {
            context.report(flags::CONVERSION_SYNTAX)?;
            Ok(Decimal::nan())
        }
    }
}

/// A number from `(sign, digits, exponent)`.
fn from_parts(parts: &[Ref]) -> Result<Decimal> {
    let [sign, digits, exponent] = parts else {
        return Err(raise!(ValueError, "argument must be a sequence of length 3"));
    };
    let sign = sign.cast::<Int>().and_then(Int::to_i64);
    let Some(sign @ (0 | 1)) = sign else {
        return Err(raise!(ValueError, "sign must be an integer with the value 0 or 1"));
    };
    let negative = sign == 1;
    let mut kind = Kind::Finite;
    let mut power = 0;
    if let Some(name) = exponent.cast::<Str>() {
        kind = match name.to_string_lossy().as_str() {
            "F" => return Ok(Decimal::infinity(negative)),
            "n" => Kind::Quiet,
            "N" => Kind::Signaling,
            _ => {
                return Err(raise!(
                    ValueError,
                    "string argument in the third position must be 'F', 'n' or 'N'"
                ));
            }
        };
    } else {
        let Some(int) = exponent.cast::<Int>() else {
            return Err(raise!(ValueError, "exponent must be an integer"));
        };
        let Some(value) = int.to_i64() else {
            return Err(raise!(OverflowError, "Python int too large to convert to C ssize_t"));
        };
        // What is beyond every context stays so.
        power = value.clamp(-4 * num::decimal::MAX_EMAX, 4 * num::decimal::MAX_EMAX);
    }
    let wrong = || raise!(ValueError, "coefficient must be a tuple of digits");
    let items = items_of(digits).ok_or_else(wrong)?;
    let mut text = String::with_capacity(items.len());
    for item in items {
        match item.cast::<Int>().and_then(Int::to_i64) {
            Some(digit @ 0..=9) => text.push((b'0' + digit as u8) as char),
            _ => return Err(wrong()),
        }
    }
    if text.is_empty() {
        text.push('0');
    }
    let coefficient = UBig::from_str_radix(&text, 10).map_err(|_| wrong())?;
    Ok(Decimal { kind, ..Decimal::new(negative, coefficient, power) })
}

/// The items of a tuple or a list.
fn items_of(object: &Object) -> Option<Vec<Ref>> {
    match object.cast::<Tuple>() {
        Some(tuple) => Some(tuple.items().iter().map(|item| item.to_ref()).collect()),
        None => object.cast::<List>().map(List::to_vec),
    }
}

/// A Python number or text as a decimal number.
///
/// # Errors
/// TypeError for other objects; signals that the context traps.
pub fn convert(object: &Object, mode: Mode, context: &ContextObject) -> Result<Decimal> {
    if let Some(number) = object.cast::<DecimalObject>() {
        return match mode {
            Mode::Exact => Ok(number.value().clone()),
            Mode::Rounded => settle(number.value().clone(), mode, context),
        };
    }
    if let Some(text) = object.cast::<Str>() {
        return from_text(text, mode, context);
    }
    if let Some(int) = object.cast::<Int>() {
        return settle(Decimal::from_int(int.view()), mode, context);
    }
    if let Some(parts) = items_of(object) {
        return settle(from_parts(&parts)?, mode, context);
    }
    if let Some(float) = object.cast::<Float>() {
        context.report(flags::FLOAT_OPERATION)?;
        return settle(Decimal::from_f64(float.value()), mode, context);
    }
    Err(unsupported(object))
}

/// A float or an int, exactly and without a signal.
///
/// # Errors
/// TypeError for other objects.
pub fn from_float(object: &Object) -> Result<Decimal> {
    if let Some(int) = object.cast::<Int>() {
        return Ok(Decimal::from_int(int.view()));
    }
    match object.cast::<Float>() {
        Some(float) => Ok(Decimal::from_f64(float.value())),
        None => Err(raise!(TypeError, "argument must be int or float")),
    }
}

#[cold]
pub fn unsupported(object: &Object) -> objects::Raised {
    raise!(TypeError, "conversion from {} to Decimal is not supported", object.class().full_name())
}

/// An operand: a decimal number borrowed, or an int converted.
pub enum Operand<'a> {
    Borrowed(&'a Decimal),
    Owned(Decimal),
}

impl core::ops::Deref for Operand<'_> {
    type Target = Decimal;
    #[inline]
    fn deref(&self) -> &Decimal {
        match self {
            Operand::Borrowed(number) => number,
            Operand::Owned(number) => number,
        }
    }
}

/// A decimal number or an int; none for other objects.
#[inline]
pub fn operand(object: &Object) -> Option<Operand<'_>> {
    if let Some(number) = object.cast::<DecimalObject>() {
        return Some(Operand::Borrowed(number.value()));
    }
    object.cast::<Int>().map(|int| Operand::Owned(Decimal::from_int(int.view())))
}

/// The same, with CPython's error.
///
/// # Errors
/// TypeError for other objects.
pub fn required(object: &Object) -> Result<Operand<'_>> {
    operand(object).ok_or_else(|| unsupported(object))
}
