//! `PyObject_…` for the operations that any object may have.

use core::ffi::{c_char, c_int};
use macros::capi;
use objects::protocol::{self, mapping};
use objects::typeobject::TypeObject;
use objects::types::dict::Dict;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};

#[capi]
pub fn PyObject_Type(object: &Object) -> Result<Ref<TypeObject>> {
    Ok(object.class().to_ref())
}

#[capi]
pub fn PyObject_Size(object: &Object) -> Result<isize> {
    protocol::object::len(object).map(|len| len as isize)
}

#[capi]
pub fn PyObject_Length(object: &Object) -> Result<isize> {
    protocol::object::len(object).map(|len| len as isize)
}

#[capi]
pub fn PyObject_LengthHint(object: &Object, default: isize) -> Result<isize> {
    Ok(protocol::object::length_hint(object)?.map_or(default, |len| len as isize))
}

#[capi]
pub fn PyObject_GetItem(object: &Object, key: &Object) -> Result<Ref> {
    mapping::get_item(object, key)
}

#[capi]
pub fn PyObject_SetItem(object: &Object, key: &Object, value: &Object) -> Result<()> {
    mapping::set_item(object, key, Some(value))
}

#[capi]
pub fn PyObject_DelItem(object: &Object, key: &Object) -> Result<()> {
    mapping::set_item(object, key, None)
}

/// # Safety
/// A C function: `key` is NULL or a C string.
#[capi]
pub unsafe fn PyObject_DelItemString(object: &Object, key: *const c_char) -> Result<()> {
    // SAFETY: the caller's promise.
    mapping::set_item(object, &*unsafe { super::key(key) }?, None)
}

#[capi]
pub fn PyObject_IsInstance(object: &Object, class: &Object) -> Result<bool> {
    protocol::object::is_instance(object, class)
}

#[capi]
pub fn PyObject_IsSubclass(derived: &Object, class: &Object) -> Result<bool> {
    protocol::object::is_subclass(derived, class)
}

#[capi]
pub fn PyObject_Format(object: &Object, spec: Option<&Object>) -> Result<Ref<Str>> {
    let spec = match spec {
        None => None,
        Some(spec) => Some(spec.cast::<Str>().ok_or_else(|| {
            let name = spec.class().name();
            objects::raise!(SystemError, "Format specifier must be a string, not {name}")
        })?),
    };
    protocol::object::format(object, spec)
}

/// Writes `str(object)`, or its `repr` unless `Py_PRINT_RAW` is among the flags, to a C stream.
///
/// # Safety
/// A C function: `stream` is an open stream.
#[capi]
pub unsafe fn PyObject_Print(object: Option<&Object>, stream: *mut libc::FILE, flags: c_int) -> Result<()> {
    const PY_PRINT_RAW: c_int = 1;
    let text = match object {
        None => Str::new("<nil>")?,
        Some(object) if object.refcnt() <= 0 => {
            Str::new(&format!("<refcnt {} at {:p}>", object.refcnt(), object.as_ptr()))?
        }
        Some(object) if flags & PY_PRINT_RAW != 0 => protocol::object::str(object)?,
        Some(object) => protocol::object::repr(object)?,
    };
    let bytes = objects::codecs::encode(&text, Some("utf-8"), Some("backslashreplace"))?;
    let bytes = bytes.as_slice();
    // SAFETY: the caller's promise; the buffer is `len` bytes long.
    let written = unsafe { libc::fwrite(bytes.as_ptr().cast(), 1, bytes.len(), stream) };
    if written == bytes.len() { Ok(()) } else { Err(raise::last_os_error()) }
}

/// The values and names of a vectorcall as a dictionary.
///
/// # Safety
/// A C function: `values` has one value for each name.
#[capi]
pub unsafe fn _PyStack_AsDict(
    values: *const *mut Object,
    names: &objects::types::tuple::Tuple,
) -> Result<Ref<Dict>> {
    let dict = Dict::new()?;
    for (index, name) in names.items().iter().enumerate() {
        // SAFETY: the caller's promise.
        dict.set_item(name, unsafe { &**values.add(index) })?;
    }
    Ok(dict)
}
