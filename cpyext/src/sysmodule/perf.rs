//! The map of compiled code that Linux's `perf` reads.

use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use interp::perf_map;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// 0, or below 0 for an error of the system.
fn status(result: io::Result<()>) -> c_int {
    if result.is_ok() { 0 } else { -1 }
}

/// Opens the map, unless it is: 0, or below 0 for an error of the system.
#[unsafe(no_mangle)]
pub extern "C" fn PyUnstable_PerfMapState_Init() -> c_int {
    status(perf_map::open())
}

/// Adds an entry, opening the map first if need be: 0, or below 0 for an error of the system.
///
/// # Safety
/// A C function: a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_WritePerfMapEntry(
    code: *const c_void,
    size: c_uint,
    name: *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes();
    status(perf_map::add(code.addr(), size as usize, name))
}

#[unsafe(no_mangle)]
pub extern "C" fn PyUnstable_PerfMapState_Fini() {
    perf_map::close();
}

/// Adds the entries of another map: 0, or below 0 for an error of the system.
///
/// # Safety
/// A C function: a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_CopyPerfMapFile(parent: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let path = OsStr::from_bytes(unsafe { CStr::from_ptr(parent) }.to_bytes());
    status(perf_map::add_all(Path::new(path)))
}
