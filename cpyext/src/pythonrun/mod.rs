//! `pythonrun.h`: running and compiling source, showing exceptions; [`file`] runs what a C stream has, [`readline`] asks a user.

mod file;
mod readline;

use crate::compile::CompilerFlags;
use core::ffi::{CStr, c_char, c_int};
use interp::compile::{self, builtin};
use interp::{call, program, traceback_print};
use macros::capi;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::module::Module;
use objects::{Instance, Object, Ref, Result, codecs, id, raise, state};

#[unsafe(no_mangle)]
pub extern "C" fn PyErr_PrintEx(remember: c_int) {
    if raise::occurred() {
        traceback_print::print_or_exit(raise::pending(), remember != 0);
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyErr_Print() {
    PyErr_PrintEx(1);
}

/// # Safety
/// A C function: a class, an exception, a traceback or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_Display(
    _class: Option<&Object>,
    exception: Option<&Object>,
    traceback: Option<&Object>,
) {
    if let Some(exception) = exception
        && let Err(raised) = traceback_print::print_exception(exception, traceback)
    {
        raised.clear();
    }
}

/// # Safety
/// A C function: an exception.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_DisplayException(exception: &Object) {
    // SAFETY: the caller's promise.
    unsafe { PyErr_Display(None, Some(exception), None) };
}

/// What is compiled, by the number of the grammar's start.
fn mode(start: c_int) -> Result<&'static str> {
    match start {
        256 => Ok("single"),
        257 => Ok("exec"),
        258 => Ok("eval"),
        345 => Ok("func_type"),
        _ => Err(objects::raise!(SystemError, "invalid start token")),
    }
}

/// Compiles bytes of source, to a tree if the flags ask for one.
fn compiled(
    text: &[u8],
    filename: &Object,
    start: c_int,
    flags: Option<&CompilerFlags>,
    optimize: c_int,
) -> Result<Ref> {
    let request = builtin::Request {
        filename,
        mode: mode(start)?,
        flags: flags.map_or(0, |flags| flags.cf_flags as u32),
        optimize,
        feature_version: flags.map_or(-1, |flags| flags.cf_feature_version),
    };
    builtin::run_text(text, &request)
}

/// Compiles source and runs it; future features that it asks for are added to the flags.
fn run(
    source: &[u8],
    filename: &Object,
    start: c_int,
    globals: Option<&Object>,
    locals: Option<&Object>,
    flags: Option<&mut CompilerFlags>,
) -> Result<Ref> {
    let Some(globals) = globals.and_then(|globals| globals.cast::<Dict>()) else {
        return Err(objects::raise!(SystemError, "globals must be a real dict"));
    };
    let code = compiled(source, filename, start, flags.as_deref(), -1)?;
    let code: Ref<Code> = code.downcast().map_err(|_| raise::bad_internal_call())?;
    if let Some(flags) = flags {
        flags.cf_flags |= code.co_flags.get() & compile::FUTURES as c_int;
    }
    if globals.get_str(id!("__builtins__"))?.is_none()
        && let Some(builtins) = state::builtins()
    {
        globals.set_str(id!("__builtins__"), &builtins)?;
    }
    call::run_code(&code, globals, locals.unwrap_or(globals.as_object()))
}

#[capi]
pub fn Py_CompileStringObject(
    source: &CStr,
    filename: &Object,
    start: i32,
    flags: *const CompilerFlags,
    optimize: i32,
) -> Result<Ref> {
    // SAFETY: NULL, or flags of the caller's.
    compiled(source.to_bytes(), filename, start, unsafe { flags.as_ref() }, optimize)
}

#[capi]
pub fn Py_CompileStringExFlags(
    source: &CStr,
    filename: &CStr,
    start: i32,
    flags: *const CompilerFlags,
    optimize: i32,
) -> Result<Ref> {
    let filename = codecs::decode_fs(filename.to_bytes())?;
    // SAFETY: NULL, or flags of the caller's.
    compiled(source.to_bytes(), &filename, start, unsafe { flags.as_ref() }, optimize)
}

/// # Safety
/// A C function: two C strings, flags or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_CompileStringFlags(
    source: *const c_char,
    filename: *const c_char,
    start: c_int,
    flags: *const CompilerFlags,
) -> Option<Ref> {
    // SAFETY: the caller's promise.
    unsafe { Py_CompileStringExFlags(source, filename, start, flags, -1) }
}

/// # Safety
/// A C function: two C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_CompileString(
    source: *const c_char,
    filename: *const c_char,
    start: c_int,
) -> Option<Ref> {
    // SAFETY: the caller's promise.
    unsafe { Py_CompileStringExFlags(source, filename, start, core::ptr::null(), -1) }
}

/// # Safety
/// A C function: a C string, a dictionary, an object or NULL, flags or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_StringFlags(
    source: *const c_char,
    start: c_int,
    globals: Option<&Object>,
    locals: Option<&Object>,
    flags: Option<&mut CompilerFlags>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let source = unsafe { CStr::from_ptr(source) };
    run(source.to_bytes(), id!("<string>"), start, globals, locals, flags)
}

/// # Safety
/// A C function: a C string, a dictionary, an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_String(
    source: *const c_char,
    start: c_int,
    globals: Option<&Object>,
    locals: Option<&Object>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { PyRun_StringFlags(source, start, globals, locals, None) }
}

/// 0, or -1 after the exception was shown.
fn shown(outcome: Result<Ref>) -> c_int {
    match outcome {
        Ok(_) => 0,
        Err(raised) => {
            traceback_print::print_or_exit(raised, true);
            -1
        }
    }
}

/// # Safety
/// A C function: a C string, flags or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_SimpleStringFlags(
    source: *const c_char,
    flags: Option<&mut CompilerFlags>,
) -> c_int {
    // SAFETY: the caller's promise.
    let source = unsafe { CStr::from_ptr(source) };
    shown(program::main_module().and_then(|main: Ref<Module>| {
        let dict = main.dict();
        run(source.to_bytes(), id!("<string>"), 257, Some(dict.as_object()), None, flags)
    }))
}

/// # Safety
/// A C function: a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_SimpleString(source: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyRun_SimpleStringFlags(source, None) }
}
