//! The end of instances of classes made at run time, and of such classes themselves; what the collector sees of both.

use super::slots::{Destructor, FreeFunc, Inquiry, TraverseProc};
use super::{TypeObject, flags};
use crate::attrs;
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, VisitProc, Visitor};
use crate::object::{Instance, Object, gc, heap};
use crate::raise;
use crate::slots;
use crate::types::descr::member::{READONLY, kind};
use crate::types::weakref;
use core::ffi::{c_int, c_void};
use core::ptr;

/// The nearest base of which `ours` does not hold: the native type that the instances extend.
fn native_base(class: &TypeObject, ours: impl Fn(&TypeObject) -> bool) -> Option<&TypeObject> {
    let mut base = class;
    while ours(base) {
        base = base.base()?;
    }
    Some(base)
}

fn deallocs_here(class: &TypeObject) -> bool {
    class.tp_dealloc.get().is_some_and(|own| ptr::fn_addr_eq(own, instance_dealloc as Destructor))
}

fn traverses_here(class: &TypeObject) -> bool {
    class.tp_traverse.get().is_some_and(|own| ptr::fn_addr_eq(own, instance_traverse as TraverseProc))
}

fn clears_here(class: &TypeObject) -> bool {
    class.tp_clear.get().is_some_and(|own| ptr::fn_addr_eq(own, instance_clear as Inquiry))
}

/// Visits the fields that `__slots__` of `class` and of its bases up to the native one added.
fn for_each_slot(class: &TypeObject, mut each: impl FnMut(&Slot) -> Visit, object: &Object) -> Visit {
    let mut this = Some(class);
    while let Some(class) = this.filter(|class| class.has_feature(flags::HEAPTYPE)) {
        for def in super::new::slot_members(class) {
            if def.kind == kind::OBJECT_EX && def.flags & READONLY == 0 {
                // SAFETY: the class laid its instances out so.
                each(unsafe { &*object.as_ptr().cast::<u8>().offset(def.offset).cast::<Slot>() })?;
            }
        }
        this = class.base();
    }
    Ok(())
}

/// `subtype_dealloc`: finalisers, weak references, slots and attributes, then the native base's part.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn instance_dealloc(this: *mut Object) {
    // SAFETY: the object is whole until its parts are dropped below.
    let object = unsafe { &*this };
    let class = object.class();
    if class.tp_finalize.get().is_some() {
        // SAFETY: the count is zero and nothing was taken apart.
        if unsafe { gc::finalize_from_dealloc(object) } {
            return;
        }
    }
    if let Some(delete) = class.tp_del.get() {
        if class.tp_weaklistoffset.get() != 0 {
            weakref::clear_weakrefs(object);
        }
        // SAFETY: the slot belongs to the object's class. It finds a count of zero, and leaves another if the object lives on.
        unsafe { delete(this) };
        if object.refcnt() > 0 {
            return;
        }
    }
    if class.has_feature(flags::HAVE_GC) {
        heap::untrack(object);
    }
    let own_memory =
        class.tp_free.get().is_some_and(|own| ptr::fn_addr_eq(own, slots::free_block as FreeFunc));
    let extends_object = own_memory
        && native_base(class, deallocs_here)
            .is_some_and(|base| ptr::eq(base, &raw const crate::types::object::PyBaseObject_Type));
    // SAFETY: untracked, and nobody refers to it.
    unsafe { slots::deallocate_deeply(this, if extends_object { take_apart_plain } else { take_apart }) };
}

/// [`take_apart`] for classes whose native base is `object` and whose instances come from the heap.
///
/// # Safety
/// `this` is untracked and nobody refers to it.
unsafe fn take_apart_plain(this: *mut Object) {
    // SAFETY: the object is whole.
    let object = unsafe { &*this };
    let class = object.class();
    if class.tp_weaklistoffset.get() != 0 {
        weakref::clear_weakrefs(object);
    }
    let _ = for_each_slot(
        class,
        |slot| {
            slot.set(None);
            Ok(())
        },
        object,
    );
    if class.tp_dictoffset.get() != 0 {
        attrs::drop_dead_attributes(object);
    }
    let class = class.as_ptr();
    // SAFETY: everything the instance owned is gone but its class.
    unsafe {
        heap::free(this.cast());
        Object::decref(class);
    }
}

/// # Safety
/// `this` is untracked and nobody refers to it.
unsafe fn take_apart(this: *mut Object) {
    // SAFETY: the object is whole.
    let object = unsafe { &*this };
    let class = object.class();
    let base = native_base(class, deallocs_here);
    if class.tp_weaklistoffset.get() != 0 && base.is_none_or(|base| base.tp_weaklistoffset.get() == 0) {
        weakref::clear_weakrefs(object);
    }
    let _ = for_each_slot(
        class,
        |slot| {
            slot.set(None);
            Ok(())
        },
        object,
    );
    let native_dict = base.is_some_and(|base| base.tp_dictoffset.get() != 0);
    if class.has_feature(flags::MANAGED_DICT) || class.tp_dictoffset.get() != 0 && !native_dict {
        attrs::drop_attributes(object);
    }
    let Some(base) = base else { crate::fatal("a class without a native base") };
    // A static type frees the block but leaves the class alone; a heap type's destructor gives it back.
    let owes_class = !base.has_feature(flags::HEAPTYPE);
    let class = class.as_ptr();
    // The native part tracks and untracks as it likes.
    if base.has_feature(flags::HAVE_GC) {
        heap::track(object);
    }
    if let Some(dealloc) = base.tp_dealloc.get() {
        // SAFETY: the slot belongs to a base of the object's class.
        unsafe { dealloc(this) };
    }
    if owes_class {
        // SAFETY: the instance owned a reference to its class.
        unsafe { Object::decref(class) };
    }
}

/// `subtype_traverse`.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn instance_traverse(this: &Object, visit: VisitProc, arg: *mut c_void) -> c_int {
    // SAFETY: the collector's pair is valid for the traversal.
    let mut visitor = unsafe { Visitor::new(visit, arg) };
    let class = this.class();
    let base = native_base(class, traverses_here);
    let own = |visitor: &mut Visitor| -> Visit {
        for_each_slot(class, |slot| slot.trace(visitor), this)?;
        if class.tp_dictoffset.get() != 0 && base.is_none_or(|base| base.tp_dictoffset.get() == 0) {
            attrs::trace_attributes(this, visitor)?;
        }
        // A heap type's instances own it; a native heap base visits it itself.
        if base.is_none_or(|base| !base.has_feature(flags::HEAPTYPE)) {
            visitor.visit(class.as_object())?;
        }
        Ok(())
    };
    if let Err(stop) = own(&mut visitor) {
        return stop;
    }
    match base.and_then(|base| base.tp_traverse.get()) {
        // SAFETY: the slot belongs to a base of the object's class.
        Some(traverse) => unsafe { traverse(this, visit, arg) },
        None => 0,
    }
}

/// `subtype_clear`.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn instance_clear(this: &Object) -> c_int {
    let class = this.class();
    let base = native_base(class, clears_here);
    let _ = for_each_slot(
        class,
        |slot| {
            slot.set(None);
            Ok(())
        },
        this,
    );
    if class.tp_dictoffset.get() != 0 && base.is_none_or(|base| base.tp_dictoffset.get() == 0) {
        attrs::drop_attributes(this);
    }
    match base.and_then(|base| base.tp_clear.get()) {
        // SAFETY: the slot belongs to a base of the object's class.
        Some(clear) => unsafe { clear(this) },
        None => 0,
    }
}

// ---- classes ----

/// What a heap type owns, as the collector counts it.
pub(crate) fn traverse_type(class: &TypeObject, visitor: &mut Visitor) -> Visit {
    let Some(heap) = class.heap_type() else { return Ok(()) };
    class.tp_dict.trace(visitor)?;
    class.tp_cache.trace(visitor)?;
    class.tp_mro.trace(visitor)?;
    class.tp_bases.trace(visitor)?;
    if let Some(base) = class.base() {
        visitor.visit(base.as_object())?;
    }
    heap.ht_module.trace(visitor)
}

/// Breaks the cycles that every class is in: itself in its MRO, its functions in its dictionary.
pub(crate) fn clear_type(class: &TypeObject) {
    let Some(heap) = class.heap_type() else { return };
    class.modified();
    if let Some(dict) = class.tp_dict.get() {
        dict.clear_entries();
    }
    heap.ht_module.set(None);
    class.tp_mro.set(None);
}

/// `type_dealloc`.
///
/// # Safety
/// `this` is a heap type with no owner left.
pub(crate) unsafe fn dealloc_type(this: *mut Object) {
    heap::untrack(unsafe { &*this });
    // SAFETY: the metaclass chose this destructor for classes.
    let class = unsafe { (*this).cast_unchecked::<TypeObject>() };
    let Some(heap) = class.heap_type() else { crate::fatal("a static type was deallocated") };
    // An exception that is pending belongs to somebody else.
    let pending = raise::take_pending();
    class.modified();
    if let Some(bases) = class.tp_bases.get() {
        let bases = bases.items().iter().filter_map(|base| base.cast::<TypeObject>());
        bases.for_each(|base| base.remove_subclass(class));
    }
    weakref::clear_weakrefs(class);
    class.tp_dict.set(None);
    class.tp_bases.set(None);
    class.tp_mro.set(None);
    class.tp_cache.set(None);
    class.drop_subclass_list();
    // SAFETY: a heap type owns its base and its texts.
    unsafe {
        drop(Ref::from_nullable(class.tp_base.replace(ptr::null()).cast_mut()));
        libc::free(class.tp_doc.get().cast_mut().cast());
        for member in super::new::slot_members(class) {
            libc::free(member.name.cast_mut().cast());
        }
        libc::free(heap.ht_tpname.get().cast());
    }
    attrs::drop_layout(heap);
    heap.ht_name.set(None);
    heap.ht_qualname.set(None);
    heap.ht_slots.set(None);
    heap.ht_module.set(None);
    if let Some(exception) = pending {
        raise::restore(exception).leave();
    }
    // SAFETY: everything the type owned is gone.
    unsafe { slots::free(this) };
}
