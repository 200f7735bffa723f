//! `pycapsule.h`.

use core::ffi::{CStr, c_char, c_void};
use macros::capi;
use objects::typeobject::slots::{Inquiry, TraverseProc};
use objects::types::capsule::{self, Capsule, CapsuleDestructor};
use objects::{Object, Ref, Result};

/// The capsule that a function was given, which may be anything.
fn expect<'a>(object: Option<&'a Object>, function: &str) -> Result<&'a Capsule> {
    object.and_then(Object::cast_exact).ok_or_else(|| capsule::invalid(function))
}

#[capi]
pub fn PyCapsule_New(
    pointer: *mut c_void,
    name: *const c_char,
    destructor: CapsuleDestructor,
) -> Result<Ref<Capsule>> {
    Capsule::new(pointer, name, destructor)
}

#[capi]
pub fn PyCapsule_GetPointer(object: Option<&Object>, name: Option<&CStr>) -> Result<*mut c_void> {
    expect(object, "PyCapsule_GetPointer")?.pointer(name)
}

#[capi]
pub fn PyCapsule_GetDestructor(object: Option<&Object>) -> Result<CapsuleDestructor> {
    Ok(expect(object, "PyCapsule_GetDestructor")?.destructor())
}

#[capi]
pub fn PyCapsule_GetName(object: Option<&Object>) -> Result<*const c_char> {
    Ok(expect(object, "PyCapsule_GetName")?.name().map_or(core::ptr::null(), CStr::as_ptr))
}

#[capi]
pub fn PyCapsule_GetContext(object: Option<&Object>) -> Result<*mut c_void> {
    Ok(expect(object, "PyCapsule_GetContext")?.context())
}

#[capi]
pub fn PyCapsule_IsValid(object: Option<&Object>, name: Option<&CStr>) -> bool {
    object.and_then(Object::cast_exact).is_some_and(|capsule: &Capsule| capsule.has_name(name))
}

#[capi]
pub fn PyCapsule_SetPointer(object: Option<&Object>, pointer: *mut c_void) -> Result<()> {
    if pointer.is_null() {
        return Err(objects::raise!(ValueError, "PyCapsule_SetPointer called with null pointer"));
    }
    expect(object, "PyCapsule_SetPointer")?.set_pointer(pointer)
}

#[capi]
pub fn PyCapsule_SetDestructor(object: Option<&Object>, destructor: CapsuleDestructor) -> Result<()> {
    expect(object, "PyCapsule_SetDestructor")?.set_destructor(destructor);
    Ok(())
}

#[capi]
pub fn PyCapsule_SetName(object: Option<&Object>, name: *const c_char) -> Result<()> {
    expect(object, "PyCapsule_SetName")?.set_name(name);
    Ok(())
}

#[capi]
pub fn PyCapsule_SetContext(object: Option<&Object>, context: *mut c_void) -> Result<()> {
    expect(object, "PyCapsule_SetContext")?.set_context(context);
    Ok(())
}

#[capi]
pub fn PyCapsule_Import(name: &CStr, _no_block: i32) -> Result<*mut c_void> {
    capsule::import(name)
}

#[capi]
pub fn _PyCapsule_SetTraverse(object: Option<&Object>, traverse: TraverseProc, clear: Inquiry) -> Result<()> {
    expect(object, "_PyCapsule_SetTraverse")?.set_traverse(traverse, clear);
    Ok(())
}
