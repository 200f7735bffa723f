//! Dumps after a timeout, by a thread of their own that needs no Python.

use super::{FILES, Target, dump};
use core::cell::RefCell;
use core::ffi::c_int;
use objects::protocol::time::{self, Rounding};
use objects::types::exceptions as exc;
use objects::{Object, Result, raise};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// What tells the thread to stop.
#[derive(Default)]
struct Stop {
    asked: Mutex<bool>,
    changed: Condvar,
}

/// The thread that waits.
struct Watchdog {
    stop: Arc<Stop>,
    thread: std::thread::JoinHandle<()>,
    /// The process it is a thread of: a forked child has not got it.
    process: u32,
}

struct Running(RefCell<Option<Watchdog>>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Running {}

static RUNNING: Running = Running(RefCell::new(None));

/// `Timeout (0:00:01.500000)!`
fn header(microseconds: i64) -> String {
    let (seconds, micros) = (microseconds / 1_000_000, microseconds % 1_000_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    match micros {
        0 => format!("Timeout ({hours}:{minutes:02}:{seconds:02})!\n"),
        _ => format!("Timeout ({hours}:{minutes:02}:{seconds:02}.{micros:06})!\n"),
    }
}

fn watch(stop: &Stop, timeout: Duration, header: &str, fd: c_int, repeat: bool, exit: bool) {
    loop {
        let asked = stop.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, _) = stop
            .changed
            .wait_timeout_while(asked, timeout, |asked| !*asked)
            .unwrap_or_else(PoisonError::into_inner);
        if *asked {
            return;
        }
        drop(asked);
        dump::write(fd, header.as_bytes());
        dump::all_threads(fd, None);
        if exit {
            // SAFETY: ends the process.
            unsafe { libc::_exit(1) };
        }
        if !repeat {
            return;
        }
    }
}

/// Starts a thread that dumps when time is up; one that waits already is cancelled.
///
/// # Errors
/// TypeError, ValueError, OverflowError, RuntimeError, what the file raises.
pub fn start(timeout: &Object, repeat: bool, file: Option<&Object>, exit: bool) -> Result<()> {
    let nanoseconds = time::from_seconds(timeout, Rounding::Up)?;
    let microseconds = nanoseconds.div_euclid(1000) + i64::from(nanoseconds.rem_euclid(1000) != 0);
    if microseconds <= 0 {
        return Err(raise!(ValueError, "timeout must be greater than 0"));
    }
    if microseconds as f64 / 1e6 > crate::modules::thread::TIMEOUT_MAX {
        return Err(raise::set_text(&exc::OverflowError, format_args!("timeout value is too large")));
    }
    let target = Target::of(file)?;
    cancel();
    let stop = Arc::<Stop>::default();
    let (shared, header, fd) = (stop.clone(), header(microseconds), target.fd);
    let timeout = Duration::from_micros(microseconds as u64);
    // Signals are the other threads' to handle.
    // SAFETY: sets of our own; the mask is put back.
    let thread = unsafe {
        let (mut all, mut mask) = (core::mem::zeroed(), core::mem::zeroed());
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut mask);
        let thread = std::thread::Builder::new()
            .stack_size(256 << 10)
            .spawn(move || watch(&shared, timeout, &header, fd, repeat, exit));
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask, core::ptr::null_mut());
        thread
    };
    let Ok(thread) = thread else { return Err(raise!(RuntimeError, "unable to start watchdog thread")) };
    FILES.later.set(target.file);
    *RUNNING.0.borrow_mut() = Some(Watchdog { stop, thread, process: std::process::id() });
    Ok(())
}

/// Stops the thread, if there is one.
pub fn cancel() {
    let Some(watchdog) = RUNNING.0.borrow_mut().take() else { return };
    if watchdog.process != std::process::id() {
        core::mem::forget(watchdog);
        return;
    }
    *watchdog.stop.asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
    watchdog.stop.changed.notify_all();
    // Its end does not depend on the GIL. A panic in it would have ended the process.
    let _ = watchdog.thread.join();
    FILES.later.set(None);
}
