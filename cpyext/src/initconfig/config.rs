//! `PyConfig`.

use super::Status;
use super::list::{WideList, copy};
use crate::pymem::PyMem_RawFree;
use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char, c_int, c_ulong};
use core::ptr;
use libc::wchar_t;
use std::os::unix::ffi::OsStrExt;
use std::sync::OnceLock;

/// Declares `PyConfig` field by field: numbers, strings and lists, the latter two owned.
macro_rules! config {
    ($($kind:tt $($field:ident)+;)*) => {
        /// `PyConfig`. -1 and NULL leave a question open.
        #[repr(C)]
        pub struct Config {
            $($(pub $field: config!(@type $kind),)+)*
        }

        impl Config {
            const ZERO: Config = Config { $($($field: config!(@zero $kind),)+)* };

            /// Frees what is owned.
            ///
            /// # Safety
            /// The fields are as these functions leave them.
            unsafe fn clear(&mut self) {
                // SAFETY: the caller's promise.
                unsafe { $($(config!(@clear $kind self.$field);)+)* }
            }
        }
    };
    (@type int) => { c_int };
    (@type ulong) => { c_ulong };
    (@type text) => { *mut wchar_t };
    (@type list) => { WideList };
    (@zero int) => { 0 };
    (@zero ulong) => { 0 };
    (@zero text) => { ptr::null_mut() };
    (@zero list) => { WideList::EMPTY };
    (@clear int $($place:tt)+) => {};
    (@clear ulong $($place:tt)+) => {};
    (@clear text $($place:tt)+) => {
        PyMem_RawFree($($place)+.cast());
        $($place)+ = ptr::null_mut()
    };
    (@clear list $($place:tt)+) => { $($place)+.clear() };
}

config! {
    int _config_init isolated use_environment dev_mode install_signal_handlers use_hash_seed;
    ulong hash_seed;
    int faulthandler tracemalloc perf_profiling import_time code_debug_ranges show_ref_count dump_refs;
    text dump_refs_file;
    int malloc_stats;
    text filesystem_encoding filesystem_errors pycache_prefix;
    int parse_argv;
    list orig_argv argv xoptions warnoptions;
    int site_import bytes_warning warn_default_encoding inspect interactive optimization_level parser_debug write_bytecode
        verbose quiet user_site_directory configure_c_stdio buffered_stdio;
    text stdio_encoding stdio_errors check_hash_pycs_mode;
    int use_frozen_modules safe_path int_max_str_digits cpu_count pathconfig_warnings;
    text program_name pythonpath_env home platlibdir;
    int module_search_paths_set;
    list module_search_paths;
    text stdlib_dir executable base_executable prefix base_prefix exec_prefix base_exec_prefix;
    int skip_source_first_line;
    text run_command run_module run_filename sys_path_0;
    int _install_importlib _init_main _is_python_build;
}

const COMPAT: Config = Config {
    _config_init: 1,
    isolated: -1,
    use_environment: -1,
    dev_mode: -1,
    install_signal_handlers: 1,
    use_hash_seed: -1,
    faulthandler: -1,
    tracemalloc: -1,
    perf_profiling: -1,
    code_debug_ranges: 1,
    site_import: -1,
    bytes_warning: -1,
    inspect: -1,
    interactive: -1,
    optimization_level: -1,
    parser_debug: -1,
    write_bytecode: -1,
    verbose: -1,
    quiet: -1,
    user_site_directory: -1,
    buffered_stdio: -1,
    use_frozen_modules: 1,
    int_max_str_digits: -1,
    cpu_count: -1,
    pathconfig_warnings: -1,
    _install_importlib: 1,
    _init_main: 1,
    ..Config::ZERO
};

/// What the two kinds of configuration that are not for old programs have in common.
const DEFAULTS: Config = Config {
    isolated: 0,
    use_environment: 1,
    site_import: 1,
    bytes_warning: 0,
    inspect: 0,
    interactive: 0,
    optimization_level: 0,
    parser_debug: 0,
    write_bytecode: 1,
    verbose: 0,
    quiet: 0,
    user_site_directory: 1,
    buffered_stdio: 1,
    pathconfig_warnings: 1,
    ..COMPAT
};

/// # Safety
/// A C function: a place for the configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyConfig_InitCompatConfig(config: *mut Config) {
    // SAFETY: the caller's promise.
    unsafe { config.write(COMPAT) };
}

/// # Safety
/// A C function: a place for the configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyConfig_InitPythonConfig(config: *mut Config) {
    let python = Config { _config_init: 2, configure_c_stdio: 1, parse_argv: 1, ..DEFAULTS };
    // SAFETY: the caller's promise.
    unsafe { config.write(python) };
}

/// # Safety
/// A C function: a place for the configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyConfig_InitIsolatedConfig(config: *mut Config) {
    let isolated = Config {
        _config_init: 3,
        isolated: 1,
        use_environment: 0,
        user_site_directory: 0,
        dev_mode: 0,
        install_signal_handlers: 0,
        use_hash_seed: 0,
        faulthandler: 0,
        tracemalloc: 0,
        perf_profiling: 0,
        int_max_str_digits: 4300,
        safe_path: 1,
        pathconfig_warnings: 0,
        ..DEFAULTS
    };
    // SAFETY: the caller's promise.
    unsafe { config.write(isolated) };
}

/// # Safety
/// A C function: a configuration that these functions filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyConfig_Clear(config: &mut Config) {
    // SAFETY: the caller's promise.
    unsafe { config.clear() };
}

/// # Safety
/// A C function: a field of a configuration, and a wide string or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyConfig_SetString(
    _config: &Config,
    field: &mut *mut wchar_t,
    text: *const wchar_t,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe {
        let fresh = if text.is_null() { ptr::null_mut() } else { copy(text) };
        if fresh.is_null() && !text.is_null() {
            return Status::no_memory();
        }
        PyMem_RawFree((*field).cast());
        *field = fresh;
    }
    Status::OK
}

/// Bytes of the command line or the environment in wide characters; what is no UTF-8 becomes lone surrogates.
pub(super) fn decoded(bytes: &[u8]) -> Box<[wchar_t]> {
    let mut out = Vec::new();
    for chunk in bytes.utf8_chunks() {
        out.extend(chunk.valid().chars().map(|char| char as wchar_t));
        out.extend(chunk.invalid().iter().map(|&byte| 0xdc00 + wchar_t::from(byte)));
    }
    out.push(0);
    out.into()
}

/// # Safety
/// A C function: a field of a configuration, and a C string or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyConfig_SetBytesString(
    config: &Config,
    field: &mut *mut wchar_t,
    text: *const c_char,
) -> Status {
    if text.is_null() {
        // SAFETY: the caller's promise.
        return unsafe { PyConfig_SetString(config, field, ptr::null()) };
    }
    // SAFETY: the caller's promise.
    unsafe { PyConfig_SetString(config, field, decoded(CStr::from_ptr(text).to_bytes()).as_ptr()) }
}

/// # Safety
/// A C function: a list of a configuration, and that many wide strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyConfig_SetWideStringList(
    _config: &Config,
    list: &mut WideList,
    length: isize,
    items: *const *const wchar_t,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { list.set(length, items) }
}

/// # Safety
/// A C function: a configuration, and that many wide strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyConfig_SetArgv(
    config: &mut Config,
    argc: isize,
    argv: *const *const wchar_t,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { config.argv.set(argc, argv) }
}

/// # Safety
/// A C function: a configuration, and that many C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyConfig_SetBytesArgv(
    config: &mut Config,
    argc: isize,
    argv: *const *const c_char,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe {
        let texts: Vec<Box<[wchar_t]>> =
            (0..argc).map(|index| decoded(CStr::from_ptr(*argv.offset(index)).to_bytes())).collect();
        let places: Vec<*const wchar_t> = texts.iter().map(|text| text.as_ptr()).collect();
        config.argv.set(argc, places.as_ptr())
    }
}

/// An interpreter runs already; it is not configured anew.
///
/// # Safety
/// A C function: a configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_InitializeFromConfig(_config: &Config) -> Status {
    Status::OK
}

/// The arguments of the process, in wide characters.
struct Arguments {
    _texts: Vec<Box<[wchar_t]>>,
    places: UnsafeCell<Vec<*const wchar_t>>,
}

// SAFETY: made once; C code that has the array may change it, as the header does not forbid.
unsafe impl Sync for Arguments {}
// SAFETY: as above.
unsafe impl Send for Arguments {}

/// # Safety
/// A C function: two places.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_GetArgcArgv(argc: *mut c_int, argv: *mut *mut *const wchar_t) {
    static ARGUMENTS: OnceLock<Arguments> = OnceLock::new();
    let arguments = ARGUMENTS.get_or_init(|| {
        let original = &interp::config::get().orig_argv;
        let texts: Vec<Box<[wchar_t]>> = original.iter().map(|text| decoded(text.as_bytes())).collect();
        let places = texts.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect();
        Arguments { _texts: texts, places: UnsafeCell::new(places) }
    });
    // SAFETY: the caller's promise; the array is not touched here again.
    unsafe {
        argc.write(interp::config::get().orig_argv.len() as c_int);
        argv.write((*arguments.places.get()).as_mut_ptr());
    }
}

const _: () = assert!(size_of::<Config>() == 448);
const _: () = assert!(core::mem::offset_of!(Config, module_search_paths) == 320);
