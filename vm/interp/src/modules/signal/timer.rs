//! `_signal`: alarms and interval timers.

use super::CLASSES;
use core::ffi::c_int;
use objects::protocol::time::{self, Rounding};
use objects::types::tuple::Tuple;
use objects::{Object, Raised, Ref, Result, raise};

/// Seconds as a `struct timeval`; away from zero, so that a short time does not stop the timer.
fn to_timeval(seconds: &Object) -> Result<libc::timeval> {
    let nanoseconds = time::from_seconds(seconds, Rounding::Ceiling)?;
    let micros = nanoseconds.div_euclid(1000) + i64::from(nanoseconds.rem_euclid(1000) != 0);
    Ok(libc::timeval { tv_sec: micros.div_euclid(1_000_000), tv_usec: micros.rem_euclid(1_000_000) })
}

fn to_seconds(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 * 1e-6
}

fn pair(timer: &libc::itimerval) -> Result<Ref<Tuple>> {
    let float = objects::types::float::new_float;
    Tuple::from_array([float(to_seconds(timer.it_value))?, float(to_seconds(timer.it_interval))?])
}

/// The last error as ItimerError.
fn itimer_error() -> Raised {
    let error = raise::last_os_error().take();
    let Some(class) = CLASSES.itimer_error.get() else { return raise::restore(error) };
    let arguments =
        error.cast::<objects::types::exceptions::BaseExceptionObject>().map(|base| base.arguments());
    raise::set(&class, arguments.as_deref().map(objects::Instance::as_object))
}

#[macros::pymodule(name = "_signal", part)]
pub mod part {
    use super::*;

    #[function("alarm($module, seconds, /)")]
    fn alarm(seconds: c_int) -> i64 {
        // SAFETY: no memory is involved.
        unsafe { libc::alarm(seconds as u32) }.into()
    }

    #[function("setitimer($module, which, seconds, interval=0.0, /)")]
    fn setitimer(which: c_int, seconds: &Object, interval: Option<&Object>) -> Result<Ref<Tuple>> {
        let mut new = libc::itimerval {
            it_value: to_timeval(seconds)?,
            it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 },
        };
        if let Some(interval) = interval {
            new.it_interval = to_timeval(interval)?;
        }
        let mut old = new;
        // SAFETY: two timers.
        if unsafe { libc::setitimer(which as _, &raw const new, &raw mut old) } != 0 {
            return Err(itimer_error());
        }
        pair(&old)
    }

    #[function("getitimer($module, which, /)")]
    fn getitimer(which: c_int) -> Result<Ref<Tuple>> {
        // SAFETY: our timer, for which all zeros is valid.
        let timer = unsafe {
            let mut timer: libc::itimerval = core::mem::zeroed();
            if libc::getitimer(which as _, &raw mut timer) != 0 {
                return Err(itimer_error());
            }
            timer
        };
        pair(&timer)
    }
}
