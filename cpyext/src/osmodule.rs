//! `osmodule.h`.

use macros::capi;
use objects::protocol::attr;
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, id, protocol};

/// The path that an object stands for: `os.fspath`.
///
/// # Errors
/// TypeError when it is none; what `__fspath__` raises.
pub fn fs_path(object: &Object) -> Result<Ref> {
    let is_path = |object: &Object| object.cast::<Str>().is_some() || object.cast::<Bytes>().is_some();
    if is_path(object) {
        return Ok(object.to_ref());
    }
    let class = object.class();
    let Some(method) = attr::lookup_special(object, id!("__fspath__"))? else {
        return Err(objects::raise!(
            TypeError,
            "expected str, bytes or os.PathLike object, not {}",
            class.full_name()
        ));
    };
    let path = protocol::call::call_no_args(&method)?;
    if !is_path(&path) {
        return Err(objects::raise!(
            TypeError,
            "expected {}.__fspath__() to return str or bytes, not {}",
            class.full_name(),
            path.class().full_name()
        ));
    }
    Ok(path)
}

#[capi]
pub fn PyOS_FSPath(object: &Object) -> Result<Ref> {
    fs_path(object)
}
