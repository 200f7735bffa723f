//! `_datetime`: dates, times, durations and zones, in the structs that C code reads.

mod arguments;
pub(crate) mod calendar;
mod capi;
mod date;
#[allow(clippy::module_inception, reason = "the type's own name")]
pub(crate) mod datetime;
pub(crate) mod delta;
pub(crate) mod moment;
mod text;
mod time;
pub(crate) mod zone;

use arguments::Clock;
use calendar::Ymd;
use date::{DATE, Date, ISO_CALENDAR_DATE};
use datetime::{DATETIME, DateTime};
use delta::{Delta, MAX_DAYS, TIMEDELTA};
use macros::pymodule;
use objects::types::capsule::Capsule;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Object, Ref, Result, TypeObject, raise};
use time::{TIME, Time};
use zone::{TIMEZONE, TZINFO, TimeZone, TzInfo};

/// Puts values into a class's dictionary.
fn add_values(class: &TypeObject, values: &[(&str, &Object)]) -> Result<()> {
    let dict = class.tp_dict.get().ok_or_else(raise::bad_internal_call)?;
    for (name, value) in values {
        dict.set_text(name, value)?;
    }
    class.modified();
    Ok(())
}

/// The least, the greatest and the smallest difference of each type.
fn add_limits() -> Result<()> {
    let last = Clock { hour: 23, minute: 59, second: 59, microsecond: 999_999, fold: 0 };
    let first_day = Ymd { year: calendar::MIN_YEAR, month: 1, day: 1 };
    let last_day = Ymd { year: calendar::MAX_YEAR, month: 12, day: 31 };
    let (microsecond, day) = (Delta::new(1)?, Delta::of_seconds(86_400)?);
    let least = Delta::from_parts(&TIMEDELTA, -MAX_DAYS, 0, 0)?;
    let greatest = Delta::from_parts(&TIMEDELTA, MAX_DAYS, 86_399, 999_999)?;
    add_values(&TIMEDELTA, &[("resolution", &microsecond), ("min", &least), ("max", &greatest)])?;
    let (least, greatest) = (Date::new(first_day)?, Date::new(last_day)?);
    add_values(&DATE, &[("min", &least), ("max", &greatest), ("resolution", &day)])?;
    let (least, greatest) = (Time::new(Clock::default(), None)?, Time::new(last, None)?);
    add_values(&TIME, &[("min", &least), ("max", &greatest), ("resolution", &microsecond)])?;
    let least = DateTime::new(first_day, Clock::default(), None)?;
    let greatest = DateTime::new(last_day, last, None)?;
    add_values(&DATETIME, &[("min", &least), ("max", &greatest), ("resolution", &microsecond)])?;
    let edge = Delta::of_seconds(23 * 3600 + 59 * 60)?;
    let greatest = zone::fixed_zone(&edge, None)?;
    let least = zone::fixed_zone(&*Delta::new(-edge.total())?, None)?;
    add_values(&TIMEZONE, &[("utc", &*zone::utc()?), ("min", &least), ("max", &greatest)])
}

#[pymodule(name = "_datetime", classes(Date, DateTime, Time, Delta, TzInfo, TimeZone))]
pub mod module {
    use super::*;

    #[constant("MINYEAR")]
    const MIN_YEAR: i32 = calendar::MIN_YEAR;
    #[constant("MAXYEAR")]
    const MAX_YEAR: i32 = calendar::MAX_YEAR;

    #[attr("UTC")]
    fn utc() -> Result<Ref<TimeZone>> {
        zone::utc()
    }

    #[attr("datetime_CAPI")]
    fn capi() -> Result<Ref<Capsule>> {
        super::capi::capsule()
    }

    #[exec]
    fn exec(_module: &Module) -> Result<()> {
        for class in [&DATE, &DATETIME, &TIME, &TIMEDELTA, &TZINFO, &TIMEZONE, &ISO_CALENDAR_DATE] {
            objects::typeobject::ready::ready(class)?;
        }
        // Interpreters share the classes: the first one has given them their values.
        match TIMEZONE.lookup(&*Str::new("utc")?) {
            Some(_) => Ok(()),
            None => add_limits(),
        }
    }
}
