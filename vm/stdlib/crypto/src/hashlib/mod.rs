//! `_hashlib`: OpenSSL's digests, authentication codes and key derivation.
//!
//! Rooms: `evp` wraps OpenSSL's objects, `classes` has the hash objects.

mod classes;
mod evp;

use crate::input::Input;
use crate::openssl::{error, ffi};
use classes::{Hash, HashXof, Hmac, new_hash};
use core::ffi::{c_int, c_uint};
use evp::{Mac, Md, failed, key_len};
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::mappingproxy;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, raise};
use std::sync::OnceLock;

objects::per_interpreter! {
    /// The class `UnsupportedDigestmodError`, made with the module.
    static UNSUPPORTED: OnceLock<Ref<TypeObject>> = OnceLock::new();
}

/// The error of an unknown algorithm, in OpenSSL's words if it has some.
fn unsupported(text: &str) -> Raised {
    error::raise(unsupported_class(), Some(text))
}

fn unsupported_class() -> &'static TypeObject {
    UNSUPPORTED.get().map_or(&exc::ValueError, |class| class)
}

/// From the module's constructors to the names of their algorithms.
struct Constructors(Slot<Dict>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Constructors {}

objects::per_interpreter! {
    static CONSTRUCTORS: Constructors = Constructors(Slot::empty());
}

/// The algorithm that a `digestmod` argument names: a name, or a constructor of this module.
fn digest_of(digestmod: &Object) -> Result<Md> {
    let name = match digestmod.cast::<Str>() {
        Some(name) => name.to_ref().upcast(),
        None => {
            let known = match CONSTRUCTORS.0.get() {
                Some(constructors) => constructors.get_item(digestmod)?,
                None => None,
            };
            known.map_or_else(
                || {
                    let shown = objects::protocol::object::repr(digestmod)?.to_string_lossy();
                    Err(objects::raise::set_text(
                        unsupported_class(),
                        format_args!("Unsupported digestmod {shown}"),
                    ))
                },
                Ok,
            )?
        }
    };
    match name.cast::<Str>() {
        Some(name) => Md::fetch(name.to_str()?, true),
        None => Err(objects::raise::bad_internal_call()),
    }
}

fn construct(
    name: &str,
    data: Option<&Object>,
    used_for_security: bool,
    string: Option<&Object>,
) -> Result<Ref> {
    let data = Input::initial(data, string)?;
    new_hash(&Md::fetch(name, used_for_security)?, data)
}

/// A length that C counts in an int.
fn c_len(bytes: &[u8], what: &str) -> Result<c_int> {
    c_int::try_from(bytes.len()).map_err(|_| raise!(OverflowError, "{what} is too long."))
}

/// A required number of scrypt.
fn scrypt_number(value: Option<&Object>, name: &str) -> Result<u64> {
    let value = value.filter(|value| !value.is(none()));
    if let Some(value) = value
        && value.cast::<Int>().is_none()
    {
        let got = value.class().name();
        return Err(raise!(TypeError, "scrypt() argument '{name}' must be int, not {got}"));
    }
    let number = value.and_then(|value| value.cast::<Int>()).and_then(Int::to_u64);
    number.ok_or_else(|| raise!(TypeError, "{name} is required and must be an unsigned int"))
}

#[macros::pymodule(
    name = "_hashlib",
    classes(classes::Hash, classes::HashXof, classes::Hmac),
    parts(super::constructors)
)]
pub mod module {
    use super::*;

    #[function("new($module, /, name, data=b'', *, usedforsecurity=True, string=None)")]
    fn new(
        name: &str,
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct(name, data, usedforsecurity, string)
    }

    #[function("hmac_new($module, /, key, msg=b'', digestmod=None)")]
    fn hmac_new(
        key: BytesLike<'_>,
        #[default(None)] msg: Option<&Object>,
        digestmod: Option<&Object>,
    ) -> Result<Ref<Hmac>> {
        key_len(&key)?;
        let Some(digestmod) = digestmod.filter(|digestmod| !digestmod.is(none())) else {
            return Err(raise!(TypeError, "Missing required parameter 'digestmod'."));
        };
        let mac = Mac::new(&key, &digest_of(digestmod)?)?;
        let message = msg.filter(|message| !message.is(none())).map(Input::of).transpose()?;
        Hmac::new(mac, message)
    }

    #[function("hmac_digest($module, /, key, msg, digest)")]
    fn hmac_digest(key: BytesLike<'_>, msg: BytesLike<'_>, digest: &Object) -> Result<Ref<Bytes>> {
        let md = digest_of(digest)?;
        let key_len = key_len(&key)?;
        c_int::try_from(msg.len()).map_err(|_| raise!(OverflowError, "msg is too long."))?;
        let mut out = [0; ffi::EVP_MAX_MD_SIZE];
        let mut len: c_uint = 0;
        let (key, msg): (&[u8], &[u8]) = (&key, &msg);
        // SAFETY: an algorithm, the bytes of slices, room for the longest digest.
        let result = objects::state::detached(|| unsafe {
            ffi::HMAC(
                md.as_ptr(),
                key.as_ptr().cast(),
                key_len,
                msg.as_ptr(),
                msg.len(),
                out.as_mut_ptr(),
                &mut len,
            )
        });
        if result.is_null() { Err(failed()) } else { Bytes::new(&out[..len as usize]) }
    }

    #[function("compare_digest($module, a, b, /)")]
    fn compare_digest(a: &Object, b: &Object) -> Result<bool> {
        objects::protocol::constant_time::compare(a, b)
    }

    #[function("get_fips_mode($module, /)")]
    fn get_fips_mode() -> c_int {
        // SAFETY: NULL is the default context.
        unsafe { ffi::EVP_default_properties_is_fips_enabled(core::ptr::null_mut()) }
    }

    #[function("pbkdf2_hmac($module, /, hash_name, password, salt, iterations,\n            dklen=None)")]
    fn pbkdf2_hmac(
        hash_name: &str,
        password: BytesLike<'_>,
        salt: BytesLike<'_>,
        iterations: i64,
        dklen: Option<&Object>,
    ) -> Result<Ref<Bytes>> {
        let md = Md::fetch(hash_name, true)?;
        let (password_len, salt_len) = (c_len(&password, "password")?, c_len(&salt, "salt")?);
        if iterations < 1 {
            return Err(raise!(ValueError, "iteration value must be greater than 0."));
        }
        let iterations = c_int::try_from(iterations)
            .map_err(|_| raise!(OverflowError, "iteration value is too great."))?;
        let key_len = match dklen.filter(|dklen| !dklen.is(none())) {
            None => md.size().into(),
            Some(dklen) => {
                let len = objects::protocol::number::index(dklen)?.to_i64();
                len.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))?
            }
        };
        if key_len < 1 {
            return Err(raise!(ValueError, "key length must be greater than 0."));
        }
        let key_len =
            c_int::try_from(key_len).map_err(|_| raise!(OverflowError, "key length is too great."))?;
        let (key, place) = Bytes::alloc(key_len as usize)?;
        let (password, salt): (&[u8], &[u8]) = (&password, &salt);
        // SAFETY: the bytes of slices, an algorithm, room for the key.
        let status = objects::state::detached(|| unsafe {
            ffi::PKCS5_PBKDF2_HMAC(
                password.as_ptr().cast(),
                password_len,
                salt.as_ptr(),
                salt_len,
                iterations,
                md.as_ptr(),
                key_len,
                place.as_ptr(),
            )
        });
        if status == 0 { Err(failed()) } else { Ok(key) }
    }

    #[function(
        "scrypt($module, /, password, *, salt=None, n=None, r=None, p=None,\n       maxmem=0, dklen=64)"
    )]
    fn scrypt(
        password: BytesLike<'_>,
        salt: Option<BytesLike<'_>>,
        n: Option<&Object>,
        r: Option<&Object>,
        p: Option<&Object>,
        #[default(0)] maxmem: i64,
        #[default(64)] dklen: i64,
    ) -> Result<Ref<Bytes>> {
        const MAX: i64 = c_int::MAX as i64;
        c_len(&password, "password")?;
        let Some(salt) = salt else { return Err(raise!(TypeError, "salt is required")) };
        c_len(&salt, "salt")?;
        let n = scrypt_number(n, "n")?;
        if n < 2 || !n.is_power_of_two() {
            return Err(raise!(ValueError, "n must be a power of 2."));
        }
        let (r, p) = (scrypt_number(r, "r")?, scrypt_number(p, "p")?);
        if !(0..=MAX).contains(&maxmem) {
            return Err(raise!(ValueError, "maxmem must be positive and smaller than {MAX}"));
        }
        if !(1..=MAX).contains(&dklen) {
            return Err(raise!(ValueError, "dklen must be greater than 0 and smaller than {MAX}"));
        }
        let (password, salt): (&[u8], &[u8]) = (&password, &salt);
        let derive = |key: *mut u8, len: usize| {
            // SAFETY: the bytes of slices; NULL only checks the numbers.
            unsafe {
                ffi::EVP_PBE_scrypt(
                    password.as_ptr().cast(),
                    password.len(),
                    salt.as_ptr(),
                    salt.len(),
                    n,
                    r,
                    p,
                    maxmem as u64,
                    key,
                    len,
                ) != 0
            }
        };
        if !derive(core::ptr::null_mut(), 0) {
            let text = "Invalid parameter combination for n, r, p, maxmem.";
            return Err(error::raise(&exc::ValueError, Some(text)));
        }
        let (key, place) = Bytes::alloc(dklen as usize)?;
        if objects::state::detached(|| derive(place.as_ptr(), dklen as usize)) {
            Ok(key)
        } else {
            Err(failed())
        }
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let new = objects::types::exceptions::new_exception;
        let class = new("_hashlib.UnsupportedDigestmodError", exc::ValueError.as_object(), None)?;
        let dict = module.dict();
        dict.set_text("UnsupportedDigestmodError", class.as_object())?;
        let _ = UNSUPPORTED.set(class);
        for class in [Hash::class(), HashXof::class(), Hmac::class()] {
            objects::typeobject::ready::ready(class)?;
        }
        let names = evp::all_names().into_iter().map(Str::new);
        let names = names.map(|name| name.map(Ref::upcast)).collect::<Result<Vec<Ref>>>()?;
        let names = objects::types::list::List::from_vec(names)?;
        let frozenset = objects::types::iter::builtin(objects::id!("frozenset"))?;
        let names = objects::protocol::call::call_one_arg(&frozenset, &names)?;
        dict.set_text("openssl_md_meth_names", &names)
    }
}

/// A constructor for each algorithm that Python promises.
#[macros::pymodule(name = "_hashlib", part)]
pub mod constructors {
    use super::*;

    #[function("openssl_md5($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_md5(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("md5", data, usedforsecurity, string)
    }

    #[function("openssl_sha1($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha1(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("sha1", data, usedforsecurity, string)
    }

    #[function("openssl_sha224($module, /, data=b'', *, usedforsecurity=True,\n               string=None)")]
    fn openssl_sha224(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("sha224", data, usedforsecurity, string)
    }

    #[function("openssl_sha256($module, /, data=b'', *, usedforsecurity=True,\n               string=None)")]
    fn openssl_sha256(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("sha256", data, usedforsecurity, string)
    }

    #[function("openssl_sha384($module, /, data=b'', *, usedforsecurity=True,\n               string=None)")]
    fn openssl_sha384(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("sha384", data, usedforsecurity, string)
    }

    #[function("openssl_sha512($module, /, data=b'', *, usedforsecurity=True,\n               string=None)")]
    fn openssl_sha512(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("sha512", data, usedforsecurity, string)
    }

    #[function(
        "openssl_sha3_224($module, /, data=b'', *, usedforsecurity=True,\n                 string=None)"
    )]
    fn openssl_sha3_224(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("sha3_224", data, usedforsecurity, string)
    }

    #[function(
        "openssl_sha3_256($module, /, data=b'', *, usedforsecurity=True,\n                 string=None)"
    )]
    fn openssl_sha3_256(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("sha3_256", data, usedforsecurity, string)
    }

    #[function(
        "openssl_sha3_384($module, /, data=b'', *, usedforsecurity=True,\n                 string=None)"
    )]
    fn openssl_sha3_384(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("sha3_384", data, usedforsecurity, string)
    }

    #[function(
        "openssl_sha3_512($module, /, data=b'', *, usedforsecurity=True,\n                 string=None)"
    )]
    fn openssl_sha3_512(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("sha3_512", data, usedforsecurity, string)
    }

    #[function(
        "openssl_shake_128($module, /, data=b'', *, usedforsecurity=True,\n                  string=None)"
    )]
    fn openssl_shake_128(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("shake_128", data, usedforsecurity, string)
    }

    #[function(
        "openssl_shake_256($module, /, data=b'', *, usedforsecurity=True,\n                  string=None)"
    )]
    fn openssl_shake_256(
        #[default(None)] data: Option<&Object>,
        #[default(true)] usedforsecurity: bool,
        string: Option<&Object>,
    ) -> Result<Ref> {
        construct("shake_256", data, usedforsecurity, string)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        const NAMES: [&str; 12] = [
            "md5",
            "sha1",
            "sha224",
            "sha256",
            "sha384",
            "sha512",
            "sha3_224",
            "sha3_256",
            "sha3_384",
            "sha3_512",
            "shake_128",
            "shake_256",
        ];
        let constructors = Dict::new()?;
        let dict = module.dict();
        for name in NAMES {
            if let Some(constructor) = dict.get_str(&*Str::new(&format!("openssl_{name}"))?)? {
                constructors.set_item(&constructor, &*Str::new(name)?)?;
            }
        }
        CONSTRUCTORS.0.set(Some(constructors.clone()));
        dict.set_text("_constructors", &*mappingproxy::new(&constructors)?)
    }
}
