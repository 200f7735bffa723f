//! `genericaliasobject.h` and `pycore_unionobject.h`.

use macros::capi;
use objects::types::{generic_alias, union};
use objects::{Object, Ref, Result};

#[capi]
pub fn Py_GenericAlias(origin: &Object, args: &Object) -> Result<Ref> {
    generic_alias::new(origin, args)
}

/// `left | right` of types; NotImplemented where that is none.
#[capi]
pub fn _Py_union_type_or(left: &Object, right: &Object) -> Result<Ref> {
    union::or(left, right)
}
