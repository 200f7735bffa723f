//! Native modules for data.

pub mod collections;
pub mod itertools;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] =
    &[("_collections", &collections::module::MODULE_DEF), ("itertools", &itertools::module::MODULE_DEF)];
