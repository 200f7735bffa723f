//! The lock of a buffered stream: while one thread waits for the raw stream, which it does without the GIL, no other finds the buffer
//! half done.

use core::cell::Cell;
use core::ffi::c_ulong;
use core::ptr;
use objects::{Object, Result, parking, raise, state};
use std::time::{Duration, Instant};

/// How long the end of the program waits for a thread that will not run any more.
const AT_THE_END: Duration = Duration::from_secs(1);

/// Owned by a thread or by none; read and written under the GIL.
#[derive(Default)]
pub struct Lock {
    /// The thread's number, 0 for none.
    owner: Cell<c_ulong>,
    waiting: Cell<u32>,
}

/// Gives the lock back when it goes.
pub struct Guard<'a>(&'a Lock);

impl Lock {
    fn place(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    /// Takes the lock for an operation on `stream`.
    ///
    /// # Errors
    /// RuntimeError within another operation of the same thread, which a signal handler or the raw stream may ask for.
    #[inline]
    pub fn enter(&self, stream: &Object) -> Result<Guard<'_>> {
        let me = state::current().thread_id.get();
        if self.owner.get() != 0 {
            self.wait(stream, me)?;
        }
        self.owner.set(me);
        Ok(Guard(self))
    }

    #[cold]
    fn wait(&self, stream: &Object, me: c_ulong) -> Result<()> {
        if self.owner.get() == me {
            let stream = objects::protocol::object::repr(stream)?.to_string_lossy();
            return Err(raise!(RuntimeError, "reentrant call inside {stream}"));
        }
        let deadline = state::interpreter().is_finalizing().then(|| Instant::now() + AT_THE_END);
        while self.owner.get() != 0 {
            let owner = self.owner.get();
            // The child of a fork has but one thread; at the end the others stand still.
            let is_left = !state::any_thread(|thread| thread.thread_id.get() == owner)
                || deadline.is_some_and(|deadline| deadline <= Instant::now());
            if is_left {
                return Ok(());
            }
            self.waiting.set(self.waiting.get() + 1);
            parking::park(self.place(), || true, deadline, ptr::null_mut(), true);
            self.waiting.set(self.waiting.get() - 1);
        }
        Ok(())
    }
}

impl Drop for Guard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.owner.set(0);
        if self.0.waiting.get() > 0 {
            parking::unpark(self.0.place(), |_, _| ());
        }
    }
}
