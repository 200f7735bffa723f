//! `types.GenericAlias`.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::raise::Result;

/// `Py_GenericAlias`: `origin[args]`.
///
/// # Errors
/// MemoryError.
pub fn new(_origin: &Object, _args: &Object) -> Result<Ref> {
    Err(crate::raise!(TypeError, "no generic aliases yet"))
}
