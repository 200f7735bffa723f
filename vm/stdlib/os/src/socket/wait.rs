//! Timeouts: waiting until a socket is ready, system calls that signals and other readers interrupt.

use super::object::Socket;
use core::cell::Cell;
use core::ffi::c_int;
use objects::protocol::time::{self, Rounding};
use objects::types::float::new_float;
use objects::types::none::none;
use objects::{Object, Raised, Ref, Result, hooks, raise};
use std::time::{Duration, Instant};

/// The timeout of new sockets in nanoseconds; below zero for none.
struct Default(Cell<i64>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Default {}

objects::per_interpreter! {
    static DEFAULT: Default = Default(Cell::new(-1));
}

pub fn default_timeout() -> i64 {
    DEFAULT.0.get()
}

pub fn set_default_timeout(nanoseconds: i64) {
    DEFAULT.0.set(nanoseconds);
}

/// Seconds or None as nanoseconds; -1 for None.
///
/// # Errors
/// ValueError below zero, OverflowError, TypeError.
pub fn parse_timeout(timeout: &Object) -> Result<i64> {
    if timeout.is(none()) {
        return Ok(-1);
    }
    let nanoseconds = time::from_seconds(timeout, Rounding::Up)?;
    if nanoseconds < 0 {
        return Err(raise!(ValueError, "Timeout value out of range"));
    }
    if nanoseconds / 1_000_000 > i64::from(c_int::MAX) {
        return Err(raise!(OverflowError, "timeout doesn't fit into C timeval"));
    }
    Ok(nanoseconds)
}

/// Nanoseconds as seconds; None for no timeout.
///
/// # Errors
/// MemoryError.
pub fn show_timeout(nanoseconds: i64) -> Result<Option<Ref>> {
    if nanoseconds < 0 { Ok(None) } else { new_float(nanoseconds as f64 / 1e9).map(Some) }
}

/// What a call waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    Readable,
    Writable,
    /// As writable, and a socket that blocks is waited for too.
    Connected,
}

/// Why a call did not succeed.
pub enum Failed {
    Raised(Raised),
    Errno(c_int),
    TimedOut,
}

impl Failed {
    /// As an exception.
    pub fn raise(self) -> Raised {
        match self {
            Failed::Raised(raised) => raised,
            Failed::Errno(error) => raise::os_error(error, None, None),
            Failed::TimedOut => raise!(TimeoutError, "timed out"),
        }
    }
}

/// When an operation that begins now has to end; `None` without a timeout.
pub fn deadline(socket: &Socket) -> Option<Instant> {
    match socket.timeout_nanos() {
        nanoseconds @ 1.. => Some(Instant::now() + Duration::from_nanos(nanoseconds as u64)),
        _ => None,
    }
}

/// Waits for the socket, without the GIL.
fn wait(fd: c_int, until: Until, deadline: Option<Instant>) -> core::result::Result<(), Failed> {
    // A closed socket is for the call to complain about.
    if fd < 0 {
        return Ok(());
    }
    let events = match until {
        Until::Readable => libc::POLLIN,
        Until::Writable => libc::POLLOUT,
        Until::Connected => libc::POLLOUT | libc::POLLERR,
    };
    let milliseconds = match deadline {
        None => -1,
        Some(deadline) => {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else {
                return Err(Failed::TimedOut);
            };
            left.as_nanos().div_ceil(1_000_000).min(c_int::MAX as u128) as c_int
        }
    };
    let mut polled = libc::pollfd { fd, events, revents: 0 };
    let (count, error) = objects::state::detached(|| {
        // SAFETY: our descriptor.
        let count = unsafe { libc::poll(&raw mut polled, 1, milliseconds) };
        (count, if count < 0 { crate::posix::errno() } else { 0 })
    });
    match count {
        0 => Err(Failed::TimedOut),
        1.. => Ok(()),
        _ => Err(Failed::Errno(error)),
    }
}

/// Runs a system call on the socket's descriptor without the GIL: when the socket is ready if it has a timeout, again after a signal.
///
/// # Errors
/// The number of the call's error, the end of the time, what a signal's handler raises.
pub fn call(
    socket: &Socket,
    until: Until,
    deadline: Option<Instant>,
    mut system_call: impl FnMut(c_int) -> isize,
) -> core::result::Result<isize, Failed> {
    let interrupted = || hooks::HANDLE_PENDING.get()().map_err(Failed::Raised);
    let fd = socket.fd();
    loop {
        if deadline.is_some() || until == Until::Connected {
            match wait(fd, until, deadline) {
                Ok(()) => {}
                Err(Failed::Errno(libc::EINTR)) => {
                    interrupted()?;
                    continue;
                }
                Err(failed) => return Err(failed),
            }
        }
        loop {
            let (result, error) = objects::state::detached(|| {
                let result = system_call(fd);
                (result, if result < 0 { crate::posix::errno() } else { 0 })
            });
            match (result, error) {
                (0.., _) => return Ok(result),
                (_, libc::EINTR) => interrupted()?,
                // Somebody else was faster.
                (_, libc::EAGAIN) if deadline.is_some() => break,
                (_, error) => return Err(Failed::Errno(error)),
            }
        }
    }
}

/// [`call`] with the socket's own timeout and with exceptions.
///
/// # Errors
/// OSError, TimeoutError, what a signal's handler raises.
pub fn run(socket: &Socket, until: Until, system_call: impl FnMut(c_int) -> isize) -> Result<isize> {
    call(socket, until, deadline(socket), system_call).map_err(Failed::raise)
}
