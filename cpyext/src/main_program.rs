//! `Py_Main` and its kin: the executable's own program, run by C code.
//!
//! The interpreter is there before any C code is: a program runs in it, and ends it.

use core::ffi::{CStr, c_char, c_int};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::sync::OnceLock;

/// What runs a command line, the name of the program first, and ends the interpreter; the exit status.
pub type Run = fn(Vec<OsString>) -> c_int;

static RUN: OnceLock<Run> = OnceLock::new();

/// Says what runs a command line.
pub fn set(run: Run) {
    RUN.get_or_init(|| run);
}

fn run(args: Vec<OsString>) -> c_int {
    RUN.get().map_or(1, |run| run(args))
}

fn count(argc: c_int) -> usize {
    usize::try_from(argc).unwrap_or(0)
}

/// # Safety
/// A C function: `argc` C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_BytesMain(argc: c_int, argv: *const *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let text = |index| unsafe { CStr::from_ptr(*argv.add(index)) };
    run((0..count(argc)).map(|index| OsString::from_vec(text(index).to_bytes().to_vec())).collect())
}

/// # Safety
/// A C function: `argc` strings of wide characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_Main(argc: c_int, argv: *const *const u32) -> c_int {
    // SAFETY: the caller's promise.
    let text = |index| unsafe { crate::fileutils::locale::encode_wide(*argv.add(index)) };
    run((0..count(argc)).map(|index| OsString::from_vec(text(index))).collect())
}

/// Runs what the process's own command line asks for.
#[unsafe(no_mangle)]
pub extern "C" fn Py_RunMain() -> c_int {
    run(interp::config::get().orig_argv.clone())
}
