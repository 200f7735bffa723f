//! What the command line said: `sys.argv`, `sys.path`, warning and `-X` options.

use core::ffi::c_int;
use macros::capi;
use objects::types::bool::from_bool;
use objects::types::dict::Dict;
use objects::types::list::List;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, raise, state};

/// Wide characters that end with a zero.
///
/// # Safety
/// Such a string.
unsafe fn wide(string: *const u32) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    let chars = unsafe { (0..).map(|at| *string.add(at)).take_while(|char| *char != 0).collect::<Vec<_>>() };
    Str::from_ucs4(&chars)
}

fn set(name: &str, value: &Object) -> Result<()> {
    let sys = state::interpreter().sysdict.get().ok_or_else(raise::null_result)?;
    sys.set_text(name, value)
}

/// An attribute of `sys` of a class, made where there is none.
fn attribute<T: Instance>(name: &str, make: impl FnOnce() -> Result<Ref<T>>) -> Result<Ref<T>> {
    if let Some(found) = state::sys_get(name).and_then(|found| found.downcast::<T>().ok()) {
        return Ok(found);
    }
    let made = make()?;
    set(name, made.as_object())?;
    Ok(made)
}

fn warn_options() -> Result<Ref<List>> {
    attribute("warnoptions", List::new)
}

fn x_options() -> Result<Ref<Dict>> {
    attribute("_xoptions", Dict::new)
}

/// `sys._xoptions`, borrowed.
#[capi]
pub fn PySys_GetXOptions() -> Result<&'static Object> {
    x_options().map(|options| super::borrowed(options.upcast()))
}

#[unsafe(no_mangle)]
pub extern "C" fn PySys_ResetWarnOptions() {
    match warn_options() {
        Ok(options) => options.clear_items(),
        Err(raised) => raised.clear(),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn PySys_HasWarnOptions() -> c_int {
    warn_options().map_err(Raised::clear).is_ok_and(|options| !options.is_empty()).into()
}

/// # Safety
/// A C function: a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySys_AddWarnOptionUnicode(option: &Object) {
    if let Err(raised) = warn_options().and_then(|options| options.push(option.to_ref())) {
        raised.clear();
    }
}

/// # Safety
/// A C function: wide characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySys_AddWarnOption(option: *const u32) {
    // SAFETY: the caller's promise.
    match unsafe { wide(option) } {
        Ok(option) => unsafe { PySys_AddWarnOptionUnicode(&option) },
        Err(raised) => raised.clear(),
    }
}

/// `name` or `name=value`.
///
/// # Safety
/// A C function: wide characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySys_AddXOption(option: *const u32) {
    let add = || -> Result<()> {
        // SAFETY: the caller's promise.
        let option = unsafe { wide(option) }?;
        let equals = option.chars().iter().position(|char| char == u32::from(b'='));
        match equals {
            None => x_options()?.set_item(&option, from_bool(true)),
            Some(at) => {
                let value = option.substring(at + 1, option.len())?;
                x_options()?.set_item(&*option.substring(0, at)?, &value)
            }
        }
    };
    if let Err(raised) = add() {
        raised.clear();
    }
}

/// `sys.path` from a list with `:` between its parts.
///
/// # Safety
/// A C function: wide characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySys_SetPath(path: *const u32) {
    let store = || -> Result<()> {
        // SAFETY: the caller's promise.
        let path = unsafe { wide(path) }?;
        let parts = objects::types::str::split::split(&path, &*Str::new(":")?, -1, false)?;
        set("path", &parts)
    };
    if store().is_err() {
        raise::pending().clear();
        objects::fatal("can't assign sys.path");
    }
}

/// # Safety
/// `argv` has `argc` wide strings.
unsafe fn set_argv(argc: c_int, argv: *const *const u32, updates_path: bool) -> Result<()> {
    // SAFETY: the caller's promise.
    let arguments = unsafe { (0..argc.max(0) as usize).map(|at| wide(*argv.add(at)).map(Ref::upcast)) };
    let mut arguments = arguments.collect::<Result<Vec<Ref>>>()?;
    if arguments.is_empty() {
        arguments.push(Str::new("")?.upcast());
    }
    let first = arguments[0].clone();
    set("argv", &*List::from_vec(arguments)?)?;
    if !updates_path {
        return Ok(());
    }
    let script = first.cast::<Str>().map(Str::to_string_lossy).unwrap_or_default();
    let folder = match script.as_str() {
        "" | "-c" | "-m" => String::new(),
        script => {
            let path = std::fs::canonicalize(script).unwrap_or_else(|_| script.into());
            path.parent().map(|parent| parent.to_string_lossy().into_owned()).unwrap_or_default()
        }
    };
    if let Some(path) = state::sys_get("path").and_then(|path| path.downcast::<List>().ok()) {
        path.insert(0, &*Str::new(&folder)?)?;
    }
    Ok(())
}

/// Sets `sys.argv` and, if so asked, puts the script's folder in front of `sys.path`.
///
/// # Safety
/// A C function: `argv` has `argc` wide strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySys_SetArgvEx(argc: c_int, argv: *const *const u32, updates_path: c_int) {
    // SAFETY: the caller's promise.
    if unsafe { set_argv(argc, argv, updates_path != 0) }.is_err() {
        raise::pending().clear();
        objects::fatal("can't assign sys.argv");
    }
}

/// # Safety
/// A C function: `argv` has `argc` wide strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySys_SetArgv(argc: c_int, argv: *const *const u32) {
    let updates_path = !interp::config::get().isolated && !interp::config::get().safe_path;
    // SAFETY: the caller's promise.
    unsafe { PySys_SetArgvEx(argc, argv, updates_path.into()) }
}
