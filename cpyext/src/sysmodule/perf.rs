//! The map of compiled code that Linux's `perf` reads: `/tmp/perf-PID.map`.

use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use objects::state;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::Mutex;

static MAP: Mutex<Option<File>> = Mutex::new(None);

/// Opens the map, unless it is: 0, or below 0 for an error of the system.
#[unsafe(no_mangle)]
pub extern "C" fn PyUnstable_PerfMapState_Init() -> c_int {
    let mut map = state::lock(&MAP);
    if map.is_some() {
        return 0;
    }
    let path = format!("/tmp/perf-{}.map", std::process::id());
    match OpenOptions::new().append(true).create(true).open(path) {
        Ok(file) => {
            *map = Some(file);
            0
        }
        Err(_) => -1,
    }
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
    if PyUnstable_PerfMapState_Init() != 0 {
        return -1;
    }
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes();
    let mut line = format!("{:x} {size:x} ", code.addr()).into_bytes();
    line.extend_from_slice(name);
    line.push(b'\n');
    match state::lock(&MAP).as_mut().map(|file| file.write_all(&line)) {
        Some(Ok(())) => 0,
        _ => -1,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyUnstable_PerfMapState_Fini() {
    *state::lock(&MAP) = None;
}

/// Adds the entries of another map: 0, or below 0 for an error of the system.
///
/// # Safety
/// A C function: a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_CopyPerfMapFile(parent: *const c_char) -> c_int {
    use std::os::unix::ffi::OsStrExt;
    // SAFETY: the caller's promise.
    let path = std::ffi::OsStr::from_bytes(unsafe { CStr::from_ptr(parent) }.to_bytes());
    if PyUnstable_PerfMapState_Init() != 0 {
        return -1;
    }
    let Ok(entries) = std::fs::read(path) else { return -1 };
    match state::lock(&MAP).as_mut().map(|file| file.write_all(&entries)) {
        Some(Ok(())) => 0,
        _ => -1,
    }
}
