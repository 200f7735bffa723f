//! Generic slot bodies for types whose instances are a Rust struct.

use crate::object::trace::{Trace, VisitProc, Visitor};
use crate::object::{Instance, Object, heap};
use crate::state;
use crate::typeobject::flags;
use core::ffi::{c_int, c_void};
use core::ptr;

/// `tp_dealloc` of a Rust struct: drops its fields, then what subclasses added, then frees the block.
///
/// # Safety
/// A slot function: `this` is a `T` with no owner left.
pub unsafe extern "C" fn dealloc<T: Instance>(this: *mut Object) {
    // SAFETY: whole until its fields are dropped.
    let object = unsafe { &*this };
    let class = object.class();
    if ptr::eq(class, T::class()) && class.tp_weaklistoffset.get() == 0 && class.tp_finalize.get().is_none() {
        if !class.has_feature(flags::HAVE_GC) {
            // SAFETY: nobody else can reach the object; instances of static types come from the heap.
            return unsafe {
                ptr::drop_in_place(this.cast::<T>());
                heap::free(this.cast());
            };
        }
        heap::untrack(object);
        // SAFETY: as above.
        return unsafe { deallocate_own(this, drop_and_free_exact::<T>) };
    }
    // SAFETY: nothing was taken apart yet.
    if class.tp_finalize.get().is_some() && unsafe { crate::object::gc::finalize_from_dealloc(object) } {
        return;
    }
    // Callbacks of weak references run Python code, and with it the collector, which must not see the dying object.
    if class.has_feature(flags::HAVE_GC) {
        heap::untrack(object);
    }
    if class.tp_weaklistoffset.get() != 0 {
        crate::types::weakref::clear_weakrefs(object);
    }
    if class.has_feature(flags::HAVE_GC) {
        // SAFETY: only objects that hold others nest.
        return unsafe { deallocate_own(this, drop_and_free::<T>) };
    }
    // SAFETY: nobody else can reach the object.
    unsafe { drop_and_free::<T>(this) };
}

unsafe fn drop_and_free_exact<T: Instance>(this: *mut Object) {
    // SAFETY: nobody else can reach the object; its head has no destructor and outlives its fields.
    unsafe {
        ptr::drop_in_place(this.cast::<T>());
        heap::free(this.cast());
    }
}

unsafe fn drop_and_free<T: Instance>(this: *mut Object) {
    // SAFETY: nobody else can reach the object; its head has no destructor and outlives its fields.
    unsafe {
        ptr::drop_in_place(this.cast::<T>());
        free(this);
    }
}

/// The end of a static type's `tp_dealloc`: frees the block through the class. As in CPython, an instance of a heap class that derives
/// from the type owns its class still; the class's own destructor, which called the type's, gives that reference back.
///
/// # Safety
/// The fields of `this` are dropped; the head is intact.
pub unsafe fn free(this: *mut Object) {
    // SAFETY: the head is intact.
    match unsafe { &*this }.class().tp_free.get() {
        // SAFETY: `tp_free` takes the block that `tp_alloc` gave.
        Some(free) => unsafe { free(this.cast()) },
        // SAFETY: the generic allocator made the block.
        None => unsafe { heap::free(this.cast()) },
    }
}

/// The end of a heap type's own `tp_dealloc`: frees the block and gives back the instance's reference to its class.
///
/// # Safety
/// As [`free`].
pub unsafe fn free_with_class(this: *mut Object) {
    // SAFETY: the head is intact, and the class stays alive until its reference is given back.
    unsafe {
        let class = (*this).class().as_ptr();
        free(this);
        Object::decref(class);
    }
}

/// `PyObject_GC_Del`, as `tp_free` of everything that the generic allocator made.
///
/// # Safety
/// A slot function: `block` came from the generic allocator.
#[unsafe(export_name = "PyObject_GC_Del")]
pub unsafe extern "C" fn free_block(block: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { heap::free(block.cast()) };
}

/// `tp_traverse` of a Rust struct.
///
/// # Safety
/// A slot function: `this` is a `T`.
pub unsafe extern "C" fn traverse<T: Instance + Trace>(
    this: &Object,
    visit: VisitProc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: the collector's pair is valid for the traversal.
    let mut visitor = unsafe { Visitor::new(visit, arg) };
    // SAFETY: the caller's promise.
    match unsafe { this.cast_unchecked::<T>() }.trace(&mut visitor) {
        Ok(()) => 0,
        Err(stop) => stop,
    }
}

/// `tp_clear` of a Rust struct.
///
/// # Safety
/// A slot function: `this` is a `T`.
pub unsafe extern "C" fn clear<T: Instance + Trace>(this: &Object) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { this.cast_unchecked::<T>() }.clear();
    0
}

/// `tp_iter` of iterators (`PyObject_SelfIter`).
///
/// # Safety
/// A slot function.
#[unsafe(export_name = "PyObject_SelfIter")]
pub unsafe extern "C" fn self_iter(this: &Object) -> crate::Result {
    Ok(this.to_ref())
}

/// `tp_hash` of types that set `__hash__` to None (`PyObject_HashNotImplemented`).
///
/// # Safety
/// A slot function.
#[unsafe(export_name = "PyObject_HashNotImplemented")]
pub unsafe extern "C" fn unhashable(this: &Object) -> isize {
    crate::raise!(TypeError, "unhashable type: '{}'", this.class().full_name()).leave();
    -1
}

/// [`deallocate_deeply`] for the destructor of a built-in type. For an instance of a heap class nothing is put off here: its class's
/// destructor did that before it called this one, and may let go of the class as soon as this one returns.
///
/// # Safety
/// As [`deallocate_deeply`].
#[inline]
pub unsafe fn deallocate_own(this: *mut Object, destroy: unsafe fn(*mut Object)) {
    // SAFETY: the head is intact; the caller's promise.
    unsafe {
        if (*this).class().has_feature(flags::HEAPTYPE) {
            destroy(this)
        } else {
            deallocate_deeply(this, destroy)
        }
    }
}

/// How many native calls a destructor leaves for the others (`Py_TRASHCAN_HEADROOM`).
const HEADROOM: c_int = 50;

type Waiting = Vec<(*mut Object, unsafe fn(*mut Object))>;

thread_local! {
    static ANY_WAITING: core::cell::Cell<bool> = const { core::cell::Cell::new(false) };
    static WAITING: core::cell::RefCell<Waiting> = const { core::cell::RefCell::new(Vec::new()) };
}

/// Runs a destructor that may free a long chain of objects of the same kind, without nesting native calls beyond a bound: past it
/// the objects wait and are freed when enough destructors have ended (CPython's "trashcan"). What counts is the thread state's number of
/// native calls, which greenlets save and restore with their stacks.
///
/// # Safety
/// `this` is untracked and nobody refers to it; `destroy` ends its life.
pub unsafe fn deallocate_deeply(this: *mut Object, destroy: unsafe fn(*mut Object)) {
    let Some(state) = state::try_current() else {
        // A thread that has let go of its state drops what it had.
        // SAFETY: the caller's promise.
        return unsafe { destroy(this) };
    };
    if !state::has_room(state, HEADROOM) {
        WAITING.with_borrow_mut(|waiting| waiting.push((this, destroy)));
        ANY_WAITING.set(true);
        return;
    }
    let remaining = &state.c_recursion_remaining;
    remaining.set(remaining.get() - 1);
    // SAFETY: the caller's promise.
    unsafe { destroy(this) };
    remaining.set(remaining.get() + 1);
    if ANY_WAITING.get() && state::has_room(state, 2 * HEADROOM) {
        destroy_waiting();
    }
}

/// Frees what waits. A destructor that nests too deeply again adds to it.
#[cold]
fn destroy_waiting() {
    ANY_WAITING.set(false);
    while let Some((this, destroy)) = WAITING.with_borrow_mut(Vec::pop) {
        // SAFETY: promised when it began to wait.
        unsafe { destroy(this) };
    }
}
