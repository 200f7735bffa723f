//! Native modules for compressed and encoded bytes.

pub mod binascii;
pub mod bz2;
mod checksum;
mod feed;
pub mod lzma;
mod output;
pub mod zlib;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_bz2", &bz2::module::MODULE_DEF),
    ("_lzma", &lzma::module::MODULE_DEF),
    ("binascii", &binascii::module::MODULE_DEF),
    ("zlib", &zlib::module::MODULE_DEF),
];
