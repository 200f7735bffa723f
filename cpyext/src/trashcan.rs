//! The functions of `Py_TRASHCAN_BEGIN` and `Py_TRASHCAN_END`: destructors of C code that nest too deeply put their objects off.
//!
//! The objects that wait are linked through their counts, which are zero: the link has the sign bit set, so that nothing takes such an
//! object for a living one.

use objects::Object;
use objects::state::ThreadState;

const DEAD: i64 = i64::MIN;

/// # Safety
/// A C function: the calling thread's state; an object whose count is zero, and that is untracked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyTrash_thread_deposit_object(state: &ThreadState, object: &Object) {
    let next = state.delete_later.replace(object.as_ptr());
    // SAFETY: the first word of an object is its count.
    unsafe { object.as_ptr().cast::<i64>().write(next.expose_provenance() as i64 | DEAD) };
}

/// # Safety
/// A C function: the calling thread's state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyTrash_thread_destroy_chain(state: &ThreadState) {
    // Counted as one call more, so that a destructor does not come here again.
    let remaining = &state.c_recursion_remaining;
    remaining.set(remaining.get() - 1);
    loop {
        let object = state.delete_later.get();
        if object.is_null() {
            break;
        }
        // SAFETY: put there by `_PyTrash_thread_deposit_object`, and whole.
        unsafe {
            let link = object.cast::<i64>().replace(0) & !DEAD;
            state.delete_later.set(core::ptr::with_exposed_provenance_mut(link as usize));
            if let Some(destroy) = (*object).class().tp_dealloc.get() {
                destroy(object);
            }
        }
    }
    remaining.set(remaining.get() + 1);
}
