//! `osmodule.h`.

use macros::capi;
use objects::protocol::path;
use objects::{Object, Ref, Result};

#[capi]
pub fn PyOS_FSPath(object: &Object) -> Result<Ref> {
    path::fspath(object)
}
