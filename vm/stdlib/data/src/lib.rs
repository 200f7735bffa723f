//! Native modules for data.

pub mod binary;
pub mod bisect;
pub mod collections;
pub mod csv;
pub mod functools;
pub mod heapq;
pub mod itertools;
pub mod json;
pub mod operator;
pub mod pickle;
pub mod queue;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_bisect", &bisect::module::MODULE_DEF),
    ("_collections", &collections::module::MODULE_DEF),
    ("_csv", &csv::module::MODULE_DEF),
    ("_functools", &functools::module::MODULE_DEF),
    ("_heapq", &heapq::module::MODULE_DEF),
    ("_json", &json::module::MODULE_DEF),
    ("_operator", &operator::module::MODULE_DEF),
    ("_pickle", &pickle::module::MODULE_DEF),
    ("_queue", &queue::module::MODULE_DEF),
    ("array", &binary::array::module::MODULE_DEF),
    ("_struct", &binary::structs::module::MODULE_DEF),
    ("itertools", &itertools::module::MODULE_DEF),
];
