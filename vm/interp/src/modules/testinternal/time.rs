//! Times in nanoseconds, as `_PyTime_*` of the C API converts them.

use objects::protocol::time::{self, Rounding, SECOND};
use objects::types::int::{Int, new_int};
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

const MICROSECOND: i64 = 1_000;
const MILLISECOND: i64 = 1_000_000;

/// `_PyTime_round_t`.
fn rounding(number: i32) -> Result<Rounding> {
    Ok(match number {
        0 => Rounding::Floor,
        1 => Rounding::Ceiling,
        2 => Rounding::HalfEven,
        3 => Rounding::Up,
        _ => return Err(raise!(ValueError, "invalid rounding")),
    })
}

fn nanoseconds(object: &Object) -> Result<i64> {
    match object.cast::<Int>() {
        Some(int) => int.to_i64().ok_or_else(time::too_large),
        None => Err(raise!(TypeError, "expect int, got {}", object.class().full_name())),
    }
}

fn pair(seconds: i64, parts: i64) -> Result<Ref<Tuple>> {
    Tuple::from_array([new_int(seconds)?, new_int(parts)?])
}

/// Seconds and what is left over, in units of which `in_second` are a second.
fn split(time: i64, in_second: i64) -> Result<Ref<Tuple>> {
    pair(time.div_euclid(in_second), time.rem_euclid(in_second))
}

fn timeval(time: i64, round: i32) -> Result<Ref<Tuple>> {
    split(rounding(round)?.divide(time, MICROSECOND), SECOND / MICROSECOND)
}

#[macros::pymodule(name = "_testinternalcapi", part)]
pub mod part {
    use super::*;

    #[function("_PyTime_FromSeconds($module, seconds, /)", unchecked)]
    fn from_seconds(seconds: i32) -> i64 {
        i64::from(seconds) * SECOND
    }

    #[function("_PyTime_FromSecondsObject($module, seconds, round, /)", unchecked)]
    fn from_seconds_object(seconds: &Object, round: i32) -> Result<i64> {
        time::from_seconds(seconds, rounding(round)?)
    }

    #[function("_PyTime_AsTimeval($module, time, round, /)", unchecked)]
    fn as_timeval(time: &Object, round: i32) -> Result<Ref<Tuple>> {
        timeval(nanoseconds(time)?, round)
    }

    /// Every time fits into the system's structure.
    #[function("_PyTime_AsTimeval_clamp($module, time, round, /)", unchecked)]
    fn as_timeval_clamp(time: &Object, round: i32) -> Result<Ref<Tuple>> {
        timeval(nanoseconds(time)?, round)
    }

    #[function("_PyTime_AsTimespec($module, time, /)", unchecked)]
    fn as_timespec(time: &Object) -> Result<Ref<Tuple>> {
        split(nanoseconds(time)?, SECOND)
    }

    /// Every time fits into the system's structure.
    #[function("_PyTime_AsTimespec_clamp($module, time, /)", unchecked)]
    fn as_timespec_clamp(time: &Object) -> Result<Ref<Tuple>> {
        split(nanoseconds(time)?, SECOND)
    }

    #[function("_PyTime_AsMilliseconds($module, time, round, /)", unchecked)]
    fn as_milliseconds(time: &Object, round: i32) -> Result<i64> {
        Ok(rounding(round)?.divide(nanoseconds(time)?, MILLISECOND))
    }

    #[function("_PyTime_AsMicroseconds($module, time, round, /)", unchecked)]
    fn as_microseconds(time: &Object, round: i32) -> Result<i64> {
        Ok(rounding(round)?.divide(nanoseconds(time)?, MICROSECOND))
    }

    #[function("_PyTime_ObjectToTime_t($module, seconds, round, /)", unchecked)]
    fn object_to_time_t(seconds: &Object, round: i32) -> Result<i64> {
        time::whole_seconds(seconds, rounding(round)?)
    }

    #[function("_PyTime_ObjectToTimeval($module, seconds, round, /)", unchecked)]
    fn object_to_timeval(seconds: &Object, round: i32) -> Result<Ref<Tuple>> {
        let (whole, parts) = time::seconds_and_parts(seconds, SECOND / MICROSECOND, rounding(round)?)?;
        pair(whole, parts)
    }

    #[function("_PyTime_ObjectToTimespec($module, seconds, round, /)", unchecked)]
    fn object_to_timespec(seconds: &Object, round: i32) -> Result<Ref<Tuple>> {
        let (whole, parts) = time::seconds_and_parts(seconds, SECOND, rounding(round)?)?;
        pair(whole, parts)
    }
}
