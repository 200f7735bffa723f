//! Cipher suites as tuples and dicts.

use crate::openssl::error::static_text;
use crate::openssl::ffi;
use core::ffi::{CStr, c_int};
use objects::types::bool::new_bool;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Ref, Result};

fn text(text: *const core::ffi::c_char) -> Result<Ref> {
    match static_text(text) {
        Some(text) => Ok(Str::new(text)?.upcast()),
        None => Ok(none().to_ref()),
    }
}

/// `(name, protocol, secret bits)`.
pub fn tuple(cipher: *const ffi::SSL_CIPHER) -> Result<Ref<Tuple>> {
    // SAFETY: a cipher suite; its strings are static.
    unsafe {
        let bits = ffi::SSL_CIPHER_get_bits(cipher, core::ptr::null_mut());
        Tuple::from_array([
            text(ffi::SSL_CIPHER_get_name(cipher))?,
            text(ffi::SSL_CIPHER_get_version(cipher))?,
            new_int(bits.into())?,
        ])
    }
}

/// Everything about a suite.
pub fn dict(cipher: *const ffi::SSL_CIPHER) -> Result<Ref<Dict>> {
    let dict = Dict::new()?;
    let mut algorithm_bits: c_int = 0;
    let mut description = [0u8; 512];
    // SAFETY: a cipher suite; its strings are static, the description goes into the buffer.
    unsafe {
        let bits = ffi::SSL_CIPHER_get_bits(cipher, &mut algorithm_bits);
        ffi::SSL_CIPHER_description(cipher, description.as_mut_ptr().cast(), description.len() as c_int - 1);
        let description = CStr::from_bytes_until_nul(&description).unwrap_or_default().to_string_lossy();
        let nid_name = |nid: c_int| text(if nid == 0 { core::ptr::null() } else { ffi::OBJ_nid2ln(nid) });
        dict.set_text("id", &*new_int(ffi::SSL_CIPHER_get_id(cipher).into())?)?;
        dict.set_text("name", &*text(ffi::SSL_CIPHER_get_name(cipher))?)?;
        dict.set_text("protocol", &*text(ffi::SSL_CIPHER_get_version(cipher))?)?;
        dict.set_text("description", &*Str::new(description.trim_end())?)?;
        dict.set_text("strength_bits", &*new_int(bits.into())?)?;
        dict.set_text("alg_bits", &*new_int(algorithm_bits.into())?)?;
        dict.set_text("aead", &new_bool(ffi::SSL_CIPHER_is_aead(cipher) != 0))?;
        dict.set_text("symmetric", &*nid_name(ffi::SSL_CIPHER_get_cipher_nid(cipher))?)?;
        dict.set_text("digest", &*nid_name(ffi::SSL_CIPHER_get_digest_nid(cipher))?)?;
        dict.set_text("kea", &*nid_name(ffi::SSL_CIPHER_get_kx_nid(cipher))?)?;
        dict.set_text("auth", &*nid_name(ffi::SSL_CIPHER_get_auth_nid(cipher))?)?;
    }
    Ok(dict)
}
