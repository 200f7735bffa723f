//! `bytearrayobject.h`.

use crate::bytesobject::concatenated;
use core::ffi::c_char;
use macros::capi;
use objects::protocol::call;
use objects::types::bytearray::ByteArray;
use objects::{Instance, Object, Ref, Result};

#[capi]
pub fn PyByteArray_FromObject(object: &Object) -> Result<Ref> {
    call::call_one_arg(ByteArray::class(), object)
}

/// An array of `len` bytes, which are undefined without `data`.
///
/// # Safety
/// A C function: `data` has `len` bytes or is NULL.
#[capi]
pub unsafe fn PyByteArray_FromStringAndSize(data: *const u8, len: isize) -> Result<Ref<ByteArray>> {
    let Ok(len) = usize::try_from(len) else {
        return Err(objects::raise!(SystemError, "Negative size passed to PyByteArray_FromStringAndSize"));
    };
    if !data.is_null() && len > 0 {
        // SAFETY: the caller's promise.
        return ByteArray::new(unsafe { core::slice::from_raw_parts(data, len) });
    }
    let array = ByteArray::new(&[])?;
    array.resize(len)?;
    Ok(array)
}

#[capi]
pub fn PyByteArray_Concat(left: &Object, right: &Object) -> Result<Ref<ByteArray>> {
    concatenated(left, right, ByteArray::new)
}

#[capi]
pub fn PyByteArray_Size(array: &ByteArray) -> Result<isize> {
    Ok(array.len() as isize)
}

/// The contents with a NUL behind them.
#[capi]
pub fn PyByteArray_AsString(array: &ByteArray) -> Result<*mut c_char> {
    Ok(array.start().cast())
}

#[capi]
pub fn PyByteArray_Resize(array: &ByteArray, len: isize) -> Result<()> {
    let len = usize::try_from(len).map_err(|_| objects::raise::no_memory())?;
    array.resize(len)
}
