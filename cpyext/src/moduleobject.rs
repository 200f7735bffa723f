//! `moduleobject.h` and what `modsupport.h` says of modules.

use macros::capi;
use objects::typeobject::ModuleDef;
use objects::types::module;
use objects::{Object, Result};

/// Makes a definition an object, which the import system turns into a module.
///
/// # Safety
/// A C function: the definition is static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyModuleDef_Init(definition: &'static ModuleDef) -> Option<&'static Object> {
    Some(module::init_definition(definition))
}

#[capi]
pub fn PyModule_GetState(module: &module::Module) -> Result<*mut core::ffi::c_void> {
    Ok(module.state())
}
