//! `pylifecycle.h`: the interpreter's beginning and end, its name and version. An extension runs in an interpreter that is up already.

use crate::initconfig::Status;
use core::ffi::{CStr, c_char, c_int, c_ulong, c_void};
use core::ptr;
use interp::modules::atexit;
use interp::modules::sys::values;
use interp::{config, end, fatal, signals};
use objects::state::{self, Interpreter};
use std::ffi::CString;
use std::sync::{Mutex, OnceLock};

/// The version that the headers say.
#[unsafe(no_mangle)]
pub static Py_Version: c_ulong = values::HEX_VERSION as c_ulong;

#[unsafe(no_mangle)]
pub extern "C" fn Py_Initialize() {}

#[unsafe(no_mangle)]
pub extern "C" fn Py_InitializeEx(_install_signal_handlers: c_int) {}

#[unsafe(no_mangle)]
pub extern "C" fn Py_IsInitialized() -> c_int {
    1
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_IsFinalizing() -> c_int {
    state::MAIN.is_finalizing().into()
}

/// # Safety
/// A C function: the interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_IsInterpreterFinalizing(interpreter: &Interpreter) -> c_int {
    interpreter.is_finalizing().into()
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_FinalizeEx() -> c_int {
    if end::finish() { 0 } else { -1 }
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_Finalize() {
    Py_FinalizeEx();
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_Exit(status: c_int) -> ! {
    end::exit(status)
}

/// # Safety
/// A C function: a function that needs no Python.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_AtExit(function: unsafe extern "C" fn()) -> c_int {
    if end::at_exit(function) { 0 } else { -1 }
}

/// # Safety
/// A C function: a function for that argument.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_AtExit(
    _interpreter: &Interpreter,
    function: unsafe extern "C" fn(*mut c_void),
    argument: *mut c_void,
) -> c_int {
    atexit::register_native(function, argument);
    0
}

/// What a C string says, for the last message of a process.
unsafe fn message(text: *const c_char) -> String {
    if text.is_null() {
        return "<message not set>".to_owned();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// # Safety
/// A C function: a C string or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_FatalError(text: *const c_char) -> ! {
    // SAFETY: the caller's promise.
    fatal::error(None, &unsafe { message(text) })
}

/// # Safety
/// A C function: two C strings or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_FatalErrorFunc(function: *const c_char, text: *const c_char) -> ! {
    // SAFETY: the caller's promise.
    let (function, text) = unsafe { ((!function.is_null()).then(|| message(function)), message(text)) };
    fatal::error(function.as_deref(), &text)
}

/// # Safety
/// A C function: two C strings or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_FatalRefcountErrorFunc(function: *const c_char, text: *const c_char) -> ! {
    // SAFETY: the caller's promise.
    unsafe { _Py_FatalErrorFunc(function, text) }
}

/// Text that is made once and stays.
struct Text(OnceLock<CString>);

impl Text {
    const fn new() -> Text {
        Text(OnceLock::new())
    }

    fn get(&self, make: impl FnOnce() -> String) -> *const c_char {
        self.0.get_or_init(|| CString::new(make()).unwrap_or_default()).as_ptr()
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetVersion() -> *const c_char {
    static VERSION: Text = Text::new();
    VERSION.get(values::version)
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetPlatform() -> *const c_char {
    c"linux".as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetCopyright() -> *const c_char {
    static COPYRIGHT: Text = Text::new();
    COPYRIGHT.get(|| values::COPYRIGHT.to_owned())
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetBuildInfo() -> *const c_char {
    c"main".as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetCompiler() -> *const c_char {
    static COMPILER: Text = Text::new();
    COMPILER.get(values::compiler)
}

/// Text in wide characters that C code may keep.
pub fn wide(text: &str) -> Box<[libc::wchar_t]> {
    text.chars().map(|char| char as libc::wchar_t).chain([0]).collect()
}

/// Wide text that is made once and stays.
struct Wide(OnceLock<Box<[libc::wchar_t]>>);

impl Wide {
    const fn new() -> Wide {
        Wide(OnceLock::new())
    }

    fn get(&self, text: impl FnOnce() -> String) -> *const libc::wchar_t {
        self.0.get_or_init(|| wide(&text())).as_ptr()
    }
}

/// What a program may set before the start, and read ever after.
struct Setting(Mutex<Option<Box<[libc::wchar_t]>>>);

impl Setting {
    unsafe fn set(&self, text: *const libc::wchar_t) {
        let copied = (!text.is_null()).then(|| {
            // SAFETY: the caller's: a wide string.
            unsafe {
                let len = libc::wcslen(text);
                core::slice::from_raw_parts(text, len + 1).into()
            }
        });
        *state::lock(&self.0) = copied;
    }

    fn get(&self) -> Option<*const libc::wchar_t> {
        state::lock(&self.0).as_ref().map(|text| text.as_ptr())
    }
}

static PROGRAM_NAME: Setting = Setting(Mutex::new(None));
static PYTHON_HOME: Setting = Setting(Mutex::new(None));

/// # Safety
/// A C function: a wide string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_SetProgramName(name: *const libc::wchar_t) {
    // SAFETY: the caller's promise.
    unsafe { PROGRAM_NAME.set(name) };
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetProgramName() -> *const libc::wchar_t {
    static NAME: Wide = Wide::new();
    PROGRAM_NAME.get().unwrap_or_else(|| NAME.get(|| config::get().program_name.clone()))
}

/// # Safety
/// A C function: a wide string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_SetPythonHome(home: *const libc::wchar_t) {
    // SAFETY: the caller's promise.
    unsafe { PYTHON_HOME.set(home) };
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetPythonHome() -> *const libc::wchar_t {
    static HOME: Wide = Wide::new();
    PYTHON_HOME.get().unwrap_or_else(|| match &config::get().home {
        Some(home) => HOME.get(|| home.clone()),
        None => ptr::null(),
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetProgramFullPath() -> *const libc::wchar_t {
    static PATH: Wide = Wide::new();
    PATH.get(|| config::get().executable.clone())
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetPrefix() -> *const libc::wchar_t {
    static PREFIX: Wide = Wide::new();
    PREFIX.get(|| config::get().prefix.clone())
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetExecPrefix() -> *const libc::wchar_t {
    static PREFIX: Wide = Wide::new();
    PREFIX.get(|| config::get().exec_prefix.clone())
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetPath() -> *const libc::wchar_t {
    static PATH: Wide = Wide::new();
    PATH.get(|| config::get().module_search_paths.join(":"))
}

/// It is too late to say where modules are.
///
/// # Safety
/// A C function: a wide string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_SetPath(_path: *const libc::wchar_t) {}

unsafe extern "C" {
    fn fileno(file: *mut libc::FILE) -> c_int;
}

/// Whether somebody is there to be asked: the file is a terminal, or `-i` was given and it has no name of its own.
///
/// # Safety
/// A C function: a file, and a C string or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_FdIsInteractive(file: *mut libc::FILE, name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    if unsafe { libc::isatty(fileno(file)) } != 0 {
        return 1;
    }
    if !config::get().interactive {
        return 0;
    }
    // SAFETY: as above.
    let is_nameless =
        name.is_null() || matches!(unsafe { CStr::from_ptr(name) }.to_bytes(), b"<stdin>" | b"???");
    is_nameless.into()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyOS_getsig(number: c_int) -> libc::sighandler_t {
    signals::action(number)
}

/// # Safety
/// A C function: a handler that is safe to run in a signal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_setsig(number: c_int, handler: libc::sighandler_t) -> libc::sighandler_t {
    signals::set_action(number, handler)
}

/// The start has been made: whatever it is asked to be, it is.
///
/// # Safety
/// A C function: a configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_PreInitialize(_config: *const c_void) -> Status {
    Status::OK
}

/// # Safety
/// A C function: a configuration and arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_PreInitializeFromBytesArgs(
    _config: *const c_void,
    _argc: isize,
    _argv: *const *const c_char,
) -> Status {
    Status::OK
}

/// # Safety
/// A C function: a configuration and arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_PreInitializeFromArgs(
    _config: *const c_void,
    _argc: isize,
    _argv: *const *const libc::wchar_t,
) -> Status {
    Status::OK
}

#[unsafe(no_mangle)]
pub extern "C" fn _Py_InitializeMain() -> Status {
    Status::OK
}

/// Ends the process as the status says.
#[unsafe(no_mangle)]
pub extern "C" fn Py_ExitStatusException(status: Status) -> ! {
    if let Some(code) = status.exit_code() {
        std::process::exit(code);
    }
    let (function, text) = status.texts();
    if status.is_error() {
        fatal::error(function.as_deref(), &text);
    }
    fatal::error(Some("Py_ExitStatusException"), "Py_ExitStatusException() must not be called on success")
}
