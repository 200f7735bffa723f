//! OpenSSL's digests under Python's names.

use super::unsupported;
use crate::openssl::error::static_text;
use crate::openssl::{Own, error, ffi};
use core::ffi::{c_int, c_uint, c_void};
use core::ptr;
use objects::types::exceptions as exc;
use objects::{Raised, Result, raise};
use std::ffi::CString;

/// Names that differ: Python's, and OpenSSL's short one.
const NAMES: [(&str, &str); 14] = [
    ("md5", "MD5"),
    ("sha1", "SHA1"),
    ("sha224", "SHA224"),
    ("sha256", "SHA256"),
    ("sha384", "SHA384"),
    ("sha512", "SHA512"),
    ("sha512_224", "SHA512-224"),
    ("sha512_256", "SHA512-256"),
    ("sha3_224", "SHA3-224"),
    ("sha3_256", "SHA3-256"),
    ("sha3_384", "SHA3-384"),
    ("sha3_512", "SHA3-512"),
    ("shake_128", "SHAKE128"),
    ("shake_256", "SHAKE256"),
];
const BLAKE: [(&str, &str); 2] = [("blake2s", "BLAKE2s256"), ("blake2b", "BLAKE2b512")];
/// Names that are understood besides.
const ALIASES: [(&str, &str); 2] = [("SHA512_224", "SHA512-224"), ("SHA512_256", "SHA512-256")];

/// A digest algorithm.
pub struct Md(Own<ffi::EVP_MD>);

/// The Python name of an algorithm.
///
/// # Safety
/// `md` is an algorithm.
pub unsafe fn name_of(md: *const ffi::EVP_MD) -> &'static str {
    // SAFETY: the caller's promise.
    let nid = unsafe { ffi::EVP_MD_get_type(md) };
    // SAFETY: any number may be asked for.
    let (short, long) = unsafe { (static_text(ffi::OBJ_nid2sn(nid)), static_text(ffi::OBJ_nid2ln(nid))) };
    let known = NAMES.iter().chain(&BLAKE).find(|(_, openssl)| Some(*openssl) == short);
    known.map(|(python, _)| *python).or(long).unwrap_or("undefined")
}

impl Md {
    /// # Errors
    /// UnsupportedDigestmodError.
    pub fn fetch(name: &str, used_for_security: bool) -> Result<Md> {
        let openssl = NAMES.iter().chain(&BLAKE).chain(&ALIASES).find(|(python, _)| *python == name);
        let openssl = openssl.map_or(name, |(_, openssl)| openssl);
        let openssl = CString::new(openssl).map_err(|_| raise!(ValueError, "embedded null character"))?;
        let properties = if used_for_security { ptr::null() } else { c"-fips".as_ptr() };
        // SAFETY: C strings; NULL is the default context.
        let md = unsafe { Own::new(ffi::EVP_MD_fetch(ptr::null_mut(), openssl.as_ptr(), properties)) };
        md.map(Md).ok_or_else(|| unsupported(&format!("unsupported digestmod {name}")))
    }

    pub fn as_ptr(&self) -> *const ffi::EVP_MD {
        self.0.as_ptr()
    }

    pub fn size(&self) -> c_int {
        // SAFETY: an algorithm.
        unsafe { ffi::EVP_MD_get_size(self.as_ptr()) }
    }

    pub fn is_extendable(&self) -> bool {
        // SAFETY: an algorithm.
        unsafe { ffi::EVP_MD_get_flags(self.as_ptr()) & ffi::EVP_MD_FLAG_XOF != 0 }
    }
}

/// The names of all algorithms.
pub fn all_names() -> Vec<&'static str> {
    unsafe extern "C" fn each(md: *mut ffi::EVP_MD, names: *mut c_void) {
        // SAFETY: OpenSSL passes an algorithm and the vector on.
        unsafe {
            if !md.is_null() && ffi::EVP_MD_get_type(md) != 0 {
                (*names.cast::<Vec<&'static str>>()).push(name_of(md));
            }
        }
    }
    let mut names = Vec::new();
    // SAFETY: `each` takes the vector.
    unsafe { ffi::EVP_MD_do_all_provided(ptr::null_mut(), each, (&raw mut names).cast()) };
    names
}

/// ValueError for what OpenSSL refused.
pub fn failed() -> Raised {
    error::raise(&exc::ValueError, None)
}

fn check(status: c_int) -> Result<()> {
    if status == 0 { Err(failed()) } else { Ok(()) }
}

/// A running digest.
pub struct Context(Own<ffi::EVP_MD_CTX>);

impl Context {
    fn blank() -> Result<Context> {
        // SAFETY: a new context or NULL.
        unsafe { Own::new(ffi::EVP_MD_CTX_new()) }.map(Context).ok_or_else(objects::raise::no_memory)
    }

    pub fn new(md: &Md) -> Result<Context> {
        let context = Context::blank()?;
        // SAFETY: a context and an algorithm.
        check(unsafe { ffi::EVP_DigestInit_ex(context.0.as_ptr(), md.as_ptr(), ptr::null_mut()) })?;
        Ok(context)
    }

    pub fn copy(&self) -> Result<Context> {
        let copy = Context::blank()?;
        // SAFETY: two contexts.
        check(unsafe { ffi::EVP_MD_CTX_copy(copy.0.as_ptr(), self.0.as_ptr()) })?;
        Ok(copy)
    }

    /// Whether OpenSSL took the data; its error waits in the queue otherwise.
    pub fn update(&mut self, data: &[u8]) -> bool {
        // SAFETY: a context and the bytes of a slice.
        unsafe { ffi::EVP_DigestUpdate(self.0.as_ptr(), data.as_ptr().cast(), data.len()) != 0 }
    }

    pub fn md(&self) -> *const ffi::EVP_MD {
        // SAFETY: an initialised context has an algorithm.
        unsafe { ffi::EVP_MD_CTX_get0_md(self.0.as_ptr()) }
    }

    /// The digest of what was taken so far.
    pub fn finish(&self) -> Result<Vec<u8>> {
        let copy = self.copy()?;
        let mut digest = vec![0; ffi::EVP_MAX_MD_SIZE];
        let mut len: c_uint = 0;
        // SAFETY: a context and room for the longest digest.
        check(unsafe { ffi::EVP_DigestFinal(copy.0.as_ptr(), digest.as_mut_ptr(), &mut len) })?;
        digest.truncate(len as usize);
        Ok(digest)
    }

    /// `len` bytes of an extendable digest.
    pub fn draw(&self, len: usize) -> Result<Vec<u8>> {
        let copy = self.copy()?;
        let mut digest = Vec::new();
        digest.try_reserve_exact(len).map_err(|_| objects::raise::no_memory())?;
        digest.resize(len, 0);
        if len > 0 {
            // SAFETY: a context and room for as many bytes.
            check(unsafe { ffi::EVP_DigestFinalXOF(copy.0.as_ptr(), digest.as_mut_ptr(), len) })?;
        }
        Ok(digest)
    }
}

/// A running message authentication code.
pub struct Mac(Own<ffi::HMAC_CTX>);

impl Mac {
    fn blank() -> Result<Mac> {
        // SAFETY: a new context or NULL.
        unsafe { Own::new(ffi::HMAC_CTX_new()) }.map(Mac).ok_or_else(objects::raise::no_memory)
    }

    pub fn new(key: &[u8], md: &Md) -> Result<Mac> {
        let mac = Mac::blank()?;
        let len = key_len(key)?;
        // SAFETY: a context, the bytes of a slice, an algorithm.
        check(unsafe {
            ffi::HMAC_Init_ex(mac.0.as_ptr(), key.as_ptr().cast(), len, md.as_ptr(), ptr::null_mut())
        })?;
        Ok(mac)
    }

    pub fn copy(&self) -> Result<Mac> {
        let copy = Mac::blank()?;
        // SAFETY: two contexts.
        check(unsafe { ffi::HMAC_CTX_copy(copy.0.as_ptr(), self.0.as_ptr()) })?;
        Ok(copy)
    }

    /// As [`Context::update`].
    pub fn update(&mut self, data: &[u8]) -> bool {
        // SAFETY: a context and the bytes of a slice.
        unsafe { ffi::HMAC_Update(self.0.as_ptr(), data.as_ptr(), data.len()) != 0 }
    }

    pub fn md(&self) -> *const ffi::EVP_MD {
        // SAFETY: an initialised context has an algorithm.
        unsafe { ffi::HMAC_CTX_get_md(self.0.as_ptr()) }
    }

    pub fn finish(&self) -> Result<Vec<u8>> {
        let copy = self.copy()?;
        let mut digest = vec![0; ffi::EVP_MAX_MD_SIZE];
        let mut len: c_uint = 0;
        // SAFETY: a context and room for the longest digest.
        check(unsafe { ffi::HMAC_Final(copy.0.as_ptr(), digest.as_mut_ptr(), &mut len) })?;
        digest.truncate(len as usize);
        Ok(digest)
    }
}

/// The length of a key, a C int.
pub fn key_len(key: &[u8]) -> Result<c_int> {
    c_int::try_from(key.len()).map_err(|_| raise!(OverflowError, "key is too long."))
}
