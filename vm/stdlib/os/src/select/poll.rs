//! `select.poll` objects.

use super::{Timeout, bad_timeout, until_not_interrupted};
use crate::posix::path::Fd;
use core::cell::{Cell, RefCell};
use core::ffi::c_int;
use objects::protocol::number;
use objects::types::float::Float;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

/// `pollObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Poll {
    ob_base: Object,
    /// The descriptors with their masks, in the order of their registration.
    #[trace(skip)]
    watched: RefCell<Vec<(c_int, u16)>>,
    #[trace(skip)]
    running: Cell<bool>,
}

impl Poll {
    /// One that watches nothing.
    ///
    /// # Errors
    /// MemoryError.
    pub fn empty() -> Result<Ref<Poll>> {
        Ref::new(Poll { ob_base: Object::HEAD, watched: RefCell::new(Vec::new()), running: Cell::new(false) })
    }
}

/// Milliseconds, as an object gives them, in nanoseconds, rounded up; negative for no end.
fn from_milliseconds(timeout: &Object) -> Result<i64> {
    let too_large = || raise!(OverflowError, "timestamp too large to convert to C PyTime_t");
    if let Some(float) = timeout.cast::<Float>() {
        let value = float.value();
        if value.is_nan() {
            return Err(raise!(ValueError, "Invalid value NaN (not a number)"));
        }
        let value = value * 1e6;
        let value = if value < 0.0 { value.floor() } else { value.ceil() };
        if !(-9.2e18..9.2e18).contains(&value) {
            return Err(raise!(OverflowError, "timestamp out of range for platform time_t"));
        }
        return Ok(value as i64);
    }
    number::index(timeout)?.to_i64().and_then(|value| value.checked_mul(1_000_000)).ok_or_else(too_large)
}

const DEFAULT_EVENTS: u16 = (libc::POLLIN | libc::POLLPRI | libc::POLLOUT) as u16;

#[macros::pytype(name = "poll", module = "select", static_name = POLL, doc_key = "type select.poll", flags = [DISALLOW_INSTANTIATION], no_new)]
impl Poll {
    #[method("register($self, fd,\n         eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)")]
    fn register(&self, fd: Fd, #[default(DEFAULT_EVENTS)] eventmask: u16) {
        let mut watched = self.watched.borrow_mut();
        match watched.iter_mut().find(|(known, _)| *known == fd.0) {
            Some((_, mask)) => *mask = eventmask,
            None => watched.push((fd.0, eventmask)),
        }
    }

    #[method("modify($self, fd, eventmask, /)")]
    fn modify(&self, fd: Fd, eventmask: u16) -> Result<()> {
        let mut watched = self.watched.borrow_mut();
        match watched.iter_mut().find(|(known, _)| *known == fd.0) {
            Some((_, mask)) => {
                *mask = eventmask;
                Ok(())
            }
            None => Err(raise::os_error(libc::ENOENT, None, None)),
        }
    }

    #[method("unregister($self, fd, /)")]
    fn unregister(&self, fd: Fd) -> Result<()> {
        let place = self.watched.borrow().iter().position(|(known, _)| *known == fd.0);
        match place {
            Some(place) => {
                self.watched.borrow_mut().remove(place);
                Ok(())
            }
            None => Err(raise::key_error(&*new_int(fd.0.into())?)),
        }
    }

    #[method("poll($self, timeout=None, /)")]
    fn poll(&self, timeout: Option<&Object>) -> Result<Ref<List>> {
        let timeout = match timeout {
            None => Timeout::NEVER,
            Some(timeout) => {
                let nanoseconds = from_milliseconds(timeout)
                    .map_err(|raised| bad_timeout(raised, "timeout must be an integer or None"))?;
                if nanoseconds / 1_000_000 > i64::from(c_int::MAX)
                    || nanoseconds / 1_000_000 < i64::from(c_int::MIN)
                {
                    return Err(raise!(OverflowError, "timeout is too large"));
                }
                if nanoseconds < 0 { Timeout::NEVER } else { Timeout::of(nanoseconds) }
            }
        };
        if self.running.replace(true) {
            return Err(raise!(RuntimeError, "concurrent poll() invocation"));
        }
        let watched = self.watched.borrow().clone();
        let mut polled: Vec<libc::pollfd> = watched
            .into_iter()
            .map(|(fd, events)| libc::pollfd { fd, events: events as i16, revents: 0 })
            .collect();
        // SAFETY: our descriptors.
        let count = until_not_interrupted(|| unsafe {
            libc::poll(polled.as_mut_ptr(), polled.len() as _, timeout.milliseconds())
        });
        self.running.set(false);
        count?;
        let list = List::new()?;
        for ready in polled.iter().filter(|ready| ready.revents != 0) {
            let events = new_int((ready.revents as u16).into())?;
            list.push(Tuple::from_array([new_int(ready.fd.into())?, events])?.upcast())?;
        }
        Ok(list)
    }
}
