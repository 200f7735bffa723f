//! Signals that a program registers to have frames dumped.

use super::fault::FATAL;
use super::{Target, dump};
use crate::signals::COUNT;
use core::cell::Cell;
use core::ffi::c_int;
use objects::object::refs::Slot;
use objects::{Result, raise};

/// One registered signal.
#[derive(Clone, Copy)]
struct Registration {
    fd: c_int,
    all_threads: bool,
    /// Whether the handler before is called too.
    chain: bool,
    previous: libc::sigaction,
}

struct Registered {
    signals: [Cell<Option<Registration>>; COUNT],
    files: [Slot; COUNT],
}

// SAFETY: changed under the GIL; a handler reads the entry that was complete before it was installed.
unsafe impl Sync for Registered {}

static REGISTERED: Registered =
    Registered { signals: [const { Cell::new(None) }; COUNT], files: [const { Slot::empty() }; COUNT] };

fn checked(number: c_int) -> Result<usize> {
    if FATAL.iter().any(|(fatal, _)| *fatal == number) {
        return Err(raise!(RuntimeError, "signal {number} cannot be registered, use enable() instead"));
    }
    match usize::try_from(number).ok().filter(|&number| number > 0 && number < COUNT) {
        Some(index) => Ok(index),
        None => Err(raise!(ValueError, "signal number out of range")),
    }
}

fn install(number: c_int, chain: bool) -> core::result::Result<libc::sigaction, ()> {
    // SAFETY: the handler is async-signal-safe.
    unsafe {
        let mut new: libc::sigaction = core::mem::zeroed();
        new.sa_sigaction = on_signal as extern "C" fn(c_int) as libc::sighandler_t;
        // A handler that is called in turn must be able to raise the signal again.
        new.sa_flags = libc::SA_ONSTACK | if chain { libc::SA_NODEFER } else { libc::SA_RESTART };
        libc::sigemptyset(&raw mut new.sa_mask);
        let mut old: libc::sigaction = core::mem::zeroed();
        match libc::sigaction(number, &raw const new, &raw mut old) {
            0 => Ok(old),
            _ => Err(()),
        }
    }
}

extern "C" fn on_signal(number: c_int) {
    let entry = usize::try_from(number).ok().and_then(|number| REGISTERED.signals.get(number));
    let Some(registration) = entry.and_then(Cell::get) else { return };
    // SAFETY: the calling thread's own.
    let errno = unsafe { *libc::__errno_location() };
    dump::from_handler(registration.fd, registration.all_threads);
    // SAFETY: as above; handlers as the system reported them.
    unsafe {
        if registration.chain {
            let previous = registration.previous;
            libc::sigaction(number, &raw const previous, core::ptr::null_mut());
            *libc::__errno_location() = errno;
            libc::raise(number);
            // The call above came back: the process goes on.
            let _ = install(number, true);
        }
        *libc::__errno_location() = errno;
    }
}

/// Has frames dumped when the signal comes.
///
/// # Errors
/// RuntimeError for a fatal signal, ValueError, OSError.
pub fn register(number: c_int, target: Target, all_threads: bool, chain: bool) -> Result<()> {
    let index = checked(number)?;
    let known = REGISTERED.signals[index].get();
    let previous = match known {
        Some(known) => known.previous,
        // SAFETY: asks for the present action.
        None => unsafe {
            let mut action: libc::sigaction = core::mem::zeroed();
            libc::sigaction(number, core::ptr::null(), &raw mut action);
            action
        },
    };
    REGISTERED.signals[index].set(Some(Registration { fd: target.fd, all_threads, chain, previous }));
    REGISTERED.files[index].set(target.file);
    if (known.is_none() || known.is_some_and(|known| known.chain != chain)) && install(number, chain).is_err()
    {
        let raised = raise::last_os_error();
        REGISTERED.signals[index].set(None);
        return Err(raised);
    }
    Ok(())
}

/// Has the signal handled as before. Whether it was registered.
///
/// # Errors
/// As [`register`].
pub fn unregister(number: c_int) -> Result<bool> {
    Ok(remove(checked(number)?))
}

/// [`unregister`] for all signals.
pub fn unregister_all() {
    for index in 1..COUNT {
        remove(index);
    }
}

fn remove(index: usize) -> bool {
    let Some(registration) = REGISTERED.signals[index].get() else { return false };
    // SAFETY: a handler as the system reported it.
    unsafe { libc::sigaction(index as c_int, &raw const registration.previous, core::ptr::null_mut()) };
    REGISTERED.signals[index].set(None);
    REGISTERED.files[index].set(None);
    true
}
