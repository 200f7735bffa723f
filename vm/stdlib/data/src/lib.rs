//! Native modules for data.

pub mod itertools;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] =
    &[("itertools", &itertools::module::MODULE_DEF)];
