//! Native modules of the standard library: text.

pub mod codecs;
pub mod locale;
pub mod sre;
pub mod string;
pub mod unicodedata;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_codecs", &codecs::module::MODULE_DEF),
    ("_locale", &locale::module::MODULE_DEF),
    ("_sre", &sre::module::MODULE_DEF),
    ("_string", &string::module::MODULE_DEF),
    ("unicodedata", &unicodedata::module::MODULE_DEF),
];
