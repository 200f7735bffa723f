//! What a JIT plugs into: entries that the interpreter calls when a counter has run out.
//!
//! The counters are in the bytecode (the cache entry of `JUMP_BACKWARD`) and are the JIT's to set again. An entry is a handler:
//! it goes on with any instruction it likes, with any table.

use crate::eval::Handler;
use core::cell::Cell;

struct Hooks {
    loop_entry: Cell<Option<Handler>>,
}

// SAFETY: set at start-up, read under the GIL.
unsafe impl Sync for Hooks {}

static HOOKS: Hooks = Hooks { loop_entry: Cell::new(None) };

/// What to call at a backward jump whose counter is zero; `pc` is behind the instruction word, at the counter.
#[inline(always)]
pub fn loop_entry() -> Option<Handler> {
    HOOKS.loop_entry.get()
}

/// Plugs a JIT in, or out.
pub fn set_loop_entry(entry: Option<Handler>) {
    HOOKS.loop_entry.set(entry);
}
