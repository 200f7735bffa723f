//! The global interpreter lock: the thread that holds it touches objects. A thread that has waited for the switch interval asks the
//! holder to let go, which it does at its next look at the eval breaker.

use crate::breaker::GIL_DROP_REQUEST;
use core::mem::offset_of;
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU64, Ordering};
use objects::state::{self, GilHooks, Interpreter, ThreadState};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Profilers read the first three fields from outside, as those of CPython's `struct _gil_runtime_state`.
#[repr(C)]
struct Gil {
    /// Microseconds.
    interval: AtomicU64,
    /// The last one, if the lock is free now.
    holder: AtomicPtr<ThreadState>,
    is_held: AtomicI32,
    state: Mutex<Locked>,
    released: Condvar,
    /// A forced switch has happened: the one who let go may go on waiting for its turn.
    switched: Condvar,
}

struct Locked {
    held: bool,
    switches: u64,
    /// How many threads wait for `released`, and for `switched`: telling nobody costs a system call.
    waiting: u32,
    watching: u32,
}

impl Locked {
    const fn new(held: bool) -> Locked {
        Locked { held, switches: 0, waiting: 0, watching: 0 }
    }
}

static GIL: Gil = Gil {
    is_held: AtomicI32::new(0),
    state: Mutex::new(Locked::new(false)),
    released: Condvar::new(),
    switched: Condvar::new(),
    holder: AtomicPtr::new(core::ptr::null_mut()),
    interval: AtomicU64::new(5000),
};

/// `sys.getswitchinterval`, in microseconds.
pub fn switch_interval() -> u64 {
    GIL.interval.load(Ordering::Relaxed)
}

/// `sys.setswitchinterval`.
pub fn set_switch_interval(microseconds: u64) {
    GIL.interval.store(microseconds.max(1), Ordering::Relaxed);
}

/// How native modules let go of the lock.
static HOOKS: GilHooks = GilHooks {
    release: || {
        let ts = state::current();
        release(ts);
        ts
    },
    acquire: |ts| {
        // SAFETY: the state that `release` gave away a moment ago, in the same thread.
        if let Some(ts) = unsafe { ts.as_ref() } {
            acquire(ts);
        }
    },
    ensure: crate::threads::ensure,
    leave: crate::threads::release,
};

/// Lets native modules release the lock.
pub fn provide() {
    state::set_gil_hooks(&HOOKS);
    state::MAIN.gil.set((&raw const GIL).cast());
}

/// Where the lock's fields are that profilers read: the last holder, whether it is held; and its size.
pub const fn layout() -> (usize, usize, usize) {
    (offset_of!(Gil, holder), offset_of!(Gil, is_held), size_of::<Gil>())
}

/// In the child of a fork, by the thread that holds the lock: whoever waited for it is gone.
pub fn after_fork(ts: &ThreadState) {
    // SAFETY: the only thread left; another one may have been inside of the mutex when the process was copied, so both it and what
    // waits on it begin anew. All of their bytes are inside of cells.
    unsafe {
        let fresh = Mutex::new(Locked::new(true));
        core::ptr::from_ref(&GIL.state).cast_mut().write(fresh);
        core::ptr::from_ref(&GIL.released).cast_mut().write(Condvar::new());
        core::ptr::from_ref(&GIL.switched).cast_mut().write(Condvar::new());
    }
    GIL.holder.store(core::ptr::from_ref(ts).cast_mut(), Ordering::Release);
    ts.eval_breaker.fetch_and(!GIL_DROP_REQUEST, Ordering::AcqRel);
}

fn lock() -> MutexGuard<'static, Locked> {
    GIL.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for the lock and makes `ts` the calling thread's state. Leaves `errno` alone. Once the interpreter ends, only the thread that
/// ends it comes back from here.
pub fn acquire(ts: &ThreadState) {
    // SAFETY: the calling thread's own.
    let errno = unsafe { *libc::__errno_location() };
    let mut locked = lock();
    while locked.held {
        let seen = locked.switches;
        let timeout = Duration::from_micros(switch_interval());
        locked.waiting += 1;
        let (again, waited) =
            GIL.released.wait_timeout(locked, timeout).unwrap_or_else(PoisonError::into_inner);
        locked = again;
        locked.waiting -= 1;
        // A holder that is gone is none any more: only while the lock is held is the state alive.
        if waited.timed_out() && locked.held && locked.switches == seen {
            // SAFETY: the holder's state lives while it holds the lock, which it cannot give up while we have the mutex.
            if let Some(holder) = unsafe { GIL.holder.load(Ordering::Acquire).as_ref() } {
                holder.eval_breaker.fetch_or(GIL_DROP_REQUEST, Ordering::AcqRel);
            }
        }
    }
    locked.held = true;
    locked.switches += 1;
    let watched = locked.watching > 0;
    GIL.holder.store(core::ptr::from_ref(ts).cast_mut(), Ordering::Release);
    GIL.is_held.store(1, Ordering::Relaxed);
    drop(locked);
    if watched {
        GIL.switched.notify_all();
    }
    let own = ts.interpreter();
    if is_ended_elsewhere(&state::MAIN) || is_ended_elsewhere(own) {
        hang(ts);
    }
    state::run_interpreter(own);
    // SAFETY: the caller keeps the state alive while the thread uses it; the number is the thread's own.
    unsafe {
        state::set_current(ts);
        *libc::__errno_location() = errno;
    }
}

/// Whether another thread than the calling one ends the interpreter.
fn is_ended_elsewhere(interpreter: &Interpreter) -> bool {
    // SAFETY (both): the thread that ends an interpreter lives until that is done; asks for the calling thread.
    unsafe {
        let by = interpreter.finalizing.get().as_ref();
        by.is_some_and(|by| by.thread_id.get() != libc::pthread_self())
    }
}

/// A daemon thread that outlived the program waits for the end of the process.
fn hang(ts: &ThreadState) -> ! {
    release(ts);
    loop {
        // SAFETY: waits for signals.
        unsafe { libc::pause() };
    }
}

/// Lets the lock go; the calling thread has no state until it acquires again.
pub fn release(ts: &ThreadState) {
    // SAFETY: NULL is always fine.
    unsafe { state::set_current(core::ptr::null()) };
    let mut locked = lock();
    ts.eval_breaker.fetch_and(!GIL_DROP_REQUEST, Ordering::AcqRel);
    locked.held = false;
    GIL.is_held.store(0, Ordering::Relaxed);
    tell_waiting(locked);
}

/// Unlocks the mutex when the lock is free, for one of those who wait.
fn tell_waiting(locked: MutexGuard<'_, Locked>) {
    let waited_for = locked.waiting > 0;
    drop(locked);
    if waited_for {
        GIL.released.notify_one();
    }
}

/// Runs `work`, which runs no Python code, while no thread has the lock. The calling thread has no state.
pub fn exclusively(work: impl FnOnce()) {
    let mut locked = lock();
    while locked.held {
        locked.waiting += 1;
        locked = GIL.released.wait(locked).unwrap_or_else(PoisonError::into_inner);
        locked.waiting -= 1;
    }
    work();
    tell_waiting(locked);
}

/// Somebody waits: lets it run before going on.
pub fn yield_now(ts: &ThreadState) {
    let before = lock().switches;
    release(ts);
    let mut locked = lock();
    let timeout = Duration::from_micros(switch_interval());
    locked.watching += 1;
    let waited = GIL.switched.wait_timeout_while(locked, timeout, |locked| locked.switches == before);
    waited.unwrap_or_else(PoisonError::into_inner).0.watching -= 1;
    acquire(ts);
}

/// Runs `work`, which touches no object, without the lock.
pub fn detached<T>(work: impl FnOnce() -> T) -> T {
    let ts = state::current();
    release(ts);
    let result = work();
    acquire(ts);
    result
}
