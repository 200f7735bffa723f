//! The system's clock and local time: from POSIX timestamps to the calendar and back.

use super::arguments::Clock;
use super::calendar::{MAX_YEAR, MIN_YEAR, Ymd};
use super::delta::Delta;
use super::zone::{self, TimeZone};
use objects::protocol::number;
use objects::types::float::Float;
use objects::types::str::Str;
use objects::{Object, Raised, Ref, Result, raise};

/// Seconds from the first day of year 1, counted as day 1, to 1970.
pub const EPOCH: i64 = 719_163 * 86_400;
/// No change of a zone's offset is larger.
const MAX_FOLD: i64 = 24 * 3600;

#[cold]
fn out_of_range() -> Raised {
    raise!(OverflowError, "timestamp out of range for platform time_t")
}

/// A float with an integral value as seconds.
fn seconds_of(value: f64) -> Result<i64> {
    // The bounds are powers of two, so exact.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        return Ok(value as i64);
    }
    Err(out_of_range())
}

/// A timestamp's seconds, rounded down.
pub fn whole_seconds(timestamp: &Object) -> Result<i64> {
    match timestamp.cast::<Float>() {
        Some(float) if float.value().is_nan() => Err(raise!(ValueError, "Invalid value NaN (not a number)")),
        Some(float) => seconds_of(float.value().floor()),
        None => number::index(timestamp)?.to_i64().ok_or_else(out_of_range),
    }
}

/// A timestamp's seconds and microseconds, halves to even.
pub fn seconds_and_microseconds(timestamp: &Object) -> Result<(i64, i32)> {
    let Some(float) = timestamp.cast::<Float>() else {
        return Ok((number::index(timestamp)?.to_i64().ok_or_else(out_of_range)?, 0));
    };
    let value = float.value();
    if value.is_nan() {
        return Err(raise!(ValueError, "Invalid value NaN (not a number)"));
    }
    let mut seconds = value.trunc();
    let mut microseconds = ((value - seconds) * 1e6).round_ties_even();
    if microseconds >= 1e6 {
        microseconds -= 1e6;
        seconds += 1.0;
    } else if microseconds < 0.0 {
        microseconds += 1e6;
        seconds -= 1.0;
    }
    Ok((seconds_of(seconds)?, microseconds as i32))
}

/// Now, in seconds and microseconds.
pub fn now() -> Result<(i64, i32)> {
    // SAFETY: our buffer.
    unsafe {
        let mut time: libc::timespec = core::mem::zeroed();
        if libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut time) != 0 {
            return Err(raise::last_os_error());
        }
        Ok((time.tv_sec, (time.tv_nsec / 1000) as i32))
    }
}

/// Whose calendar is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Local,
    Utc,
}

/// A timestamp broken down by the C library.
fn broken_down(seconds: i64, place: Place) -> Result<libc::tm> {
    // SAFETY: our buffer.
    unsafe {
        let mut parts: libc::tm = core::mem::zeroed();
        let done = match place {
            Place::Local => libc::localtime_r(&raw const seconds, &raw mut parts),
            Place::Utc => libc::gmtime_r(&raw const seconds, &raw mut parts),
        };
        if done.is_null() {
            return Err(raise::last_os_error());
        }
        Ok(parts)
    }
}

/// The date and the time of day at a timestamp.
pub fn calendar_at(seconds: i64, place: Place) -> Result<(Ymd, Clock)> {
    let parts = broken_down(seconds, place)?;
    let year = parts.tm_year.saturating_add(1900);
    let date = Ymd { year, month: parts.tm_mon + 1, day: parts.tm_mday };
    // A leap second is shown as the second before.
    let second = parts.tm_sec.min(59);
    Ok((date, Clock { hour: parts.tm_hour, minute: parts.tm_min, second, ..Clock::default() }))
}

/// Seconds on the calendar's own scale.
pub fn calendar_seconds(date: Ymd, clock: Clock) -> Result<i64> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&date.year) {
        return Err(raise!(ValueError, "year {} is out of range", date.year));
    }
    Ok(i64::from(date.ordinal()) * 86_400 + i64::from(clock.seconds()))
}

/// The local calendar's seconds at UTC's.
fn local(seconds: i64) -> Result<i64> {
    let (date, clock) = calendar_at(seconds - EPOCH, Place::Local)?;
    calendar_seconds(date, clock)
}

/// Whether a local time is the second of two with the same name.
pub fn fold_at(seconds: i64, date: Ymd, clock: Clock) -> Result<bool> {
    let shown = calendar_seconds(date, clock)?;
    let before = local(EPOCH + seconds - MAX_FOLD)?;
    let transition = shown - before - MAX_FOLD;
    Ok(transition < 0 && local(EPOCH + seconds + transition)? == shown)
}

/// The timestamp, in whole seconds, of a local time.
pub fn timestamp_of_local(date: Ymd, clock: Clock) -> Result<i64> {
    let wanted = calendar_seconds(date, clock)?;
    let offset = local(wanted)? - wanted;
    let first = wanted - offset;
    let shown = local(first)?;
    let other_offset = if shown == wanted {
        // One solution; another may be on the side that `fold` asks for.
        let probe = if clock.fold == 1 { first + MAX_FOLD } else { first - MAX_FOLD };
        let other = local(probe)? - probe;
        if offset == other {
            return Ok(first - EPOCH);
        }
        other
    } else {
        shown - first
    };
    let second = wanted - other_offset;
    let solution = if local(second)? == wanted {
        second
    } else if shown == wanted {
        first
    } else if clock.fold == 1 {
        // In a gap: the offset before or after it.
        first.min(second)
    } else {
        first.max(second)
    };
    Ok(solution - EPOCH)
}

/// The system's zone with the offset that a local time has: in a gap, the one that agrees with its timestamp.
pub fn system_zone_of(date: Ymd, clock: Clock) -> Result<Ref<TimeZone>> {
    let own = timestamp_of_local(date, clock)?;
    let other = timestamp_of_local(date, Clock { fold: 1 - clock.fold, ..clock })?;
    let is_gap = other != own && (other > own) == (clock.fold == 1);
    system_zone_at(if is_gap { other } else { own })
}

/// The system's zone with the offset that it has at a timestamp.
pub fn system_zone_at(seconds: i64) -> Result<Ref<TimeZone>> {
    let parts = broken_down(seconds, Place::Local)?;
    let offset = Delta::of_seconds(parts.tm_gmtoff)?;
    let name = if parts.tm_zone.is_null() {
        None
    } else {
        // SAFETY: the C library's string for the zone.
        let name = unsafe { core::ffi::CStr::from_ptr(parts.tm_zone) };
        Some(Str::new(&name.to_string_lossy())?)
    };
    zone::fixed_zone(&offset, name.as_deref())
}
