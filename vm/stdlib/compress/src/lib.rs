//! Native modules for compressed and encoded bytes.

pub mod binascii;
mod checksum;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] =
    &[("binascii", &binascii::module::MODULE_DEF)];
