//! The lock of an interpreter's imports: the library's `importlib` takes it while it looks after the locks of single modules, and a
//! fork waits for it, so that the child sees no half-made entry.

use crate::futex;
use crate::raise;
use crate::state;
use core::cell::Cell;
use core::sync::atomic::{AtomicU32, Ordering};

/// A lock that its thread may take again. Everything is read and written under the GIL; who waits does so without it.
pub struct ImportLock {
    /// The thread that has it, if `depth` is not 0.
    holder: Cell<u64>,
    depth: Cell<usize>,
    waiting: Cell<usize>,
    /// Changes with each release.
    releases: AtomicU32,
}

impl ImportLock {
    pub(crate) const fn new() -> ImportLock {
        ImportLock {
            holder: Cell::new(0),
            depth: Cell::new(0),
            waiting: Cell::new(0),
            releases: AtomicU32::new(0),
        }
    }

    /// Takes the lock, once more if the thread has it.
    pub fn acquire(&self) {
        let me = state::current().thread_id.get();
        while self.is_held() && self.holder.get() != me {
            let seen = self.releases.load(Ordering::Relaxed);
            self.waiting.set(self.waiting.get() + 1);
            state::detached(|| futex::wait(&self.releases, seen, None));
            self.waiting.set(self.waiting.get() - 1);
        }
        self.holder.set(me);
        self.depth.set(self.depth.get() + 1);
    }

    /// Gives it back as often as it was taken.
    ///
    /// # Errors
    /// RuntimeError if the thread does not have it.
    pub fn release(&self) -> raise::Result<()> {
        if !self.is_held() || self.holder.get() != state::current().thread_id.get() {
            return Err(raise!(RuntimeError, "not holding the import lock"));
        }
        self.depth.set(self.depth.get() - 1);
        if !self.is_held() {
            self.releases.fetch_add(1, Ordering::Relaxed);
            if self.waiting.get() > 0 {
                futex::wake(&self.releases, 1);
            }
        }
        Ok(())
    }

    /// Whether a thread has it.
    pub fn is_held(&self) -> bool {
        self.depth.get() > 0
    }

    /// In the child of a fork, whose thread has the lock: nobody else is left.
    pub(crate) fn after_fork(&self) {
        self.holder.set(state::current().thread_id.get());
        self.waiting.set(0);
    }
}
