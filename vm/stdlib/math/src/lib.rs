//! Native modules for numbers and dates.

mod arguments;
pub mod cmath;
pub mod datetime;
pub mod decimal;
pub mod libm;
pub mod math;
pub mod random;
pub mod statistics;
pub mod zoneinfo;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_datetime", &datetime::module::MODULE_DEF),
    ("_decimal", &decimal::module::MODULE_DEF),
    ("_random", &random::module::MODULE_DEF),
    ("_statistics", &statistics::module::MODULE_DEF),
    ("_zoneinfo", &zoneinfo::module::MODULE_DEF),
    ("cmath", &cmath::module::MODULE_DEF),
    ("math", &math::module::MODULE_DEF),
];
