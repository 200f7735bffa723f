//! `PyType_FromMetaclass`: a heap type from its description.

use super::{Slot, Spec, align_up, members, number, offset_of_slot};
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::typeobject::new::{calculate_metaclass, members_start, type_new};
use crate::typeobject::ready::{self, dict_of};
use crate::typeobject::slotdefs::slot_at;
use crate::typeobject::slots::{AllocFunc, NewFunc};
use crate::typeobject::{MemberDef, TypeObject, destroy, flags, generic_alloc, layout};
use crate::types::descr::member::RELATIVE_OFFSET;
use crate::types::exceptions::DeprecationWarning;
use crate::types::object::PyBaseObject_Type;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::r#type::PyType_Type;
use crate::types::r#type::attributes::c_string;
use core::ffi::{CStr, c_char, c_int, c_ulong};
use core::ptr;

/// Whether a metaclass with its own `tp_new`, which is not called, is an error or only warned of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum CustomNew {
    Error,
    Warning,
}

/// The offsets that a table of members may set by name.
#[derive(Default)]
struct SpecialOffsets {
    weaklist: isize,
    dict: isize,
    vectorcall: isize,
}

/// A type from a description; a slot that is given twice counts as its last.
///
/// # Safety
/// `spec` is as the C API wants it: its tables end, its functions have their slots' signatures, and all lives as long as the type.
///
/// # Errors
/// SystemError, TypeError and RuntimeError for a description that contradicts itself or its bases; what readying a type raises.
pub unsafe fn from_metaclass(
    metaclass: Option<&TypeObject>,
    module: Option<&Object>,
    spec: &Spec,
    bases: Option<&Object>,
    custom_new: CustomNew,
) -> Result<Ref<TypeObject>> {
    // SAFETY: the caller's promise.
    let slots = unsafe { slots_of(spec) };
    // SAFETY: as above.
    let table = unsafe { member_table(spec, slots) }?;
    let text = doc_of(slots)?;
    if spec.name.is_null() {
        return Err(crate::raise!(SystemError, "Type spec does not define the name field."));
    }
    // SAFETY: as above.
    let full_name = unsafe { CStr::from_ptr(spec.name) }.to_string_lossy();
    let (module_name, short_name) = match full_name.rsplit_once('.') {
        Some((module, short)) => (Some(module), short),
        None => (None, &*full_name),
    };
    let name = Str::new(short_name)?;
    let bases = bases_of(slots, bases)?;
    warn_of_mutable_bases(spec, &full_name, &bases)?;
    let metaclass = calculate_metaclass(metaclass.unwrap_or(&PyType_Type), &bases)?;
    check_metaclass(&metaclass, &full_name, custom_new)?;
    let base = layout::best_base(&bases)?;
    let (basicsize, data_offset) = sizes(spec, &base)?;
    let offsets = special_offsets(table, data_offset);

    let alloc = metaclass.tp_alloc.get().ok_or_else(crate::raise::bad_internal_call)?;
    // SAFETY: the slot belongs to the metaclass, whose instances are types.
    let class: Ref<TypeObject> = unsafe { alloc(&metaclass, table.len() as isize)?.downcast_unchecked() };
    class.tp_flags.set(c_ulong::from(spec.flags) | flags::HEAPTYPE);
    class.tp_foreign.set(1);
    let Some(heap) = class.heap_type() else { return Err(crate::raise::bad_internal_call()) };
    heap.ht_module.set(module.map(Instance::to_ref));
    class.use_own_tables(heap);
    class.tp_base.set(base.into_ptr());
    class.tp_bases.set(Some(bases));
    heap.ht_qualname.set(Some(name.clone()));
    heap.ht_name.set(Some(name));
    let c_name = c_string(&full_name)?;
    heap.ht_tpname.set(c_name);
    class.tp_name.set(c_name);
    if let Some(text) = text {
        class.tp_doc.set(c_string(&text)?);
    }
    class.tp_basicsize.set(basicsize);
    class.tp_itemsize.set(spec.itemsize as isize);
    copy_members(&class, table, data_offset)?;
    copy_slots(&class, slots);
    if class.tp_dealloc.get().is_none() {
        class.tp_dealloc.set(Some(destroy::instance_dealloc));
    }
    class.tp_vectorcall_offset.set(offsets.vectorcall);
    class.tp_weaklistoffset.set(offsets.weaklist);
    class.tp_dictoffset.set(offsets.dict);

    ready::ready(&class)?;
    check_offsets(&class)?;
    let dict = dict_of(&class)?;
    if offsets.weaklist != 0 {
        dict.del_item(&*Str::new("__weaklistoffset__")?)?;
    }
    if offsets.dict != 0 {
        dict.del_item(&*Str::new("__dictoffset__")?)?;
    }
    if dict.get_str(id!("__module__"))?.is_none() {
        match module_name {
            Some(module) => dict.set_str(id!("__module__"), &*Str::new(module)?)?,
            None => {
                let text = format!("builtin type {full_name} has no __module__ attribute");
                crate::hooks::WARN.get()(&DeprecationWarning, &text, 1)?;
            }
        }
    }
    class.modified();
    Ok(class)
}

/// # Safety
/// The table of the spec ends with a zero slot.
unsafe fn slots_of(spec: &Spec) -> &[Slot] {
    let mut len = 0;
    // SAFETY: the caller's promise.
    unsafe {
        while (*spec.slots.add(len)).slot != 0 {
            len += 1;
        }
        core::slice::from_raw_parts(spec.slots, len)
    }
}

/// The table of members, checked; the slots' numbers too, which come first.
///
/// # Safety
/// As [`from_metaclass`].
unsafe fn member_table<'a>(spec: &Spec, slots: &'a [Slot]) -> Result<&'a [MemberDef]> {
    let mut table: &[MemberDef] = &[];
    let mut docs = 0;
    for row in slots {
        if offset_of_slot(row.slot).is_none() {
            return Err(crate::raise!(RuntimeError, "invalid slot offset"));
        }
        match row.slot {
            number::TP_MEMBERS => {
                if !table.is_empty() {
                    return Err(crate::raise!(
                        SystemError,
                        "Multiple Py_tp_members slots are not supported."
                    ));
                }
                // SAFETY: the caller's promise.
                table = unsafe { members(row.pfunc.cast()) };
                table.iter().try_for_each(|member| check_relative(spec, member))?;
            }
            number::TP_DOC => {
                if docs > 0 {
                    return Err(crate::raise!(SystemError, "Multiple Py_tp_doc slots are not supported."));
                }
                docs += usize::from(!row.pfunc.is_null());
            }
            _ => {}
        }
    }
    Ok(table)
}

fn check_relative(spec: &Spec, member: &MemberDef) -> Result<()> {
    if member.flags & RELATIVE_OFFSET == 0 {
        return Ok(());
    }
    if spec.basicsize > 0 {
        return Err(crate::raise!(SystemError, "With Py_RELATIVE_OFFSET, basicsize must be negative."));
    }
    if member.offset < 0 || member.offset >= -(spec.basicsize as isize) {
        return Err(crate::raise!(SystemError, "Member offset out of range (0..-basicsize)"));
    }
    Ok(())
}

fn doc_of(slots: &[Slot]) -> Result<Option<String>> {
    let row = slots.iter().find(|row| row.slot == number::TP_DOC && !row.pfunc.is_null());
    // SAFETY: the slot's value is a C string.
    Ok(row.map(|row| unsafe { CStr::from_ptr(row.pfunc.cast::<c_char>()) }.to_string_lossy().into_owned()))
}

/// The bases that were given, or that the slots name (`get_bases_tuple`).
fn bases_of(slots: &[Slot], given: Option<&Object>) -> Result<Ref<Tuple>> {
    if let Some(given) = given {
        return match given.cast::<Tuple>() {
            Some(bases) => Ok(bases.to_ref()),
            None => Tuple::from_slice(&[given]),
        };
    }
    // SAFETY (both): the values of these slots are borrowed objects or NULL.
    let last = |slot: c_int| {
        let row = slots.iter().rfind(|row| row.slot == slot)?;
        unsafe { row.pfunc.cast::<Object>().as_ref() }
    };
    match last(number::TP_BASES) {
        Some(bases) => match bases.cast::<Tuple>() {
            Some(bases) => Ok(bases.to_ref()),
            None => Err(crate::raise!(SystemError, "Py_tp_bases is not a tuple")),
        },
        None => Tuple::from_slice(&[last(number::TP_BASE).unwrap_or(PyBaseObject_Type.as_object())]),
    }
}

fn warn_of_mutable_bases(spec: &Spec, name: &str, bases: &Tuple) -> Result<()> {
    if c_ulong::from(spec.flags) & flags::IMMUTABLETYPE == 0 {
        return Ok(());
    }
    for base in bases.items().iter().filter_map(|base| base.cast::<TypeObject>()) {
        if !base.has_feature(flags::IMMUTABLETYPE) {
            let base = base.fully_qualified_name('.')?.to_string_lossy();
            let text = format!(
                "Creating immutable type {name} from mutable base {base} is deprecated, and slated to be disallowed in Python 3.14."
            );
            crate::hooks::WARN.get()(&DeprecationWarning, &text, 0)?;
        }
    }
    Ok(())
}

fn check_metaclass(metaclass: &TypeObject, name: &str, custom_new: CustomNew) -> Result<()> {
    if !metaclass.has_feature(flags::TYPE_SUBCLASS) && !metaclass.is_subtype(&PyType_Type) {
        let shown = crate::protocol::object::repr(metaclass)?.to_string_lossy();
        return Err(crate::raise!(TypeError, "Metaclass '{shown}' is not a subclass of 'type'."));
    }
    if metaclass.tp_new.get().is_none_or(|new| ptr::fn_addr_eq(new, type_new as NewFunc)) {
        return Ok(());
    }
    match custom_new {
        CustomNew::Error => {
            Err(crate::raise!(TypeError, "Metaclasses with custom tp_new are not supported."))
        }
        CustomNew::Warning => {
            let text = format!(
                "Type {name} uses PyType_Spec with a metaclass that has custom tp_new. This is deprecated and will no longer be \
                 allowed in Python 3.14."
            );
            crate::hooks::WARN.get()(&DeprecationWarning, &text, 1)
        }
    }
}

/// The size of instances, and where the type's own part begins in them.
fn sizes(spec: &Spec, base: &TypeObject) -> Result<(isize, isize)> {
    match spec.basicsize as isize {
        0 => Ok((base.tp_basicsize.get(), 0)),
        size if size > 0 => Ok((size, size)),
        more => {
            let at_end = (base.tp_flags.get() | c_ulong::from(spec.flags)) & flags::ITEMS_AT_END != 0;
            if base.tp_itemsize.get() != 0 && !at_end {
                return Err(crate::raise!(
                    SystemError,
                    "Cannot extend variable-size class without Py_TPFLAGS_ITEMS_AT_END."
                ));
            }
            let start = align_up(base.tp_basicsize.get());
            Ok((start + align_up(-more), start))
        }
    }
}

fn special_offsets(table: &[MemberDef], data_offset: isize) -> SpecialOffsets {
    let mut offsets = SpecialOffsets::default();
    for member in table {
        // SAFETY: a member's name is a C string.
        let name = unsafe { CStr::from_ptr(member.name) }.to_bytes();
        let place = match name {
            b"__weaklistoffset__" => &mut offsets.weaklist,
            b"__dictoffset__" => &mut offsets.dict,
            b"__vectorcalloffset__" => &mut offsets.vectorcall,
            _ => continue,
        };
        let relative = member.flags & RELATIVE_OFFSET != 0;
        *place = member.offset + if relative { data_offset } else { 0 };
    }
    offsets
}

/// Moves the members into the type itself, where they have absolute offsets; their names become the type's own.
fn copy_members(class: &TypeObject, table: &[MemberDef], data_offset: isize) -> Result<()> {
    if table.is_empty() {
        return Ok(());
    }
    let places = members_start(class);
    for (index, member) in table.iter().enumerate() {
        let relative = member.flags & RELATIVE_OFFSET != 0;
        // SAFETY: a member's name is a C string.
        let name = c_string(&unsafe { CStr::from_ptr(member.name) }.to_string_lossy())?;
        let copy = MemberDef {
            name,
            kind: member.kind,
            offset: member.offset + if relative { data_offset } else { 0 },
            flags: member.flags & !RELATIVE_OFFSET,
            doc: member.doc,
        };
        // SAFETY: the type was allocated with room for its members.
        unsafe { places.add(index).write(copy) };
    }
    class.tp_members.set(places);
    Ok(())
}

fn copy_slots(class: &TypeObject, slots: &[Slot]) {
    for row in slots {
        if matches!(row.slot, number::TP_BASE | number::TP_BASES | number::TP_DOC | number::TP_MEMBERS) {
            continue;
        }
        if let Some(place) = offset_of_slot(row.slot).and_then(|offset| slot_at(class, offset)) {
            place.set(row.pfunc);
        }
    }
}

/// Instances must have room for their base's part and for the fields that offsets name
/// (`check_basicsize_includes_size_and_offsets`).
fn check_offsets(class: &TypeObject) -> Result<()> {
    const FIELD: isize = size_of::<usize>() as isize;
    // Another allocator may have more room than the size says.
    if !class.tp_alloc.get().is_some_and(|alloc| ptr::fn_addr_eq(alloc, generic_alloc as AllocFunc)) {
        return Ok(());
    }
    let (name, size) = (class.full_name(), class.tp_basicsize.get());
    if let Some(base) = class.base().filter(|base| base.tp_basicsize.get() > size) {
        return Err(crate::raise!(
            TypeError,
            "tp_basicsize for type '{name}' ({size}) is too small for base '{}' ({})",
            base.full_name(),
            base.tp_basicsize.get()
        ));
    }
    let fields = [
        ("weaklist", class.tp_weaklistoffset.get()),
        ("dict", class.tp_dictoffset.get()),
        ("vectorcall", class.tp_vectorcall_offset.get()),
    ];
    for (what, offset) in fields {
        if offset + FIELD > size {
            return Err(crate::raise!(
                TypeError,
                "{what} offset {offset} is out of bounds for type '{name}' (tp_basicsize = {size})"
            ));
        }
    }
    Ok(())
}
