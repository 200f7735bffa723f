//! `select`: waiting for many descriptors at once.

mod epoll;
mod poll;

use core::ffi::c_int;
use objects::protocol::descriptor::as_descriptor;
use objects::protocol::sequence;
use objects::protocol::time::{self, Rounding};
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};
use std::time::{Duration, Instant};

pub use epoll::Epoll;
pub use poll::Poll;

/// A time to wait for, which interrupted calls go on with.
#[derive(Clone, Copy)]
struct Timeout {
    deadline: Option<Instant>,
}

impl Timeout {
    /// Without an end.
    const NEVER: Timeout = Timeout { deadline: None };

    fn of(nanoseconds: i64) -> Timeout {
        Timeout { deadline: Some(Instant::now() + Duration::from_nanos(nanoseconds.max(0) as u64)) }
    }

    fn left(self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Milliseconds for `poll` and its like, rounded up; -1 for no end.
    fn milliseconds(self) -> c_int {
        match self.left() {
            None => -1,
            Some(left) => left.as_nanos().div_ceil(1_000_000).min(c_int::MAX as u128) as c_int,
        }
    }
}

/// Calls until a signal is not what ended it; -1 is an error.
fn until_not_interrupted(mut system_call: impl FnMut() -> c_int) -> Result<c_int> {
    crate::posix::retry(|| system_call() as isize).map(|count| count as c_int)
}

/// The objects of one argument with their descriptors.
struct Watched {
    objects: Vec<(Ref, c_int)>,
    set: libc::fd_set,
}

impl Watched {
    fn of(sequence: &Object) -> Result<Watched> {
        if !sequence::is_sequence(sequence)
            && sequence.cast::<objects::types::set::Set>().is_none()
            && sequence.class().tp_iter.get().is_none()
        {
            return Err(raise!(TypeError, "arguments 1-3 must be sequences"));
        }
        // SAFETY: all zeros is an empty set.
        let mut watched = Watched { objects: Vec::new(), set: unsafe { core::mem::zeroed() } };
        // A list may change while `fileno` is called.
        let mut index = 0;
        let items: Ref = match sequence.cast::<List>() {
            Some(list) => list.as_object().to_ref(),
            None => sequence::to_tuple(sequence)?.upcast(),
        };
        loop {
            let item = match (items.cast::<List>(), items.cast::<Tuple>()) {
                (Some(list), _) => list.get(index),
                (_, Some(tuple)) => tuple.items().get(index).map(|item| item.to_ref()),
                _ => None,
            };
            let Some(item) = item else { return Ok(watched) };
            let fd = as_descriptor(&item)?;
            if fd as usize >= libc::FD_SETSIZE {
                return Err(raise!(ValueError, "filedescriptor out of range in select()"));
            }
            if watched.objects.len() >= libc::FD_SETSIZE {
                return Err(raise!(ValueError, "too many file descriptors in select()"));
            }
            // SAFETY: below FD_SETSIZE.
            unsafe { libc::FD_SET(fd, &raw mut watched.set) };
            watched.objects.push((item, fd));
            index += 1;
        }
    }

    fn highest(&self) -> c_int {
        self.objects.iter().map(|(_, fd)| *fd).max().unwrap_or(-1)
    }

    /// The objects whose descriptors are in the set.
    fn ready(self, set: &libc::fd_set) -> Result<Ref<List>> {
        // SAFETY: below FD_SETSIZE.
        let is_ready = |fd: c_int| unsafe { libc::FD_ISSET(fd, set) };
        let ready = self.objects.into_iter().filter(|(_, fd)| is_ready(*fd));
        List::from_vec(ready.map(|(object, _)| object).collect())
    }
}

#[macros::pymodule(name = "select", classes(Epoll))]
pub mod module {
    use super::*;

    #[function("select($module, rlist, wlist, xlist, timeout=None, /)")]
    fn select(
        rlist: &Object,
        wlist: &Object,
        xlist: &Object,
        timeout: Option<&Object>,
    ) -> Result<Ref<Tuple>> {
        let timeout = match timeout {
            None => Timeout::NEVER,
            Some(timeout) => {
                let nanoseconds = time::from_seconds(timeout, Rounding::Up)
                    .map_err(|raised| super::bad_timeout(raised, "timeout must be a float or None"))?;
                if nanoseconds < 0 {
                    return Err(raise!(ValueError, "timeout must be non-negative"));
                }
                Timeout::of(nanoseconds)
            }
        };
        let watched = [Watched::of(rlist)?, Watched::of(wlist)?, Watched::of(xlist)?];
        let highest = watched.iter().map(Watched::highest).max().unwrap_or(-1);
        let mut sets = [watched[0].set, watched[1].set, watched[2].set];
        let count = until_not_interrupted(|| {
            // Rounded up to microseconds, so that the wait is never too short.
            let micros = timeout.left().map(|left| left.as_nanos().div_ceil(1000));
            let mut left = micros.map(|micros| libc::timeval {
                tv_sec: (micros / 1_000_000) as _,
                tv_usec: (micros % 1_000_000) as _,
            });
            let left = left.as_mut().map_or(core::ptr::null_mut(), core::ptr::from_mut);
            sets = [watched[0].set, watched[1].set, watched[2].set];
            let [read, write, except] = &mut sets;
            // SAFETY: our sets and time.
            unsafe { libc::select(highest + 1, read, write, except, left) }
        })?;
        let [read, write, except] = watched;
        if count == 0 {
            // The sets say nothing when time is up.
            return Tuple::from_array([List::new()?.upcast(), List::new()?.upcast(), List::new()?.upcast()]);
        }
        Tuple::from_array([
            read.ready(&sets[0])?.upcast(),
            write.ready(&sets[1])?.upcast(),
            except.ready(&sets[2])?.upcast(),
        ])
    }

    #[function("poll($module, /)")]
    fn poll() -> Result<Ref<Poll>> {
        Poll::empty()
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        objects::typeobject::ready::ready(Poll::class())?;
        module.dict().set_text("error", exc::OSError.as_object())?;
        crate::constants::add(module, CONSTANTS)
    }
}

/// The TypeError that says what a timeout has to be, in the place of one that does not.
fn bad_timeout(raised: objects::Raised, text: &str) -> objects::Raised {
    if !raised.matches(&exc::TypeError) {
        return raised;
    }
    raised.clear();
    raise!(TypeError, "{text}")
}

/// Linux's, for all architectures of 64 bits.
const CONSTANTS: &[(&str, i64)] = &[
    ("PIPE_BUF", 0x1000),
    ("POLLIN", 1),
    ("POLLPRI", 2),
    ("POLLOUT", 4),
    ("POLLERR", 8),
    ("POLLHUP", 0x10),
    ("POLLNVAL", 0x20),
    ("POLLRDNORM", 0x40),
    ("POLLRDBAND", 0x80),
    ("POLLWRNORM", 0x100),
    ("POLLWRBAND", 0x200),
    ("POLLMSG", 0x400),
    ("POLLRDHUP", 0x2000),
    ("EPOLLIN", 1),
    ("EPOLLOUT", 4),
    ("EPOLLPRI", 2),
    ("EPOLLERR", 8),
    ("EPOLLHUP", 0x10),
    ("EPOLLRDHUP", 0x2000),
    ("EPOLLET", 0x80000000),
    ("EPOLLONESHOT", 0x40000000),
    ("EPOLLEXCLUSIVE", 0x10000000),
    ("EPOLLRDNORM", 0x40),
    ("EPOLLRDBAND", 0x80),
    ("EPOLLWRNORM", 0x100),
    ("EPOLLWRBAND", 0x200),
    ("EPOLLMSG", 0x400),
    ("EPOLL_CLOEXEC", 0x80000),
];
