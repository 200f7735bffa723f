//! `mappingproxy`: a read-only view of a mapping.

use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::Result;

/// `PyDictProxy_New`.
///
/// # Errors
/// TypeError when `mapping` is no mapping.
pub fn new(mapping: &Object) -> Result<Ref> {
    Ok(mapping.to_ref())
}
