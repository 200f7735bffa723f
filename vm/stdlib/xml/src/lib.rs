//! Native modules of the standard library: XML.

pub mod elementtree;
pub mod pyexpat;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] =
    &[("_elementtree", &elementtree::module::MODULE_DEF), ("pyexpat", &pyexpat::module::MODULE_DEF)];
