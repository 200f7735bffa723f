//! `pycore_object.h` and what `cpython/object.h` keeps for itself.

use crate::abstract_::key;
use crate::pymem;
use crate::unicodeobject::intern::Identifier;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use interp::fatal;
use macros::capi;
use objects::object::heap;
use objects::protocol::attr;
use objects::{Object, Ref, Result, TypeObject, id, protocol};

/// `_Py_SwappedOp`: the comparison that the right operand makes in the left one's place, by `Py_LT` to `Py_GE`.
#[unsafe(no_mangle)]
pub static _Py_SwappedOp: [c_int; 6] = [4, 5, 2, 3, 0, 1];

/// The attribute whose name a static identifier has.
///
/// # Safety
/// A C function: an identifier.
#[capi]
pub unsafe fn _PyObject_GetAttrId(object: &Object, name: *const Identifier) -> Result<Ref> {
    // SAFETY: the caller's promise.
    attr::get(object, &*unsafe { key((*name).text()) }?)
}

/// 1 with a function of the class that is to be called with the object in front; 0 with anything else, bound, or NULL with an
/// exception.
///
/// # Safety
/// A C function: `place` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_GetMethod(
    object: &Object,
    name: &Object,
    place: *mut *mut Object,
) -> c_int {
    let found = crate::object::attribute_name(name).and_then(|name| attr::get_method(object, name));
    let (method, is_unbound) = match found {
        Ok(attr::Method::Unbound(method)) => (method.into_ptr(), true),
        Ok(attr::Method::Bound(method)) => (method.into_ptr(), false),
        Err(raised) => {
            raised.leave();
            (ptr::null_mut(), false)
        }
    };
    // SAFETY: the caller's promise.
    unsafe { place.write(method) };
    is_unbound.into()
}

/// What `__getstate__` says of an object.
#[capi]
pub fn _PyObject_GetState(object: &Object) -> Result<Ref> {
    protocol::call::call_method(object, id!("__getstate__"), &[])
}

/// An instance that the collector does not look at yet.
#[capi]
pub fn _PyType_AllocNoTrack(class: &TypeObject, items: isize) -> Result<Ref> {
    let object = objects::typeobject::allocate_untracked(class, items)?;
    // SAFETY: made with a count of one.
    Ok(unsafe { Ref::from_owned(object) })
}

/// Shows on standard error what there is to see of an object.
///
/// # Safety
/// A C function: an object, what once was one, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_Dump(object: *const Object) {
    objects::to_stderr!("object address  : {object:p}\n");
    // SAFETY: the caller's promise; nothing but the head is read of what is none any more.
    unsafe {
        if crate::object::_PyObject_IsFreed(object) != 0 {
            objects::to_stderr!("<object at {object:p} is freed>\n");
            return;
        }
        let object = &*object;
        objects::to_stderr!("object refcount : {}\n", object.refcnt());
        objects::to_stderr!("object type     : {:p}\n", ptr::from_ref(object.class()));
        objects::to_stderr!("object type name: {}\n", object.class().full_name());
        let shown = match protocol::object::repr(object) {
            Ok(text) => text.to_string_lossy(),
            Err(raised) => {
                raised.clear();
                "<object repr() failed>".to_owned()
            }
        };
        objects::to_stderr!("object repr     : {shown}\n");
    }
}

/// Says what was expected of an object, shows it, and ends the process.
///
/// # Safety
/// A C function: an object or what once was one; C strings or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_AssertFailed(
    object: *const Object,
    expression: *const c_char,
    message: *const c_char,
    file: *const c_char,
    line: c_int,
    function: *const c_char,
) -> ! {
    let text = |text: *const c_char| match text.is_null() {
        true => None,
        // SAFETY: the caller's promise.
        false => Some(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()),
    };
    let place = format!("{}:{line}: ", text(file).unwrap_or_default());
    let place = text(function).map_or(place.clone(), |function| format!("{place}{function}: "));
    match text(expression) {
        Some(expression) => objects::to_stderr!("{place}Assertion \"{expression}\" failed"),
        None => objects::to_stderr!("{place}Assertion failed"),
    }
    match text(message) {
        Some(message) => objects::to_stderr!(": {message}\n"),
        None => objects::to_stderr!("\n"),
    }
    // SAFETY: the caller's promise.
    unsafe { _PyObject_Dump(object) };
    objects::to_stderr!("\n");
    fatal::error(Some("_PyObject_AssertFailed"), "_PyObject_AssertFailed")
}

/// A function for a debugger to stop in.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn _Py_BreakPoint() {
    core::hint::black_box(());
}

/// Writes how many blocks of the heap are in use; whether the heap is what objects come from.
///
/// # Safety
/// A C function: a stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_DebugMallocStats(stream: *mut libc::FILE) -> c_int {
    if !pymem::objects_come_from_heap() {
        return 0;
    }
    let text = format!("# blocks in use: {}\n", heap::allocated_blocks());
    // SAFETY: the caller's promise; that many bytes.
    unsafe { libc::fwrite(text.as_ptr().cast(), 1, text.len(), stream) };
    1
}
