//! `_multiprocessing`: locks and semaphores that processes share.

use core::cell::{Cell, RefCell};
use core::ffi::{c_char, c_int};
use objects::protocol::number;
use objects::state;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, TypeObject, hooks, raise};
use std::ffi::CString;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const RECURSIVE_MUTEX: c_int = 0;
const SEMAPHORE: c_int = 1;

/// `SemLockObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct SemLock {
    ob_base: Object,
    #[trace(skip)]
    handle: Handle,
    #[trace(skip)]
    last_thread: Cell<u64>,
    #[trace(skip)]
    count: Cell<c_int>,
    #[trace(skip)]
    maxvalue: Cell<c_int>,
    #[trace(skip)]
    kind: Cell<c_int>,
    #[trace(skip)]
    name: Cell<*const c_char>,
    /// What `name` points to.
    #[trace(skip)]
    text: RefCell<Option<CString>>,
}

/// A named semaphore, closed with its owner.
#[repr(transparent)]
struct Handle(Cell<*mut libc::sem_t>);

impl Drop for Handle {
    fn drop(&mut self) {
        if !self.0.get().is_null() {
            // SAFETY: opened by the owner.
            unsafe { libc::sem_close(self.0.get()) };
        }
    }
}

fn c_text(text: &Str) -> Result<CString> {
    CString::new(text.to_str()?).map_err(|_| raise!(ValueError, "embedded null character"))
}

impl SemLock {
    fn new_in(
        class: &TypeObject,
        handle: Handle,
        kind: c_int,
        maxvalue: c_int,
        name: Option<CString>,
    ) -> Result<Ref<SemLock>> {
        let pointer = name.as_ref().map_or(core::ptr::null(), |name| name.as_ptr());
        Ref::new_in(
            class,
            SemLock {
                ob_base: Object::HEAD,
                handle,
                last_thread: Cell::new(0),
                count: Cell::new(0),
                maxvalue: Cell::new(maxvalue),
                kind: Cell::new(kind),
                name: Cell::new(pointer),
                text: RefCell::new(name),
            },
        )
    }

    fn is_owned(&self) -> bool {
        self.count.get() > 0 && self.last_thread.get() == state::current().thread_id.get()
    }

    fn value(&self) -> Result<c_int> {
        let mut value = 0;
        // SAFETY: the object's semaphore.
        match unsafe { libc::sem_getvalue(self.handle.0.get(), &raw mut value) } {
            0 => Ok(value),
            _ => Err(raise::last_os_error()),
        }
    }

    /// Waits, at most until `deadline` of the clock on the wall. Whether the semaphore was taken.
    fn wait(&self, block: bool, deadline: Option<libc::timespec>) -> Result<bool> {
        let handle = self.handle.0.get();
        // SAFETY: the object's semaphore.
        let mut status = unsafe { libc::sem_trywait(handle) };
        let mut error = crate::posix::errno();
        while status < 0 {
            match error {
                libc::EAGAIN if block => {}
                libc::EINTR => hooks::HANDLE_PENDING.get()()?,
                libc::EAGAIN | libc::ETIMEDOUT => return Ok(false),
                error => return Err(raise::os_error(error, None, None)),
            }
            (status, error) = state::detached(|| {
                // SAFETY: the object's semaphore, our time.
                let status = unsafe {
                    match &deadline {
                        Some(deadline) => libc::sem_timedwait(handle, deadline),
                        None => libc::sem_wait(handle),
                    }
                };
                (status, crate::posix::errno())
            });
        }
        Ok(true)
    }

    fn take(&self, block: bool, timeout: Option<&Object>) -> Result<bool> {
        if self.kind.get() == RECURSIVE_MUTEX && self.is_owned() {
            self.count.set(self.count.get() + 1);
            return Ok(true);
        }
        let deadline = match timeout {
            None => None,
            Some(timeout) => {
                let seconds = number::as_f64(timeout)?.max(0.0);
                // Longer than any process lives.
                let left = Duration::try_from_secs_f64(seconds.min(1e10)).unwrap_or_default();
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                let until = now + left;
                Some(libc::timespec { tv_sec: until.as_secs() as i64, tv_nsec: until.subsec_nanos().into() })
            }
        };
        if !self.wait(block, deadline)? {
            return Ok(false);
        }
        self.count.set(self.count.get() + 1);
        self.last_thread.set(state::current().thread_id.get());
        Ok(true)
    }

    fn give(&self) -> Result<()> {
        if self.kind.get() == RECURSIVE_MUTEX {
            if !self.is_owned() {
                return Err(raise!(AssertionError, "attempt to release recursive lock not owned by thread"));
            }
            if self.count.get() > 1 {
                self.count.set(self.count.get() - 1);
                return Ok(());
            }
        } else if self.value()? >= self.maxvalue.get() {
            return Err(raise!(ValueError, "semaphore or lock released too many times"));
        }
        // SAFETY: the object's semaphore.
        if unsafe { libc::sem_post(self.handle.0.get()) } < 0 {
            return Err(raise::last_os_error());
        }
        self.count.set(self.count.get() - 1);
        Ok(())
    }
}

#[macros::pytype(
    name = "SemLock", module = "_multiprocessing", getattro = objects::attrs::generic_getattro, setattro = objects::attrs::generic_setattro, static_name = SEM_LOCK, flags = [BASETYPE],
    member("handle", ULONG, handle, READONLY),
    member("kind", INT, kind, READONLY),
    member("maxvalue", INT, maxvalue, READONLY),
    member("name", STRING, name, READONLY),
)]
impl SemLock {
    #[new("(kind, value, maxvalue, name, unlink)")]
    fn py_new(
        class: &TypeObject,
        kind: c_int,
        value: c_int,
        maxvalue: c_int,
        name: &Str,
        unlink: bool,
    ) -> Result<Ref<SemLock>> {
        if kind != RECURSIVE_MUTEX && kind != SEMAPHORE {
            return Err(raise!(ValueError, "unrecognized kind"));
        }
        let text = c_text(name)?;
        // SAFETY: a C string.
        let handle = unsafe {
            libc::sem_open(text.as_ptr(), libc::O_CREAT | libc::O_EXCL, 0o600 as libc::c_uint, value as u32)
        };
        if handle.is_null() {
            return Err(raise::last_os_error());
        }
        let handle = Handle(Cell::new(handle));
        // SAFETY: a C string.
        if unlink && unsafe { libc::sem_unlink(text.as_ptr()) } < 0 {
            return Err(raise::last_os_error());
        }
        // Without a name it is not found again.
        SemLock::new_in(class, handle, kind, maxvalue, (!unlink).then_some(text))
    }

    #[method("acquire($self, /, block=True, timeout=None)")]
    fn acquire(&self, block: bool, timeout: Option<&Object>) -> Result<bool> {
        self.take(block, timeout)
    }

    #[method("release($self, /)")]
    fn release(&self) -> Result<()> {
        self.give()
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Result<bool> {
        self.take(true, None)
    }

    #[method("__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn exit(
        &self,
        _exc_type: Option<&Object>,
        _exc_value: Option<&Object>,
        _exc_tb: Option<&Object>,
    ) -> Result<()> {
        self.give()
    }

    #[method("_count($self, /)")]
    fn count(&self) -> c_int {
        self.count.get()
    }

    #[method("_is_mine($self, /)")]
    fn is_mine(&self) -> bool {
        self.is_owned()
    }

    #[method("_get_value($self, /)")]
    fn get_value(&self) -> Result<c_int> {
        // Some systems tell of waiting threads below zero.
        Ok(self.value()?.max(0))
    }

    #[method("_is_zero($self, /)")]
    fn is_zero(&self) -> Result<bool> {
        Ok(self.value()? == 0)
    }

    #[classmethod("_rebuild($type, handle, kind, maxvalue, name, /)")]
    fn rebuild(
        class: &TypeObject,
        handle: u64,
        kind: c_int,
        maxvalue: c_int,
        name: Option<&Str>,
    ) -> Result<Ref<SemLock>> {
        let Some(name) = name else {
            // A handle that this process inherited.
            return SemLock::new_in(class, Handle(Cell::new(handle as *mut _)), kind, maxvalue, None);
        };
        let text = c_text(name)?;
        // SAFETY: a C string.
        let handle = unsafe { libc::sem_open(text.as_ptr(), 0) };
        if handle.is_null() {
            return Err(raise::last_os_error());
        }
        SemLock::new_in(class, Handle(Cell::new(handle)), kind, maxvalue, Some(text))
    }

    #[method("_after_fork($self, /)")]
    fn after_fork(&self) {
        self.count.set(0);
    }
}

#[macros::pymodule(name = "_multiprocessing", classes(SemLock))]
pub mod module {
    use super::*;

    #[function("sem_unlink($module, name, /)")]
    fn sem_unlink(name: &Str) -> Result<()> {
        let name = super::c_text(name)?;
        // SAFETY: a C string.
        if unsafe { libc::sem_unlink(name.as_ptr()) } < 0 {
            return Err(raise::last_os_error());
        }
        Ok(())
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let class = SemLock::class();
        objects::typeobject::ready::ready(class)?;
        if let Some(dict) = class.tp_dict.get() {
            dict.set_text("SEM_VALUE_MAX", &*new_int(c_int::MAX.into())?)?;
        }
        let flags = Dict::new()?;
        for name in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] {
            flags.set_text(name, &*new_int(1)?)?;
        }
        module.dict().set_text("flags", flags.as_object())
    }
}
