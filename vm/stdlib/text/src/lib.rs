//! Native modules of the standard library: text.

pub mod codecs;
pub mod locale;
pub mod multibyte;
pub mod sre;
pub mod string;
pub mod ucnhash;
pub mod unicodedata;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_codecs", &codecs::module::MODULE_DEF),
    ("_codecs_cn", &multibyte::cn::module::MODULE_DEF),
    ("_codecs_hk", &multibyte::hk::module::MODULE_DEF),
    ("_codecs_iso2022", &multibyte::iso::module::MODULE_DEF),
    ("_codecs_jp", &multibyte::jp::module::MODULE_DEF),
    ("_codecs_kr", &multibyte::kr::module::MODULE_DEF),
    ("_codecs_tw", &multibyte::tw::module::MODULE_DEF),
    ("_locale", &locale::module::MODULE_DEF),
    ("_multibytecodec", &multibyte::module::MODULE_DEF),
    ("_sre", &sre::module::MODULE_DEF),
    ("_string", &string::module::MODULE_DEF),
    ("unicodedata", &unicodedata::module::MODULE_DEF),
];
