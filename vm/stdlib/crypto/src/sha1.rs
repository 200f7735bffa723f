//! `_sha1`: SHA1 digests.

use crate::digest::{digest_class, hash_by_digest};
use ::sha1::Sha1;
use objects::types::module::Module;
use objects::{Instance, Object, Ref, Result};

hash_by_digest!(Sha1);
digest_class!(Sha1Type, SHA1_TYPE, "sha1", "_sha1", "sha1", Sha1, 20, 64);

#[macros::pymodule(name = "_sha1")]
pub mod module {
    use super::*;

    #[function("sha1($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha1(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref<Sha1Type>> {
        let _ = usedforsecurity;
        Sha1Type::begin(data, string)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        objects::typeobject::ready::ready(Sha1Type::class())?;
        module.dict().set_text("SHA1Type", Sha1Type::class().as_object())
    }
}
