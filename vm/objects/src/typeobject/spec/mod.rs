//! Types that C code describes with a table of slots: `PyType_Spec`, the numbers of its slots, and what of a type they name.

pub mod create;

use super::slotdefs::slot_at;
use super::{HeapType, MemberDef, TypeObject, flags};
use core::ffi::{c_char, c_int, c_uint, c_void};
use core::mem::offset_of;

/// `PyType_Slot`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Slot {
    pub slot: c_int,
    pub pfunc: *const c_void,
}

/// `PyType_Spec`.
#[repr(C)]
pub struct Spec {
    pub name: *const c_char,
    /// Negative: how much more than the base's instances those of the type have.
    pub basicsize: c_int,
    pub itemsize: c_int,
    pub flags: c_uint,
    pub slots: *const Slot,
}

/// The numbers of the slots that the runtime names.
pub mod number {
    use core::ffi::c_int;
    pub const TP_BASE: c_int = 48;
    pub const TP_BASES: c_int = 49;
    pub const TP_CLEAR: c_int = 51;
    pub const TP_DEALLOC: c_int = 52;
    pub const TP_DOC: c_int = 56;
    pub const TP_NEW: c_int = 65;
    pub const TP_REPR: c_int = 66;
    pub const TP_TRAVERSE: c_int = 71;
    pub const TP_MEMBERS: c_int = 72;
}

macro_rules! offsets {
    ($($($field:ident).+)*) => { [$(offset_of!(HeapType, $($field).+)),*] };
}

/// Offsets in [`HeapType`] by slot number, from 1 (`typeslots.h`).
const OFFSETS: [usize; 81] = offsets![
    as_buffer.bf_getbuffer as_buffer.bf_releasebuffer
    as_mapping.mp_ass_subscript as_mapping.mp_length as_mapping.mp_subscript
    as_number.nb_absolute as_number.nb_add as_number.nb_and as_number.nb_bool as_number.nb_divmod as_number.nb_float
    as_number.nb_floor_divide as_number.nb_index as_number.nb_inplace_add as_number.nb_inplace_and
    as_number.nb_inplace_floor_divide as_number.nb_inplace_lshift as_number.nb_inplace_multiply as_number.nb_inplace_or
    as_number.nb_inplace_power as_number.nb_inplace_remainder as_number.nb_inplace_rshift as_number.nb_inplace_subtract
    as_number.nb_inplace_true_divide as_number.nb_inplace_xor as_number.nb_int as_number.nb_invert as_number.nb_lshift
    as_number.nb_multiply as_number.nb_negative as_number.nb_or as_number.nb_positive as_number.nb_power
    as_number.nb_remainder as_number.nb_rshift as_number.nb_subtract as_number.nb_true_divide as_number.nb_xor
    as_sequence.sq_ass_item as_sequence.sq_concat as_sequence.sq_contains as_sequence.sq_inplace_concat
    as_sequence.sq_inplace_repeat as_sequence.sq_item as_sequence.sq_length as_sequence.sq_repeat
    ht_type.tp_alloc ht_type.tp_base ht_type.tp_bases ht_type.tp_call ht_type.tp_clear ht_type.tp_dealloc ht_type.tp_del
    ht_type.tp_descr_get ht_type.tp_descr_set ht_type.tp_doc ht_type.tp_getattr ht_type.tp_getattro ht_type.tp_hash
    ht_type.tp_init ht_type.tp_is_gc ht_type.tp_iter ht_type.tp_iternext ht_type.tp_methods ht_type.tp_new ht_type.tp_repr
    ht_type.tp_richcompare ht_type.tp_setattr ht_type.tp_setattro ht_type.tp_str ht_type.tp_traverse ht_type.tp_members
    ht_type.tp_getset ht_type.tp_free
    as_number.nb_matrix_multiply as_number.nb_inplace_matrix_multiply
    as_async.am_await as_async.am_aiter as_async.am_anext
    ht_type.tp_finalize
    as_async.am_send
];

const _: () = assert!(OFFSETS[number::TP_DOC as usize - 1] == offset_of!(HeapType, ht_type.tp_doc));
const _: () = assert!(OFFSETS[number::TP_CLEAR as usize - 1] == offset_of!(HeapType, ht_type.tp_clear));
const _: () = assert!(OFFSETS[number::TP_DEALLOC as usize - 1] == offset_of!(HeapType, ht_type.tp_dealloc));
const _: () = assert!(OFFSETS[number::TP_NEW as usize - 1] == offset_of!(HeapType, ht_type.tp_new));
const _: () = assert!(OFFSETS[number::TP_REPR as usize - 1] == offset_of!(HeapType, ht_type.tp_repr));
const _: () = assert!(OFFSETS[number::TP_TRAVERSE as usize - 1] == offset_of!(HeapType, ht_type.tp_traverse));
const _: () = assert!(OFFSETS[number::TP_MEMBERS as usize - 1] == offset_of!(HeapType, ht_type.tp_members));

fn offset_of_slot(slot: c_int) -> Option<usize> {
    let index = usize::try_from(slot).ok()?.checked_sub(1)?;
    OFFSETS.get(index).copied()
}

/// What a type has in the slot with a number (`PyType_GetSlot`); NULL when the type has no table for it.
///
/// # Errors
/// SystemError for a number that no slot has.
pub fn get_slot(class: &TypeObject, slot: c_int) -> crate::Result<*const c_void> {
    let offset = offset_of_slot(slot).ok_or_else(crate::raise::bad_internal_call)?;
    Ok(slot_at(class, offset).map_or(core::ptr::null(), core::cell::Cell::get))
}

/// The largest alignment that a C type has (`ALIGNOF_MAX_ALIGN_T`): parts of an instance begin at multiples of it.
const MAX_ALIGNMENT: isize = 16;

fn align_up(size: isize) -> isize {
    (size + MAX_ALIGNMENT - 1) & !(MAX_ALIGNMENT - 1)
}

/// Where the part that `class` adds to its base's instances begins (`PyObject_GetTypeData`).
pub fn data_offset(class: &TypeObject) -> isize {
    align_up(class.base().map_or(0, |base| base.tp_basicsize.get()))
}

/// How long that part is (`PyType_GetTypeDataSize`).
pub fn data_size(class: &TypeObject) -> isize {
    (class.tp_basicsize.get() - data_offset(class)).max(0)
}

/// Where the items of an instance begin (`PyObject_GetItemData`).
///
/// # Errors
/// TypeError when the class does not say that they are at the end.
pub fn item_offset(class: &TypeObject) -> crate::Result<isize> {
    if class.has_feature(flags::ITEMS_AT_END) {
        return Ok(class.tp_basicsize.get());
    }
    Err(crate::raise!(TypeError, "type '{}' does not have Py_TPFLAGS_ITEMS_AT_END", class.full_name()))
}

/// The rows of a member table up to the one without a name.
///
/// # Safety
/// `table` is NULL or ends with such a row.
unsafe fn members<'a>(table: *const MemberDef) -> &'a [MemberDef] {
    if table.is_null() {
        return &[];
    }
    let mut len = 0;
    // SAFETY: the caller's promise.
    unsafe {
        while !(*table.add(len)).name.is_null() {
            len += 1;
        }
        core::slice::from_raw_parts(table, len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::list::methods::PyList_Type;

    #[test]
    fn slots_have_the_numbers_of_the_header() {
        let field = |slot| offset_of_slot(slot);
        assert_eq!(field(1), Some(offset_of!(HeapType, as_buffer.bf_getbuffer)));
        assert_eq!(field(46), Some(offset_of!(HeapType, as_sequence.sq_repeat)));
        assert_eq!(field(74), Some(offset_of!(HeapType, ht_type.tp_free)));
        assert_eq!(field(81), Some(offset_of!(HeapType, as_async.am_send)));
        assert_eq!((field(0), field(82), field(-1)), (None, None, None));
    }

    #[test]
    fn slots_of_static_types_are_found_in_their_tables() {
        let length = get_slot(&PyList_Type, 45).ok().map(|slot| slot.is_null());
        let add = get_slot(&PyList_Type, 7).ok().map(|slot| slot.is_null());
        assert_eq!((length, add), (Some(false), Some(true)));
    }
}
