//! `select.epoll`.

use super::{Timeout, bad_timeout, until_not_interrupted};
use crate::arguments::Mask;
use crate::posix::path::Fd;
use core::cell::Cell;
use core::ffi::c_int;
use objects::protocol::time::{self, Rounding};
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, raise};

/// `pyEpoll_Object`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Epoll {
    ob_base: Object,
    #[trace(skip)]
    epfd: Descriptor,
}

/// A descriptor that is closed with its owner; -1 when it was before.
struct Descriptor(Cell<c_int>);

impl Drop for Descriptor {
    fn drop(&mut self) {
        if self.0.get() >= 0 {
            // SAFETY: the owner's own descriptor.
            unsafe { libc::close(self.0.get()) };
        }
    }
}

impl Epoll {
    fn new_in(class: &TypeObject, epfd: c_int) -> Result<Ref<Epoll>> {
        Ref::new_in(class, Epoll { ob_base: Object::HEAD, epfd: Descriptor(Cell::new(epfd)) })
    }

    fn open(&self) -> Result<c_int> {
        match self.epfd.0.get() {
            ..0 => Err(raise!(ValueError, "I/O operation on closed epoll object")),
            fd => Ok(fd),
        }
    }

    fn control(&self, operation: c_int, fd: c_int, events: u32) -> Result<()> {
        let epfd = self.open()?;
        let mut event = libc::epoll_event { events, u64: fd as u32 as u64 };
        // SAFETY: our event.
        let status =
            objects::state::detached(|| unsafe { libc::epoll_ctl(epfd, operation, fd, &raw mut event) });
        if status < 0 { Err(raise::last_os_error()) } else { Ok(()) }
    }

    fn shut(&self) -> Result<()> {
        let fd = self.epfd.0.replace(-1);
        if fd < 0 {
            return Ok(());
        }
        // SAFETY: the object's own descriptor.
        let status = objects::state::detached(|| unsafe { libc::close(fd) });
        if status < 0 { Err(raise::last_os_error()) } else { Ok(()) }
    }
}

const DEFAULT_EVENTS: u64 = (libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u64;

#[macros::pytype(name = "epoll", module = "select", getattro = objects::attrs::generic_getattro, static_name = EPOLL)]
impl Epoll {
    #[new("(sizehint=-1, flags=0)")]
    fn py_new(class: &TypeObject, sizehint: c_int, flags: c_int) -> Result<Ref<Epoll>> {
        if sizehint <= 0 && sizehint != -1 {
            return Err(raise!(ValueError, "negative sizehint"));
        }
        if flags != 0 && flags != libc::EPOLL_CLOEXEC {
            return Err(raise!(OSError, "invalid flags"));
        }
        // SAFETY: no memory is involved.
        match unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) } {
            ..0 => Err(raise::last_os_error()),
            fd => Epoll::new_in(class, fd),
        }
    }

    #[classmethod("fromfd($type, fd, /)")]
    fn fromfd(class: &TypeObject, fd: c_int) -> Result<Ref<Epoll>> {
        Epoll::new_in(class, fd)
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<()> {
        self.shut()
    }

    #[getter("closed")]
    fn closed(&self) -> bool {
        self.epfd.0.get() < 0
    }

    #[method("fileno($self, /)")]
    fn fileno(&self) -> Result<c_int> {
        self.open()
    }

    #[method(
        "register($self, /, fd,\n         eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)"
    )]
    fn register(&self, fd: Fd, #[default(Mask(DEFAULT_EVENTS))] eventmask: Mask) -> Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd.0, eventmask.0 as u32)
    }

    #[method("modify($self, /, fd, eventmask)")]
    fn modify(&self, fd: Fd, eventmask: Mask) -> Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd.0, eventmask.0 as u32)
    }

    #[method("unregister($self, /, fd)")]
    fn unregister(&self, fd: Fd) -> Result<()> {
        self.control(libc::EPOLL_CTL_DEL, fd.0, 0)
    }

    #[method("poll($self, /, timeout=None, maxevents=-1)")]
    fn poll(&self, timeout: Option<&Object>, maxevents: c_int) -> Result<Ref<List>> {
        let epfd = self.open()?;
        let timeout = match timeout {
            None => Timeout::NEVER,
            Some(timeout) => {
                let nanoseconds = time::from_seconds(timeout, Rounding::Up)
                    .map_err(|raised| bad_timeout(raised, "timeout must be an integer or None"))?;
                if nanoseconds / 1_000_000 > i64::from(c_int::MAX) {
                    return Err(raise!(OverflowError, "timeout is too large"));
                }
                if nanoseconds < 0 { Timeout::NEVER } else { Timeout::of(nanoseconds) }
            }
        };
        let limit = match maxevents {
            -1 => libc::FD_SETSIZE - 1,
            1.. => maxevents as usize,
            _ => {
                return Err(raise!(ValueError, "maxevents must be greater than 0, got {maxevents}"));
            }
        };
        let mut events: Vec<libc::epoll_event> = Vec::new();
        events.try_reserve_exact(limit).map_err(|_| raise::no_memory())?;
        // SAFETY: room for `limit` events.
        let count = until_not_interrupted(|| unsafe {
            libc::epoll_wait(epfd, events.as_mut_ptr(), limit as c_int, timeout.milliseconds())
        })?;
        // SAFETY: so many were written.
        unsafe { events.set_len(count as usize) };
        let list = List::new()?;
        for event in events {
            let (fd, mask) = (event.u64 as u32 as c_int, event.events);
            list.push(Tuple::from_array([new_int(fd.into())?, new_int(mask.into())?])?.upcast())?;
        }
        Ok(list)
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Result<Ref> {
        self.open()?;
        Ok(self.as_object().to_ref())
    }

    #[method("__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn exit(
        &self,
        _exc_type: Option<&Object>,
        _exc_value: Option<&Object>,
        _exc_tb: Option<&Object>,
    ) -> Result<Ref> {
        objects::protocol::call::call_method(self, objects::id!("close"), &[])
    }
}
