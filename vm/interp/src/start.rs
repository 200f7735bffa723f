//! Bringing the interpreter up: the hooks of the object model, the main thread, the first modules.

use crate::{breaker, call, generators, gil, import};
use objects::state::{self, ThreadState};
use objects::{Result, hooks};

/// Fills the hooks through which objects reach the interpreter.
pub fn fill_hooks() {
    hooks::FUNCTION_VECTORCALL.set(call::function_vectorcall);
    hooks::RESUME_GENERATOR.set(generators::resume);
    hooks::IMPORT.set(import::import_module);
    hooks::HANDLE_PENDING.set(|| breaker::handle_pending(state::current()));
}

/// Makes the calling thread the main one: gives it a state and the GIL.
pub fn attach_main_thread() -> &'static ThreadState {
    let ts: &'static ThreadState = Box::leak(ThreadState::new(1));
    state::interpreter().thread_head.set(core::ptr::from_ref(ts).cast_mut());
    gil::acquire(ts);
    ts
}

/// Everything before the first Python code.
///
/// # Errors
/// MemoryError.
pub fn start() -> Result<()> {
    fill_hooks();
    attach_main_thread();
    Ok(())
}
