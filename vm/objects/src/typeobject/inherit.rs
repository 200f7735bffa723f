//! What a class takes over from its bases: flags, sizes and offsets from the best base, slots from every class of the MRO.

use super::slotdefs::slot_at;
use super::{HeapType, TypeObject, flags};
use crate::id;
use crate::types::object::PyBaseObject_Type;
use core::ffi::c_ulong;
use core::mem::offset_of;
use core::ptr;

/// Flags that mark the subclasses of a built-in type.
const FAMILY: c_ulong = flags::LONG_SUBCLASS
    | flags::LIST_SUBCLASS
    | flags::TUPLE_SUBCLASS
    | flags::BYTES_SUBCLASS
    | flags::UNICODE_SUBCLASS
    | flags::DICT_SUBCLASS
    | flags::BASE_EXC_SUBCLASS
    | flags::TYPE_SUBCLASS;

macro_rules! offsets {
    ($($($field:ident).+),* $(,)?) => { [$(offset_of!(HeapType, $($field).+)),*] };
}

/// Slots that are inherited one by one.
const INHERITED: [usize; 63] = offsets![
    ht_type.tp_dealloc,
    ht_type.tp_str,
    ht_type.tp_repr,
    ht_type.tp_iter,
    ht_type.tp_iternext,
    ht_type.tp_descr_get,
    ht_type.tp_descr_set,
    ht_type.tp_init,
    ht_type.tp_alloc,
    ht_type.tp_is_gc,
    ht_type.tp_finalize,
    as_number.nb_add,
    as_number.nb_subtract,
    as_number.nb_multiply,
    as_number.nb_remainder,
    as_number.nb_divmod,
    as_number.nb_power,
    as_number.nb_negative,
    as_number.nb_positive,
    as_number.nb_absolute,
    as_number.nb_bool,
    as_number.nb_invert,
    as_number.nb_lshift,
    as_number.nb_rshift,
    as_number.nb_and,
    as_number.nb_xor,
    as_number.nb_or,
    as_number.nb_int,
    as_number.nb_float,
    as_number.nb_inplace_add,
    as_number.nb_inplace_subtract,
    as_number.nb_inplace_multiply,
    as_number.nb_inplace_remainder,
    as_number.nb_inplace_power,
    as_number.nb_inplace_lshift,
    as_number.nb_inplace_rshift,
    as_number.nb_inplace_and,
    as_number.nb_inplace_xor,
    as_number.nb_inplace_or,
    as_number.nb_floor_divide,
    as_number.nb_true_divide,
    as_number.nb_inplace_floor_divide,
    as_number.nb_inplace_true_divide,
    as_number.nb_index,
    as_number.nb_matrix_multiply,
    as_number.nb_inplace_matrix_multiply,
    as_async.am_await,
    as_async.am_aiter,
    as_async.am_anext,
    as_async.am_send,
    as_sequence.sq_length,
    as_sequence.sq_concat,
    as_sequence.sq_repeat,
    as_sequence.sq_item,
    as_sequence.sq_ass_item,
    as_sequence.sq_contains,
    as_sequence.sq_inplace_concat,
    as_sequence.sq_inplace_repeat,
    as_mapping.mp_length,
    as_mapping.mp_subscript,
    as_mapping.mp_ass_subscript,
    as_buffer.bf_getbuffer,
    as_buffer.bf_releasebuffer,
];

/// `inherit_slots` for one `base` of the MRO: a slot that `base` itself filled and `class` did not.
pub fn slots(class: &TypeObject, base: &TypeObject) {
    for &offset in &INHERITED {
        copy_slot(class, base, offset);
    }
    // The pairs are inherited together, so that a class with its own half does not get a foreign other half.
    if class.tp_getattr.get().is_none() && class.tp_getattro.get().is_none() {
        class.tp_getattr.set(base.tp_getattr.get());
        class.tp_getattro.set(base.tp_getattro.get());
    }
    if class.tp_setattr.get().is_none() && class.tp_setattro.get().is_none() {
        class.tp_setattr.set(base.tp_setattr.get());
        class.tp_setattro.set(base.tp_setattro.get());
    }
    if class.tp_richcompare.get().is_none() && class.tp_hash.get().is_none() && !overrides_hash(class) {
        class.tp_richcompare.set(base.tp_richcompare.get());
        class.tp_hash.set(base.tp_hash.get());
    }
    // Immutability is what keeps the vectorcall entry and `__call__` from disagreeing.
    let inherits_call = class.tp_call.get().is_none();
    if class.tp_vectorcall_offset.get() == 0 {
        class.tp_vectorcall_offset.set(base.tp_vectorcall_offset.get());
    }
    if inherits_call && base.has_feature(flags::HAVE_VECTORCALL) {
        class.set_flags(flags::HAVE_VECTORCALL, 0);
    }
    copy_slot(class, base, offset_of!(HeapType, ht_type.tp_call));
    // An immutable type cannot have its `__get__` replaced later.
    let same_get = base.tp_descr_get.get().is_some()
        && class.tp_descr_get.get().map(|get| get as usize)
            == base.tp_descr_get.get().map(|get| get as usize);
    if same_get && class.has_feature(flags::IMMUTABLETYPE) {
        class.set_flags(base.tp_flags.get() & flags::METHOD_DESCRIPTOR, 0);
    }
    inherit_free(class, base);
}

/// `SLOTDEFINED` and `COPYSLOT`.
fn copy_slot(class: &TypeObject, base: &TypeObject, offset: usize) {
    let (Some(own), Some(theirs)) = (slot_at(class, offset), slot_at(base, offset)) else { return };
    if !own.get().is_null() || theirs.get().is_null() {
        return;
    }
    let inherited =
        base.base().and_then(|grand| slot_at(grand, offset)).map_or(ptr::null(), |slot| slot.get());
    if theirs.get() != inherited {
        own.set(theirs.get());
    }
}

/// `tp_free` follows the allocator: a class that adds collection to an uncollected base takes the collector's.
fn inherit_free(class: &TypeObject, base: &TypeObject) {
    if class.tp_free.get().is_none()
        && (class.has_feature(flags::HAVE_GC) == base.has_feature(flags::HAVE_GC)
            || class.has_feature(flags::HAVE_GC))
    {
        class.tp_free.set(base.tp_free.get());
    }
}

/// Whether the class says something about `__eq__` or `__hash__` itself (`overrides_hash`).
fn overrides_hash(class: &TypeObject) -> bool {
    let Some(dict) = class.tp_dict.get() else { return false };
    let has = |name| match dict.get_str(name) {
        Ok(found) => found.is_some(),
        Err(raised) => {
            raised.clear();
            false
        }
    };
    has(id!("__eq__")) || has(id!("__hash__"))
}

/// `inherit_special`: from the best base only.
pub fn special(class: &TypeObject, base: &TypeObject) {
    if !class.has_feature(flags::HAVE_GC)
        && base.has_feature(flags::HAVE_GC)
        && class.tp_traverse.get().is_none()
        && class.tp_clear.get().is_none()
    {
        class.set_flags(flags::HAVE_GC, 0);
        class.tp_traverse.set(base.tp_traverse.get());
        class.tp_clear.set(base.tp_clear.get());
    }
    class.set_flags(base.tp_flags.get() & (flags::MANAGED_WEAKREF | flags::MANAGED_DICT), 0);
    class.tp_foreign.set(class.tp_foreign.get() | base.tp_foreign.get());
    if class.tp_basicsize.get() == 0 {
        class.tp_basicsize.set(base.tp_basicsize.get());
    }
    if class.tp_itemsize.get() == 0 {
        class.tp_itemsize.set(base.tp_itemsize.get());
    }
    if class.tp_weaklistoffset.get() == 0 {
        class.tp_weaklistoffset.set(base.tp_weaklistoffset.get());
    }
    if class.tp_dictoffset.get() == 0 {
        class.tp_dictoffset.set(base.tp_dictoffset.get());
    }
    class.set_flags(base.tp_flags.get() & FAMILY, 0);
    if base.has_feature(flags::MATCH_SELF) {
        class.set_flags(flags::MATCH_SELF, 0);
    }
    if base.has_feature(flags::ITEMS_AT_END) {
        class.set_flags(flags::ITEMS_AT_END, 0);
    }
}

/// `SEQUENCE` and `MAPPING`, which patterns ask for, come from the first base that has one (`inherit_patma_flags`).
pub fn pattern_flags(class: &TypeObject, base: &TypeObject) {
    const COLLECTION: c_ulong = flags::SEQUENCE | flags::MAPPING;
    if class.tp_flags.get() & COLLECTION == 0 {
        class.set_flags(base.tp_flags.get() & COLLECTION, 0);
    }
}

/// `tp_new` comes from the base, except that a static type over `object` itself cannot be made without its own.
pub fn constructor(class: &TypeObject, base: &TypeObject) {
    if class.tp_new.get().is_none() {
        if ptr::eq(base, &raw const PyBaseObject_Type) && !class.has_feature(flags::HEAPTYPE) {
            class.set_flags(flags::DISALLOW_INSTANTIATION, 0);
        } else if !class.has_feature(flags::DISALLOW_INSTANTIATION) {
            class.tp_new.set(base.tp_new.get());
        }
    }
}
