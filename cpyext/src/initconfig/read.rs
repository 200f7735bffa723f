//! `PyConfig_Read`: what a configuration leaves open is what the process was started with.

use super::Status;
use super::config::Config;
use super::list::copy;
use core::ffi::c_int;
use interp::config;
use libc::wchar_t;
use std::os::unix::ffi::OsStrExt;

use crate::pylifecycle::wide;

/// Fills a string that is NULL; `false` when memory is out.
unsafe fn fill_text(place: &mut *mut wchar_t, text: Option<&str>) -> bool {
    let Some(text) = text.filter(|_| place.is_null()) else { return true };
    // SAFETY: a wide string.
    *place = unsafe { copy(wide(text).as_ptr()) };
    !place.is_null()
}

/// # Safety
/// A C function: a configuration that these functions filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyConfig_Read(out: &mut Config) -> Status {
    let known = config::get();
    let flag = |value: bool| c_int::from(value);
    for (place, value) in [
        (&mut out.isolated, flag(known.isolated)),
        (&mut out.use_environment, flag(!known.ignore_environment)),
        (&mut out.dev_mode, flag(known.dev_mode)),
        (&mut out.use_hash_seed, flag(known.hash_seed.is_some())),
        (&mut out.faulthandler, flag(known.faulthandler)),
        (&mut out.tracemalloc, known.tracemalloc as c_int),
        (&mut out.perf_profiling, flag(known.perf)),
        (&mut out.site_import, flag(!known.no_site)),
        (&mut out.bytes_warning, known.bytes_warning as c_int),
        (&mut out.inspect, flag(known.inspect)),
        (&mut out.interactive, flag(known.interactive)),
        (&mut out.optimization_level, known.optimize as c_int),
        (&mut out.parser_debug, known.parser_debug as c_int),
        (&mut out.write_bytecode, flag(!known.dont_write_bytecode)),
        (&mut out.verbose, known.verbose as c_int),
        (&mut out.quiet, flag(known.quiet)),
        (&mut out.user_site_directory, flag(!known.no_user_site)),
        (&mut out.buffered_stdio, flag(!known.unbuffered)),
        (&mut out.int_max_str_digits, known.int_max_str_digits),
        (&mut out.cpu_count, known.cpu_count),
        (&mut out.pathconfig_warnings, 0),
    ] {
        if *place < 0 {
            *place = value;
        }
    }
    let texts = [
        (&mut out.filesystem_encoding, Some("utf-8")),
        (&mut out.filesystem_errors, Some("surrogateescape")),
        (&mut out.pycache_prefix, known.pycache_prefix.as_deref()),
        (&mut out.stdio_encoding, Some(known.stdio_encoding.as_str())),
        (&mut out.stdio_errors, Some(known.stdio_errors.as_str())),
        (&mut out.check_hash_pycs_mode, Some(known.check_hash_pycs.as_str())),
        (&mut out.program_name, Some(known.program_name.as_str())),
        (&mut out.home, known.home.as_deref()),
        (&mut out.platlibdir, Some(known.platlibdir.as_str())),
        (&mut out.stdlib_dir, Some(known.stdlib_dir.as_str())),
        (&mut out.executable, Some(known.executable.as_str())),
        (&mut out.base_executable, Some(known.base_executable.as_str())),
        (&mut out.prefix, Some(known.prefix.as_str())),
        (&mut out.base_prefix, Some(known.base_prefix.as_str())),
        (&mut out.exec_prefix, Some(known.exec_prefix.as_str())),
        (&mut out.base_exec_prefix, Some(known.base_exec_prefix.as_str())),
    ];
    for (place, text) in texts {
        // SAFETY: the caller's promise.
        if !unsafe { fill_text(place, text) } {
            return Status::no_memory();
        }
    }
    let original: Vec<Box<[wchar_t]>> =
        known.orig_argv.iter().map(|text| super::config::decoded(text.as_bytes())).collect();
    let paths: Vec<Box<[wchar_t]>> = known.module_search_paths.iter().map(|path| wide(path)).collect();
    let fill_orig = out.orig_argv.is_empty();
    let fill_paths = out.module_search_paths_set == 0;
    let lists =
        [(&mut out.orig_argv, original, fill_orig), (&mut out.module_search_paths, paths, fill_paths)];
    for (list, texts, is_wanted) in lists {
        if is_wanted {
            let places: Vec<*const wchar_t> = texts.iter().map(|text| text.as_ptr()).collect();
            // SAFETY: as many wide strings.
            let status = unsafe { list.set(places.len() as isize, places.as_ptr()) };
            if status.is_error() {
                return status;
            }
        }
    }
    out.module_search_paths_set = 1;
    Status::OK
}
