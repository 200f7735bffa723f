//! The handler of fatal signals.

use super::{FILES, Target, dump};
use core::cell::Cell;
use core::ffi::c_int;
use core::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use objects::types::str::Str;
use objects::{Result, raise, state};

/// Signals that end the process, with what they mean.
pub const FATAL: [(c_int, &[u8]); 5] = [
    (libc::SIGBUS, b"Bus error"),
    (libc::SIGILL, b"Illegal instruction"),
    (libc::SIGFPE, b"Floating-point exception"),
    (libc::SIGABRT, b"Aborted"),
    (libc::SIGSEGV, b"Segmentation fault"),
];

struct State {
    enabled: AtomicBool,
    all_threads: AtomicBool,
    fd: AtomicI32,
    /// How each signal was handled before.
    previous: [Cell<Option<libc::sigaction>>; FATAL.len()],
    has_stack: Cell<bool>,
}

// SAFETY: set under the GIL before the handler is installed.
unsafe impl Sync for State {}

static STATE: State = State {
    enabled: AtomicBool::new(false),
    all_threads: AtomicBool::new(true),
    fd: AtomicI32::new(2),
    previous: [const { Cell::new(None) }; FATAL.len()],
    has_stack: Cell::new(false),
};

/// Gives the calling thread a stack for handlers, as its own may be what overflowed.
fn provide_stack() {
    const SIZE: usize = 64 << 10;
    if STATE.has_stack.replace(true) {
        return;
    }
    let stack = Box::leak(vec![0u8; SIZE].into_boxed_slice());
    let stack = libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: SIZE };
    // SAFETY: memory that is never freed.
    unsafe { libc::sigaltstack(&raw const stack, core::ptr::null_mut()) };
}

extern "C" fn on_fault(number: c_int) {
    let Some(index) = FATAL.iter().position(|(fatal, _)| *fatal == number) else { return };
    // SAFETY: the calling thread's own.
    let errno = unsafe { *libc::__errno_location() };
    // The next time it ends the process, also if it comes while the frames are written.
    restore(index);
    if STATE.enabled.load(Ordering::Acquire) {
        let fd = STATE.fd.load(Ordering::Acquire);
        dump::write(fd, b"Fatal Python error: ");
        dump::write(fd, FATAL[index].1);
        dump::write(fd, b"\n\n");
        dump::from_handler(fd, STATE.all_threads.load(Ordering::Acquire));
        // The dictionary of modules is the interpreter's to look at only where it is not being changed.
        if state::try_current().is_some() {
            dump::extension_modules(fd);
        }
    }
    // SAFETY: as above; the signal is not blocked while it is handled.
    unsafe {
        *libc::__errno_location() = errno;
        libc::raise(number);
    }
}

/// Has a signal handled as before.
fn restore(index: usize) {
    if let Some(previous) = STATE.previous[index].take() {
        // SAFETY: what the system reported.
        unsafe { libc::sigaction(FATAL[index].0, &raw const previous, core::ptr::null_mut()) };
    }
}

/// Installs the handler, or changes where it writes.
///
/// # Errors
/// OSError.
pub fn enable(target: Target, all_threads: bool) -> Result<()> {
    STATE.fd.store(target.fd, Ordering::Release);
    STATE.all_threads.store(all_threads, Ordering::Release);
    FILES.fault.set(target.file);
    if STATE.enabled.swap(true, Ordering::AcqRel) {
        return Ok(());
    }
    // Known before a handler needs it, as making it allocates.
    let _: &Str = objects::id!("stdlib_module_names");
    provide_stack();
    for (index, (number, _)) in FATAL.iter().enumerate() {
        // SAFETY: the handler is async-signal-safe.
        let status = unsafe {
            let mut new: libc::sigaction = core::mem::zeroed();
            new.sa_sigaction = on_fault as extern "C" fn(c_int) as libc::sighandler_t;
            new.sa_flags = libc::SA_NODEFER | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut new.sa_mask);
            let mut old: libc::sigaction = core::mem::zeroed();
            let status = libc::sigaction(*number, &raw const new, &raw mut old);
            STATE.previous[index].set(Some(old));
            status
        };
        if status < 0 {
            return Err(raise::last_os_error());
        }
    }
    Ok(())
}

/// Removes the handler. Whether there was one.
pub fn disable() -> bool {
    if !STATE.enabled.swap(false, Ordering::AcqRel) {
        return false;
    }
    for index in 0..FATAL.len() {
        restore(index);
    }
    FILES.fault.set(None);
    true
}

/// Writes nothing more: the frames have been shown. Needs no GIL.
pub fn silence() {
    STATE.enabled.store(false, Ordering::Release);
}

pub fn is_enabled() -> bool {
    STATE.enabled.load(Ordering::Acquire)
}
