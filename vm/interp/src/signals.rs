//! Signals: the C handler notes the number and trips the eval breaker; the main thread runs the Python handler.

use crate::breaker::SIGNALS_PENDING;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};
pub use objects::args::signals::COUNT;
use objects::object::refs::Slot;
use objects::protocol::{call, compare};
use objects::state::{self, ThreadState};
use objects::types::int::new_int;
use objects::types::none::none;
use objects::{Instance, Object, Ref, Result, raise};

struct Signals {
    tripped: [AtomicBool; COUNT],
    handlers: [Slot; COUNT],
    main: AtomicPtr<ThreadState>,
    wakeup: Wakeup,
}

/// The descriptor that is told of every signal.
struct Wakeup {
    fd: AtomicI32,
    warn_on_full_buffer: AtomicBool,
    /// The error of a failed write, to be reported by the main thread; 0 for none.
    error: AtomicI32,
}

// SAFETY: the handlers are touched under the GIL, the rest is atomic.
unsafe impl Sync for Signals {}

static SIGNALS: Signals = Signals {
    tripped: [const { AtomicBool::new(false) }; COUNT],
    handlers: [const { Slot::empty() }; COUNT],
    main: AtomicPtr::new(core::ptr::null_mut()),
    wakeup: Wakeup {
        fd: AtomicI32::new(-1),
        warn_on_full_buffer: AtomicBool::new(true),
        error: AtomicI32::new(0),
    },
};

/// Notes the thread that runs handlers.
pub fn set_main_thread(ts: &ThreadState) {
    SIGNALS.main.store(core::ptr::from_ref(ts).cast_mut(), Ordering::Release);
}

/// The state of the thread that runs handlers.
pub fn main_thread() -> Option<&'static ThreadState> {
    // SAFETY: the main thread's state lives as long as the process.
    unsafe { SIGNALS.main.load(Ordering::Acquire).as_ref() }
}

/// Whether the calling thread is the one that runs handlers.
pub fn in_main_thread() -> bool {
    core::ptr::eq(state::current(), SIGNALS.main.load(Ordering::Acquire))
}

/// In the child of a fork: the calling thread is the main one; signals that came before were the parent's.
pub fn after_fork(ts: &ThreadState) {
    set_main_thread(ts);
    for tripped in &SIGNALS.tripped {
        tripped.store(false, Ordering::Release);
    }
    ts.eval_breaker.fetch_and(!SIGNALS_PENDING, Ordering::AcqRel);
}

extern "C" fn on_signal(number: libc::c_int) {
    // SAFETY: the calling thread's own.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above; what the interrupted code sees of it is unchanged.
    let saved = unsafe { *errno };
    note(number);
    // SAFETY: as above.
    unsafe { *errno = saved };
}

/// Notes that a signal has come. Safe in a signal handler.
fn note(number: i32) {
    if let Some(tripped) = usize::try_from(number).ok().and_then(|number| SIGNALS.tripped.get(number)) {
        tripped.store(true, Ordering::Release);
    }
    let fd = SIGNALS.wakeup.fd.load(Ordering::Acquire);
    if fd != -1 {
        let byte = number as u8;
        // SAFETY: one byte is readable; `write` is async-signal-safe, and the error number the thread's own.
        let error = unsafe {
            match libc::write(fd, (&raw const byte).cast(), 1) {
                0.. => 0,
                _ => *libc::__errno_location(),
            }
        };
        if error != 0 && (error != libc::EAGAIN || SIGNALS.wakeup.warn_on_full_buffer.load(Ordering::Relaxed))
        {
            SIGNALS.wakeup.error.store(error, Ordering::Release);
        }
    }
    if let Some(main) = main_thread() {
        main.eval_breaker.fetch_or(SIGNALS_PENDING, Ordering::AcqRel);
    }
}

fn checked(number: i32) -> Result<usize> {
    match usize::try_from(number).ok().filter(|&number| number > 0 && number < COUNT) {
        Some(index) => Ok(index),
        None => Err(raise!(ValueError, "signal number out of range")),
    }
}

/// `SIG_DFL` or `SIG_IGN` if a handler equals it.
fn disposition(handler: &Object) -> Result<Option<libc::sighandler_t>> {
    for value in [libc::SIG_DFL, libc::SIG_IGN] {
        if compare::equal(handler, &*new_int(value as i64)?)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// As if the signal had come.
///
/// # Errors
/// ValueError for a number out of range.
pub fn trip(number: i32) -> Result<()> {
    let index = checked(number)?;
    let ignored = match SIGNALS.handlers[index].get() {
        Some(handler) => disposition(&handler)?.is_some(),
        None => false,
    };
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
    let handler = SIGNALS.handlers[checked(number)?].get();
    Ok(handler.unwrap_or_else(objects::object::refs::none))
}

/// Takes note of how the process handles signals before any Python code says so.
///
/// # Errors
/// MemoryError.
pub fn read_dispositions() -> Result<()> {
    for (number, place) in SIGNALS.handlers.iter().enumerate().skip(1) {
        let action = action(number as i32);
        place.set(Some(match action {
            libc::SIG_DFL | libc::SIG_IGN => new_int(action as i64)?,
            _ => none().to_ref(),
        }));
    }
    Ok(())
}

/// Sets what handles a signal and returns what did.
///
/// # Errors
/// ValueError outside of the main thread or for a bad number, TypeError for a bad handler, OSError.
pub fn set_handler(number: i32, handler: &Object) -> Result<Ref> {
    if !in_main_thread() {
        return Err(raise!(ValueError, "signal only works in main thread of the main interpreter"));
    }
    let index = checked(number)?;
    let action = if call::is_callable(handler) {
        on_signal as extern "C" fn(libc::c_int) as libc::sighandler_t
    } else {
        match disposition(handler)? {
            Some(value) => value,
            None => {
                return Err(raise!(
                    TypeError,
                    "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"
                ));
            }
        }
    };
    crate::breaker::handle_pending(state::current())?;
    install(number, action)?;
    let old = self::handler(number)?;
    SIGNALS.handlers[index].set(Some(Ref::from_borrowed(handler)));
    Ok(old)
}

/// Has the system handle a signal so.
fn install(number: i32, action: libc::sighandler_t) -> Result<()> {
    // SAFETY: the handler is async-signal-safe.
    let status = unsafe {
        let mut new: libc::sigaction = core::mem::zeroed();
        new.sa_sigaction = action;
        new.sa_flags = libc::SA_ONSTACK;
        libc::sigemptyset(&raw mut new.sa_mask);
        libc::sigaction(number, &raw const new, core::ptr::null_mut())
    };
    if status < 0 { Err(raise::last_os_error()) } else { Ok(()) }
}

/// What the system does with a signal; `SIG_ERR` when there is no such one (`PyOS_getsig`).
pub fn action(number: i32) -> libc::sighandler_t {
    // SAFETY: asks for the present action.
    unsafe {
        let mut action: libc::sigaction = core::mem::zeroed();
        match libc::sigaction(number, core::ptr::null(), &raw mut action) {
            0 => action.sa_sigaction,
            _ => libc::SIG_ERR,
        }
    }
}

/// Sets what the system does with a signal, and returns what it did (`PyOS_setsig`).
pub fn set_action(number: i32, new: libc::sighandler_t) -> libc::sighandler_t {
    let old = action(number);
    match install(number, new) {
        Ok(()) => old,
        Err(raised) => {
            raised.clear();
            libc::SIG_ERR
        }
    }
}

/// Whether SIGINT has come, which is then taken as handled (`PyOS_InterruptOccurred`).
pub fn interrupt_occurred() -> bool {
    in_main_thread() && SIGNALS.tripped[libc::SIGINT as usize].swap(false, Ordering::AcqRel)
}

/// The descriptor that is told of signals, and the one that was: -1 for none.
pub fn set_wakeup_fd(fd: i32, warn_on_full_buffer: bool) -> i32 {
    SIGNALS.wakeup.warn_on_full_buffer.store(warn_on_full_buffer, Ordering::Relaxed);
    SIGNALS.wakeup.fd.swap(fd, Ordering::AcqRel)
}

/// Runs the Python handlers of the signals that have come. Other threads than the main one leave them to it.
///
/// # Errors
/// What a handler raises; the signals after it wait for the next look.
pub fn run_handlers(ts: &ThreadState) -> Result<()> {
    if !core::ptr::eq(ts, SIGNALS.main.load(Ordering::Acquire)) {
        return Ok(());
    }
    let error = SIGNALS.wakeup.error.swap(0, Ordering::AcqRel);
    if error != 0 {
        let message = "Exception ignored when trying to write to the signal wakeup fd";
        let exception = raise::os_error(error, None, None).take();
        crate::modules::sys::hooks::report_unraisable(exception, Some(message), None);
    }
    for (number, tripped) in SIGNALS.tripped.iter().enumerate() {
        if !tripped.swap(false, Ordering::AcqRel) {
            continue;
        }
        if let Err(raised) = run_handler(number) {
            ts.eval_breaker.fetch_or(SIGNALS_PENDING, Ordering::AcqRel);
            return Err(raised);
        }
    }
    Ok(())
}

fn run_handler(number: usize) -> Result<()> {
    let handler = SIGNALS.handlers[number].get().filter(|handler| call::is_callable(handler));
    let Some(handler) = handler else {
        // The handler was replaced after the signal had come.
        let raised = raise!(OSError, "Signal {number} ignored due to race condition");
        raise::write_unraisable(raised, Some(none()));
        return Ok(());
    };
    let frame = match objects::interpreter_frame::current() {
        Some(frame) => objects::types::frame::Frame::of(frame)?.upcast(),
        None => none().to_ref(),
    };
    call::call(&handler, &[&*new_int(number as i64)?, &frame]).map(drop)
}

/// The end of the program: what it wanted to be called is not called any more.
pub fn end() {
    for (number, place) in SIGNALS.handlers.iter().enumerate().skip(1) {
        let handler = place.take();
        if handler.is_some_and(|handler| call::is_callable(&handler))
            && let Err(raised) = install(number as i32, libc::SIG_DFL)
        {
            raised.clear();
        }
    }
}

/// Ends the process as an unhandled SIGINT does, so that a shell sees it; the status for when that does not work.
pub fn exit_by_interrupt() -> i32 {
    if let Err(raised) = install(libc::SIGINT, libc::SIG_DFL) {
        raised.clear();
    }
    // SAFETY: the process ends here if nothing blocks the signal.
    unsafe { libc::kill(libc::getpid(), libc::SIGINT) };
    libc::SIGINT + 128
}
