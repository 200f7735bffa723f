//! MemoryErrors for when there is no memory for one.
//!
//! They are static, so that nobody frees them: one keeps its traceback until its turn comes again.

use super::MemoryError;
use super::base::BaseExceptionObject;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::types::tuple::Tuple;
use core::cell::Cell;

/// As many as may be handled at a time before one is met again.
const COUNT: usize = 16;

struct Reserve {
    errors: [BaseExceptionObject; COUNT],
    next: Cell<usize>,
    making: Cell<bool>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Reserve {}

static RESERVE: Reserve = Reserve {
    errors: [const {
        BaseExceptionObject {
            ob_base: Object::immortal(&MemoryError),
            dict: Slot::empty(),
            args: Slot::empty(),
            notes: Slot::empty(),
            traceback: Slot::empty(),
            context: Slot::empty(),
            cause: Slot::empty(),
            suppress_context: Cell::new(false),
        }
    }; COUNT],
    next: Cell::new(0),
    making: Cell::new(false),
};

/// Whether a MemoryError is being made: that another one is asked for says that there is no memory for it.
pub fn is_making() -> bool {
    RESERVE.making.get()
}

/// What `make` makes.
pub fn making<T>(make: impl FnOnce() -> T) -> T {
    RESERVE.making.set(true);
    let made = make();
    RESERVE.making.set(false);
    made
}

/// The next one, as if it were new.
pub fn take() -> Ref {
    let index = RESERVE.next.get();
    RESERVE.next.set((index + 1) % COUNT);
    let error = &RESERVE.errors[index];
    error.args.set(Some(Tuple::empty()));
    for slot in [&error.notes, &error.traceback, &error.context, &error.cause] {
        slot.set(None);
    }
    error.dict.set(None);
    error.suppress_context.set(false);
    error.to_ref().upcast()
}
