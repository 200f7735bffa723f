//! `_signal`: waiting for signals.

use super::{CLASSES, handle_pending};
use core::ffi::c_int;
use objects::args::signals::SigSet;
use objects::protocol::time::{self, Rounding};
use objects::types::int::new_int;
use objects::types::set::Set;
use objects::types::structseq;
use objects::{Object, Ref, Result, raise, state};
use std::time::{Duration, Instant};

/// `siginfo_t` as `struct_siginfo`.
fn to_python(info: &libc::siginfo_t) -> Result<Ref> {
    let Some(class) = CLASSES.siginfo.get() else { return Err(raise::null_result()) };
    // SAFETY: plain numbers; those that do not belong to the signal have whatever the system wrote.
    let values = unsafe {
        [
            info.si_signo.into(),
            info.si_code.into(),
            info.si_errno.into(),
            info.si_pid().into(),
            info.si_uid().into(),
            info.si_status().into(),
            band(info),
        ]
    };
    structseq::instance(&class, values.into_iter().map(new_int).collect::<Result<_>>()?)
}

/// `si_band`, which lies where other signals have the sender.
fn band(info: &libc::siginfo_t) -> i64 {
    #[repr(C)]
    struct Poll {
        head: [c_int; 3],
        band: libc::c_long,
    }
    const _: () = assert!(size_of::<Poll>() <= size_of::<libc::siginfo_t>());
    // SAFETY: the structure begins like this.
    unsafe { (*core::ptr::from_ref(info).cast::<Poll>()).band }
}

#[macros::pymodule(name = "_signal", part)]
pub mod part {
    use super::*;

    #[function("pause($module, /)")]
    fn pause() -> Result<()> {
        // SAFETY: waits.
        state::detached(|| unsafe { libc::pause() });
        handle_pending()
    }

    #[function("sigpending($module, /)")]
    fn sigpending() -> Result<Ref<Set>> {
        let mut set = SigSet::empty();
        // SAFETY: our set.
        if unsafe { libc::sigpending(&raw mut set.0) } != 0 {
            return Err(raise::last_os_error());
        }
        set.to_python()
    }

    #[function("sigwait($module, sigset, /)")]
    fn sigwait(sigset: SigSet) -> Result<c_int> {
        let mut number = 0;
        let place = &raw mut number;
        // SAFETY: our set and a place for the number.
        match state::detached(|| unsafe { libc::sigwait(&raw const sigset.0, place) }) {
            0 => Ok(number),
            error => Err(raise::os_error(error, None, None)),
        }
    }

    #[function("sigwaitinfo($module, sigset, /)")]
    fn sigwaitinfo(sigset: SigSet) -> Result<Ref> {
        // SAFETY: all zeros is valid.
        let mut info: libc::siginfo_t = unsafe { core::mem::zeroed() };
        loop {
            let place = &raw mut info;
            // SAFETY: our set and a place for the answer.
            if state::detached(|| unsafe { libc::sigwaitinfo(&raw const sigset.0, place) }) >= 0 {
                return to_python(&info);
            }
            match last_error() {
                libc::EINTR => handle_pending()?,
                error => return Err(raise::os_error(error, None, None)),
            }
        }
    }

    #[function("sigtimedwait($module, sigset, timeout, /)")]
    fn sigtimedwait(sigset: SigSet, timeout: &Object) -> Result<Option<Ref>> {
        let Ok(timeout) = u64::try_from(time::from_seconds(timeout, Rounding::Ceiling)?) else {
            return Err(raise!(ValueError, "timeout must be non-negative"));
        };
        let deadline = Instant::now() + Duration::from_nanos(timeout);
        // SAFETY: all zeros is valid.
        let mut info: libc::siginfo_t = unsafe { core::mem::zeroed() };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let left =
                libc::timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
            let place = &raw mut info;
            // SAFETY: our set, a place for the answer, and the time.
            let number = state::detached(|| unsafe {
                libc::sigtimedwait(&raw const sigset.0, place, &raw const left)
            });
            if number >= 0 {
                return to_python(&info).map(Some);
            }
            match last_error() {
                libc::EAGAIN => return Ok(None),
                libc::EINTR => handle_pending()?,
                error => return Err(raise::os_error(error, None, None)),
            }
        }
    }
}

fn last_error() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
