//! Native modules for digests and TLS.
//!
//! Rooms, in reading order: `input` (what is hashed), `digest` (what all hash objects are), a file for each family of digests, `openssl` (its functions and
//! errors), `hashlib`, `ssl`.

mod blake2;
mod digest;
mod hashlib;
mod input;
mod md5;
mod openssl;
mod sha1;
mod sha2;
mod sha3;
mod ssl;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_blake2", &blake2::module::MODULE_DEF),
    ("_hashlib", &hashlib::module::MODULE_DEF),
    ("_md5", &md5::module::MODULE_DEF),
    ("_sha1", &sha1::module::MODULE_DEF),
    ("_sha2", &sha2::module::MODULE_DEF),
    ("_sha3", &sha3::module::MODULE_DEF),
    ("_ssl", &ssl::module::MODULE_DEF),
];
