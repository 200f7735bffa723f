//! The native module `_io`: files, buffers, text.
//!
//! `base` has the abstract classes and the memory layout that all streams begin with; `fileio` the raw files; `buffered` the
//! readers and writers over raw streams; `text` the text layer over those; `bytesio` and `stringio` the streams in memory;
//! `open` the function `open` and the module itself.

pub mod base;
pub mod buffered;
pub mod bytesio;
pub mod fileio;
pub mod newline;
pub mod open;
pub mod stringio;
pub mod text;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[("_io", &open::module::MODULE_DEF)];
