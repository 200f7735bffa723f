//! Native modules of the standard library: XML.

pub mod pyexpat;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[("pyexpat", &pyexpat::module::MODULE_DEF)];
