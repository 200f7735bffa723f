//! Signals: the C handler notes the number and trips the eval breaker; the main thread runs the Python handler.

use crate::breaker::SIGNALS_PENDING;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use objects::object::refs::Slot;
use objects::protocol::call;
use objects::state::{self, ThreadState};
use objects::types::int::{Int, new_int};
use objects::types::none::none;
use objects::{Object, Ref, Result, raise};

/// One more than the highest signal number.
pub const COUNT: usize = 65;

struct Signals {
    tripped: [AtomicBool; COUNT],
    handlers: [Slot; COUNT],
    main: AtomicPtr<ThreadState>,
}

// SAFETY: the handlers are touched under the GIL, the rest is atomic.
unsafe impl Sync for Signals {}

static SIGNALS: Signals = Signals {
    tripped: [const { AtomicBool::new(false) }; COUNT],
    handlers: [const { Slot::empty() }; COUNT],
    main: AtomicPtr::new(core::ptr::null_mut()),
};

/// Notes the thread that runs handlers.
pub fn set_main_thread(ts: &ThreadState) {
    SIGNALS.main.store(core::ptr::from_ref(ts).cast_mut(), Ordering::Release);
}

extern "C" fn on_signal(number: libc::c_int) {
    note(number);
}

/// Notes that a signal has come. Safe in a signal handler.
fn note(number: i32) {
    if let Some(tripped) = usize::try_from(number).ok().and_then(|number| SIGNALS.tripped.get(number)) {
        tripped.store(true, Ordering::Release);
    }
    // SAFETY: the main thread's state lives as long as the process.
    if let Some(main) = unsafe { SIGNALS.main.load(Ordering::Acquire).as_ref() } {
        main.eval_breaker.fetch_or(SIGNALS_PENDING, Ordering::AcqRel);
    }
}

fn checked(number: i32) -> Result<usize> {
    match usize::try_from(number).ok().filter(|&number| number > 0 && number < COUNT) {
        Some(index) => Ok(index),
        None => Err(raise!(ValueError, "signal number out of range")),
    }
}

/// As if the signal had come.
///
/// # Errors
/// ValueError for a number out of range.
pub fn trip(number: i32) -> Result<()> {
    let index = checked(number)?;
    let ignored = SIGNALS.handlers[index].get().is_some_and(|handler| !call::is_callable(&handler));
    if !ignored {
        note(number);
    }
    Ok(())
}

/// What handles a signal: a callable, SIG_DFL or SIG_IGN as an int, or None when it is not Python's.
///
/// # Errors
/// ValueError for a number out of range.
pub fn handler(number: i32) -> Result<Ref> {
    let index = checked(number)?;
    if let Some(handler) = SIGNALS.handlers[index].get() {
        return Ok(handler);
    }
    // SAFETY: asks for the present action.
    let action = unsafe {
        let mut action: libc::sigaction = core::mem::zeroed();
        libc::sigaction(number, core::ptr::null(), &raw mut action);
        action.sa_sigaction
    };
    match action {
        libc::SIG_DFL => new_int(0),
        libc::SIG_IGN => new_int(1),
        _ => Ok(Ref::from_borrowed(none())),
    }
}

/// Sets what handles a signal and returns what did.
///
/// # Errors
/// ValueError outside of the main thread or for a bad number, TypeError for a bad handler, OSError.
pub fn set_handler(number: i32, handler: &Object) -> Result<Ref> {
    let index = checked(number)?;
    let old = self::handler(number)?;
    let action = match handler.cast::<Int>().and_then(Int::to_i64) {
        Some(0) => libc::SIG_DFL,
        Some(1) => libc::SIG_IGN,
        _ if call::is_callable(handler) => on_signal as extern "C" fn(libc::c_int) as libc::sighandler_t,
        _ => {
            return Err(raise!(
                TypeError,
                "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"
            ));
        }
    };
    // SAFETY: the handler is async-signal-safe.
    let status = unsafe {
        let mut new: libc::sigaction = core::mem::zeroed();
        new.sa_sigaction = action;
        libc::sigemptyset(&raw mut new.sa_mask);
        libc::sigaction(number, &raw const new, core::ptr::null_mut())
    };
    if status < 0 {
        return Err(raise::last_os_error());
    }
    SIGNALS.handlers[index].set(Some(Ref::from_borrowed(handler)));
    Ok(old)
}

/// Runs the Python handlers of the signals that have come. Other threads than the main one leave them to it.
///
/// # Errors
/// What a handler raises.
pub fn run_handlers() -> Result<()> {
    let ts = state::current();
    if !core::ptr::eq(ts, SIGNALS.main.load(Ordering::Acquire)) {
        return Ok(());
    }
    for (number, tripped) in SIGNALS.tripped.iter().enumerate() {
        if !tripped.swap(false, Ordering::AcqRel) {
            continue;
        }
        let Some(handler) = SIGNALS.handlers[number].get().filter(|handler| call::is_callable(handler))
        else {
            continue;
        };
        let frame = match objects::interpreter_frame::current() {
            Some(frame) => objects::types::frame::Frame::of(frame)?.upcast(),
            None => Ref::from_borrowed(none()),
        };
        call::call(&handler, &[&*new_int(number as i64)?, &frame])?;
    }
    Ok(())
}
