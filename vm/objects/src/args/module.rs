//! What `#[pymodule]` calls to fill a module.

use super::IntoPy;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::typeobject::{MethodDef, ModuleDef, TypeObject};
use crate::types::module::{Module, PyModuleDef_Type, definition};

/// The head of a static definition.
#[allow(clippy::declare_interior_mutable_const, reason = "a template that is copied, never shared")]
pub const DEF_HEAD: Object = Object::immortal(&PyModuleDef_Type);

/// Adds `value` under `name`.
///
/// # Errors
/// What `value` holds if it is an error; MemoryError.
pub fn add(module: &Module, name: &str, value: impl IntoPy) -> Result<()> {
    module.dict().set_text(name, &*value.into_py()?)
}

/// Readies a class and adds it under its own name (`PyModule_AddType`).
///
/// # Errors
/// MemoryError.
pub fn add_type(module: &Module, class: &'static TypeObject) -> Result<()> {
    crate::typeobject::ready::ready(class)?;
    module.dict().set_text(class.name(), class.as_object())
}

/// Adds the functions of a table (`PyModule_AddFunctions`).
///
/// # Errors
/// MemoryError.
pub fn add_functions(module: &Module, table: &'static [MethodDef]) -> Result<()> {
    // SAFETY: the macros end every table.
    unsafe { definition::add_functions(module, &*module.name()?, table.as_ptr()) }
}

/// The body of a module's `PyInit_` function (`PyModuleDef_Init`).
///
/// # Errors
/// Never, as yet.
pub fn init(definition: &'static ModuleDef) -> Result<Ref> {
    Ok(crate::types::module::init_definition(definition).to_ref())
}
