//! `moduleobject.h`, what `modsupport.h` says of modules, and `PyState_*`.

use crate::abstract_::text;
use crate::object::borrow_for;
use crate::pyerrors::PyErr_BadArgument;
use core::ffi::{CStr, c_char, c_int, c_void};
use macros::capi;
use objects::typeobject::{MethodDef, ModuleDef};
use objects::types::dict::Dict;
use objects::types::module::definition;
use objects::types::module::{self, Module};
use objects::types::str::Str;
use objects::{Object, Raised, Ref, Result, TypeObject, id, raise};

/// Makes a definition an object, which the import system turns into a module.
///
/// # Safety
/// A C function: the definition is static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyModuleDef_Init(definition: &'static ModuleDef) -> Option<&'static Object> {
    Some(module::init_definition(definition))
}

/// # Safety
/// A C function: the definition is static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyModule_Create2(
    definition: &'static ModuleDef,
    api_version: c_int,
) -> Option<Ref<Module>> {
    let make = || {
        // SAFETY: a definition's name is a C string.
        let name = unsafe { CStr::from_ptr(definition.m_name) };
        let name = interp::dynamic::resolve_name(&name.to_string_lossy())?;
        definition::create(definition, &name, api_version)
    };
    leave(make())
}

/// The C result of a function whose exception stays.
fn leave<T>(result: Result<T>) -> Option<T> {
    result.map_err(Raised::leave).ok()
}

/// # Safety
/// A C function: the definition is static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyModule_FromDefAndSpec2(
    definition: &'static ModuleDef,
    spec: &Object,
    api_version: c_int,
) -> Option<Ref> {
    leave(module::from_definition_and_spec(definition, spec, api_version))
}

/// # Safety
/// A C function: the definition is static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyModule_ExecDef(module: &Object, definition: &'static ModuleDef) -> c_int {
    let execute = || module::exec_definition(expect(Some(module))?, definition);
    objects::typeobject::status(execute())
}

#[capi]
pub fn PyModule_NewObject(name: &Object) -> Result<Ref<Module>> {
    Module::with_name(name)
}

#[capi]
pub fn PyModule_New(name: &CStr) -> Result<Ref<Module>> {
    Module::new(&*text(name)?)
}

/// A module where C code may pass anything.
fn expect(object: Option<&Object>) -> Result<&Module> {
    object.and_then(Object::cast).ok_or_else(|| {
        PyErr_BadArgument();
        raise::pending()
    })
}

/// The namespace, borrowed.
#[capi]
pub fn PyModule_GetDict(module: &Module) -> Result<&Dict> {
    let dict = module.dict();
    // SAFETY: the module keeps it.
    Ok(unsafe { borrow_for(module, &dict) })
}

#[capi]
pub fn PyModule_GetState(module: Option<&Object>) -> Result<*mut c_void> {
    Ok(expect(module)?.state())
}

#[capi]
pub fn PyModule_GetDef(module: Option<&Object>) -> Result<*const ModuleDef> {
    Ok(expect(module)?.definition().map_or(core::ptr::null(), core::ptr::from_ref))
}

#[capi]
pub fn PyModule_GetNameObject(module: Option<&Object>) -> Result<Ref<Str>> {
    expect(module)?.name()
}

#[capi]
pub fn PyModule_GetFilenameObject(module: Option<&Object>) -> Result<Ref<Str>> {
    expect(module)?.filename()
}

/// The text of a string that the module's namespace keeps.
fn kept_text(text: &Str) -> Result<*const c_char> {
    Ok(text.to_str()?.as_ptr().cast())
}

#[capi]
pub fn PyModule_GetName(module: Option<&Object>) -> Result<*const c_char> {
    kept_text(&*expect(module)?.name()?)
}

#[capi]
pub fn PyModule_GetFilename(module: Option<&Object>) -> Result<*const c_char> {
    kept_text(&*expect(module)?.filename()?)
}

/// # Safety
/// A C function: the table ends with NULLs and lives as long as the functions.
#[capi]
pub unsafe fn PyModule_AddFunctions(module: Option<&Object>, table: *const MethodDef) -> Result<()> {
    let module = expect(module)?;
    // SAFETY: the caller's promise.
    unsafe { definition::add_functions(module, &*module.name()?, table) }
}

#[capi]
pub fn PyModule_SetDocString(module: &Object, doc: &CStr) -> Result<()> {
    objects::protocol::attr::set(module, id!("__doc__"), Some(&*text(doc)?))
}

/// # Safety
/// A C function: the value is borrowed.
#[capi]
pub unsafe fn PyModule_AddObjectRef(
    module: Option<&Object>,
    name: &CStr,
    value: Option<&Object>,
) -> Result<()> {
    let Some(module) = module.and_then(|module| module.cast::<Module>()) else {
        return Err(objects::raise!(TypeError, "PyModule_AddObjectRef() first argument must be a module"));
    };
    match value {
        Some(value) => module.dict().set_item(&*text(name)?, value),
        None if raise::occurred() => Err(raise::pending()),
        None => Err(objects::raise!(
            SystemError,
            "PyModule_AddObjectRef() must be called with an exception raised if value is NULL"
        )),
    }
}

/// # Safety
/// A C function. The reference is taken over only if it succeeds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyModule_AddObject(
    module: Option<&Object>,
    name: *const c_char,
    value: *mut Object,
) -> c_int {
    // SAFETY: a borrowed object or NULL; the caller's promises.
    let status = unsafe { PyModule_AddObjectRef(module, name, value.as_ref()) };
    if status == 0 {
        // SAFETY: now the module has a reference of its own.
        drop(unsafe { Ref::from_nullable(value) });
    }
    status
}

/// # Safety
/// A C function. The reference is taken over in any case.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyModule_Add(
    module: Option<&Object>,
    name: *const c_char,
    value: Option<Ref>,
) -> c_int {
    // SAFETY: the caller's promises.
    unsafe { PyModule_AddObjectRef(module, name, value.as_deref()) }
}

/// # Safety
/// A C function: `name` is a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyModule_AddIntConstant(
    module: Option<&Object>,
    name: *const c_char,
    value: i64,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyModule_Add(module, name, leave(objects::types::int::new_int(value))) }
}

/// # Safety
/// A C function: both are C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyModule_AddStringConstant(
    module: Option<&Object>,
    name: *const c_char,
    value: *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let value = leave(crate::abstract_::key(value)).map(Ref::upcast);
        PyModule_Add(module, name, value)
    }
}

/// Readies a class, which may be a static one that nothing is known of yet, and adds it under its own name.
///
/// # Safety
/// A C function: a type.
#[capi]
pub unsafe fn PyModule_AddType(module: &Module, class: *const TypeObject) -> Result<()> {
    // SAFETY (both): the caller's promise.
    let class = unsafe { &*class };
    if unsafe { crate::typeobject::PyType_Ready(class) } < 0 {
        return Err(raise::pending());
    }
    module.dict().set_item(&*Str::new(class.name())?, class)
}

// ---- modules by their definitions ----

/// The module of a definition, borrowed; NULL without an exception when there is none.
///
/// # Safety
/// A C function: the definition is static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyState_FindModule(definition: &'static ModuleDef) -> Option<&'static Object> {
    // SAFETY: the interpreter keeps it.
    definition::find_indexed(definition).map(|module| unsafe { borrow_for(definition, &module) })
}

/// # Safety
/// A C function: the definition is static.
#[capi]
pub unsafe fn PyState_AddModule(module: &Object, definition: *const ModuleDef) -> Result<()> {
    // SAFETY: the caller's promise.
    let Some(definition) = (unsafe { definition.as_ref::<'static>() }) else {
        objects::fatal("PyState_AddModule: module definition is NULL")
    };
    if !definition.m_slots.is_null() {
        return Err(objects::raise!(SystemError, "PyState_AddModule called on module with slots"));
    }
    if definition::find_indexed(definition).is_some_and(|known| known.is(module)) {
        objects::fatal("PyState_AddModule: module already added");
    }
    definition::set_indexed(definition, Some(module));
    Ok(())
}

/// # Safety
/// As [`PyState_AddModule`], with the calling thread's state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyState_AddModule(
    _ts: &objects::state::ThreadState,
    module: Option<&Object>,
    definition: *const ModuleDef,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyState_AddModule(module, definition) }
}

/// # Safety
/// A C function: the definition is static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyState_RemoveModule(definition: &'static ModuleDef) -> c_int {
    if !definition.m_slots.is_null() {
        objects::raise!(SystemError, "PyState_RemoveModule called on module with slots").leave();
        return -1;
    }
    definition::set_indexed(definition, None);
    0
}
