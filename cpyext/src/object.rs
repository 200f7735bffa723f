//! `object.h` and `cpython/object.h`, but for making types, which is `typeobject`.

use crate::abstract_::{key, optional};
use core::ffi::{CStr, c_char, c_int};
use macros::capi;
use objects::protocol::{self, attr, compare};
use objects::types::str::{Str, expect_str};
use objects::{CompareOp, Instance, Object, Ref, Result, TypeObject};

/// # Safety
/// A C function: the last reference is gone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_Dealloc(object: *mut Object) {
    // SAFETY: the caller's promise.
    unsafe { objects::object::dealloc(object) }
}

/// # Safety
/// A C function: an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_IncRef(object: Option<&Object>) {
    if let Some(object) = object {
        object.incref();
    }
}

/// # Safety
/// A C function: an owned reference, which it gives up, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_DecRef(object: Option<Ref>) {
    drop(object);
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_IncRef(object: &Object) {
    object.incref();
}

/// # Safety
/// A C function: an owned reference, which it gives up.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_DecRef(object: Ref) {
    drop(object);
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_SetRefcnt(object: &Object, count: isize) {
    object.set_refcnt(count as i64);
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_NewRef(object: &Object) -> Ref {
    object.to_ref()
}

/// # Safety
/// A C function: an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_XNewRef(object: Option<&Object>) -> Option<Ref> {
    object.map(Instance::to_ref)
}

/// # Safety
/// A C function: two objects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_Is(left: &Object, right: &Object) -> c_int {
    left.is(right).into()
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_IsNone(object: &Object) -> c_int {
    object.is(objects::types::none::none()).into()
}

/// What the API prints for a NULL.
fn or_null<'a>(
    object: Option<&'a Object>,
    show: impl FnOnce(&'a Object) -> Result<Ref<Str>>,
) -> Result<Ref<Str>> {
    match object {
        None => Str::new("<NULL>"),
        Some(object) => show(object),
    }
}

#[capi]
pub fn PyObject_Repr(object: Option<&Object>) -> Result<Ref<Str>> {
    or_null(object, protocol::object::repr)
}

#[capi]
pub fn PyObject_Str(object: Option<&Object>) -> Result<Ref<Str>> {
    or_null(object, protocol::object::str)
}

#[capi]
pub fn PyObject_ASCII(object: Option<&Object>) -> Result<Ref<Str>> {
    or_null(object, protocol::object::ascii)
}

#[capi]
pub fn PyObject_Hash(object: &Object) -> Result<isize> {
    protocol::object::hash(object)
}

/// The `tp_hash` of classes whose instances have no hash.
#[capi]
pub fn PyObject_HashNotImplemented(object: &Object) -> Result<isize> {
    Err(objects::raise!(TypeError, "unhashable type: '{}'", object.class().name()))
}

#[capi]
pub fn PyObject_IsTrue(object: &Object) -> Result<bool> {
    protocol::object::is_true(object)
}

#[capi]
pub fn PyObject_Not(object: &Object) -> Result<bool> {
    protocol::object::is_true(object).map(|answer| !answer)
}

#[capi]
pub fn PyCallable_Check(object: Option<&Object>) -> bool {
    object.is_some_and(protocol::call::is_callable)
}

fn operator(op: c_int) -> Result<CompareOp> {
    CompareOp::from_number(op).ok_or_else(objects::raise::bad_internal_call)
}

#[capi]
pub fn PyObject_RichCompare(left: &Object, right: &Object, op: c_int) -> Result<Ref> {
    let op = operator(op)?;
    let _depth = objects::state::enter_recursive_call(" in comparison")?;
    compare::rich_compare(left, right, op)
}

/// An object equals itself, whatever its class says.
#[capi]
pub fn PyObject_RichCompareBool(left: &Object, right: &Object, op: c_int) -> Result<bool> {
    compare::compare_bool(left, right, operator(op)?)
}

#[capi]
pub fn PyObject_SelfIter(object: &Object) -> Result<Ref> {
    Ok(object.to_ref())
}

#[capi]
pub fn PyObject_GetAttr(object: &Object, name: &Object) -> Result<Ref> {
    attr::get(object, expect_str(name, "attribute name")?)
}

/// # Safety
/// A C function: `name` is a C string.
#[capi]
pub unsafe fn PyObject_GetAttrString(object: &Object, name: *const c_char) -> Result<Ref> {
    // SAFETY: the caller's promise.
    attr::get(object, &*unsafe { key(name) }?)
}

/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn PyObject_GetOptionalAttr(object: &Object, name: &Object, place: *mut *mut Object) -> c_int {
    let found = expect_str(name, "attribute name").and_then(|name| attr::get_optional(object, name));
    // SAFETY: the caller's promise.
    unsafe { optional(found, place) }
}

/// # Safety
/// A C function: `name` is a C string, `place` may be written to.
#[capi]
pub unsafe fn PyObject_GetOptionalAttrString(
    object: &Object,
    name: *const c_char,
    place: *mut *mut Object,
) -> c_int {
    // SAFETY: the caller's promise.
    let found = unsafe { key(name) }.and_then(|name| attr::get_optional(object, &name));
    // SAFETY: the caller's promise.
    unsafe { optional(found, place) }
}

#[capi]
pub fn PyObject_SetAttr(object: &Object, name: &Object, value: Option<&Object>) -> Result<()> {
    attr::set(object, expect_str(name, "attribute name")?, value)
}

/// # Safety
/// A C function: `name` is a C string.
#[capi]
pub unsafe fn PyObject_SetAttrString(
    object: &Object,
    name: *const c_char,
    value: Option<&Object>,
) -> Result<()> {
    // SAFETY: the caller's promise.
    attr::set(object, &*unsafe { key(name) }?, value)
}

#[capi]
pub fn PyObject_DelAttr(object: &Object, name: &Object) -> Result<()> {
    attr::set(object, expect_str(name, "attribute name")?, None)
}

/// # Safety
/// A C function: `name` is a C string.
#[capi]
pub unsafe fn PyObject_DelAttrString(object: &Object, name: *const c_char) -> Result<()> {
    // SAFETY: the caller's promise.
    attr::set(object, &*unsafe { key(name) }?, None)
}

#[capi]
pub fn PyObject_HasAttrWithError(object: &Object, name: &Object) -> Result<bool> {
    let name = expect_str(name, "attribute name")?;
    attr::get_optional(object, name).map(|found| found.is_some())
}

#[capi]
pub fn PyObject_HasAttrStringWithError(object: &Object, name: &CStr) -> Result<bool> {
    attr::get_optional(object, &*crate::abstract_::text(name)?).map(|found| found.is_some())
}

/// Errors are reported as unraisable and count as absence.
fn has_attribute(object: &Object, name: Result<Ref<Str>>, function: &str) -> c_int {
    match name.and_then(|name| attr::get_optional(object, &name)) {
        Ok(found) => found.is_some().into(),
        Err(raised) => {
            crate::pyerrors::write_unraisable_in(raised, function);
            0
        }
    }
}

/// # Safety
/// A C function: an object and a name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_HasAttr(object: &Object, name: &Object) -> c_int {
    let name = expect_str(name, "attribute name").map(Instance::to_ref);
    let function = "PyObject_HasAttr(); consider using PyObject_HasAttrWithError(), PyObject_GetOptionalAttr() or PyObject_GetAttr()";
    has_attribute(object, name, function)
}

/// # Safety
/// A C function: an object and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_HasAttrString(object: &Object, name: *const c_char) -> c_int {
    let function = "PyObject_HasAttrString(); consider using PyObject_HasAttrStringWithError(), PyObject_GetOptionalAttrString() or PyObject_GetAttrString()";
    // SAFETY: the caller's promise.
    has_attribute(object, unsafe { key(name) }, function)
}

#[capi]
pub fn PyObject_GenericGetAttr(object: &Object, name: &Object) -> Result<Ref> {
    // SAFETY: the slot function, whose contract is this one's.
    unsafe { objects::attrs::generic_getattro(object, name) }
}

#[capi]
pub fn PyObject_GenericSetAttr(object: &Object, name: &Object, value: Option<&Object>) -> Result<()> {
    objects::attrs::generic_set(object, expect_str(name, "attribute name")?, value)
}

#[capi]
pub fn PyObject_GenericSetDict(
    object: &Object,
    value: Option<&Object>,
    _context: *mut core::ffi::c_void,
) -> Result<()> {
    objects::attrs::generic_set_dict(object, value)
}

/// Marks an object as being shown: 1 if it was already, so that a `repr` can break off.
#[capi]
pub fn Py_ReprEnter(object: &Object) -> c_int {
    match protocol::repr_guard::enter(object) {
        Some(guard) => {
            core::mem::forget(guard);
            0
        }
        None => 1,
    }
}

/// # Safety
/// A C function: `Py_ReprEnter` answered 0 for this object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_ReprLeave(object: &Object) {
    protocol::repr_guard::leave(object);
}

#[capi]
pub fn PyType_IsSubtype(class: &TypeObject, other: &TypeObject) -> bool {
    class.is_subtype(other)
}

/// # Safety
/// A C function: a static type that nobody uses yet.
#[capi]
pub unsafe fn PyType_Ready(class: &Object) -> Result<()> {
    // SAFETY: what is readied is a type, though its head may not say so yet.
    let class = unsafe { &*class.as_ptr().cast::<TypeObject>() };
    if class.has_feature(objects::typeobject::flags::READY) {
        return Ok(());
    }
    objects::typeobject::ready::ready(class)
}
