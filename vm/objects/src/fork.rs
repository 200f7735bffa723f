//! What runs around a fork: the functions of `os.register_at_fork`, and what the interpreter does in the child.

use crate::object::refs::Ref;
use crate::{protocol, raise, state};
use core::cell::RefCell;

/// The functions: those before, after in the child, after in the parent.
struct Handlers(RefCell<[Vec<Ref>; 3]>);

// SAFETY: touched under the GIL; no borrow is kept while one runs.
unsafe impl Sync for Handlers {}

objects::per_interpreter! {
    static HANDLERS: Handlers = Handlers(RefCell::new([Vec::new(), Vec::new(), Vec::new()]));
}

/// When a function runs.
#[derive(Clone, Copy)]
enum When {
    Before,
    AfterInChild,
    AfterInParent,
}

fn run_handlers(when: When) {
    let mut handlers = HANDLERS.0.borrow()[when as usize].clone();
    if matches!(when, When::Before) {
        handlers.reverse();
    }
    for handler in handlers {
        if let Err(raised) = protocol::call::call_no_args(&handler) {
            raise::write_unraisable(raised, Some(&handler));
        }
    }
}

/// Adds functions to run before, after in the child, after in the parent.
pub fn register(handlers: [Option<Ref>; 3]) {
    for (list, handler) in HANDLERS.0.borrow_mut().iter_mut().zip(handlers) {
        list.extend(handler);
    }
}

/// What runs before a fork (`PyOS_BeforeFork`): no other thread is amid an import afterwards.
pub fn before() {
    run_handlers(When::Before);
    state::interpreter().import_lock.acquire();
}

fn release_imports() {
    if let Err(raised) = state::interpreter().import_lock.release() {
        raise::write_unraisable(raised, None);
    }
}

/// What runs in the parent after a fork (`PyOS_AfterFork_Parent`).
pub fn after_in_parent() {
    release_imports();
    run_handlers(When::AfterInParent);
}

/// What runs in the child after a fork (`PyOS_AfterFork_Child`): the interpreter forgets the other threads first.
pub fn after_in_child() {
    if let Some(reset) = crate::hooks::AFTER_FORK.try_get() {
        reset();
    }
    state::interpreter().import_lock.after_fork();
    release_imports();
    run_handlers(When::AfterInChild);
}
