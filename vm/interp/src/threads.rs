//! The threads that run Python code: their states, made, taken by a thread, cleared and freed; the list of all; each thread's own.

use crate::{frame, gil, monitor};
use core::cell::Cell;
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering};
use objects::state::{self, Interpreter, ThreadState, status};

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// The thread's state also while it does not hold the GIL.
    static OWN: Cell<*const ThreadState> = const { Cell::new(ptr::null()) };
}

/// A state for a thread of an interpreter that no thread has taken yet.
pub fn create(interpreter: &Interpreter) -> Box<ThreadState> {
    ThreadState::new(interpreter, NEXT_ID.fetch_add(1, Ordering::Relaxed))
}

/// Takes the GIL with a state, which is the calling thread's own from then on. One that no thread had joins the interpreter's list.
pub fn attach(ts: &ThreadState) {
    gil::acquire(ts);
    if ts.status.get() & status::BOUND == 0 {
        ts.status.set(ts.status.get() | status::BOUND);
        // SAFETY: asks for the calling thread.
        ts.thread_id.set(unsafe { libc::pthread_self() });
        // SAFETY: as above.
        ts.native_thread_id.set(unsafe { libc::syscall(libc::SYS_gettid) } as u64);
        state::link(ts);
        monitor::tell(ts);
    }
    OWN.set(ts);
}

/// Lets go of what a state holds, with the GIL held (`PyThreadState_Clear`).
pub fn clear(ts: &ThreadState) {
    if is_own(ts) {
        crate::modules::thread::local::forget_thread(ts);
    }
    ts.dict.set(None);
    ts.async_exc.set(None);
    ts.current_exception.set(None);
    ts.exc_state.exc_value.set(None);
    ts.async_gen_firstiter.set(None);
    ts.async_gen_finalizer.set(None);
    ts.context.set(None);
    let traced = ts.c_tracefunc.take().is_some() | ts.c_profilefunc.take().is_some();
    ts.c_traceobj.set(None);
    ts.c_profileobj.set(None);
    if traced {
        monitor::legacy::forget_thread();
    }
    ts.status.set(ts.status.get() | status::CLEARED);
}

/// Takes a cleared state out of the interpreter's list, with the GIL held.
pub fn unlink(ts: &ThreadState) {
    frame::free_data_stack(ts);
    if ts.status.get() & status::BOUND != 0 {
        ts.status.set(ts.status.get() & !status::BOUND);
        state::unlink(ts);
    }
    if is_own(ts) {
        OWN.set(ptr::null());
    }
}

/// Frees a state that is in no list and that no thread uses. That of the main thread stays, as signals may come at any time.
///
/// # Safety
/// `ts` came from [`create`] and is not used again.
pub unsafe fn free(ts: *const ThreadState) {
    if !crate::signals::main_thread().is_some_and(|main| ptr::eq(main, ts)) {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(ts.cast_mut()) });
    }
}

/// `PyThreadState_Delete`: takes a cleared state apart that is not the current one, with or without the GIL.
///
/// # Safety
/// As [`free`].
pub unsafe fn delete(ts: &ThreadState) {
    match state::try_current() {
        Some(_) => unlink(ts),
        None => gil::exclusively(|| unlink(ts)),
    }
    // SAFETY: the caller's promise.
    unsafe { free(ts) };
}

/// `PyThreadState_DeleteCurrent`: the calling thread ends its part in the interpreter and lets go of the GIL.
///
/// # Safety
/// The state is cleared and not used again.
pub unsafe fn delete_current() {
    let ts = state::current();
    unlink(ts);
    gil::release(ts);
    // SAFETY: the caller's promise.
    unsafe { free(ts) };
}

/// `PyThreadState_Swap`: puts the calling thread's state down, takes up another, and returns the first.
pub fn swap(new: Option<&'static ThreadState>) -> Option<&'static ThreadState> {
    let old = state::try_current();
    if let (Some(old), Some(new)) = (old, new)
        && ptr::eq(old, new)
    {
        return Some(old);
    }
    if let Some(old) = old {
        gil::release(old);
    }
    if let Some(new) = new {
        attach(new);
    }
    old
}

/// `PyGILState_Ensure`: the calling thread has the GIL afterwards, with a new state if it had none. Whether it had it before.
pub fn ensure() -> bool {
    let ts = match own() {
        Some(ts) => ts,
        None => {
            let ts: &'static ThreadState = Box::leak(create(&state::MAIN));
            ts.gilstate_counter.set(0);
            ts
        }
    };
    let held = is_current(ts);
    if !held {
        attach(ts);
    }
    ts.gilstate_counter.set(ts.gilstate_counter.get() + 1);
    held
}

/// `PyGILState_Release`: the end of what [`ensure`] began, which answered `held`.
pub fn release(held: bool) {
    let Some(ts) = own() else {
        let text = "auto-releasing thread-state, but no thread-state for this thread";
        crate::fatal::error(Some("PyGILState_Release"), text)
    };
    if !is_current(ts) {
        let text = format!("thread state {:p} must be current when releasing", ptr::from_ref(ts));
        crate::fatal::error(Some("PyGILState_Release"), &text);
    }
    let count = ts.gilstate_counter.get() - 1;
    ts.gilstate_counter.set(count);
    if count == 0 {
        // What is finalised now may ask for the GIL again.
        ts.gilstate_counter.set(1);
        clear(ts);
        // SAFETY: made by `ensure`, which nobody else wants any more.
        unsafe { delete_current() };
    } else if !held {
        gil::release(ts);
    }
}

/// Whether the calling thread holds the GIL with this state.
pub fn is_current(ts: &ThreadState) -> bool {
    state::try_current().is_some_and(|current| ptr::eq(current, ts))
}

fn is_own(ts: &ThreadState) -> bool {
    ptr::eq(OWN.get(), ts)
}

/// In the child of a fork: the calling thread is the only one. The states of the others stay allocated, as nobody knows how far they
/// were.
pub fn after_fork(ts: &ThreadState) {
    ts.prev.set(ptr::null_mut());
    ts.next.set(ptr::null_mut());
    for interpreter in state::interpreters() {
        interpreter.thread_head.set(ptr::null_mut());
    }
    ts.interpreter().thread_head.set(ptr::from_ref(ts).cast_mut());
}

/// The states of the threads of an interpreter, the newest first. While the GIL is held, none ends.
pub fn of(interpreter: &Interpreter) -> impl Iterator<Item = &'static ThreadState> + use<> {
    // SAFETY: linked states are alive.
    let first = unsafe { interpreter.thread_head.get().as_ref() };
    // SAFETY: as above.
    core::iter::successors(first, |ts| unsafe { ts.next.get().as_ref() })
}

/// The calling thread's state, also without the GIL. Safe in a signal handler.
pub fn own() -> Option<&'static ThreadState> {
    // SAFETY: a thread's state lives until it is unlinked.
    unsafe { OWN.get().as_ref() }
}
