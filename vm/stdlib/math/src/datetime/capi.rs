//! `datetime_CAPI`: the table by which C code makes and recognises dates (`PyDateTime_CAPI` in datetime.h).

use super::arguments::{self, Clock};
use super::calendar::Ymd;
use super::date::{DATE, Date};
use super::datetime::{DATETIME, DateTime};
use super::delta::{Delta, TIMEDELTA};
use super::time::{TIME, Time};
use super::zone::{self, TZINFO};
use core::ffi::c_int;
use objects::protocol::call;
use objects::types::capsule::Capsule;
use objects::types::dict::Dict;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, TypeObject, raise};

/// `PyDateTime_CAPI`.
#[repr(C)]
struct Api {
    date_type: &'static TypeObject,
    datetime_type: &'static TypeObject,
    time_type: &'static TypeObject,
    delta_type: &'static TypeObject,
    tzinfo_type: &'static TypeObject,
    utc: *const Object,
    date_from_date: unsafe extern "C" fn(c_int, c_int, c_int, &TypeObject) -> Result,
    datetime_from_date_and_time:
        unsafe extern "C" fn(c_int, c_int, c_int, c_int, c_int, c_int, c_int, &Object, &TypeObject) -> Result,
    time_from_time: unsafe extern "C" fn(c_int, c_int, c_int, c_int, &Object, &TypeObject) -> Result,
    delta_from_delta: unsafe extern "C" fn(c_int, c_int, c_int, c_int, &TypeObject) -> Result,
    timezone_from_timezone: unsafe extern "C" fn(&Object, Option<&Object>) -> Result,
    datetime_from_timestamp: unsafe extern "C" fn(&Object, &Object, Option<&Object>) -> Result,
    date_from_timestamp: unsafe extern "C" fn(&Object, &Object) -> Result,
    datetime_from_date_and_time_and_fold: unsafe extern "C" fn(
        c_int,
        c_int,
        c_int,
        c_int,
        c_int,
        c_int,
        c_int,
        &Object,
        c_int,
        &TypeObject,
    ) -> Result,
    time_from_time_and_fold:
        unsafe extern "C" fn(c_int, c_int, c_int, c_int, &Object, c_int, &TypeObject) -> Result,
}

const _: () = assert!(size_of::<Api>() == 120 && core::mem::offset_of!(Api, utc) == 40);

unsafe extern "C" fn date(year: c_int, month: c_int, day: c_int, class: &TypeObject) -> Result {
    let date = Ymd { year, month, day };
    arguments::check_date(date)?;
    Date::of_class(class, date)
}

unsafe extern "C" fn datetime(
    year: c_int,
    month: c_int,
    day: c_int,
    hour: c_int,
    minute: c_int,
    second: c_int,
    microsecond: c_int,
    zone: &Object,
    class: &TypeObject,
) -> Result {
    // SAFETY: the same arguments.
    unsafe { datetime_and_fold(year, month, day, hour, minute, second, microsecond, zone, 0, class) }
}

unsafe extern "C" fn datetime_and_fold(
    year: c_int,
    month: c_int,
    day: c_int,
    hour: c_int,
    minute: c_int,
    second: c_int,
    microsecond: c_int,
    zone: &Object,
    fold: c_int,
    class: &TypeObject,
) -> Result {
    let (date, clock) = (Ymd { year, month, day }, Clock { hour, minute, second, microsecond, fold });
    arguments::check_date(date)?;
    arguments::check_clock(clock)?;
    DateTime::of_class(class, date, clock, arguments::zone(Some(zone))?)
}

unsafe extern "C" fn time(
    hour: c_int,
    minute: c_int,
    second: c_int,
    microsecond: c_int,
    zone: &Object,
    class: &TypeObject,
) -> Result {
    // SAFETY: the same arguments.
    unsafe { time_and_fold(hour, minute, second, microsecond, zone, 0, class) }
}

unsafe extern "C" fn time_and_fold(
    hour: c_int,
    minute: c_int,
    second: c_int,
    microsecond: c_int,
    zone: &Object,
    fold: c_int,
    class: &TypeObject,
) -> Result {
    let clock = Clock { hour, minute, second, microsecond, fold };
    arguments::check_clock(clock)?;
    Time::of_class(class, clock, arguments::zone(Some(zone))?)
}

unsafe extern "C" fn delta(
    days: c_int,
    seconds: c_int,
    microseconds: c_int,
    normalize: c_int,
    class: &TypeObject,
) -> Result {
    if normalize == 0 {
        return Ok(Delta::from_parts(class, days, seconds, microseconds)?.upcast());
    }
    let seconds = i128::from(days) * 86_400 + i128::from(seconds);
    Ok(Delta::in_class(class, seconds * 1_000_000 + i128::from(microseconds))?.upcast())
}

unsafe extern "C" fn timezone(offset: &Object, name: Option<&Object>) -> Result {
    let Some(offset) = offset.cast::<Delta>() else { return Err(raise::bad_internal_call()) };
    let name = name.filter(|name| !name.is(none())).and_then(|name| name.cast::<Str>());
    Ok(zone::fixed_zone(offset, name)?.upcast())
}

unsafe extern "C" fn datetime_from_timestamp(
    class: &Object,
    args: &Object,
    kwargs: Option<&Object>,
) -> Result {
    let method = objects::protocol::attr::get_text(class, "fromtimestamp")?;
    let Some(args) = args.cast::<Tuple>() else { return Err(raise::bad_internal_call()) };
    call::call_with_tuple(&method, args, kwargs.and_then(|kwargs| kwargs.cast::<Dict>()))
}

unsafe extern "C" fn date_from_timestamp(class: &Object, args: &Object) -> Result {
    // SAFETY: the same arguments.
    unsafe { datetime_from_timestamp(class, args, None) }
}

/// The capsule; its table lives as long as the process.
///
/// # Errors
/// MemoryError.
pub fn capsule() -> Result<Ref<Capsule>> {
    let api = Box::new(Api {
        date_type: &DATE,
        datetime_type: &DATETIME,
        time_type: &TIME,
        delta_type: &TIMEDELTA,
        tzinfo_type: &TZINFO,
        utc: zone::utc()?.upcast().into_ptr(),
        date_from_date: date,
        datetime_from_date_and_time: datetime,
        time_from_time: time,
        delta_from_delta: delta,
        timezone_from_timezone: timezone,
        datetime_from_timestamp,
        date_from_timestamp,
        datetime_from_date_and_time_and_fold: datetime_and_fold,
        time_from_time_and_fold: time_and_fold,
    });
    Capsule::new(Box::into_raw(api).cast(), c"datetime.datetime_CAPI".as_ptr(), None)
}
