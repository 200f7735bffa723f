//! Waiting for a socket within its timeout.

use core::ffi::c_int;
use objects::protocol::{call, number};
use objects::state::detached;
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::{Object, Result, id};
use std::time::{Duration, Instant};

/// The number of a socket's descriptor, -1 when it is closed.
pub fn fileno(socket: &Object) -> Result<c_int> {
    let fd = call::call_method(socket, id!("fileno"), &[])?;
    Ok(number::index_as_isize(&fd, Some(&exc::OverflowError))? as c_int)
}

/// A socket's timeout; None waits for ever.
pub fn timeout(socket: &Object) -> Result<Option<Duration>> {
    let timeout = call::call_method(socket, id!("gettimeout"), &[])?;
    if timeout.is(none()) {
        return Ok(None);
    }
    let seconds = number::as_f64(&timeout)?;
    Ok(Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO)))
}

/// Until when an operation may wait.
pub enum Deadline {
    /// There is nothing to wait for, or no time.
    Never,
    Forever,
    At(Instant),
}

impl Deadline {
    pub fn new(has_socket: bool, timeout: Option<Duration>) -> Deadline {
        match timeout {
            _ if !has_socket => Deadline::Never,
            None => Deadline::Forever,
            Some(Duration::ZERO) => Deadline::Never,
            Some(timeout) => Instant::now().checked_add(timeout).map_or(Deadline::Forever, Deadline::At),
        }
    }
}

/// How waiting ended.
pub enum Waited {
    Ready,
    /// The socket does not wait.
    DoesNotWait,
    TimedOut,
    Closed,
}

/// Waits until the socket can be read from or written to.
pub fn wait(socket: Option<&Object>, writing: bool, deadline: &Deadline) -> Result<Waited> {
    let Some(socket) = socket else { return Ok(Waited::DoesNotWait) };
    let milliseconds = match deadline {
        Deadline::Never => return Ok(Waited::DoesNotWait),
        // The descriptor itself blocks.
        Deadline::Forever => return Ok(Waited::Ready),
        Deadline::At(end) => {
            let left = end.saturating_duration_since(Instant::now());
            // Rounded up, so that the time is over when nothing happened.
            c_int::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(c_int::MAX)
        }
    };
    let fd = fileno(socket)?;
    if fd < 0 {
        return Ok(Waited::Closed);
    }
    let events = if writing { libc::POLLOUT } else { libc::POLLIN };
    let mut poll = libc::pollfd { fd, events, revents: 0 };
    // SAFETY: one structure.
    match detached(|| unsafe { libc::poll(&mut poll, 1, milliseconds) }) {
        0 => Ok(Waited::TimedOut),
        // An interruption: the operation is tried again, and tells what is wrong.
        _ => Ok(Waited::Ready),
    }
}
