//! The functions of OpenSSL that are called, as its headers declare them.

#![allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the names of the headers")]

use core::ffi::{c_char, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};

macro_rules! opaque {
    ($($name:ident)*) => { $(
        #[repr(C)]
        pub struct $name {
            opaque: [u8; 0],
        }
    )* };
}

opaque! {
    DH EVP_MD EVP_MD_CTX HMAC_CTX ENGINE OSSL_LIB_CTX SSL SSL_CTX SSL_METHOD SSL_CIPHER SSL_SESSION BIO BIO_METHOD X509 X509_NAME
    X509_NAME_ENTRY X509_STORE X509_STORE_CTX X509_OBJECT X509_VERIFY_PARAM ASN1_OBJECT ASN1_STRING OPENSSL_STACK GENERAL_NAMES
    AUTHORITY_INFO_ACCESS
}

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

    pub fn OpenSSL_version(what: c_int) -> *const c_char;
    pub fn OpenSSL_version_num() -> c_ulong;
    pub fn OPENSSL_sk_num(stack: *const OPENSSL_STACK) -> c_int;
    pub fn OPENSSL_sk_value(stack: *const OPENSSL_STACK, index: c_int) -> *mut c_void;
    pub fn CRYPTO_free(block: *mut c_void, file: *const c_char, line: c_int);

    pub fn RAND_add(bytes: *const c_void, len: c_int, entropy: f64);
    pub fn RAND_bytes(out: *mut c_uchar, len: c_int) -> c_int;
    pub fn RAND_status() -> c_int;

    pub fn OBJ_txt2obj(text: *const c_char, no_name: c_int) -> *mut ASN1_OBJECT;
    pub fn OBJ_nid2obj(nid: c_int) -> *mut ASN1_OBJECT;
    pub fn OBJ_obj2nid(object: *const ASN1_OBJECT) -> c_int;
    pub fn OBJ_obj2txt(out: *mut c_char, len: c_int, object: *const ASN1_OBJECT, no_name: c_int) -> c_int;
    pub fn OBJ_sn2nid(name: *const c_char) -> c_int;
    pub fn ASN1_OBJECT_free(object: *mut ASN1_OBJECT);
    pub fn ASN1_STRING_length(string: *const ASN1_STRING) -> c_int;
    pub fn ASN1_STRING_get0_data(string: *const ASN1_STRING) -> *const c_uchar;
    pub fn ASN1_STRING_to_UTF8(out: *mut *mut c_uchar, string: *const ASN1_STRING) -> c_int;
    pub fn ASN1_OCTET_STRING_free(string: *mut ASN1_STRING);
    pub fn ASN1_TIME_print(bio: *mut BIO, time: *const ASN1_STRING) -> c_int;
    pub fn i2a_ASN1_INTEGER(bio: *mut BIO, number: *const ASN1_STRING) -> c_int;
    pub fn a2i_IPADDRESS(address: *const c_char) -> *mut ASN1_STRING;

    pub fn BIO_new(method: *const BIO_METHOD) -> *mut BIO;
    pub fn BIO_s_mem() -> *const BIO_METHOD;
    pub fn BIO_new_mem_buf(data: *const c_void, len: c_int) -> *mut BIO;
    pub fn BIO_new_file(path: *const c_char, mode: *const c_char) -> *mut BIO;
    pub fn BIO_free(bio: *mut BIO) -> c_int;
    pub fn BIO_up_ref(bio: *mut BIO) -> c_int;
    pub fn BIO_read(bio: *mut BIO, out: *mut c_void, len: c_int) -> c_int;
    pub fn BIO_write(bio: *mut BIO, data: *const c_void, len: c_int) -> c_int;
    pub fn BIO_ctrl(bio: *mut BIO, command: c_int, number: c_long, pointer: *mut c_void) -> c_long;
    pub fn BIO_ctrl_pending(bio: *mut BIO) -> usize;

    pub fn PEM_read_bio_X509(
        bio: *mut BIO,
        place: *mut *mut X509,
        password: Option<PasswordCallback>,
        argument: *mut c_void,
    ) -> *mut X509;
    pub fn PEM_write_bio_X509(bio: *mut BIO, certificate: *const X509) -> c_int;
    pub fn PEM_write_bio_X509_AUX(bio: *mut BIO, certificate: *const X509) -> c_int;
    pub fn PEM_read_bio_DHparams(
        bio: *mut BIO,
        into: *mut *mut DH,
        callback: Option<PasswordCallback>,
        data: *mut c_void,
    ) -> *mut DH;
    pub fn DH_free(parameters: *mut DH);
    pub fn d2i_X509_bio(bio: *mut BIO, place: *mut *mut X509) -> *mut X509;
    pub fn i2d_X509(certificate: *const X509, out: *mut *mut c_uchar) -> c_int;
    pub fn X509_free(certificate: *mut X509);
    pub fn X509_up_ref(certificate: *mut X509) -> c_int;
    pub fn X509_cmp(a: *const X509, b: *const X509) -> c_int;
    pub fn X509_subject_name_hash(certificate: *mut X509) -> c_ulong;
    pub fn X509_get_version(certificate: *const X509) -> c_long;
    pub fn X509_get_subject_name(certificate: *const X509) -> *mut X509_NAME;
    pub fn X509_get_issuer_name(certificate: *const X509) -> *mut X509_NAME;
    pub fn X509_get_serialNumber(certificate: *mut X509) -> *mut ASN1_STRING;
    pub fn X509_get0_notBefore(certificate: *const X509) -> *const ASN1_STRING;
    pub fn X509_get0_notAfter(certificate: *const X509) -> *const ASN1_STRING;
    pub fn X509_get_ext_d2i(
        certificate: *const X509,
        nid: c_int,
        critical: *mut c_int,
        index: *mut c_int,
    ) -> *mut c_void;
    pub fn X509_check_ca(certificate: *mut X509) -> c_int;
    pub fn X509_NAME_print_ex(bio: *mut BIO, name: *const X509_NAME, indent: c_int, flags: c_ulong) -> c_int;
    pub fn X509_NAME_entry_count(name: *const X509_NAME) -> c_int;
    pub fn X509_NAME_get_entry(name: *const X509_NAME, index: c_int) -> *mut X509_NAME_ENTRY;
    pub fn X509_NAME_ENTRY_set(entry: *const X509_NAME_ENTRY) -> c_int;
    pub fn X509_NAME_ENTRY_get_object(entry: *const X509_NAME_ENTRY) -> *mut ASN1_OBJECT;
    pub fn X509_NAME_ENTRY_get_data(entry: *const X509_NAME_ENTRY) -> *mut ASN1_STRING;
    pub fn GENERAL_NAME_print(bio: *mut BIO, name: *mut GENERAL_NAME) -> c_int;
    pub fn GENERAL_NAMES_free(names: *mut GENERAL_NAMES);
    pub fn AUTHORITY_INFO_ACCESS_free(access: *mut AUTHORITY_INFO_ACCESS);
    pub fn CRL_DIST_POINTS_free(points: *mut OPENSSL_STACK);
    pub fn X509_verify_cert_error_string(code: c_long) -> *const c_char;
    pub fn X509_get_default_cert_file_env() -> *const c_char;
    pub fn X509_get_default_cert_file() -> *const c_char;
    pub fn X509_get_default_cert_dir_env() -> *const c_char;
    pub fn X509_get_default_cert_dir() -> *const c_char;
    pub fn X509_STORE_add_cert(store: *mut X509_STORE, certificate: *mut X509) -> c_int;
    pub fn X509_STORE_get1_objects(store: *mut X509_STORE) -> *mut OPENSSL_STACK;
    pub fn OPENSSL_sk_pop_free(stack: *mut OPENSSL_STACK, free: unsafe extern "C" fn(*mut c_void));
    pub fn X509_OBJECT_free(object: *mut X509_OBJECT);
    pub fn X509_OBJECT_get_type(object: *const X509_OBJECT) -> c_int;
    pub fn X509_OBJECT_get0_X509(object: *const X509_OBJECT) -> *mut X509;
    pub fn X509_VERIFY_PARAM_set_flags(param: *mut X509_VERIFY_PARAM, flags: c_ulong) -> c_int;
    pub fn X509_VERIFY_PARAM_clear_flags(param: *mut X509_VERIFY_PARAM, flags: c_ulong) -> c_int;
    pub fn X509_VERIFY_PARAM_get_flags(param: *const X509_VERIFY_PARAM) -> c_ulong;
    pub fn X509_VERIFY_PARAM_set_hostflags(param: *mut X509_VERIFY_PARAM, flags: c_uint);
    pub fn X509_VERIFY_PARAM_set1_host(
        param: *mut X509_VERIFY_PARAM,
        name: *const c_char,
        len: usize,
    ) -> c_int;
    pub fn X509_VERIFY_PARAM_set1_ip(
        param: *mut X509_VERIFY_PARAM,
        address: *const c_uchar,
        len: usize,
    ) -> c_int;

    pub fn TLS_method() -> *const SSL_METHOD;
    pub fn TLS_client_method() -> *const SSL_METHOD;
    pub fn TLS_server_method() -> *const SSL_METHOD;
    pub fn TLSv1_method() -> *const SSL_METHOD;
    pub fn TLSv1_1_method() -> *const SSL_METHOD;
    pub fn TLSv1_2_method() -> *const SSL_METHOD;
    pub fn SSL_CTX_new(method: *const SSL_METHOD) -> *mut SSL_CTX;
    pub fn SSL_CTX_free(context: *mut SSL_CTX);
    pub fn SSL_CTX_ctrl(
        context: *mut SSL_CTX,
        command: c_int,
        number: c_long,
        pointer: *mut c_void,
    ) -> c_long;
    pub fn SSL_CTX_set_options(context: *mut SSL_CTX, options: u64) -> u64;
    pub fn SSL_CTX_clear_options(context: *mut SSL_CTX, options: u64) -> u64;
    pub fn SSL_CTX_get_options(context: *const SSL_CTX) -> u64;
    pub fn SSL_CTX_set_verify(
        context: *mut SSL_CTX,
        mode: c_int,
        callback: Option<unsafe extern "C" fn(c_int, *mut X509_STORE_CTX) -> c_int>,
    );
    pub fn SSL_CTX_get_verify_mode(context: *const SSL_CTX) -> c_int;
    pub fn SSL_CTX_get0_param(context: *mut SSL_CTX) -> *mut X509_VERIFY_PARAM;
    pub fn SSL_CTX_set_cipher_list(context: *mut SSL_CTX, list: *const c_char) -> c_int;
    pub fn SSL_set_session_id_context(ssl: *mut SSL, id: *const c_uchar, len: c_uint) -> c_int;
    pub fn SSL_CTX_set_post_handshake_auth(context: *mut SSL_CTX, value: c_int);
    pub fn SSL_CTX_set_num_tickets(context: *mut SSL_CTX, count: usize) -> c_int;
    pub fn SSL_CTX_get_num_tickets(context: *const SSL_CTX) -> usize;
    pub fn SSL_CTX_get_security_level(context: *const SSL_CTX) -> c_int;
    pub fn SSL_CTX_get_cert_store(context: *const SSL_CTX) -> *mut X509_STORE;
    pub fn SSL_CTX_set_default_verify_paths(context: *mut SSL_CTX) -> c_int;
    pub fn SSL_CTX_load_verify_locations(
        context: *mut SSL_CTX,
        file: *const c_char,
        directory: *const c_char,
    ) -> c_int;
    pub fn SSL_CTX_use_certificate_chain_file(context: *mut SSL_CTX, path: *const c_char) -> c_int;
    pub fn SSL_CTX_use_PrivateKey_file(context: *mut SSL_CTX, path: *const c_char, kind: c_int) -> c_int;
    pub fn SSL_CTX_check_private_key(context: *const SSL_CTX) -> c_int;
    pub fn SSL_CTX_set_default_passwd_cb(context: *mut SSL_CTX, callback: Option<PasswordCallback>);
    pub fn SSL_CTX_set_default_passwd_cb_userdata(context: *mut SSL_CTX, argument: *mut c_void);
    pub fn SSL_CTX_get_default_passwd_cb(context: *mut SSL_CTX) -> Option<PasswordCallback>;
    pub fn SSL_CTX_get_default_passwd_cb_userdata(context: *mut SSL_CTX) -> *mut c_void;
    pub fn SSL_CTX_set_alpn_protos(context: *mut SSL_CTX, protocols: *const c_uchar, len: c_uint) -> c_int;
    pub fn SSL_CTX_set_alpn_select_cb(
        context: *mut SSL_CTX,
        callback: Option<
            unsafe extern "C" fn(
                *mut SSL,
                *mut *const c_uchar,
                *mut c_uchar,
                *const c_uchar,
                c_uint,
                *mut c_void,
            ) -> c_int,
        >,
        argument: *mut c_void,
    );
    pub fn SSL_select_next_proto(
        out: *mut *mut c_uchar,
        out_len: *mut c_uchar,
        server: *const c_uchar,
        server_len: c_uint,
        client: *const c_uchar,
        client_len: c_uint,
    ) -> c_int;
    pub fn SSL_CTX_callback_ctrl(
        context: *mut SSL_CTX,
        command: c_int,
        callback: Option<unsafe extern "C" fn()>,
    ) -> c_long;
    pub fn SSL_CTX_set_keylog_callback(
        context: *mut SSL_CTX,
        callback: Option<unsafe extern "C" fn(*const SSL, *const c_char)>,
    );
    pub fn SSL_CTX_set_msg_callback(context: *mut SSL_CTX, callback: Option<MessageCallback>);
    pub fn SSL_set_msg_callback(ssl: *mut SSL, callback: Option<MessageCallback>);
    pub fn SSL_CTX_set_psk_client_callback(context: *mut SSL_CTX, callback: Option<PskClientCallback>);
    pub fn SSL_CTX_set_psk_server_callback(context: *mut SSL_CTX, callback: Option<PskServerCallback>);
    pub fn SSL_CTX_use_psk_identity_hint(context: *mut SSL_CTX, hint: *const c_char) -> c_int;

    pub fn SSL_new(context: *mut SSL_CTX) -> *mut SSL;
    pub fn SSL_free(ssl: *mut SSL);
    pub fn SSL_ctrl(ssl: *mut SSL, command: c_int, number: c_long, pointer: *mut c_void) -> c_long;
    pub fn SSL_set_ex_data(ssl: *mut SSL, index: c_int, data: *mut c_void) -> c_int;
    pub fn SSL_get_ex_data(ssl: *const SSL, index: c_int) -> *mut c_void;
    pub fn SSL_get_SSL_CTX(ssl: *const SSL) -> *mut SSL_CTX;
    pub fn SSL_set_SSL_CTX(ssl: *mut SSL, context: *mut SSL_CTX) -> *mut SSL_CTX;
    pub fn SSL_set_fd(ssl: *mut SSL, fd: c_int) -> c_int;
    pub fn SSL_set_bio(ssl: *mut SSL, read: *mut BIO, write: *mut BIO);
    pub fn SSL_get_rbio(ssl: *const SSL) -> *mut BIO;
    pub fn SSL_get_wbio(ssl: *const SSL) -> *mut BIO;
    pub fn SSL_get0_param(ssl: *mut SSL) -> *mut X509_VERIFY_PARAM;
    pub fn SSL_get_verify_mode(ssl: *const SSL) -> c_int;
    pub fn SSL_get_verify_callback(
        ssl: *const SSL,
    ) -> Option<unsafe extern "C" fn(c_int, *mut X509_STORE_CTX) -> c_int>;
    pub fn SSL_set_verify(
        ssl: *mut SSL,
        mode: c_int,
        callback: Option<unsafe extern "C" fn(c_int, *mut X509_STORE_CTX) -> c_int>,
    );
    pub fn SSL_set_post_handshake_auth(ssl: *mut SSL, value: c_int);
    pub fn SSL_verify_client_post_handshake(ssl: *mut SSL) -> c_int;
    pub fn SSL_set_connect_state(ssl: *mut SSL);
    pub fn SSL_set_accept_state(ssl: *mut SSL);
    pub fn SSL_do_handshake(ssl: *mut SSL) -> c_int;
    pub fn SSL_get_error(ssl: *const SSL, status: c_int) -> c_int;
    pub fn SSL_read_ex(ssl: *mut SSL, out: *mut c_void, len: usize, count: *mut usize) -> c_int;
    pub fn SSL_write_ex(ssl: *mut SSL, data: *const c_void, len: usize, count: *mut usize) -> c_int;
    pub fn SSL_pending(ssl: *const SSL) -> c_int;
    pub fn SSL_shutdown(ssl: *mut SSL) -> c_int;
    pub fn SSL_get_shutdown(ssl: *const SSL) -> c_int;
    pub fn SSL_set_read_ahead(ssl: *mut SSL, yes: c_int);
    pub fn SSL_is_init_finished(ssl: *const SSL) -> c_int;
    pub fn SSL_get1_peer_certificate(ssl: *const SSL) -> *mut X509;
    pub fn SSL_get_peer_cert_chain(ssl: *const SSL) -> *mut OPENSSL_STACK;
    pub fn SSL_get0_verified_chain(ssl: *const SSL) -> *mut OPENSSL_STACK;
    pub fn SSL_get_verify_result(ssl: *const SSL) -> c_long;
    pub fn SSL_get_version(ssl: *const SSL) -> *const c_char;
    pub fn SSL_get_current_cipher(ssl: *const SSL) -> *const SSL_CIPHER;
    pub fn SSL_get_ciphers(ssl: *const SSL) -> *mut OPENSSL_STACK;
    pub fn SSL_get_client_ciphers(ssl: *const SSL) -> *mut OPENSSL_STACK;
    pub fn SSL_get0_alpn_selected(ssl: *const SSL, data: *mut *const c_uchar, len: *mut c_uint);
    pub fn SSL_get_finished(ssl: *const SSL, out: *mut c_void, len: usize) -> usize;
    pub fn SSL_get_peer_finished(ssl: *const SSL, out: *mut c_void, len: usize) -> usize;
    pub fn SSL_session_reused(ssl: *const SSL) -> c_int;
    pub fn SSL_get_servername(ssl: *const SSL, kind: c_int) -> *const c_char;
    pub fn SSL_get1_session(ssl: *mut SSL) -> *mut SSL_SESSION;
    pub fn SSL_set_session(ssl: *mut SSL, session: *mut SSL_SESSION) -> c_int;
    pub fn SSL_SESSION_free(session: *mut SSL_SESSION);
    pub fn SSL_SESSION_get_id(session: *const SSL_SESSION, len: *mut c_uint) -> *const c_uchar;
    pub fn SSL_SESSION_get_time_ex(session: *const SSL_SESSION) -> i64;
    pub fn SSL_SESSION_get_timeout(session: *const SSL_SESSION) -> c_long;
    pub fn SSL_SESSION_get_ticket_lifetime_hint(session: *const SSL_SESSION) -> c_ulong;
    pub fn SSL_SESSION_has_ticket(session: *const SSL_SESSION) -> c_int;
    pub fn i2d_SSL_SESSION(session: *mut SSL_SESSION, out: *mut *mut c_uchar) -> c_int;
    pub fn d2i_SSL_SESSION(
        place: *mut *mut SSL_SESSION,
        data: *mut *const c_uchar,
        len: c_long,
    ) -> *mut SSL_SESSION;

    pub fn SSL_CIPHER_get_name(cipher: *const SSL_CIPHER) -> *const c_char;
    pub fn SSL_CIPHER_get_version(cipher: *const SSL_CIPHER) -> *const c_char;
    pub fn SSL_CIPHER_get_bits(cipher: *const SSL_CIPHER, algorithm: *mut c_int) -> c_int;
    pub fn SSL_CIPHER_get_id(cipher: *const SSL_CIPHER) -> u32;
    pub fn SSL_CIPHER_description(cipher: *const SSL_CIPHER, out: *mut c_char, len: c_int) -> *mut c_char;
    pub fn SSL_CIPHER_is_aead(cipher: *const SSL_CIPHER) -> c_int;
    pub fn SSL_CIPHER_get_cipher_nid(cipher: *const SSL_CIPHER) -> c_int;
    pub fn SSL_CIPHER_get_digest_nid(cipher: *const SSL_CIPHER) -> c_int;
    pub fn SSL_CIPHER_get_kx_nid(cipher: *const SSL_CIPHER) -> c_int;
    pub fn SSL_CIPHER_get_auth_nid(cipher: *const SSL_CIPHER) -> c_int;
}

/// `pem_password_cb`.
pub type PasswordCallback = unsafe extern "C" fn(*mut c_char, c_int, c_int, *mut c_void) -> c_int;
/// What a client's key is asked of: a hint, and the room for its identity and key.
pub type PskClientCallback =
    unsafe extern "C" fn(*mut SSL, *const c_char, *mut c_char, c_uint, *mut c_uchar, c_uint) -> c_uint;
/// What a server's key is asked of: the client's identity, and the room for the key.
pub type PskServerCallback = unsafe extern "C" fn(*mut SSL, *const c_char, *mut c_uchar, c_uint) -> c_uint;
/// What follows each message of the protocol.
pub type MessageCallback =
    unsafe extern "C" fn(c_int, c_int, c_int, *const c_void, usize, *mut SSL, *mut c_void);

/// `GENERAL_NAME`: the kind says what the pointer is.
#[repr(C)]
pub struct GENERAL_NAME {
    pub kind: c_int,
    pub value: *mut c_void,
}

/// `ACCESS_DESCRIPTION`.
#[repr(C)]
pub struct ACCESS_DESCRIPTION {
    pub method: *mut ASN1_OBJECT,
    pub location: *mut GENERAL_NAME,
}

/// `DIST_POINT`; only its beginning.
#[repr(C)]
pub struct DIST_POINT {
    pub name: *mut DIST_POINT_NAME,
}

/// `DIST_POINT_NAME`: of kind 0 the pointer is a stack of general names.
#[repr(C)]
pub struct DIST_POINT_NAME {
    pub kind: c_int,
    pub names: *mut OPENSSL_STACK,
}

/// `otherName` and the like of [`GENERAL_NAME`].
pub const GEN_EMAIL: c_int = 1;
pub const GEN_DNS: c_int = 2;
pub const GEN_DIRNAME: c_int = 4;
pub const GEN_URI: c_int = 6;
pub const GEN_IPADD: c_int = 7;
pub const GEN_RID: c_int = 8;

pub const NID_SUBJECT_ALT_NAME: c_int = 85;
pub const NID_CRL_DISTRIBUTION_POINTS: c_int = 103;
pub const NID_INFO_ACCESS: c_int = 177;
pub const NID_AD_OCSP: c_int = 178;
pub const NID_AD_CA_ISSUERS: c_int = 179;

/// `SSL_ERROR_…`.
pub const SSL_ERROR_SSL: c_int = 1;
pub const SSL_ERROR_WANT_READ: c_int = 2;
pub const SSL_ERROR_WANT_WRITE: c_int = 3;
pub const SSL_ERROR_WANT_X509_LOOKUP: c_int = 4;
pub const SSL_ERROR_SYSCALL: c_int = 5;
pub const SSL_ERROR_ZERO_RETURN: c_int = 6;
pub const SSL_ERROR_WANT_CONNECT: c_int = 7;

pub const SSL_VERIFY_NONE: c_int = 0;
pub const SSL_VERIFY_PEER: c_int = 1;
pub const SSL_VERIFY_FAIL_IF_NO_PEER_CERT: c_int = 2;
pub const SSL_VERIFY_POST_HANDSHAKE: c_int = 8;

pub const SSL_CTRL_SESS_NUMBER: c_int = 20;
pub const SSL_CTRL_MODE: c_int = 33;
pub const SSL_CTRL_SET_TLSEXT_SERVERNAME_CB: c_int = 53;
pub const SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG: c_int = 54;
pub const SSL_CTRL_SET_TLSEXT_HOSTNAME: c_int = 55;
pub const SSL_CTRL_SET_TMP_DH: c_int = 3;
pub const SSL_CTRL_SET_GROUPS: c_int = 91;
pub const SSL_CTRL_SET_MIN_PROTO_VERSION: c_int = 123;
pub const SSL_CTRL_SET_MAX_PROTO_VERSION: c_int = 124;
pub const SSL_CTRL_GET_MIN_PROTO_VERSION: c_int = 130;
pub const SSL_CTRL_GET_MAX_PROTO_VERSION: c_int = 131;
pub const BIO_CTRL_EOF: c_int = 2;
pub const BIO_C_SET_NBIO: c_int = 102;
pub const BIO_C_SET_BUF_MEM_EOF_RETURN: c_int = 130;

pub const TLSEXT_NAMETYPE_HOST_NAME: c_int = 0;
pub const SSL_TLSEXT_ERR_OK: c_int = 0;
pub const SSL_TLSEXT_ERR_ALERT_FATAL: c_int = 2;
pub const SSL_TLSEXT_ERR_NOACK: c_int = 3;
pub const OPENSSL_NPN_NEGOTIATED: c_int = 1;

pub const ERR_LIB_SYS: u32 = 2;
pub const ERR_LIB_PEM: u32 = 9;
pub const ERR_LIB_X509: u32 = 11;
pub const ERR_LIB_SSL: u32 = 20;
