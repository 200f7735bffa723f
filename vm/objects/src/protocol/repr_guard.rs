//! Containers that contain themselves: which objects' reprs are being made (`Py_ReprEnter`).

use crate::object::Object;
use core::cell::RefCell;

thread_local! {
    static ACTIVE: RefCell<Vec<*const Object>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, the object's repr is being made by this thread.
pub struct ReprGuard(());

/// Begins an object's repr; `None` when it is being made already.
pub fn enter(object: &Object) -> Option<ReprGuard> {
    ACTIVE.with_borrow_mut(|active| {
        if active.iter().any(|&other| core::ptr::eq(other, object)) {
            return None;
        }
        active.push(object);
        Some(ReprGuard(()))
    })
}

/// Ends an object's repr that [`enter`] began, for C code, which cannot hold the guard (`Py_ReprLeave`).
pub fn leave(object: &Object) {
    ACTIVE.with_borrow_mut(|active| {
        if let Some(place) = active.iter().rposition(|&other| core::ptr::eq(other, object)) {
            active.remove(place);
        }
    });
}

impl Drop for ReprGuard {
    fn drop(&mut self) {
        ACTIVE.with_borrow_mut(|active| active.pop());
    }
}
