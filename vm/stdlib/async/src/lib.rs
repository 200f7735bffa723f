//! Native modules for asynchronous programs.

pub mod asyncio;
pub mod contextvars;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] =
    &[("_asyncio", &asyncio::module::MODULE_DEF), ("_contextvars", &contextvars::module::MODULE_DEF)];
