//! Native modules of the standard library: text.

pub mod codecs;
pub mod string;

/// The modules of this crate: name and `PyInit_` function.
pub const MODULES: &[(&str, unsafe extern "C" fn() -> objects::Result)] =
    &[("_codecs", codecs::module::init), ("_string", string::module::init)];
