//! The functions of OpenSSL that are called, as its headers declare them.

#![allow(non_camel_case_types, reason = "the names of the headers")]

use core::ffi::{c_char, c_int, c_uchar, c_uint, c_ulong, c_void};

macro_rules! opaque {
    ($($name:ident)*) => { $(
        #[repr(C)]
        pub struct $name {
            opaque: [u8; 0],
        }
    )* };
}

opaque! { EVP_MD EVP_MD_CTX HMAC_CTX ENGINE OSSL_LIB_CTX }

/// `EVP_MD_FLAG_XOF`.
pub const EVP_MD_FLAG_XOF: c_ulong = 2;
/// The longest digest.
pub const EVP_MAX_MD_SIZE: usize = 64;

unsafe extern "C" {
    pub fn ERR_peek_last_error() -> c_ulong;
    pub fn ERR_clear_error();
    pub fn ERR_lib_error_string(error: c_ulong) -> *const c_char;
    pub fn ERR_reason_error_string(error: c_ulong) -> *const c_char;

    pub fn OBJ_nid2ln(nid: c_int) -> *const c_char;
    pub fn OBJ_nid2sn(nid: c_int) -> *const c_char;

    pub fn EVP_MD_fetch(
        context: *mut OSSL_LIB_CTX,
        name: *const c_char,
        properties: *const c_char,
    ) -> *mut EVP_MD;
    pub fn EVP_MD_free(md: *mut EVP_MD);
    pub fn EVP_MD_get_type(md: *const EVP_MD) -> c_int;
    pub fn EVP_MD_get_size(md: *const EVP_MD) -> c_int;
    pub fn EVP_MD_get_block_size(md: *const EVP_MD) -> c_int;
    pub fn EVP_MD_get_flags(md: *const EVP_MD) -> c_ulong;
    pub fn EVP_MD_do_all_provided(
        context: *mut OSSL_LIB_CTX,
        each: unsafe extern "C" fn(*mut EVP_MD, *mut c_void),
        argument: *mut c_void,
    );
    pub fn EVP_MD_CTX_new() -> *mut EVP_MD_CTX;
    pub fn EVP_MD_CTX_free(context: *mut EVP_MD_CTX);
    pub fn EVP_MD_CTX_copy(to: *mut EVP_MD_CTX, from: *const EVP_MD_CTX) -> c_int;
    pub fn EVP_MD_CTX_get0_md(context: *const EVP_MD_CTX) -> *const EVP_MD;
    pub fn EVP_DigestInit_ex(context: *mut EVP_MD_CTX, md: *const EVP_MD, engine: *mut ENGINE) -> c_int;
    pub fn EVP_DigestUpdate(context: *mut EVP_MD_CTX, data: *const c_void, len: usize) -> c_int;
    pub fn EVP_DigestFinal(context: *mut EVP_MD_CTX, out: *mut c_uchar, len: *mut c_uint) -> c_int;
    pub fn EVP_DigestFinalXOF(context: *mut EVP_MD_CTX, out: *mut c_uchar, len: usize) -> c_int;
    pub fn EVP_default_properties_is_fips_enabled(context: *mut OSSL_LIB_CTX) -> c_int;

    pub fn HMAC_CTX_new() -> *mut HMAC_CTX;
    pub fn HMAC_CTX_free(context: *mut HMAC_CTX);
    pub fn HMAC_CTX_copy(to: *mut HMAC_CTX, from: *mut HMAC_CTX) -> c_int;
    pub fn HMAC_CTX_get_md(context: *const HMAC_CTX) -> *const EVP_MD;
    pub fn HMAC_Init_ex(
        context: *mut HMAC_CTX,
        key: *const c_void,
        len: c_int,
        md: *const EVP_MD,
        engine: *mut ENGINE,
    ) -> c_int;
    pub fn HMAC_Update(context: *mut HMAC_CTX, data: *const c_uchar, len: usize) -> c_int;
    pub fn HMAC_Final(context: *mut HMAC_CTX, out: *mut c_uchar, len: *mut c_uint) -> c_int;
    pub fn HMAC(
        md: *const EVP_MD,
        key: *const c_void,
        key_len: c_int,
        data: *const c_uchar,
        len: usize,
        out: *mut c_uchar,
        out_len: *mut c_uint,
    ) -> *mut c_uchar;

    pub fn PKCS5_PBKDF2_HMAC(
        password: *const c_char,
        password_len: c_int,
        salt: *const c_uchar,
        salt_len: c_int,
        iterations: c_int,
        md: *const EVP_MD,
        key_len: c_int,
        out: *mut c_uchar,
    ) -> c_int;
    pub fn EVP_PBE_scrypt(
        password: *const c_char,
        password_len: usize,
        salt: *const c_uchar,
        salt_len: usize,
        n: u64,
        r: u64,
        p: u64,
        max_memory: u64,
        key: *mut c_uchar,
        key_len: usize,
    ) -> c_int;
}
