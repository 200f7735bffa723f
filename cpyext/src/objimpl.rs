//! `objimpl.h` and `cpython/objimpl.h`: making objects by hand, the collector, and the end of objects. Plain memory is `pymem`.
//!
//! Objects have no header for the collector: those that `PyObject_GC_New` makes lie in pages that it walks, and tracking sets a mark there.

use core::ffi::{c_int, c_void};
use interp::arena;
use interp::modules::gc::Watch;
use macros::capi;
use objects::object::gc::{self, collect, collector};
use objects::object::heap;
use objects::typeobject::{allocate_raw, flags};
use objects::{Instance, Object, Ref, Result, TypeObject, VarObject, raise};

/// A size may be asked for that no memory has.
fn checked_size(class: &TypeObject, items: isize) -> Result<usize> {
    let items = class.tp_itemsize.get().checked_mul(items);
    let size = items.and_then(|items| items.checked_add(class.tp_basicsize.get()));
    let size =
        size.and_then(|size| usize::try_from(size).ok()).filter(|size| *size <= isize::MAX as usize / 2);
    size.map(|size| size.next_multiple_of(size_of::<usize>())).ok_or_else(raise::no_memory)
}

fn make(class: &TypeObject, items: isize, extra: usize, collected: bool) -> Result<Ref> {
    let object = allocate_raw(class, items, checked_size(class, items)? + extra, collected)?;
    // SAFETY: made with a count of one.
    Ok(unsafe { Ref::from_owned(object) })
}

// Objects are made of types that nobody has made ready, too: their own class may still be NULL, so `#[capi]` must not look at it.

/// # Safety
/// A C function: a type, ready or not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_New(class: &TypeObject) -> Result {
    make(class, 0, 0, false)
}

/// # Safety
/// As [`_PyObject_New`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_NewVar(class: &TypeObject, items: isize) -> Result {
    let object = make(class, items, 0, false)?;
    set_size(&object, items);
    Ok(object)
}

/// # Safety
/// As [`_PyObject_New`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_GC_New(class: &TypeObject) -> Result {
    make(class, 0, 0, true)
}

/// # Safety
/// As [`_PyObject_New`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_GC_NewVar(class: &TypeObject, items: isize) -> Result {
    if items < 0 {
        return Err(raise::bad_internal_call());
    }
    let object = make(class, items, 0, true)?;
    set_size(&object, items);
    Ok(object)
}

/// An object with memory of its author's own behind its fields.
#[capi]
pub fn PyUnstable_Object_GC_NewWithExtraData(class: &TypeObject, extra: usize) -> Result<Ref> {
    if extra > isize::MAX as usize / 2 {
        return Err(raise::no_memory());
    }
    make(class, 0, extra, true)
}

fn set_size(object: &Object, items: isize) {
    // SAFETY: only objects with a size are made so.
    unsafe { &*object.as_ptr().cast::<VarObject>() }.ob_size.set(items);
}

/// The object with room for another number of items, perhaps elsewhere; it is not tracked. NULL leaves it as it was.
///
/// # Safety
/// A C function: an object of `_PyObject_GC_NewVar`, which nobody else knows yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_GC_Resize(object: &VarObject, items: isize) -> *mut VarObject {
    let class = object.ob_base.class();
    let size = match checked_size(class, items) {
        Ok(size) => size + objects::attrs::extra_size(class),
        Err(raised) => {
            raised.leave();
            return core::ptr::null_mut();
        }
    };
    let block = core::ptr::NonNull::from(object).cast::<u8>();
    // SAFETY: the caller's promise.
    match unsafe { heap::realloc(block, size.next_multiple_of(heap::C_ALIGNMENT), true) } {
        Some(block) => {
            let object = block.cast::<VarObject>();
            // SAFETY: moved as it was.
            unsafe { object.as_ref() }.ob_size.set(items);
            object.as_ptr()
        }
        None => {
            raise::no_memory().leave();
            core::ptr::null_mut()
        }
    }
}

/// Makes memory that C code has allocated an object.
///
/// # Safety
/// A C function: room for an instance, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_Init(object: *mut Object, class: &TypeObject) -> *mut Object {
    if object.is_null() {
        raise::no_memory().leave();
        return object;
    }
    // SAFETY: the caller's promise.
    unsafe {
        Object::init(object, class);
        crate::object::tell_created(&*object);
    }
    if class.has_feature(flags::HEAPTYPE) {
        class.as_object().incref();
    }
    object
}

/// As [`PyObject_Init`], with a size.
///
/// # Safety
/// As there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_InitVar(
    object: *mut VarObject,
    class: &TypeObject,
    items: isize,
) -> *mut VarObject {
    // SAFETY: the caller's promises.
    unsafe {
        PyObject_Init(object.cast(), class);
        if let Some(object) = object.as_ref() {
            object.ob_size.set(items);
        }
    }
    object
}

// ---- the collector ----

/// # Safety
/// A C function: an object that is whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GC_Track(object: &Object) {
    heap::track(object);
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GC_UnTrack(object: &Object) {
    heap::untrack(object);
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GC_IsTracked(object: &Object) -> c_int {
    (gc::is_collected(object) && heap::is_tracked(object)).into()
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GC_IsFinalized(object: &Object) -> c_int {
    (gc::is_collected(object) && gc::is_finalized(object)).into()
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_IS_GC(object: &Object) -> c_int {
    gc::is_collected(object).into()
}

/// A collection of everything, unless collecting is off or under way.
#[unsafe(no_mangle)]
pub extern "C" fn PyGC_Collect() -> isize {
    if !collector().enabled.get() {
        return 0;
    }
    let outcome = collect::collect(2, &Watch);
    (outcome.collected + outcome.uncollectable) as isize
}

#[unsafe(no_mangle)]
pub extern "C" fn PyGC_Enable() -> c_int {
    collector().enabled.replace(true).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyGC_Disable() -> c_int {
    collector().enabled.replace(false).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyGC_IsEnabled() -> c_int {
    collector().enabled.get().into()
}

/// Calls a function with every object that the collector knows until it answers 0; nothing is collected meanwhile.
///
/// # Safety
/// A C function: `visit` may be called with `arg` and any object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_GC_VisitObjects(
    visit: unsafe extern "C" fn(*mut Object, *mut c_void) -> c_int,
    arg: *mut c_void,
) {
    let collecting = collector().collecting.replace(true);
    let mut found: Vec<Ref> = Vec::new();
    gc::for_each_tracked(|_| true, |object| found.push(object.to_ref()));
    for object in &found {
        // SAFETY: the caller's promise.
        if unsafe { visit(object.as_ptr(), arg) } == 0 {
            break;
        }
    }
    drop(found);
    collector().collecting.set(collecting);
}

// ---- finalisers ----

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_CallFinalizer(object: &Object) {
    gc::call_finalizer(object);
}

/// 0, or -1 when the finaliser brought the object back to life.
///
/// # Safety
/// A C function: an object whose count is zero and that is whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_CallFinalizerFromDealloc(object: &Object) -> c_int {
    // SAFETY: the caller's promise.
    if unsafe { gc::finalize_from_dealloc(object) } { -1 } else { 0 }
}

// ---- memory of the interpreter's frames ----

/// What chunks of a thread's data stack are allocated and freed with.
///
/// # Safety
/// A C function: `place` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GetArenaAllocator(place: *mut arena::Allocator) {
    // SAFETY: the caller's promise.
    unsafe { place.write(arena::get()) };
}

/// Sets that. Pages of objects are mapped as they are, since they are aligned to their size.
///
/// # Safety
/// A C function: an allocator that can free the chunks that there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_SetArenaAllocator(allocator: &arena::Allocator) {
    // SAFETY: the caller's promise.
    unsafe { arena::set(*allocator) };
}
