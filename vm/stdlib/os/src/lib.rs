//! Native modules that speak to the operating system.

pub mod errno;
pub mod posix;
pub mod stat;
pub mod time;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_stat", &stat::module::MODULE_DEF),
    ("errno", &errno::module::MODULE_DEF),
    ("posix", &posix::module::MODULE_DEF),
    ("time", &time::module::MODULE_DEF),
];
