//! Native modules for numbers and dates.

pub mod libm;
pub mod math;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[("math", &math::module::MODULE_DEF)];
