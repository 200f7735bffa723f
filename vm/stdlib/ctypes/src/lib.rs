//! `_ctypes`: C data and C functions, over libffi.
//!
//! Rooms, in reading order: `code` (THE TABLE OF TYPE CODES) with `longdouble`; `info` (what a class knows of its C type, and the base of the
//! metatypes) with `metatype`; `data` (an instance: its memory and what it keeps alive); then a room for each kind of type: `simple`,
//! `structure` with `layout` and `field`, `array` with `chararray`, `pointer`, `function` with `paramflags`; then calls: `argument`, `call`,
//! `callback`, `errno`; `memory` has the functions that Python reaches by address, `ctypes` the module itself.

mod argument;
mod array;
mod call;
mod callback;
mod chararray;
mod code;
pub mod ctypes;
mod data;
mod errno;
mod field;
mod function;
mod info;
mod layout;
mod longdouble;
mod memory;
mod metatype;
mod paramflags;
mod pointer;
mod simple;
mod structure;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[("_ctypes", &ctypes::module::MODULE_DEF)];
