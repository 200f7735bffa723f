//! `descrobject.h` and `cpython/descrobject.h`; the members of `structmember.h` are described there too.

use core::ffi::{c_char, c_int, c_void};
use macros::capi;
use objects::typeobject::slotdefs::SlotDef;
use objects::typeobject::{GetSetDef, MemberDef, MethodDef};
use objects::types::descr::{self, member, wrapper};
use objects::types::mappingproxy;
use objects::{Object, Ref, Result, TypeObject};

/// # Safety
/// A C function: the definition lives as long as the type.
#[capi]
pub unsafe fn PyDescr_NewMethod(class: &TypeObject, definition: *mut MethodDef) -> Result<Ref> {
    // SAFETY: the caller's promise.
    descr::new_method(class, unsafe { &*definition })
}

/// # Safety
/// A C function: the definition lives as long as the type.
#[capi]
pub unsafe fn PyDescr_NewClassMethod(class: &TypeObject, definition: *mut MethodDef) -> Result<Ref> {
    // SAFETY: the caller's promise.
    descr::new_classmethod(class, unsafe { &*definition })
}

/// # Safety
/// A C function: the definition lives as long as the type.
#[capi]
pub unsafe fn PyDescr_NewMember(class: &TypeObject, definition: *mut MemberDef) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let definition: &'static MemberDef = unsafe { &*definition };
    if definition.flags & member::RELATIVE_OFFSET != 0 {
        return Err(objects::raise!(SystemError, "PyDescr_NewMember used with Py_RELATIVE_OFFSET"));
    }
    descr::new_member(class, definition)
}

/// # Safety
/// A C function: the definition lives as long as the type.
#[capi]
pub unsafe fn PyDescr_NewGetSet(class: &TypeObject, definition: *mut GetSetDef) -> Result<Ref> {
    // SAFETY: the caller's promise.
    descr::new_getset(class, unsafe { &*definition })
}

/// # Safety
/// A C function: the row lives as long as the type, and `wrapped` is such a slot.
#[capi]
pub unsafe fn PyDescr_NewWrapper(class: &TypeObject, row: *mut SlotDef, wrapped: *mut c_void) -> Result<Ref> {
    // SAFETY: the caller's promise.
    descr::new_wrapper(class, unsafe { &*row }, wrapped)
}

/// A `wrapper_descriptor` bound to an object.
#[capi]
pub fn PyWrapper_New(descriptor: &wrapper::WrapperDescr, object: &Object) -> Result<Ref> {
    let bind = descriptor.class().tp_descr_get.get().ok_or_else(objects::raise::bad_internal_call)?;
    // SAFETY: the slot belongs to the descriptor's class.
    unsafe { bind(descriptor, Some(object), None) }
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyDescr_IsData(object: &Object) -> c_int {
    object.class().tp_descr_set.get().is_some().into()
}

#[capi]
pub fn PyDictProxy_New(mapping: &Object) -> Result<Ref> {
    mappingproxy::new(mapping)
}

/// # Safety
/// A C function: a field of a kind that `definition` says is at its offset from `start`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMember_GetOne(start: *const c_char, definition: &MemberDef) -> Option<Ref> {
    // SAFETY: the caller's promise; all fields but those with errors that name the class may be anywhere.
    let value = unsafe { member::get(&*start.cast::<Object>(), definition) };
    value.map_err(objects::Raised::leave).ok()
}

/// # Safety
/// As [`PyMember_GetOne`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMember_SetOne(
    start: *mut c_char,
    definition: &MemberDef,
    value: Option<&Object>,
) -> c_int {
    // SAFETY: as there.
    objects::typeobject::status(unsafe { member::set(&*start.cast::<Object>(), definition, value) })
}
