//! Waiting for a word of memory to change, which a signal interrupts. What locks and threads wait with.

use core::sync::atomic::AtomicU32;
use std::time::Instant;

/// Why waiting ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Woken {
    /// The word may have changed.
    Changed,
    TimedOut,
    /// The calling thread received a signal.
    Interrupted,
}

/// Waits while the word is `seen`, at most until `deadline`.
pub fn wait(word: &AtomicU32, seen: u32, deadline: Option<Instant>) -> Woken {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let timeout = left.map(|left| libc::timespec {
        tv_sec: left.as_secs().min(i64::MAX as u64) as libc::time_t,
        tv_nsec: left.subsec_nanos().into(),
    });
    let timeout = timeout.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the word and the timeout live for the call.
    let status = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            seen,
            timeout,
        )
    };
    match status {
        0.. => Woken::Changed,
        _ => match std::io::Error::last_os_error().raw_os_error() {
            Some(libc::ETIMEDOUT) => Woken::TimedOut,
            Some(libc::EINTR) => Woken::Interrupted,
            _ => Woken::Changed,
        },
    }
}

/// Wakes up to `count` threads that wait for the word.
pub fn wake(word: &AtomicU32, count: i32) {
    // SAFETY: the address is only a key.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, count)
    };
}
