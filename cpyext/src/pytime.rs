//! `cpython/pytime.h` and `pycore_time.h`: times in nanoseconds.

use core::ffi::{c_char, c_int, c_long};
use macros::capi;
use objects::protocol::time::{self, Rounding, SECOND};
use objects::types::int::Int;
use objects::{Object, Ref, Result, raise};

type Time = i64;

const MICROSECOND: i64 = 1_000;
const MILLISECOND: i64 = 1_000_000;

/// `_PyTime_round_t`.
fn rounding(number: c_int) -> Rounding {
    match number {
        0 => Rounding::Floor,
        1 => Rounding::Ceiling,
        2 => Rounding::HalfEven,
        _ => Rounding::Up,
    }
}

/// A clock's time, if the system has the clock.
fn clock(id: libc::clockid_t) -> Option<Time> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time may be written to.
    let status = unsafe { libc::clock_gettime(id, &raw mut time) };
    if status != 0 {
        return None;
    }
    time.tv_sec.checked_mul(SECOND)?.checked_add(time.tv_nsec)
}

fn checked_clock(id: libc::clockid_t) -> Result<Time> {
    clock(id).ok_or_else(raise::last_os_error)
}

macro_rules! clocks {
    ($($checked:ident $raw:ident $id:ident;)*) => { $(
        /// # Safety
        /// A C function: `place` may be written to. It is 0 after an error.
        #[capi]
        pub unsafe fn $checked(place: *mut Time) -> Result<()> {
            let time = checked_clock(libc::$id);
            // SAFETY: the caller's promise.
            unsafe { place.write(*time.as_ref().unwrap_or(&0)) };
            time.map(drop)
        }
        /// Without an exception, and without the GIL.
        ///
        /// # Safety
        /// A C function: `place` may be written to. It is 0 after an error.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $raw(place: *mut Time) -> c_int {
            let time = clock(libc::$id);
            // SAFETY: the caller's promise.
            unsafe { place.write(time.unwrap_or(0)) };
            if time.is_some() { 0 } else { -1 }
        }
    )* };
}

clocks! {
    PyTime_Time PyTime_TimeRaw CLOCK_REALTIME;
    PyTime_Monotonic PyTime_MonotonicRaw CLOCK_MONOTONIC;
    PyTime_PerfCounter PyTime_PerfCounterRaw CLOCK_MONOTONIC;
}

/// `_Py_clock_info_t`.
#[repr(C)]
pub struct ClockInfo {
    implementation: *const c_char,
    monotonic: c_int,
    adjustable: c_int,
    resolution: f64,
}

/// # Safety
/// A C function: the places may be written to; `info` may be NULL.
#[capi]
pub unsafe fn _PyTime_MonotonicWithInfo(place: *mut Time, info: *mut ClockInfo) -> Result<()> {
    let now = checked_clock(libc::CLOCK_MONOTONIC)?;
    // SAFETY (all): the caller's promise.
    unsafe { place.write(now) };
    if let Some(info) = unsafe { info.as_mut() } {
        let mut step = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        if unsafe { libc::clock_getres(libc::CLOCK_MONOTONIC, &raw mut step) } != 0 {
            return Err(raise::last_os_error());
        }
        *info = ClockInfo {
            implementation: c"clock_gettime(CLOCK_MONOTONIC)".as_ptr(),
            monotonic: 1,
            adjustable: 0,
            resolution: step.tv_sec as f64 + step.tv_nsec as f64 * 1e-9,
        };
    }
    Ok(())
}

/// When a wait that starts now ends.
#[unsafe(no_mangle)]
pub extern "C" fn _PyDeadline_Init(timeout: Time) -> Time {
    clock(libc::CLOCK_MONOTONIC).unwrap_or(0).saturating_add(timeout)
}

/// What is left of a wait.
#[unsafe(no_mangle)]
pub extern "C" fn _PyDeadline_Get(deadline: Time) -> Time {
    deadline.saturating_sub(clock(libc::CLOCK_MONOTONIC).unwrap_or(0))
}

#[unsafe(no_mangle)]
pub extern "C" fn PyTime_AsSecondsDouble(time: Time) -> f64 {
    match time % SECOND {
        0 => (time / SECOND) as f64,
        _ => time as f64 / 1e9,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyTime_AsMilliseconds(time: Time, round: c_int) -> Time {
    rounding(round).divide(time, MILLISECOND)
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyTime_AsMicroseconds(time: Time, round: c_int) -> Time {
    rounding(round).divide(time, MICROSECOND)
}

#[capi]
pub fn _PyTime_AsLong(time: Time) -> Result<Ref<Int>> {
    Int::from_i64(time)
}

fn timespec(time: Time) -> libc::timespec {
    libc::timespec { tv_sec: time.div_euclid(SECOND), tv_nsec: time.rem_euclid(SECOND) }
}

fn timeval(time: Time, round: c_int) -> libc::timeval {
    const SECOND_IN_MICROSECONDS: i64 = SECOND / MICROSECOND;
    let time = rounding(round).divide(time, MICROSECOND);
    libc::timeval {
        tv_sec: time.div_euclid(SECOND_IN_MICROSECONDS),
        tv_usec: time.rem_euclid(SECOND_IN_MICROSECONDS),
    }
}

/// Every time fits into the system's structures, so that none is an error.
///
/// # Safety
/// A C function: `place` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyTime_AsTimespec(time: Time, place: *mut libc::timespec) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { place.write(timespec(time)) };
    0
}

/// # Safety
/// A C function: `place` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyTime_AsTimespec_clamp(time: Time, place: *mut libc::timespec) {
    // SAFETY: the caller's promise.
    unsafe { place.write(timespec(time)) };
}

/// # Safety
/// A C function: `place` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyTime_AsTimeval(time: Time, place: *mut libc::timeval, round: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { place.write(timeval(time, round)) };
    0
}

/// # Safety
/// A C function: `place` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyTime_AsTimeval_clamp(time: Time, place: *mut libc::timeval, round: c_int) {
    // SAFETY: the caller's promise.
    unsafe { place.write(timeval(time, round)) };
}

/// # Safety
/// A C function: the places may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyTime_AsTimevalTime_t(
    time: Time,
    seconds: *mut libc::time_t,
    microseconds: *mut c_int,
    round: c_int,
) -> c_int {
    let value = timeval(time, round);
    // SAFETY: the caller's promise.
    unsafe {
        seconds.write(value.tv_sec);
        microseconds.write(value.tv_usec as c_int);
    }
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyTime_FromSeconds(seconds: c_int) -> Time {
    i64::from(seconds) * SECOND
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn _PyTime_FromLong(place: *mut Time, object: &Object) -> Result<()> {
    let Some(int) = object.cast::<Int>() else {
        return Err(objects::raise!(TypeError, "expect int, got {}", object.class().full_name()));
    };
    // SAFETY: the caller's promise.
    unsafe { place.write(int.to_i64().ok_or_else(time::too_large)?) };
    Ok(())
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn _PyTime_FromSecondsObject(place: *mut Time, object: &Object, round: c_int) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { place.write(time::from_seconds(object, rounding(round))?) };
    Ok(())
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn _PyTime_FromMillisecondsObject(place: *mut Time, object: &Object, round: c_int) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { place.write(time::from_units(object, MILLISECOND, rounding(round))?) };
    Ok(())
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn _PyTime_ObjectToTime_t(object: &Object, place: *mut libc::time_t, round: c_int) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { place.write(time::whole_seconds(object, rounding(round))?) };
    Ok(())
}

macro_rules! split_seconds {
    ($($name:ident $parts:expr;)*) => { $(
        /// # Safety
        /// A C function: the places may be written to.
        #[capi]
        pub unsafe fn $name(
            object: &Object,
            seconds: *mut libc::time_t,
            parts: *mut c_long,
            round: c_int,
        ) -> Result<()> {
            let (whole, part) = time::seconds_and_parts(object, $parts, rounding(round))?;
            // SAFETY: the caller's promise.
            unsafe {
                seconds.write(whole);
                parts.write(part);
            }
            Ok(())
        }
    )* };
}

split_seconds! {
    _PyTime_ObjectToTimespec SECOND;
    _PyTime_ObjectToTimeval SECOND / MICROSECOND;
}

#[capi]
pub fn _PyLong_FromTime_t(time: libc::time_t) -> Result<Ref<Int>> {
    Int::from_i64(time)
}

#[capi]
pub fn _PyLong_AsTime_t(object: &Object) -> Result<libc::time_t> {
    objects::protocol::number::index(object)?.to_i64().ok_or_else(time::out_of_range)
}

/// What the C library makes of a time, or OSError.
fn broken_down(made: *mut libc::tm) -> Result<()> {
    if !made.is_null() {
        return Ok(());
    }
    match std::io::Error::last_os_error().raw_os_error() {
        Some(errno) if errno != 0 => Err(raise::os_error(errno, None, None)),
        _ => Err(raise::os_error(libc::EINVAL, None, None)),
    }
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn _PyTime_localtime(time: libc::time_t, place: *mut libc::tm) -> Result<()> {
    // SAFETY: the caller's promise.
    broken_down(unsafe { libc::localtime_r(&raw const time, place) })
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn _PyTime_gmtime(time: libc::time_t, place: *mut libc::tm) -> Result<()> {
    // SAFETY: the caller's promise.
    broken_down(unsafe { libc::gmtime_r(&raw const time, place) })
}
