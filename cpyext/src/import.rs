//! `import.h`.

use crate::abstract_::text;
use crate::object::borrow_for;
use core::ffi::{CStr, c_char, c_int, c_long};
use interp::import;
use macros::capi;
use objects::interpreter_frame;
use objects::protocol::{attr, call};
use objects::raise::Catch;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::{Str, expect_str};
use objects::{Instance, Object, Ref, Result, id, raise, state};

fn modules() -> Result<Ref<Dict>> {
    state::interpreter()
        .modules
        .get()
        .ok_or_else(|| objects::raise!(RuntimeError, "unable to get sys.modules"))
}

/// The module, imported through the `__import__` that the running code has.
#[capi]
pub fn PyImport_Import(name: &Object) -> Result<Ref> {
    let frame = interpreter_frame::current();
    let (globals, builtins) = match frame {
        Some(frame) => (frame.globals().to_ref(), frame.builtins().to_ref()),
        None => {
            let builtins = state::builtins().ok_or_else(raise::null_result)?;
            let globals = Dict::new()?;
            globals.set_str(id!("__builtins__"), &builtins)?;
            (globals, builtins.upcast())
        }
    };
    let Some(function) = objects::protocol::mapping::get_optional(&builtins, id!("__import__"))? else {
        return Err(objects::raise!(ImportError, "__import__ not found"));
    };
    let (names, level) = (List::new()?, objects::types::int::new_int(0)?);
    drop(call::call(&function, &[name, &*globals, &*globals, &*names, &*level])?);
    modules()?.get_item(name)?.ok_or_else(|| raise::key_error(name))
}

#[capi]
pub fn PyImport_ImportModule(name: &CStr) -> Result<Option<Ref>> {
    let name = text(name)?;
    // SAFETY: a string.
    Ok(unsafe { PyImport_Import(Some(&*name)) })
}

#[capi]
pub fn PyImport_ImportModuleNoBlock(name: &CStr) -> Result<Option<Ref>> {
    let warning = "PyImport_ImportModuleNoBlock() is deprecated and scheduled for removal in Python 3.15. Use PyImport_ImportModule() instead.";
    objects::hooks::WARN.get()(&exc::DeprecationWarning, warning, 1)?;
    let name = text(name)?;
    // SAFETY: a string.
    Ok(unsafe { PyImport_Import(Some(&*name)) })
}

#[capi]
pub fn PyImport_ImportModuleLevelObject(
    name: Option<&Object>,
    globals: Option<&Object>,
    _locals: Option<&Object>,
    from_list: Option<&Object>,
    level: c_int,
) -> Result<Ref> {
    let Some(name) = name else { return Err(objects::raise!(ValueError, "Empty module name")) };
    let Some(name) = name.cast::<Str>() else {
        return Err(objects::raise!(TypeError, "module name must be a string"));
    };
    import::import_level(name, globals, from_list.unwrap_or(none()), level)
}

#[capi]
pub fn PyImport_ImportModuleLevel(
    name: &CStr,
    globals: Option<&Object>,
    _locals: Option<&Object>,
    from_list: Option<&Object>,
    level: c_int,
) -> Result<Ref> {
    import::import_level(&*text(name)?, globals, from_list.unwrap_or(none()), level)
}

/// Borrowed.
#[capi]
pub fn PyImport_GetModuleDict<'a>() -> Result<&'a Dict> {
    let modules = modules()?;
    // SAFETY: the interpreter keeps it.
    Ok(unsafe { borrow_for(state::interpreter(), &modules) })
}

/// NULL without an exception when there is no such module.
#[capi]
pub fn PyImport_GetModule(name: &Object) -> Result<Option<Ref>> {
    modules()?.get_item(name)
}

#[capi]
pub fn PyImport_AddModuleRef(name: &CStr) -> Result<Ref<Module>> {
    interp::dynamic::existing_or_new(&*text(name)?)
}

/// The module, which `sys.modules` keeps, borrowed.
fn added<'a>(name: &Object) -> Result<&'a Module> {
    let module = interp::dynamic::existing_or_new(name)?;
    // SAFETY: borrowed as the C function says.
    Ok(unsafe { borrow_for(state::interpreter(), &module) })
}

#[capi]
pub fn PyImport_AddModuleObject<'a>(name: &Object) -> Result<&'a Module> {
    added(name)
}

#[capi]
pub fn PyImport_AddModule<'a>(name: &CStr) -> Result<&'a Module> {
    added(&*text(name)?)
}

#[capi]
pub fn PyImport_ReloadModule(module: &Object) -> Result<Ref> {
    let importlib = import::import_module("importlib")?;
    call::call_method(&importlib, &*Str::new("reload")?, &[module])
}

/// What finds modules in `path`, as `sys.path_hooks` and their cache say; None when nothing does.
#[capi]
pub fn PyImport_GetImporter(path: &Object) -> Result<Ref> {
    let of_sys =
        |name: &str| state::sys_get(name).ok_or_else(|| objects::raise!(RuntimeError, "lost sys.{name}"));
    let (cache, hooks) = (of_sys("path_importer_cache")?, of_sys("path_hooks")?);
    let (Some(cache), Some(hooks)) = (cache.cast::<Dict>(), hooks.cast::<List>()) else {
        return Err(raise::bad_internal_call());
    };
    if let Some(importer) = cache.get_item(path)? {
        return Ok(importer);
    }
    // A hook that asks for the same path again finds that there is nothing yet.
    cache.set_item(path, none())?;
    for hook in hooks.to_vec() {
        if let Some(importer) = call::call_one_arg(&hook, path).catch(&exc::ImportError)? {
            cache.set_item(path, &importer)?;
            return Ok(importer);
        }
    }
    Ok(none().to_ref())
}

#[unsafe(no_mangle)]
pub extern "C" fn PyImport_GetMagicNumber() -> c_long {
    interp::modules::imp::MAGIC_NUMBER.into()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyImport_GetMagicTag() -> *const c_char {
    c"cpython-313".as_ptr()
}

/// Runs code as the module `name`, whose files are `path` and `cached_path`.
fn exec_module(
    name: &Str,
    code: &Object,
    path: Option<&Object>,
    cached_path: Option<&Object>,
) -> Result<Ref> {
    let Some(code) = code.cast::<Code>() else { return Err(raise::bad_internal_call()) };
    let module = interp::dynamic::existing_or_new(name)?;
    let dict = module.dict();
    if dict.get_str(id!("__builtins__"))?.is_none() {
        let builtins = state::builtins().ok_or_else(raise::null_result)?;
        dict.set_str(id!("__builtins__"), &builtins)?;
    }
    let run = || -> Result<()> {
        let external = external_importlib()?;
        let path = path.unwrap_or(code.filename().as_object());
        let arguments: [&Object; 4] = [&dict, name, path, cached_path.unwrap_or(none())];
        drop(call::call_method(&external, &*Str::new("_fix_up_module")?, &arguments)?);
        drop(interp::call::run_code(code, &dict, &dict)?);
        Ok(())
    };
    if let Err(raised) = run() {
        let exception = raised.take();
        drop(modules()?.remove(name)?);
        return Err(raise::restore(exception));
    }
    match modules()?.get_item(name)? {
        Some(module) => Ok(module),
        None => {
            let name = objects::protocol::object::repr(name)?.to_string_lossy();
            Err(objects::raise!(ImportError, "Loaded module {name} not found in sys.modules"))
        }
    }
}

fn external_importlib() -> Result<Ref> {
    let importlib = state::interpreter().importlib.get().ok_or_else(raise::null_result)?;
    attr::get(&importlib, &*Str::new("_bootstrap_external")?)
}

#[capi]
pub fn PyImport_ExecCodeModuleObject(
    name: &Object,
    code: &Object,
    path: Option<&Object>,
    cached_path: Option<&Object>,
) -> Result<Ref> {
    exec_module(expect_str(name, "module name")?, code, path, cached_path)
}

#[capi]
pub fn PyImport_ExecCodeModuleWithPathnames(
    name: &CStr,
    code: &Object,
    path: Option<&CStr>,
    cached_path: Option<&CStr>,
) -> Result<Ref> {
    let file = |path: Option<&CStr>| path.map(|path| objects::codecs::decode_fs(path.to_bytes())).transpose();
    let (path, cached) = (file(path)?, file(cached_path)?);
    let path = match (path, &cached) {
        (Some(path), _) => Some(path.upcast()),
        (None, Some(cached)) => {
            let external = external_importlib()?;
            Some(call::call_method(&external, &*Str::new("_get_sourcefile")?, &[&**cached])?)
        }
        (None, None) => None,
    };
    exec_module(&*text(name)?, code, path.as_deref(), cached.as_deref().map(Instance::as_object))
}

#[capi]
pub fn PyImport_ExecCodeModuleEx(name: &CStr, code: &Object, path: Option<&CStr>) -> Result<Ref> {
    let path = path.map(|path| objects::codecs::decode_fs(path.to_bytes())).transpose()?;
    exec_module(&*text(name)?, code, path.as_deref().map(Instance::as_object), None)
}

#[capi]
pub fn PyImport_ExecCodeModule(name: &CStr, code: &Object) -> Result<Ref> {
    exec_module(&*text(name)?, code, None, None)
}

/// 1 when the module ran, 0 when there is no frozen module of this name.
#[capi]
pub fn PyImport_ImportFrozenModuleObject(name: Option<&Object>) -> Result<bool> {
    match name.and_then(|name| name.cast::<Str>()) {
        Some(name) => interp::modules::imp::start_frozen(name).map(|module| module.is_some()),
        None => Ok(false),
    }
}

#[capi]
pub fn PyImport_ImportFrozenModule(name: &CStr) -> Result<bool> {
    interp::modules::imp::start_frozen(&*text(name)?).map(|module| module.is_some())
}

/// An attribute of a module, which is imported.
#[capi]
pub fn _PyImport_GetModuleAttr(module: &Object, name: &Object) -> Result<Ref> {
    let name = expect_str(name, "attribute name")?;
    // SAFETY: an object.
    let module = unsafe { PyImport_Import(Some(module)) }.ok_or_else(raise::pending)?;
    attr::get(&module, name)
}

#[capi]
pub fn _PyImport_GetModuleAttrString(module: &CStr, name: &CStr) -> Result<Option<Ref>> {
    let (module, name) = (text(module)?, text(name)?);
    // SAFETY: strings.
    Ok(unsafe { _PyImport_GetModuleAttr(Some(&*module), Some(&*name)) })
}

#[capi]
pub fn _PyImport_SetModule(name: &Object, module: &Object) -> Result<()> {
    modules()?.set_item(name, module)
}

#[capi]
pub fn _PyImport_ClearExtension(name: &Object, path: &Object) -> Result<()> {
    interp::dynamic::forget(expect_str(name, "module name")?, expect_str(path, "path")?);
    Ok(())
}
