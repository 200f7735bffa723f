//! `module` and `PyModuleDef`.

use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::raise::{self, Result};
use crate::typeobject::{MethodDef, ModuleDef, TypeObject};
use crate::types::cfunction::Function;
use crate::types::dict::Dict;
use crate::types::str::Str;
use core::cell::Cell;
use core::ffi::{CStr, c_void};
use core::ptr;
use macros::pytype;

#[unsafe(no_mangle)]
pub static PyModuleDef_Type: TypeObject = TypeObject::new(c"moduledef", size_of::<ModuleDef>(), 0);

crate::instance!(ModuleDef, PyModuleDef_Type);

/// `PyModuleObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Module {
    ob_base: Object,
    md_dict: Slot<Dict>,
    md_def: Cell<*const ModuleDef>,
    md_state: Cell<*mut c_void>,
    md_weaklist: Cell<*mut Object>,
    md_name: Slot,
}

const _: () = assert!(size_of::<Module>() == 56);

#[pytype(name = "module", symbol = PyModule_Type, flags = [BASETYPE], gc, dict = md_dict, weaklist = md_weaklist)]
impl Module {
    /// An empty module with the names that every module has (`PyModule_NewObject`).
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(name: &Str) -> Result<Ref<Module>> {
        let module = Ref::new(Module {
            ob_base: Object::HEAD,
            md_dict: Slot::new(Dict::new()?),
            md_def: Cell::new(ptr::null()),
            md_state: Cell::new(ptr::null_mut()),
            md_weaklist: Cell::new(ptr::null_mut()),
            md_name: Slot::new(name.to_ref().upcast()),
        })?;
        let none = crate::types::none::none();
        let dict = module.dict();
        dict.set_text("__name__", name)?;
        for attribute in ["__doc__", "__package__", "__loader__", "__spec__"] {
            dict.set_text(attribute, none)?;
        }
        Ok(module)
    }

    /// The module's namespace.
    pub fn dict(&self) -> Ref<Dict> {
        self.md_dict.get().unwrap_or_else(|| crate::fatal("a module without a dict"))
    }

    /// The definition it was made from.
    pub fn definition(&self) -> Option<&'static ModuleDef> {
        // SAFETY: definitions are static.
        unsafe { self.md_def.get().as_ref() }
    }

    /// Adds the functions of a table that ends with NULLs (`PyModule_AddFunctions`).
    ///
    /// # Safety
    /// `table` is such a table and is never freed.
    ///
    /// # Errors
    /// MemoryError.
    pub unsafe fn add_functions(&self, table: *const MethodDef) -> Result<()> {
        let name = self.dict().get_str(crate::id!("__name__"))?;
        let mut row = table;
        // SAFETY: the caller's promise.
        while let Some(def) = unsafe { row.as_ref() }.filter(|def| !def.ml_name.is_null()) {
            let function = Function::new(def, Some(self), name.as_deref())?;
            // SAFETY: a row's name is a C string.
            let name = unsafe { CStr::from_ptr(def.ml_name) }.to_string_lossy();
            self.dict().set_text(&name, &function)?;
            // SAFETY: the row was not the last.
            row = unsafe { row.add(1) };
        }
        Ok(())
    }
}

/// `PyModuleDef_Init`: the definition as an object, which the import system turns into a module.
///
/// # Errors
/// Never, as yet.
pub fn init_definition(definition: &'static ModuleDef) -> Result<Ref> {
    Ok(definition.as_object().to_ref())
}

/// The module of a definition (`PyModule_FromDefAndSpec2` with the spec's name) with its functions, before its exec slots run.
///
/// # Errors
/// MemoryError; what a create slot raises.
pub fn from_definition(definition: &'static ModuleDef, name: &Str) -> Result<Ref<Module>> {
    let module = Module::new(name)?;
    module.md_def.set(definition);
    if !definition.m_doc.is_null() {
        // SAFETY: a C string that lives as long as the definition.
        let doc = unsafe { CStr::from_ptr(definition.m_doc) }.to_string_lossy();
        module.dict().set_text("__doc__", Str::new(&doc)?.as_object())?;
    }
    if !definition.m_methods.is_null() {
        // SAFETY: a definition's table ends with NULLs and is static.
        unsafe { module.add_functions(definition.m_methods) }?;
    }
    Ok(module)
}

/// Runs the exec slots (`PyModule_ExecDef`).
///
/// # Errors
/// What a slot raises; SystemError for a slot that does not exist.
pub fn exec_definition(module: &Module, definition: &'static ModuleDef) -> Result<()> {
    type Exec = unsafe extern "C" fn(&Object) -> core::ffi::c_int;
    let mut slot = definition.m_slots;
    // SAFETY: the table ends with a zero slot.
    while let Some(row) = unsafe { slot.as_ref() }.filter(|row| row.slot != 0) {
        match row.slot {
            EXEC_SLOT => {
                // SAFETY: the value of an exec slot is such a function.
                let exec: Exec = unsafe { core::mem::transmute(row.value) };
                // SAFETY: the slot's contract.
                if unsafe { exec(module) } != 0 {
                    return Err(raise::pending());
                }
            }
            CREATE_SLOT | MULTIPLE_INTERPRETERS_SLOT | GIL_SLOT => {}
            other => {
                return Err(crate::raise!(SystemError, "module initialized with unknown slot {other}"));
            }
        }
        // SAFETY: the row was not the last.
        slot = unsafe { slot.add(1) };
    }
    Ok(())
}

const CREATE_SLOT: i32 = 1;
const EXEC_SLOT: i32 = 2;
const MULTIPLE_INTERPRETERS_SLOT: i32 = 3;
const GIL_SLOT: i32 = 4;
