//! Running what a C stream has: whole, or statement by statement.

use super::{mode, run};
use crate::compile::CompilerFlags;
use crate::pylifecycle::Py_FdIsInteractive;
use core::ffi::{CStr, c_char, c_int};
use interp::interactive::{self, Session};
use interp::{program, streams, traceback_print};
use libc::FILE;
use objects::types::str::Str;
use objects::{Object, Ref, Result, codecs, raise, state};

/// What a stream still has.
///
/// # Errors
/// OSError.
unsafe fn rest_of(file: *mut FILE) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let error = state::detached(|| {
        let mut buffer = [0u8; 8192];
        loop {
            // SAFETY: the caller's: a stream; a buffer of that size.
            let (count, failed) = unsafe {
                let count = libc::fread(buffer.as_mut_ptr().cast(), 1, buffer.len(), file);
                (count, libc::ferror(file) != 0)
            };
            bytes.extend_from_slice(&buffer[..count]);
            if count < buffer.len() {
                return failed.then(std::io::Error::last_os_error);
            }
        }
    });
    match error {
        Some(error) => Err(raise::os_error(error.raw_os_error().unwrap_or(0), None, None)),
        None => Ok(bytes),
    }
}

/// The name of a file, "???" where the caller has none.
unsafe fn name_of(name: *const c_char) -> Result<Ref<Str>> {
    match name.is_null() {
        true => Str::new("???"),
        // SAFETY: the caller's: a C string.
        false => codecs::decode_fs(unsafe { CStr::from_ptr(name) }.to_bytes()),
    }
}

unsafe fn close(file: *mut FILE, close: c_int) {
    if close != 0 {
        // SAFETY: the caller's: a stream that it gives away.
        unsafe { libc::fclose(file) };
    }
}

/// # Safety
/// A C function: a stream, given away if `closeit` is not 0; a C string; a dictionary; an object or NULL; flags or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_FileExFlags(
    file: *mut FILE,
    name: *const c_char,
    start: c_int,
    globals: Option<&Object>,
    locals: Option<&Object>,
    closeit: c_int,
    flags: Option<&mut CompilerFlags>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe {
        let name = name_of(name)?;
        mode(start)?;
        let bytes = rest_of(file);
        close(file, closeit);
        run(&bytes?, &name, start, globals, locals, flags)
    }
}

/// # Safety
/// As [`PyRun_FileExFlags`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_File(
    file: *mut FILE,
    name: *const c_char,
    start: c_int,
    globals: Option<&Object>,
    locals: Option<&Object>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { PyRun_FileExFlags(file, name, start, globals, locals, 0, None) }
}

/// # Safety
/// As [`PyRun_FileExFlags`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_FileEx(
    file: *mut FILE,
    name: *const c_char,
    start: c_int,
    globals: Option<&Object>,
    locals: Option<&Object>,
    closeit: c_int,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { PyRun_FileExFlags(file, name, start, globals, locals, closeit, None) }
}

/// # Safety
/// As [`PyRun_FileExFlags`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_FileFlags(
    file: *mut FILE,
    name: *const c_char,
    start: c_int,
    globals: Option<&Object>,
    locals: Option<&Object>,
    flags: Option<&mut CompilerFlags>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { PyRun_FileExFlags(file, name, start, globals, locals, 0, flags) }
}

/// Runs a file as the main program; 0, or -1 after the exception was shown.
///
/// # Safety
/// A C function: a stream, given away if `closeit` is not 0; a C string; flags or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_SimpleFileExFlags(
    file: *mut FILE,
    name: *const c_char,
    closeit: c_int,
    _flags: Option<&mut CompilerFlags>,
) -> c_int {
    // SAFETY: the caller's promise.
    let outcome = unsafe {
        let bytes = rest_of(file);
        close(file, closeit);
        name_of(name).and_then(|name| program::run_file_text(&name, &bytes?, false))
    };
    match outcome {
        Ok(()) => 0,
        Err(raised) => {
            traceback_print::print_or_exit(raised, true);
            -1
        }
    }
}

/// # Safety
/// As [`PyRun_SimpleFileExFlags`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_SimpleFile(file: *mut FILE, name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyRun_SimpleFileExFlags(file, name, 0, None) }
}

/// # Safety
/// As [`PyRun_SimpleFileExFlags`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_SimpleFileEx(file: *mut FILE, name: *const c_char, closeit: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyRun_SimpleFileExFlags(file, name, closeit, None) }
}

/// Runs what a user types, or a file as the main program.
///
/// # Safety
/// As [`PyRun_SimpleFileExFlags`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_AnyFileExFlags(
    file: *mut FILE,
    name: *const c_char,
    closeit: c_int,
    flags: Option<&mut CompilerFlags>,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        if Py_FdIsInteractive(file, name) == 0 {
            return PyRun_SimpleFileExFlags(file, name, closeit, flags);
        }
        let status = PyRun_InteractiveLoopFlags(file, name, flags);
        close(file, closeit);
        status
    }
}

/// # Safety
/// As [`PyRun_SimpleFileExFlags`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_AnyFile(file: *mut FILE, name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyRun_AnyFileExFlags(file, name, 0, None) }
}

/// # Safety
/// As [`PyRun_SimpleFileExFlags`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_AnyFileEx(file: *mut FILE, name: *const c_char, closeit: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyRun_AnyFileExFlags(file, name, closeit, None) }
}

/// # Safety
/// As [`PyRun_SimpleFileExFlags`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_AnyFileFlags(
    file: *mut FILE,
    name: *const c_char,
    flags: Option<&mut CompilerFlags>,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyRun_AnyFileExFlags(file, name, 0, flags) }
}

/// What the end of input gives.
const END: c_int = 11;

/// Runs `work` with a session on the stream; the future features that its statements ask for are added to the flags.
unsafe fn in_session<T>(
    file: *mut FILE,
    filename: &Str,
    flags: Option<&mut CompilerFlags>,
    work: impl FnOnce(&mut Session<'_>) -> T,
) -> Result<T> {
    interactive::set_prompts()?;
    let mut read_line = |prompt: &Str| {
        streams::flush(false);
        objects::stdio::write_all(2, prompt.to_string_lossy().as_bytes());
        // SAFETY: the caller's: a stream.
        unsafe { objects::line_input::line_of(file) }
    };
    let before = flags.as_deref().map_or(0, |flags| flags.cf_flags as u32);
    let filename = filename.to_string_lossy();
    let mut session = Session { filename: &filename, flags: before, read_line: &mut read_line };
    let outcome = work(&mut session);
    if let Some(flags) = flags {
        flags.cf_flags = session.flags as c_int;
    }
    Ok(outcome)
}

/// Shows an exception and gives -1, or gives the status.
fn shown(outcome: Result<c_int>) -> c_int {
    outcome.unwrap_or_else(|raised| {
        traceback_print::print_or_exit(raised, true);
        streams::flush(false);
        -1
    })
}

/// Runs statements to the end of input.
///
/// # Safety
/// A C function: a stream, a C string, flags or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_InteractiveLoopFlags(
    file: *mut FILE,
    name: *const c_char,
    flags: Option<&mut CompilerFlags>,
) -> c_int {
    // SAFETY: the caller's promise.
    shown(unsafe {
        name_of(name).and_then(|name| {
            in_session(file, &name, flags, |session| {
                while let Some(outcome) = session.step() {
                    outcome?;
                }
                Ok(0)
            })?
        })
    })
}

/// # Safety
/// A C function: a stream and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_InteractiveLoop(file: *mut FILE, name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyRun_InteractiveLoopFlags(file, name, None) }
}

/// Runs one statement: 0, -1 after its exception was shown, another number at the end of input.
///
/// # Safety
/// A C function: a stream, a name, flags or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_InteractiveOneObject(
    file: *mut FILE,
    name: &Object,
    flags: Option<&mut CompilerFlags>,
) -> c_int {
    // SAFETY: the caller's promise.
    shown(unsafe {
        objects::types::str::expect_str(name, "filename").and_then(|name| {
            in_session(file, name, flags, |session| Ok(if session.statement()? { 0 } else { END }))?
        })
    })
}

/// # Safety
/// A C function: a stream, a C string, flags or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_InteractiveOneFlags(
    file: *mut FILE,
    name: *const c_char,
    flags: Option<&mut CompilerFlags>,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        match name_of(name) {
            Ok(name) => PyRun_InteractiveOneObject(file, &name, flags),
            Err(raised) => shown(Err(raised)),
        }
    }
}

/// # Safety
/// A C function: a stream and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyRun_InteractiveOne(file: *mut FILE, name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyRun_InteractiveOneFlags(file, name, None) }
}
