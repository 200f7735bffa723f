//! `_sha2`: SHA-2 digests.

use crate::digest::{digest_class, hash_by_digest};
use ::sha2::{Sha224, Sha256, Sha384, Sha512};
use objects::{Object, Ref, Result};

hash_by_digest!(Sha224, Sha256, Sha384, Sha512);
digest_class!(Sha224Type, SHA224_TYPE, "SHA224Type", "_sha2", "sha224", Sha224, 28, 64);
digest_class!(Sha256Type, SHA256_TYPE, "SHA256Type", "_sha2", "sha256", Sha256, 32, 64);
digest_class!(Sha384Type, SHA384_TYPE, "SHA384Type", "_sha2", "sha384", Sha384, 48, 128);
digest_class!(Sha512Type, SHA512_TYPE, "SHA512Type", "_sha2", "sha512", Sha512, 64, 128);

#[macros::pymodule(
    name = "_sha2",
    classes(super::Sha224Type, super::Sha256Type, super::Sha384Type, super::Sha512Type)
)]
pub mod module {
    use super::*;

    #[function("sha224($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha224(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref<Sha224Type>> {
        let _ = usedforsecurity;
        Sha224Type::begin(data, string)
    }

    #[function("sha256($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha256(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref<Sha256Type>> {
        let _ = usedforsecurity;
        Sha256Type::begin(data, string)
    }

    #[function("sha384($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha384(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref<Sha384Type>> {
        let _ = usedforsecurity;
        Sha384Type::begin(data, string)
    }

    #[function("sha512($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha512(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref<Sha512Type>> {
        let _ = usedforsecurity;
        Sha512Type::begin(data, string)
    }
}
