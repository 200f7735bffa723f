//! Seconds, as objects give them, in nanoseconds (`PyTime_t`).

use super::number;
use crate::object::Object;
use crate::raise::Result;
use crate::types::float::Float;

const NANOSECONDS: i64 = 1_000_000_000;

/// What happens to parts of a nanosecond.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// Away from zero (`_PyTime_ROUND_UP`, also `_PyTime_ROUND_TIMEOUT`): a wait is never too short.
    Up,
    /// Towards positive infinity.
    Ceiling,
    /// Towards negative infinity.
    Floor,
}

/// A number of seconds in nanoseconds (`_PyTime_FromSecondsObject`).
///
/// # Errors
/// TypeError for what is no number, ValueError for a NaN, OverflowError.
pub fn from_seconds(seconds: &Object, rounding: Rounding) -> Result<i64> {
    let too_large = || crate::raise!(OverflowError, "timestamp too large to convert to C PyTime_t");
    if let Some(float) = seconds.cast::<Float>() {
        let value = float.value();
        if value.is_nan() {
            return Err(crate::raise!(ValueError, "Invalid value NaN (not a number)"));
        }
        let value = value * 1e9;
        let value = match rounding {
            Rounding::Up if value < 0.0 => value.floor(),
            Rounding::Up | Rounding::Ceiling => value.ceil(),
            Rounding::Floor => value.floor(),
        };
        // The bounds are powers of two, so exact.
        return match (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
            true => Ok(value as i64),
            false => Err(crate::raise!(OverflowError, "timestamp out of range for platform time_t")),
        };
    }
    number::index(seconds)?.to_i64().and_then(|value| value.checked_mul(NANOSECONDS)).ok_or_else(too_large)
}
