//! Paths as the file system takes them: text, bytes, or whatever has `__fspath__`.

use crate::codecs;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{attr, call};
use crate::raise::Result;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::{id, raise};
use std::ffi::CString;

/// `os.fspath`.
///
/// # Errors
/// TypeError for anything that is no path; what `__fspath__` raises.
pub fn fspath(path: &Object) -> Result<Ref> {
    let is_path = |object: &Object| object.cast::<Str>().is_some() || object.cast::<Bytes>().is_some();
    if is_path(path) {
        return Ok(path.to_ref());
    }
    let Some(method) = attr::lookup_special(path, id!("__fspath__"))?
        .filter(|method| !method.is(crate::types::none::none()))
    else {
        return Err(raise!(
            TypeError,
            "expected str, bytes or os.PathLike object, not {}",
            path.class().full_name()
        ));
    };
    let result = call::call_no_args(&method)?;
    if is_path(&result) {
        return Ok(result);
    }
    Err(raise!(
        TypeError,
        "expected {}.__fspath__() to return str or bytes, not {}",
        path.class().full_name(),
        result.class().full_name()
    ))
}

/// The bytes of a path in the file system's encoding (`PyUnicode_FSConverter`).
///
/// # Errors
/// As [`fspath`]; UnicodeEncodeError; ValueError for a NUL.
pub fn fs_bytes(path: &Object) -> Result<CString> {
    let path = fspath(path)?;
    let bytes = match path.cast::<Str>() {
        Some(text) => codecs::encode_fs(text)?,
        None => path.downcast::<Bytes>().map_err(|_| crate::raise::bad_internal_call())?,
    };
    CString::new(bytes.as_slice()).map_err(|_| raise!(ValueError, "embedded null byte"))
}
