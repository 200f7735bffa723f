//! Arguments of the constructors, and checks of fields.

use super::calendar::{self, MAX_YEAR, MIN_YEAR, Ymd};
use super::zone::TzInfo;
use objects::args::Kwargs;
use objects::protocol::number;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Result, raise};

/// The time of a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Clock {
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    pub microsecond: i32,
    /// Which of two equal times at the end of summer time.
    pub fold: i32,
}

impl Clock {
    /// Seconds since midnight.
    pub fn seconds(self) -> i32 {
        (self.hour * 60 + self.minute) * 60 + self.second
    }
}

/// A C int.
pub fn int(object: &Object) -> Result<i32> {
    let value = number::index(object)?;
    match value.to_i64() {
        Some(small) => i32::try_from(small).map_err(|_| {
            let bound = if small > 0 { "greater than maximum" } else { "less than minimum" };
            raise!(OverflowError, "signed integer is {bound}")
        }),
        None => Err(raise!(OverflowError, "Python int too large to convert to C long")),
    }
}

/// A C int, or the value where the argument is missing.
pub fn int_or(object: Option<&Object>, value: i32) -> Result<i32> {
    object.map_or(Ok(value), int)
}

/// A `tzinfo` argument; None is no zone.
pub fn zone(object: Option<&Object>) -> Result<Option<&Object>> {
    let Some(object) = object.filter(|object| !object.is(none())) else { return Ok(None) };
    if object.cast::<TzInfo>().is_none() {
        let name = object.class().full_name();
        return Err(raise!(
            TypeError,
            "tzinfo argument must be None or of a tzinfo subclass, not type '{name}'"
        ));
    }
    Ok(Some(object))
}

/// ValueError for what is no day of the calendar.
pub fn check_date(date: Ymd) -> Result<()> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&date.year) {
        return Err(raise!(ValueError, "year {} is out of range", date.year));
    }
    if !(1..=12).contains(&date.month) {
        return Err(raise!(ValueError, "month must be in 1..12"));
    }
    if !(1..=calendar::days_in_month(date.year, date.month)).contains(&date.day) {
        return Err(raise!(ValueError, "day is out of range for month"));
    }
    Ok(())
}

/// ValueError for what is no time of a day.
pub fn check_clock(clock: Clock) -> Result<()> {
    if !(0..24).contains(&clock.hour) {
        return Err(raise!(ValueError, "hour must be in 0..23"));
    }
    if !(0..60).contains(&clock.minute) {
        return Err(raise!(ValueError, "minute must be in 0..59"));
    }
    if !(0..60).contains(&clock.second) {
        return Err(raise!(ValueError, "second must be in 0..59"));
    }
    if !(0..1_000_000).contains(&clock.microsecond) {
        return Err(raise!(ValueError, "microsecond must be in 0..999999"));
    }
    if !(0..2).contains(&clock.fold) {
        return Err(raise!(ValueError, "fold must be either 0 or 1"));
    }
    Ok(())
}

/// The method of `class` itself called with the keywords of another call, as `__replace__` does.
pub fn call_own_method<T: Instance>(this: &T, name: &Str, kwargs: Kwargs) -> Result<objects::Ref> {
    let method = T::class().lookup(name).ok_or_else(objects::raise::bad_internal_call)?;
    objects::protocol::call::call_with_keywords(&method, &[this.as_object()], kwargs)
}
