//! `types.UnionType`: `X | Y`.

use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::types::none::not_implemented;

/// `_Py_union_type_or`.
///
/// # Errors
/// MemoryError.
pub fn or(_left: &Object, _right: &Object) -> Result<Ref> {
    Ok(not_implemented().to_ref())
}
