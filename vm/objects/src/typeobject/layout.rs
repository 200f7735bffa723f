//! Which classes can be bases together: the layout of instances.

use super::{TypeObject, flags};
use crate::object::Instance;
use crate::object::refs::Ref;
use crate::raise::Result;
use crate::types::object::PyBaseObject_Type;
use crate::types::tuple::Tuple;
use core::ptr;

/// The nearest class that added something to the layout of its base's instances (`solid_base`).
pub fn solid_base(class: &TypeObject) -> &TypeObject {
    let base = class.base().map_or(&PyBaseObject_Type, solid_base);
    if changes_layout(class, base) { class } else { base }
}

/// Whether `class` has more in its instances than `base`, a dictionary and weak references aside (`shape_differs`).
fn changes_layout(class: &TypeObject, base: &TypeObject) -> bool {
    class.tp_basicsize.get() != base.tp_basicsize.get() || class.tp_itemsize.get() != base.tp_itemsize.get()
}

/// The base whose layout the new class extends (`best_base`).
///
/// # Errors
/// TypeError for a base that is no class or cannot be subclassed, or when two bases lay instances out differently.
pub fn best_base(bases: &Tuple) -> Result<Ref<TypeObject>> {
    let mut best: Option<(&TypeObject, &TypeObject)> = None;
    for base in bases.items() {
        let Some(base) = base.cast::<TypeObject>() else {
            return Err(crate::raise!(TypeError, "bases must be types"));
        };
        // A class that is being made is unready too, but has its dictionary.
        if base.tp_dict.is_empty() {
            super::ready::ready(base)?;
        }
        if !base.has_feature(flags::BASETYPE) {
            return Err(crate::raise!(
                TypeError,
                "type '{}' is not an acceptable base type",
                base.full_name()
            ));
        }
        let candidate = solid_base(base);
        match best {
            Some((_, winner)) if winner.is_subtype(candidate) => {}
            Some((_, winner)) if !candidate.is_subtype(winner) => {
                return Err(crate::raise!(TypeError, "multiple bases have instance lay-out conflict"));
            }
            _ => best = Some((base, candidate)),
        }
    }
    match best {
        Some((base, _)) => Ok(base.to_ref()),
        None => Ok(PyBaseObject_Type.to_ref()),
    }
}

/// Whether an instance of `from` may become one of `to`: same layout, same slots (`compatible_for_assignment`).
///
/// # Errors
/// TypeError saying why not; `attribute` names what is being assigned.
pub fn check_assignable(from: &TypeObject, to: &TypeObject, attribute: &str) -> Result<()> {
    let free = |class: &TypeObject| class.tp_free.get().map(|function| function as usize);
    if free(from) != free(to) {
        return Err(crate::raise!(
            TypeError,
            "{attribute} assignment: '{}' deallocator differs from '{}'",
            to.name(),
            from.name()
        ));
    }
    if same_layout(from, to) {
        return Ok(());
    }
    Err(crate::raise!(
        TypeError,
        "{attribute} assignment: '{}' object layout differs from '{}'",
        to.name(),
        from.name()
    ))
}

fn same_layout(from: &TypeObject, to: &TypeObject) -> bool {
    let (mut new_base, mut old_base) = (to, from);
    while let Some(base) = new_base.base().filter(|base| compatible_with_base(new_base, base)) {
        new_base = base;
    }
    while let Some(base) = old_base.base().filter(|base| compatible_with_base(old_base, base)) {
        old_base = base;
    }
    if ptr::eq(new_base, old_base) {
        return true;
    }
    let same_parent = match (new_base.base(), old_base.base()) {
        (Some(new), Some(old)) => ptr::eq(new, old),
        _ => false,
    };
    same_parent && same_slots_added(new_base, old_base)
}

/// Whether `child` lays its instances out exactly as its base (`compatible_with_tp_base`).
fn compatible_with_base(child: &TypeObject, parent: &TypeObject) -> bool {
    const MANAGED: core::ffi::c_ulong = flags::MANAGED_DICT | flags::MANAGED_WEAKREF | flags::HAVE_GC;
    child.tp_basicsize.get() == parent.tp_basicsize.get()
        && child.tp_itemsize.get() == parent.tp_itemsize.get()
        && child.tp_dictoffset.get() == parent.tp_dictoffset.get()
        && child.tp_weaklistoffset.get() == parent.tp_weaklistoffset.get()
        && (child.tp_flags.get() ^ parent.tp_flags.get()) & MANAGED == 0
}

/// Two classes over one base that added the same: `__slots__` of the same names, dictionary and weak references alike.
fn same_slots_added(new: &TypeObject, old: &TypeObject) -> bool {
    let sizes = new.tp_basicsize.get() == old.tp_basicsize.get()
        && new.tp_itemsize.get() == old.tp_itemsize.get()
        && new.tp_dictoffset.get() == old.tp_dictoffset.get()
        && new.tp_weaklistoffset.get() == old.tp_weaklistoffset.get();
    let managed = flags::MANAGED_DICT | flags::MANAGED_WEAKREF;
    if !sizes || (new.tp_flags.get() ^ old.tp_flags.get()) & managed != 0 {
        return false;
    }
    let slots = |class: &TypeObject| class.heap_type().and_then(|heap| heap.ht_slots.get());
    match (slots(new), slots(old)) {
        (None, None) => true,
        (Some(new), Some(old)) => {
            let equal = crate::protocol::compare::equal(&new, &old);
            equal.unwrap_or_else(|raised| {
                raised.clear();
                false
            })
        }
        // What is no slot in `__slots__`, like `__dict__`, is compared above.
        (Some(slots), None) | (None, Some(slots)) => slots.cast::<Tuple>().is_none_or(Tuple::is_empty),
    }
}
