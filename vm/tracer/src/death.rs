//! The end of objects whose last reference compiled code gives up.
//!
//! While compiled code runs, frames are not as the interpreter would have them, so nothing may run that could look at them. An object
//! whose end can run no code of a program ends at once; any other waits, and the trace leaves at the next instruction, where
//! [`bury`] does what the interpreter would have done.

use crate::ends::{ends_quietly, has_no_finalizer};
use core::sync::atomic::{AtomicUsize, Ordering};
use objects::TypeObject;
use objects::object::{Object, dealloc};
use objects::types::float::PyFloat_Type;
use objects::types::int::PyLong_Type;

objects::per_interpreter! {
    /// How many objects wait. Compiled code reads it.
    pub static WAITING: AtomicUsize = AtomicUsize::new(0);
}

/// Whether instances are made and end as those of `object`, running nothing.
pub fn is_plain(class: &TypeObject) -> bool {
    // SAFETY: a class keeps its base.
    let mut bases = core::iter::successors(Some(class), |class| unsafe { class.tp_base.get().as_ref() });
    has_no_finalizer(class)
        && class.tp_itemsize.get() == 0
        && bases.all(|base| {
            base.heap_type().is_some() || core::ptr::eq(base, &objects::types::object::PyBaseObject_Type)
        })
}

/// The count of `object` has become 0.
pub unsafe extern "C" fn die(object: *mut Object) {
    // SAFETY: whole until its end.
    unsafe {
        if (*object).is_exactly(&PyFloat_Type) || (*object).is_exactly(&PyLong_Type) {
            return dealloc(object);
        }
        if ends_quietly(&*object) {
            dealloc(object);
        } else {
            // It lives until it is buried.
            (*object).incref();
            crate::state::with(|jit| jit.waiting.borrow_mut().push(object));
            WAITING.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The count of an object that [`objects::quiet::owns_nothing`] has become 0.
pub unsafe extern "C" fn free(object: *mut Object) {
    // SAFETY: the last reference is gone.
    unsafe { dealloc(object) };
}

/// Ends what waits, in order. May run any code.
pub fn bury() {
    while WAITING.load(Ordering::Relaxed) > 0 {
        WAITING.store(0, Ordering::Relaxed);
        let waiting = crate::state::with(|jit| jit.waiting.take()).unwrap_or_default();
        for object in waiting {
            // SAFETY: the reference that `die` took.
            unsafe { Object::decref(object) };
        }
    }
}
