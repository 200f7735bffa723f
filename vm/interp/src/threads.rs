//! The list of all threads that run Python code, and each thread's own state.

use core::cell::Cell;
use core::ptr;
use objects::state::{self, ThreadState};

thread_local! {
    /// The thread's state also while it does not hold the GIL.
    static OWN: Cell<*const ThreadState> = const { Cell::new(ptr::null()) };
}

/// Adds the calling thread with its state to the interpreter's list. The GIL is held.
pub fn link(ts: &ThreadState) {
    state::link(ts);
    OWN.set(ts);
}

/// Removes the calling thread, which ends. The GIL is held.
pub fn unlink(ts: &ThreadState) {
    state::unlink(ts);
    OWN.set(ptr::null());
}

/// In the child of a fork: the calling thread is the only one. The states of the others stay allocated, as nobody knows how far they
/// were.
pub fn after_fork(ts: &ThreadState) {
    ts.prev.set(ptr::null_mut());
    ts.next.set(ptr::null_mut());
    state::interpreter().thread_head.set(ptr::from_ref(ts).cast_mut());
}

/// The states of all threads, the newest first. While the GIL is held, none ends.
pub fn all() -> impl Iterator<Item = &'static ThreadState> {
    // SAFETY: linked states are alive.
    let first = unsafe { state::interpreter().thread_head.get().as_ref() };
    // SAFETY: as above.
    core::iter::successors(first, |ts| unsafe { ts.next.get().as_ref() })
}

/// The calling thread's state, also without the GIL. Safe in a signal handler.
pub fn own() -> Option<&'static ThreadState> {
    // SAFETY: a thread's state lives until it is unlinked.
    unsafe { OWN.get().as_ref() }
}
