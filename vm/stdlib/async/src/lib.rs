//! Native modules for asynchronous programs.

pub mod contextvars;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] =
    &[("_contextvars", &contextvars::module::MODULE_DEF)];
