//! The end of objects whose last reference compiled code gives up.
//!
//! While compiled code runs, frames are not as the interpreter would have them, so nothing may run that could look at them. An object
//! whose end can run no code of a program ends at once; any other waits, and the trace leaves at the next instruction, where
//! [`bury`] does what the interpreter would have done.

use core::sync::atomic::{AtomicUsize, Ordering};
use objects::TypeObject;
use objects::attrs::{self, inline};
use objects::object::{Object, dealloc};
use objects::quiet::owns_nothing;
use objects::types::float::PyFloat_Type;
use objects::types::generator::Generator;
use objects::types::int::PyLong_Type;
use objects::types::list::List;
use objects::types::slice::Slice;
use objects::types::tuple::Tuple;

/// How many objects deep, and how many in all, are looked through.
const DEPTH: u32 = 4;
const WIDTH: usize = 64;

objects::per_interpreter! {
    /// How many objects wait. Compiled code reads it.
    pub static WAITING: AtomicUsize = AtomicUsize::new(0);
}

/// Whether the end of `object`, which nobody refers to any more, runs no code of a program.
fn ends_quietly(object: &Object, depth: u32) -> bool {
    if owns_nothing(object.class()) {
        return true;
    }
    if depth == 0 {
        return false;
    }
    let lives_or_quiet = |item: &Object| !item.is_unique() || ends_quietly(item, depth - 1);
    if let Some(tuple) = object.cast_exact::<Tuple>() {
        return tuple.len() <= WIDTH && tuple.items().iter().all(|item| lives_or_quiet(item));
    }
    if let Some(list) = object.cast_exact::<List>() {
        let items = list.raw_items();
        // SAFETY: the items of a list that nobody else can change.
        return list.len() <= WIDTH && (0..list.len()).all(|n| lives_or_quiet(unsafe { &**items.add(n) }));
    }
    if let Some(slice) = object.cast_exact::<Slice>() {
        // Two references are the slice's and what is asked with.
        return slice.parts().iter().all(|part| part.refcnt() > 2 || owns_nothing(part.class()));
    }
    if let Some(generator) = Generator::any(object) {
        return generator.is_finished() && generator.weakreflist.get().is_null();
    }
    let class = object.class();
    if !has_no_slots(class)
        || !has_no_finalizer(class)
        || !attrs::weaklist(object).is_none_or(|list| list.get().is_null())
    {
        return false;
    }
    let Some(shape) = inline::shape_of(object) else { return false };
    // SAFETY: the instance has a shape, and its values nobody else can change.
    let values = unsafe { core::slice::from_raw_parts(inline::inline_values(object), shape.len()) };
    values.iter().all(|value| unsafe { value.peek() }.is_none_or(lives_or_quiet))
}

/// Whether the class was made by a program and its instances end without a finaliser.
fn has_no_finalizer(class: &TypeObject) -> bool {
    class.heap_type().is_some() && class.tp_finalize.get().is_none() && class.tp_del.get().is_none()
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

/// Whether instances have no fields beside their attributes' storage.
fn has_no_slots(class: &TypeObject) -> bool {
    let base = objects::types::object::PyBaseObject_Type.tp_basicsize.get();
    class.tp_basicsize.get() == base && class.tp_itemsize.get() == 0
}

/// The count of `object` has become 0.
pub unsafe extern "C" fn die(object: *mut Object) {
    // SAFETY: whole until its end.
    unsafe {
        if (*object).is_exactly(&PyFloat_Type) || (*object).is_exactly(&PyLong_Type) {
            return dealloc(object);
        }
        if ends_quietly(&*object, DEPTH) {
            dealloc(object);
        } else {
            // It lives until it is buried.
            (*object).incref();
            crate::state::with(|jit| jit.waiting.borrow_mut().push(object));
            WAITING.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The count of an object that [`owns_nothing`] has become 0.
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
