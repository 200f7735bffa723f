//! Times as objects give them, in nanoseconds (`PyTime_t`).

use super::number;
use crate::object::Object;
use crate::raise::{Raised, Result};
use crate::types::float::Float;

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// What happens to parts of a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// Away from zero (`_PyTime_ROUND_UP`, also `_PyTime_ROUND_TIMEOUT`): a wait is never too short.
    Up,
    /// Towards positive infinity.
    Ceiling,
    /// Towards negative infinity.
    Floor,
    /// To the nearest, halves to the even one.
    HalfEven,
}

impl Rounding {
    /// A float without its fraction.
    pub fn float(self, value: f64) -> f64 {
        match self {
            Rounding::Up if value < 0.0 => value.floor(),
            Rounding::Up | Rounding::Ceiling => value.ceil(),
            Rounding::Floor => value.floor(),
            Rounding::HalfEven => value.round_ties_even(),
        }
    }

    /// `value / unit`; the unit is above 1.
    pub fn divide(self, value: i64, unit: i64) -> i64 {
        let (quotient, remainder) = (value / unit, value % unit);
        let away = if value < 0 { -1 } else { 1 };
        let goes_away = match self {
            Rounding::Up => remainder != 0,
            Rounding::Ceiling => remainder > 0,
            Rounding::Floor => remainder < 0,
            Rounding::HalfEven => {
                let half = (remainder.abs() * 2).cmp(&unit);
                half.is_gt() || half.is_eq() && quotient & 1 != 0
            }
        };
        if goes_away { quotient + away } else { quotient }
    }
}

/// OverflowError for a time that is no `PyTime_t`.
#[cold]
pub fn too_large() -> Raised {
    crate::raise!(OverflowError, "timestamp too large to convert to C PyTime_t")
}

/// OverflowError for a time that is no `time_t`.
#[cold]
pub fn out_of_range() -> Raised {
    crate::raise!(OverflowError, "timestamp out of range for platform time_t")
}

/// A float that is a 64-bit integer, or `None`. The bounds are powers of two, so exact.
pub fn float_to_i64(value: f64) -> Option<i64> {
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value).then_some(value as i64)
}

/// ValueError for a NaN.
#[cold]
pub fn not_a_number() -> Raised {
    crate::raise!(ValueError, "Invalid value NaN (not a number)")
}

/// A number of seconds in nanoseconds (`_PyTime_FromSecondsObject`).
///
/// # Errors
/// TypeError for what is no number, ValueError for a NaN, OverflowError.
pub fn from_seconds(seconds: &Object, rounding: Rounding) -> Result<i64> {
    from_units(seconds, SECOND, rounding)
}

/// A number of units, of so many nanoseconds each, in nanoseconds.
///
/// # Errors
/// As [`from_seconds`].
pub fn from_units(number: &Object, unit: i64, rounding: Rounding) -> Result<i64> {
    if let Some(float) = number.cast::<Float>() {
        let value = float.value();
        if value.is_nan() {
            return Err(not_a_number());
        }
        return float_to_i64(rounding.float(value * unit as f64)).ok_or_else(out_of_range);
    }
    number::index(number)?.to_i64().and_then(|value| value.checked_mul(unit)).ok_or_else(too_large)
}

/// A number of seconds as whole seconds (`_PyTime_ObjectToTime_t`).
///
/// # Errors
/// As [`from_seconds`].
pub fn whole_seconds(seconds: &Object, rounding: Rounding) -> Result<i64> {
    match seconds.cast::<Float>() {
        Some(float) if float.value().is_nan() => Err(not_a_number()),
        Some(float) => float_to_i64(rounding.float(float.value())).ok_or_else(out_of_range),
        None => number::index(seconds)?.to_i64().ok_or_else(out_of_range),
    }
}

/// A number of seconds as whole ones and parts of which `parts` make a second.
///
/// # Errors
/// As [`from_seconds`].
pub fn seconds_and_parts(seconds: &Object, parts: i64, rounding: Rounding) -> Result<(i64, i64)> {
    let Some(float) = seconds.cast::<Float>() else {
        return Ok((whole_seconds(seconds, rounding)?, 0));
    };
    let value = float.value();
    if value.is_nan() {
        return Err(not_a_number());
    }
    let parts = parts as f64;
    let mut whole = value.trunc();
    let mut part = rounding.float(if value.is_infinite() { 0.0 } else { (value - whole) * parts });
    if part >= parts {
        part -= parts;
        whole += 1.0;
    } else if part < 0.0 {
        part += parts;
        whole -= 1.0;
    }
    Ok((float_to_i64(whole).ok_or_else(out_of_range)?, part as i64))
}
