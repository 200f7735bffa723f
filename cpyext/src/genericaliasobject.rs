//! `genericaliasobject.h`.

use macros::capi;
use objects::types::generic_alias;
use objects::{Object, Ref, Result};

#[capi]
pub fn Py_GenericAlias(origin: &Object, args: &Object) -> Result<Ref> {
    generic_alias::new(origin, args)
}
