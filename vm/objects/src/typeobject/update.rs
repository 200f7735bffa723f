//! Keeping slots true to the class's attributes: when a class is made, when an attribute is assigned, when the bases change.

use super::ready::dict_to_change;
use super::slotdefs::{self, SlotDef};
use super::{TypeObject, dunder, flags, layout, mro};
use crate::attrs;
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::slots;
use crate::types::descr::wrapper::WrapperDescr;
use crate::types::object::PyBaseObject_Type;
use crate::types::str::{Str, intern};
use crate::types::tuple::Tuple;
use crate::types::r#type::attributes;
use crate::types::{cfunction, none};
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::mem::offset_of;
use core::ptr;

/// `type_setattro`: sets or deletes an attribute of a class.
///
/// # Errors
/// TypeError for an immutable type; what a metaclass's descriptor raises; AttributeError when there is nothing to delete.
pub fn set_attribute(class: &TypeObject, name: &Str, value: Option<&Object>) -> Result<()> {
    if class.has_feature(flags::IMMUTABLETYPE) {
        return Err(attributes::immutable(class, name)?);
    }
    let name = intern::intern(name.to_ref());
    // What the method cache borrows may go now.
    class.modified();
    attrs::generic_set_with(class, &name, value, || dict_to_change(class).map(Some))?;
    class.modified();
    if is_dunder(&name) {
        update_slot(class, &name);
    }
    Ok(())
}

fn is_dunder(name: &Str) -> bool {
    name.as_ascii().is_some_and(|name| name.len() > 4 && name.starts_with("__") && name.ends_with("__"))
}

/// Sets the slots that the special method `name` decides, in `class` and in the subclasses that inherit it (`update_slot`).
pub fn update_slot(class: &TypeObject, name: &Str) {
    let mut offsets: Vec<c_int> = slotdefs::rows_of(name).map(|def| def.offset).collect();
    offsets.dedup();
    if !offsets.is_empty() {
        update_subtree(class, name, &offsets);
    }
}

fn update_subtree(class: &TypeObject, name: &Str, offsets: &[c_int]) {
    for &offset in offsets {
        update_one(class, slotdefs::same_slot(offset));
    }
    for subclass in class.subclasses() {
        let overrides = subclass.tp_dict.get().is_some_and(|dict| match dict.get_str(name) {
            Ok(found) => found.is_some(),
            Err(raised) => {
                raised.clear();
                false
            }
        });
        if !overrides {
            update_subtree(&subclass, name, offsets);
        }
    }
}

/// Sets every slot of a new class (`fixup_slot_dispatchers`).
pub fn fix_slots(class: &TypeObject) {
    let inherited = Inherited::of(class);
    for rows in slotdefs::all().chunk_by(|a, b| a.offset == b.offset) {
        match inherited.as_ref().and_then(|inherited| inherited.slot(rows)) {
            Some(function) => {
                if let Some(slot) = rows.first().and_then(|def| def.slot(class)) {
                    slot.set(function);
                }
            }
            None => update_one(class, rows),
        }
    }
}

/// What a class with one base need not look up, for nothing between it and the base decides those slots.
struct Inherited<'a> {
    base: &'a TypeObject,
    /// The slots that the class's own attributes decide.
    own: Vec<c_int>,
}

impl<'a> Inherited<'a> {
    /// For a class whose base has slots that follow from attributes alone: a class made by a program, `object`, or an exception. Of other
    /// built-in types one method may fill two slots.
    fn of(class: &'a TypeObject) -> Option<Inherited<'a>> {
        let base = class.base()?;
        let is_only = class.tp_bases.get().is_some_and(|bases| bases.len() == 1);
        let is_plain = class.tp_mro.get().zip(base.tp_mro.get()).is_some_and(|(own, of_base)| {
            own.len() == of_base.len() + 1
                && own.items().iter().skip(1).zip(of_base.items()).all(|(a, b)| a.is(b))
        });
        let follows = base.heap_type().is_some() && !base.has_feature(flags::IMMUTABLETYPE)
            || ptr::eq(base, &PyBaseObject_Type)
            || base.has_feature(flags::BASE_EXC_SUBCLASS);
        if !is_only || !is_plain || !follows {
            return None;
        }
        let mut own = Vec::new();
        for (name, _) in class.tp_dict.get()?.to_vec() {
            if let Some(name) = name.cast_exact::<Str>().filter(|name| is_dunder(name)) {
                own.extend(slotdefs::rows_of(&intern::intern(name.to_ref())).map(|def| def.offset));
            }
        }
        Some(Inherited { base, own })
    }

    /// What goes into the slot of `rows`, if that is known without a look-up.
    fn slot(&self, rows: &[SlotDef]) -> Option<*const c_void> {
        let first = rows.first().filter(|first| !self.own.contains(&first.offset))?;
        let function = first.slot(self.base).map_or(ptr::null(), Cell::get);
        let is_next = first.offset as usize == offset_of!(super::HeapType, ht_type.tp_iternext);
        Some(if is_next && function.is_null() {
            dunder::next_not_implemented as *const c_void
        } else {
            function
        })
    }
}

/// Chooses what goes into the slot of `rows`: the native function where all the methods found are its own wrappers, so that Python is
/// not called in between; else the function that calls the methods (`update_one_slot`).
fn update_one(class: &TypeObject, rows: &'static [SlotDef]) {
    let Some(first) = rows.first() else { return };
    let Some(slot) = first.slot(class) else { return };
    let is = |field: usize| first.offset as usize == field;
    let mut specific: *const c_void = ptr::null();
    let mut generic: *const c_void = ptr::null();
    let mut use_generic = false;
    for def in rows {
        let Some(method) = class.lookup(def.name()) else {
            if is(offset_of!(super::HeapType, ht_type.tp_iternext)) {
                specific = dunder::next_not_implemented as *const c_void;
            }
            continue;
        };
        if let Some(wrapper) = method.cast_exact::<WrapperDescr>()
            && ptr::eq(wrapper.common().attribute(), def.name())
        {
            let only = only_slot_of(class, def.name());
            if only.is_none_or(|only| ptr::eq(only, slot)) {
                generic = def.function;
            }
            let fits = specific.is_null() || specific == wrapper.wrapped();
            if fits && is_called_alike(wrapper.def(), def) && class.is_subtype(wrapper.common().class_of()) {
                specific = wrapper.wrapped();
            } else {
                // A wrapper borrowed from elsewhere, or two that disagree.
                use_generic = true;
            }
        } else if is(offset_of!(super::HeapType, ht_type.tp_new)) && cfunction::is_constructor(&method) {
            // `__new__` of a native base: its own check needs `tp_new` to stay what it was inherited as.
            specific = slot.get();
        } else if is(offset_of!(super::HeapType, ht_type.tp_hash)) && method.is(none::none()) {
            specific = slots::unhashable as *const c_void;
        } else {
            use_generic = true;
            generic = def.function;
            if is(offset_of!(super::HeapType, ht_type.tp_call)) {
                class.set_flags(0, flags::HAVE_VECTORCALL);
            }
        }
    }
    slot.set(if !specific.is_null() && !use_generic { specific } else { generic });
}

/// Whether a wrapper of the one slot may stand for the other: both are called in one way. The addresses of the functions that wrap do not
/// tell, since the compiler may give two that do the same one address; of the slots that share a name, only those of `__len__` are alike.
fn is_called_alike(wrapped: &SlotDef, def: &SlotDef) -> bool {
    // C code may have copied the row to give the wrapper another docstring.
    ptr::eq(wrapped.name(), def.name()) && (wrapped.offset == def.offset || def.name().equals_text("__len__"))
}

/// The only filled slot among those a name could fill, `None` when there is more than one or none (`resolve_slotdups`).
fn only_slot_of<'a>(class: &'a TypeObject, name: &Str) -> Option<&'a Cell<*const c_void>> {
    let mut filled =
        slotdefs::rows_of(name).filter_map(|def| def.slot(class)).filter(|slot| !slot.get().is_null());
    let first = filled.next()?;
    if filled.any(|other| !ptr::eq(other, first)) { None } else { Some(first) }
}

// ---- bases ----

/// Assigns `__bases__` (`type_set_bases`).
///
/// # Errors
/// TypeError when the classes cannot be bases of this one; what computing MROs raises. The class is unchanged then.
pub fn set_bases(class: &TypeObject, value: Option<&Object>) -> Result<()> {
    let name = class.full_name();
    if class.has_feature(flags::IMMUTABLETYPE) {
        return Err(crate::raise!(TypeError, "cannot set '__bases__' attribute of immutable type '{name}'"));
    }
    let Some(value) = value else {
        return Err(crate::raise!(
            TypeError,
            "cannot delete '__bases__' attribute of immutable type '{name}'"
        ));
    };
    crate::hooks::AUDIT.get()("object.__setattr__", &[class, id!("__bases__"), value])?;
    let Some(bases) = value.cast::<Tuple>() else {
        return Err(crate::raise!(
            TypeError,
            "can only assign tuple to {name}.__bases__, not {}",
            value.class().full_name()
        ));
    };
    if bases.is_empty() {
        return Err(crate::raise!(TypeError, "can only assign non-empty tuple to {name}.__bases__, not ()"));
    }
    for base in bases.items() {
        let Some(base) = base.cast::<TypeObject>() else {
            return Err(crate::raise!(
                TypeError,
                "{name}.__bases__ must be tuple of classes, not '{}'",
                base.class().full_name()
            ));
        };
        // In the middle of another assignment the base may have its new `tp_base` but its old order still.
        if base.is_subtype(class) || inherits_by_base(base, class) {
            return Err(crate::raise!(TypeError, "a __bases__ item causes an inheritance cycle"));
        }
    }
    let new_base = layout::best_base(bases)?;
    if let Some(old_base) = class.base() {
        layout::check_assignable(old_base, &new_base, "__bases__")?;
    }
    let old_bases = class.tp_bases.replace(Some(bases.to_ref()));
    let old_base = class.tp_base.replace(new_base.into_ptr());
    // A metaclass's `mro` may assign the bases again meanwhile, which then stay.
    let still_ours = || class.tp_bases.as_ptr() == core::ptr::from_ref(bases).cast_mut();
    let mut changed = Vec::new();
    if let Err(raised) = recompute_mros(class, &mut changed) {
        for Recomputed { class, old, new } in changed {
            if class.tp_mro.as_ptr() == new.as_ref().map_or(ptr::null_mut(), Ref::as_ptr) {
                class.tp_mro.set(old);
                class.modified();
            }
        }
        let unused = if still_ours() {
            class.tp_bases.set(old_bases);
            class.tp_base.replace(old_base)
        } else {
            old_base
        };
        // SAFETY: the field owned it.
        drop(unsafe { Ref::from_nullable(unused.cast_mut()) });
        return Err(raised);
    }
    if still_ours() {
        let classes = |bases: &Tuple| -> Vec<Ref<TypeObject>> {
            bases.items().iter().filter_map(|base| base.cast::<TypeObject>()).map(Instance::to_ref).collect()
        };
        if let Some(old) = &old_bases {
            classes(old).iter().for_each(|base| base.remove_subclass(class));
        }
        classes(bases).iter().for_each(|base| base.add_subclass(class));
        fix_subtree(class);
    }
    // SAFETY: the field owned the old base.
    drop(unsafe { Ref::from_nullable(old_base.cast_mut()) });
    Ok(())
}

/// Whether `class` is among the bases that `base` has by `tp_base` alone.
fn inherits_by_base(base: &TypeObject, class: &TypeObject) -> bool {
    core::iter::successors(Some(base), |base| base.base()).any(|base| ptr::eq(base, class))
}

/// A class whose order was computed anew.
struct Recomputed {
    class: Ref<TypeObject>,
    old: Option<Ref<Tuple>>,
    new: Option<Ref<Tuple>>,
}

/// Computes the MRO of a class and of all that derive from it; `changed` remembers them (`mro_hierarchy`).
fn recompute_mros(class: &TypeObject, changed: &mut Vec<Recomputed>) -> Result<()> {
    let old = class.tp_mro.get();
    class.modified();
    if !mro::compute(class)? {
        return Ok(());
    }
    changed.push(Recomputed { class: class.to_ref(), old, new: class.tp_mro.get() });
    let _depth = crate::state::enter_recursive_call(" while computing method resolution orders")?;
    for subclass in class.subclasses() {
        recompute_mros(&subclass, changed)?;
    }
    Ok(())
}

fn fix_subtree(class: &TypeObject) {
    class.modified();
    fix_slots(class);
    for subclass in class.subclasses() {
        fix_subtree(&subclass);
    }
}
