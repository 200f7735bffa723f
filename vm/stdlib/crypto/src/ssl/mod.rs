//! `_ssl`: TLS by OpenSSL.
//!
//! Rooms, in reading order: `errors`, `context` (settings) with `store` (its certificates and keys) and `callbacks`, `socket` (one
//! connection) with `wait`, `bio`, `session`, `certificate`, `ciphers`, `constants`.

mod bio;
mod callbacks;
mod certificate;
mod ciphers;
mod constants;
mod context;
mod errors;
mod session;
mod socket;
mod store;
mod wait;

use crate::openssl::error::static_text;
use crate::openssl::{Own, error, ffi};
use core::ffi::{c_int, c_ulong};
use core::ptr;
use objects::protocol::path::fs_bytes;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};
use std::ffi::CString;

#[macros::pymodule(
    name = "_ssl",
    classes(
        context::SslContext,
        socket::SslSocket,
        bio::MemoryBio,
        session::SslSession,
        certificate::Certificate
    )
)]
pub mod module {
    use super::*;

    #[function("RAND_add($module, string, entropy, /)")]
    fn rand_add(string: objects::args::CodecInput<'_>, entropy: f64) {
        for chunk in string.chunks(c_int::MAX as usize) {
            // SAFETY: the bytes of a slice.
            unsafe { ffi::RAND_add(chunk.as_ptr().cast(), chunk.len() as c_int, entropy) };
        }
    }

    #[function("RAND_bytes($module, n, /)")]
    fn rand_bytes(n: c_int) -> Result<Ref<Bytes>> {
        let Ok(len) = usize::try_from(n) else { return Err(raise!(ValueError, "num must be positive")) };
        let (bytes, place) = Bytes::alloc(len)?;
        // SAFETY: room for as many bytes.
        if unsafe { ffi::RAND_bytes(place.as_ptr(), n) } == 1 {
            return Ok(bytes);
        }
        Err(errors::latest())
    }

    #[function("RAND_status($module, /)")]
    fn rand_status() -> bool {
        // SAFETY: a question.
        unsafe { ffi::RAND_status() == 1 }
    }

    #[function("get_default_verify_paths($module, /)")]
    fn get_default_verify_paths() -> Result<Ref<Tuple>> {
        // SAFETY: static strings.
        let texts = unsafe {
            [
                ffi::X509_get_default_cert_file_env(),
                ffi::X509_get_default_cert_file(),
                ffi::X509_get_default_cert_dir_env(),
                ffi::X509_get_default_cert_dir(),
            ]
        };
        let [a, b, c, d] = texts.map(|text| Str::new(static_text(text).unwrap_or_default()));
        Tuple::from_array([a?.upcast(), b?.upcast(), c?.upcast(), d?.upcast()])
    }

    #[function("nid2obj($module, nid, /)")]
    fn nid2obj(nid: c_int) -> Result<Ref<Tuple>> {
        if nid < 0 {
            return Err(raise!(ValueError, "NID must be positive."));
        }
        // SAFETY: any number may be asked for; a static object needs no freeing, and bears it.
        let object = unsafe { Own::new(ffi::OBJ_nid2obj(nid)) };
        let Some(object) = object else {
            error::clear();
            return Err(raise!(ValueError, "unknown NID {nid}"));
        };
        certificate::object_tuple(&object)?.ok_or_else(|| raise!(ValueError, "Unknown object"))
    }

    #[function("txt2obj($module, /, txt, name=False)")]
    fn txt2obj(txt: &str, #[default(false)] name: bool) -> Result<Ref<Tuple>> {
        let text = CString::new(txt).map_err(|_| raise!(ValueError, "embedded null character"))?;
        // SAFETY: a C string; the object is ours.
        let object = unsafe { Own::new(ffi::OBJ_txt2obj(text.as_ptr(), (!name).into())) };
        let Some(object) = object else {
            error::clear();
            let shown: String = txt.chars().take(100).collect();
            return Err(raise!(ValueError, "unknown object '{shown}'"));
        };
        certificate::object_tuple(&object)?.ok_or_else(|| raise!(ValueError, "Unknown object"))
    }

    #[function("_test_decode_cert($module, path, /)")]
    fn test_decode_cert(path: &Object) -> Result<Ref<Dict>> {
        let path = fs_bytes(path)?;
        // SAFETY: C strings; what is read is ours.
        unsafe {
            let file = Own::new(ffi::BIO_new_file(path.as_ptr(), c"r".as_ptr()));
            let Some(file) = file else {
                error::clear();
                return Err(errors::plain("Can't open file"));
            };
            let read = ffi::PEM_read_bio_X509(file.as_ptr(), ptr::null_mut(), None, ptr::null_mut());
            let Some(certificate) = Own::new(read) else {
                error::clear();
                return Err(errors::plain("Error decoding PEM-encoded file"));
            };
            certificate::decode(&certificate)
        }
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        errors::add_to(module)?;
        constants::add_to(module)?;
        let dict = module.dict();
        // SAFETY: a number, and a static string.
        let (number, text) = unsafe { (ffi::OpenSSL_version_num(), static_text(ffi::OpenSSL_version(0))) };
        dict.set_text("OPENSSL_VERSION_NUMBER", &*objects::types::int::new_int(number as i64)?)?;
        dict.set_text("OPENSSL_VERSION", &*Str::new(text.unwrap_or_default())?)?;
        dict.set_text("OPENSSL_VERSION_INFO", &*version_tuple(number)?)?;
        dict.set_text("_OPENSSL_API_VERSION", &*version_tuple(number)?)
    }

    /// Major, minor, fix, patch and status of a version number.
    fn version_tuple(number: c_ulong) -> Result<Ref<Tuple>> {
        let part = |shift: u32, mask: c_ulong| objects::types::int::new_int((number >> shift & mask) as i64);
        Tuple::from_array([part(28, 0xff)?, part(20, 0xff)?, part(12, 0xff)?, part(4, 0xff)?, part(0, 0xf)?])
    }
}
