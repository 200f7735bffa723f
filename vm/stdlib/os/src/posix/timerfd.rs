//! Timers that are descriptors.

use super::check;
use super::path::Fd;
use core::ffi::c_int;
use objects::types::float::new_float;
use objects::types::int::{Int, new_int};
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

const NANOSECONDS: i64 = 1_000_000_000;

/// Seconds in nanoseconds, towards negative infinity.
fn from_seconds(seconds: f64) -> Result<i64> {
    let float = new_float(seconds)?;
    objects::protocol::time::from_seconds(&float, objects::protocol::time::Rounding::Floor)
}

fn timespec(nanoseconds: i64) -> libc::timespec {
    libc::timespec {
        tv_sec: nanoseconds.div_euclid(NANOSECONDS),
        tv_nsec: nanoseconds.rem_euclid(NANOSECONDS),
    }
}

fn nanoseconds(time: libc::timespec) -> i64 {
    time.tv_sec.saturating_mul(NANOSECONDS).saturating_add(time.tv_nsec)
}

fn get(fd: c_int) -> Result<libc::itimerspec> {
    // SAFETY: all zeros is valid; our buffer.
    unsafe {
        let mut timer: libc::itimerspec = core::mem::zeroed();
        check(libc::timerfd_gettime(fd, &raw mut timer))?;
        Ok(timer)
    }
}

/// Sets a timer; the one that was.
fn set(fd: c_int, flags: c_int, initial: i64, interval: i64) -> Result<libc::itimerspec> {
    let new = libc::itimerspec { it_value: timespec(initial), it_interval: timespec(interval) };
    let mut old = new;
    // SAFETY: two timers.
    check(unsafe { libc::timerfd_settime(fd, flags, &raw const new, &raw mut old) })?;
    Ok(old)
}

fn in_seconds(timer: &libc::itimerspec) -> (f64, f64) {
    let seconds = |time| nanoseconds(time) as f64 / 1e9;
    (seconds(timer.it_value), seconds(timer.it_interval))
}

fn in_nanoseconds(timer: &libc::itimerspec) -> Result<Ref<Tuple>> {
    Tuple::from_array([new_int(nanoseconds(timer.it_value))?, new_int(nanoseconds(timer.it_interval))?])
}

fn long(object: Option<&Object>) -> Result<i64> {
    let Some(object) = object else { return Ok(0) };
    let value = match object.cast::<Int>() {
        Some(int) => int.to_i64(),
        None => objects::protocol::number::index(object)?.to_i64(),
    };
    value.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long long"))
}

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("timerfd_create($module, clockid, /, *, flags=0)")]
    fn timerfd_create(clockid: c_int, flags: c_int) -> Result<c_int> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::timerfd_create(clockid, libc::TFD_CLOEXEC | flags) })
    }

    #[function("timerfd_settime($module, fd, /, *, flags=0, initial=0.0, interval=0.0)")]
    fn timerfd_settime(fd: Fd, flags: c_int, initial: f64, interval: f64) -> Result<(f64, f64)> {
        let (initial, interval) = (super::from_seconds(initial)?, super::from_seconds(interval)?);
        Ok(super::in_seconds(&super::set(fd.0, flags, initial, interval)?))
    }

    #[function("timerfd_settime_ns($module, fd, /, *, flags=0, initial=0, interval=0)")]
    fn timerfd_settime_ns(
        fd: Fd,
        flags: c_int,
        initial: Option<&Object>,
        interval: Option<&Object>,
    ) -> Result<Ref<Tuple>> {
        super::in_nanoseconds(&super::set(fd.0, flags, super::long(initial)?, super::long(interval)?)?)
    }

    #[function("timerfd_gettime($module, fd, /)")]
    fn timerfd_gettime(fd: Fd) -> Result<(f64, f64)> {
        Ok(super::in_seconds(&super::get(fd.0)?))
    }

    #[function("timerfd_gettime_ns($module, fd, /)")]
    fn timerfd_gettime_ns(fd: Fd) -> Result<Ref<Tuple>> {
        super::in_nanoseconds(&super::get(fd.0)?)
    }
}
