//! `cpython/odictobject.h`: what is not an inline function of the header there.

use macros::capi;
use objects::types::odict::OrderedDict;
use objects::{Object, Ref, Result};

#[capi]
pub fn PyODict_New() -> Result<Ref<OrderedDict>> {
    OrderedDict::new()
}

#[capi]
pub fn PyODict_SetItem(dict: &OrderedDict, key: &Object, value: &Object) -> Result<()> {
    dict.set_item(key, value)
}

#[capi]
pub fn PyODict_DelItem(dict: &OrderedDict, key: &Object) -> Result<()> {
    dict.del_item(key)
}
