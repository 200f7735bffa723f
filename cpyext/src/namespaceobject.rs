//! `internal/pycore_namespace.h`.

use macros::capi;
use objects::types::dict::Dict;
use objects::types::namespace::Namespace;
use objects::{Ref, Result};

/// A namespace with the items of `attributes`.
#[capi]
pub fn _PyNamespace_New(attributes: Option<&Dict>) -> Result<Ref<Namespace>> {
    Namespace::new(match attributes {
        Some(attributes) => attributes.copy()?,
        None => Dict::new()?,
    })
}
