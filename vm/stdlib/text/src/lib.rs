//! Native modules of the standard library: text.

pub mod codecs;
pub mod sre;
pub mod string;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_codecs", &codecs::module::MODULE_DEF),
    ("_sre", &sre::module::MODULE_DEF),
    ("_string", &string::module::MODULE_DEF),
];
