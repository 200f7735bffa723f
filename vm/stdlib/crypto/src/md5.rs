//! `_md5`: MD5 digests.

use crate::digest::{digest_class, hash_by_digest};
use ::md5::Md5;
use objects::types::module::Module;
use objects::{Instance, Object, Ref, Result};

hash_by_digest!(Md5);
digest_class!(Md5Type, MD5_TYPE, "md5", "_md5", "md5", Md5, 16, 64);

#[macros::pymodule(name = "_md5")]
pub mod module {
    use super::*;

    #[function("md5($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn md5(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref<Md5Type>> {
        let _ = usedforsecurity;
        Md5Type::begin(data, string)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        objects::typeobject::ready::ready(Md5Type::class())?;
        module.dict().set_text("MD5Type", Md5Type::class().as_object())
    }
}
