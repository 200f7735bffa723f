//! What a JIT plugs into: entries that the interpreter calls when a counter has run out.
//!
//! The counters are in the bytecode (the cache entry of `JUMP_BACKWARD`) and in code objects (`co_cached`), and are the JIT's to set again. An entry is a handler:
//! it goes on with any instruction it likes, with any table.

use crate::eval::Handler;
use core::cell::Cell;
use objects::Object;

struct Hooks {
    loop_entry: Cell<Option<Handler>>,
    call_entry: Cell<Option<Handler>>,
    /// What the counter of a function's code begins with: one more than the calls before the entry is called; 0 for never.
    call_warmup: Cell<usize>,
    end: Cell<Option<fn()>>,
    references: Cell<Option<fn(&Object) -> i64>>,
}

// SAFETY: set at start-up, read under the GIL.
unsafe impl Sync for Hooks {}

static HOOKS: Hooks = Hooks {
    loop_entry: Cell::new(None),
    call_entry: Cell::new(None),
    call_warmup: Cell::new(0),
    end: Cell::new(None),
    references: Cell::new(None),
};

/// What to call at a backward jump whose counter is zero; `pc` is behind the instruction word, at the counter.
#[inline(always)]
pub fn loop_entry() -> Option<Handler> {
    HOOKS.loop_entry.get()
}

/// Plugs a JIT in, or out.
pub fn set_loop_entry(entry: Option<Handler>) {
    HOOKS.loop_entry.set(entry);
}

/// What to call at the start of a function whose counter is 1; `pc` is behind the instruction word of its `RESUME`.
#[inline(always)]
pub fn call_entry() -> Option<Handler> {
    HOOKS.call_entry.get()
}

/// What the counter of code that begins to run for the first time is.
#[inline(always)]
pub fn call_warmup() -> usize {
    HOOKS.call_warmup.get()
}

/// Plugs in a JIT that is to know of functions called so often.
pub fn set_call_entry(entry: Handler, calls: usize) {
    HOOKS.call_entry.set(Some(entry));
    HOOKS.call_warmup.set(calls + 1);
}

/// Tells the JIT that the running interpreter comes to its end, so that it keeps none of the program's objects alive.
pub fn end() {
    if let Some(end) = HOOKS.end.get() {
        end();
    }
}

/// Plugs in what is to be told of the end of an interpreter.
pub fn set_end(end: fn()) {
    HOOKS.end.set(Some(end));
}

/// How many references the JIT has to the object, which are none of the program's.
pub fn references(object: &Object) -> i64 {
    HOOKS.references.get().map_or(0, |references| references(object))
}

/// Plugs in what answers [`references`].
pub fn set_references(references: fn(&Object) -> i64) {
    HOOKS.references.set(Some(references));
}
