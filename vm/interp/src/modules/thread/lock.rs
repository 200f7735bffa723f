//! `lock` and `RLock`.

use super::TIMEOUT_MAX;
use core::cell::Cell;
use core::sync::atomic::{AtomicU32, Ordering};
use objects::futex::{self, Woken};
use objects::protocol::number;
use objects::protocol::time::{self, Rounding};
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, TypeObject, raise, state};
use std::time::{Duration, Instant};

/// A flag that threads wait for.
#[derive(Default)]
pub struct Flag {
    /// [`FREE`], [`TAKEN`] or [`CONTENDED`].
    state: AtomicU32,
}

const FREE: u32 = 0;
const TAKEN: u32 = 1;
/// Taken, and somebody may wait for it.
const CONTENDED: u32 = 2;

impl Flag {
    /// Takes the flag if it is free.
    pub fn try_take(&self) -> bool {
        self.state.compare_exchange(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Takes the flag, waiting without the GIL, at most until `deadline`. Whether it was taken.
    ///
    /// # Errors
    /// What a signal handler raises that came while waiting.
    pub fn take(&self, deadline: Option<Instant>) -> Result<bool> {
        if self.try_take() {
            return Ok(true);
        }
        loop {
            match super::wait(|| self.wait_for(deadline)) {
                Woken::Changed => return Ok(true),
                Woken::TimedOut => return Ok(false),
                Woken::Interrupted => crate::breaker::handle_pending(state::current())?,
            }
        }
    }

    /// Takes the flag, unless time is up or a signal comes. The GIL stays with whoever has it.
    pub fn wait_for(&self, deadline: Option<Instant>) -> Woken {
        loop {
            if self.state.swap(CONTENDED, Ordering::Acquire) == FREE {
                return Woken::Changed;
            }
            match futex::wait(&self.state, CONTENDED, deadline) {
                Woken::Changed => {}
                woken => return woken,
            }
        }
    }

    /// Whether somebody has it.
    pub fn is_taken(&self) -> bool {
        self.state.load(Ordering::Relaxed) != FREE
    }

    /// Gives it back; whether it was taken.
    pub fn give(&self) -> bool {
        let was = self.state.swap(FREE, Ordering::Release);
        if was == CONTENDED {
            futex::wake(&self.state, 1);
        }
        was != FREE
    }
}

/// The arguments of `acquire`: until when to wait; `Err(())` inside for "not at all".
pub fn deadline(
    blocking: bool,
    timeout: Option<&Object>,
) -> Result<core::result::Result<Option<Instant>, ()>> {
    const SECOND: i64 = 1_000_000_000;
    // -1 second is how no timeout is written.
    let timeout = timeout.map_or(Ok(-SECOND), |timeout| time::from_seconds(timeout, Rounding::Up))?;
    if !blocking && timeout != -SECOND {
        return Err(raise!(ValueError, "can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0 && timeout != -SECOND {
        return Err(raise!(ValueError, "timeout value must be a non-negative number"));
    }
    if timeout as f64 / 1e9 > TIMEOUT_MAX {
        return Err(raise!(OverflowError, "timeout value is too large"));
    }
    if !blocking {
        return Ok(Err(()));
    }
    let timeout = u64::try_from(timeout).ok();
    Ok(Ok(timeout.map(|timeout| Instant::now() + Duration::from_nanos(timeout))))
}

/// `_thread.lock`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Lock {
    ob_base: Object,
    weakreflist: Cell<*mut Object>,
    #[trace(skip)]
    flag: Flag,
}

impl Lock {
    /// A free lock.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new() -> Result<Ref<Lock>> {
        Ref::new(Lock {
            ob_base: Object::HEAD,
            weakreflist: Cell::new(core::ptr::null_mut()),
            flag: Flag::default(),
        })
    }

    /// The flag inside.
    pub fn flag(&self) -> &Flag {
        &self.flag
    }

    fn take(&self, blocking: bool, timeout: Option<&Object>) -> Result<bool> {
        match deadline(blocking, timeout)? {
            Ok(deadline) => self.flag.take(deadline),
            Err(()) => Ok(self.flag.try_take()),
        }
    }

    fn give(&self) -> Result<()> {
        match self.flag.give() {
            true => Ok(()),
            false => Err(raise!(RuntimeError, "release unlocked lock")),
        }
    }
}

#[macros::pytype(name = "lock", module = "_thread", static_name = LOCK, weaklist = weakreflist)]
impl Lock {
    #[new("()")]
    fn py_new(_class: &TypeObject) -> Result<Ref<Lock>> {
        Lock::new()
    }

    #[method("acquire($self, /, blocking=True, timeout=-1)")]
    fn acquire(&self, #[default(true)] blocking: bool, timeout: Option<&Object>) -> Result<bool> {
        self.take(blocking, timeout)
    }

    #[method("acquire_lock($self, /, blocking=True, timeout=-1)")]
    fn acquire_lock(&self, #[default(true)] blocking: bool, timeout: Option<&Object>) -> Result<bool> {
        self.take(blocking, timeout)
    }

    #[method("release($self, /)")]
    fn release(&self) -> Result<()> {
        self.give()
    }

    #[method("release_lock($self, /)")]
    fn release_lock(&self) -> Result<()> {
        self.give()
    }

    #[method("locked($self, /)")]
    fn locked(&self) -> bool {
        self.flag.is_taken()
    }

    #[method("locked_lock($self, /)")]
    fn locked_lock(&self) -> bool {
        self.flag.is_taken()
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Result<bool> {
        self.take(true, None)
    }

    #[method("__exit__($self, /, *exc_info)")]
    fn exit(&self, _exc_info: &[&Object]) -> Result<()> {
        self.give()
    }

    #[method("_at_fork_reinit($self, /)")]
    fn at_fork_reinit(&self) {
        self.flag.give();
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let state = if self.flag.is_taken() { "locked" } else { "unlocked" };
        let class = objects::Instance::as_object(self).class().full_name();
        Str::new(&format!("<{state} {class} object at {self:p}>"))
    }
}

/// `_thread.RLock`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct RLock {
    ob_base: Object,
    weakreflist: Cell<*mut Object>,
    owner: Cell<u64>,
    count: Cell<usize>,
    #[trace(skip)]
    flag: Flag,
}

impl RLock {
    fn me() -> u64 {
        state::current().thread_id.get()
    }

    fn take(&self, blocking: bool, timeout: Option<&Object>) -> Result<bool> {
        let until = deadline(blocking, timeout)?;
        if self.count.get() > 0 && self.owner.get() == RLock::me() {
            self.count.set(self.count.get() + 1);
            return Ok(true);
        }
        let taken = match until {
            Ok(deadline) => self.flag.take(deadline)?,
            Err(()) => self.flag.try_take(),
        };
        if taken {
            self.owner.set(RLock::me());
            self.count.set(1);
        }
        Ok(taken)
    }

    fn give(&self) -> Result<()> {
        if self.count.get() == 0 || self.owner.get() != RLock::me() {
            return Err(raise!(RuntimeError, "cannot release un-acquired lock"));
        }
        self.count.set(self.count.get() - 1);
        if self.count.get() == 0 {
            self.owner.set(0);
            self.flag.give();
        }
        Ok(())
    }
}

#[macros::pytype(name = "RLock", module = "_thread", static_name = RLOCK, flags = [BASETYPE], weaklist = weakreflist)]
impl RLock {
    #[slot(tp_new)]
    fn py_new(
        class: &TypeObject,
        _args: &Tuple,
        _kwargs: Option<&objects::types::dict::Dict>,
    ) -> Result<Ref<RLock>> {
        Ref::new_in(
            class,
            RLock {
                ob_base: Object::HEAD,
                weakreflist: Cell::new(core::ptr::null_mut()),
                owner: Cell::new(0),
                count: Cell::new(0),
                flag: Flag::default(),
            },
        )
    }

    #[method("acquire($self, /, blocking=True, timeout=-1)")]
    fn acquire(&self, #[default(true)] blocking: bool, timeout: Option<&Object>) -> Result<bool> {
        self.take(blocking, timeout)
    }

    #[method("release($self, /)")]
    fn release(&self) -> Result<()> {
        self.give()
    }

    #[method("__enter__($self, /)")]
    fn enter(&self) -> Result<bool> {
        self.take(true, None)
    }

    #[method("__exit__($self, /, *exc_info)")]
    fn exit(&self, _exc_info: &[&Object]) -> Result<()> {
        self.give()
    }

    #[method("_is_owned($self, /)")]
    fn is_owned(&self) -> bool {
        self.count.get() > 0 && self.owner.get() == RLock::me()
    }

    #[method("_recursion_count($self, /)")]
    fn recursion_count(&self) -> usize {
        if self.owner.get() == RLock::me() { self.count.get() } else { 0 }
    }

    #[method("_release_save($self, /)")]
    fn release_save(&self) -> Result<(usize, u64)> {
        if self.count.get() == 0 {
            return Err(raise!(RuntimeError, "cannot release un-acquired lock"));
        }
        let saved = (self.count.replace(0), self.owner.replace(0));
        self.flag.give();
        Ok(saved)
    }

    #[method("_acquire_restore($self, state, /)")]
    fn acquire_restore(&self, state: &Object) -> Result<()> {
        let Some(saved) = state.cast::<Tuple>().filter(|saved| saved.len() == 2) else {
            let class = state.class().name();
            return Err(raise!(
                TypeError,
                "_acquire_restore() argument 1 must be 2-item sequence, not {class}"
            ));
        };
        let count = number::index_as_isize(saved.items()[0], None)?;
        let owner = number::index(saved.items()[1])?.to_u64().unwrap_or(0);
        self.flag.take(None)?;
        self.count.set(count as usize);
        self.owner.set(owner);
        Ok(())
    }

    #[method("_at_fork_reinit($self, /)")]
    fn at_fork_reinit(&self) {
        self.count.set(0);
        self.owner.set(0);
        self.flag.give();
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let state = if self.count.get() > 0 { "locked" } else { "unlocked" };
        let class = objects::Instance::as_object(self).class().full_name();
        Str::new(&format!(
            "<{state} {class} object owner={} count={} at {self:p}>",
            self.owner.get(),
            self.count.get()
        ))
    }
}
