//! Writing formatted text to `sys.stdout` and `sys.stderr`.

use crate::pyerrors::snprintf::PyOS_vsnprintf;
use crate::unicodeobject::format::format;
use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{CStr, c_char};
use objects::protocol::call;
use objects::stdio::write_all;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Raised, Result, id, raise, state};

/// The most bytes of a text that C's conversions make.
const MOST: usize = 1000;

/// Writes to a stream of `sys`, or to its descriptor where there is none or it fails. What was pending stays so.
fn write(name: &str, fd: i32, text: &Str) {
    let pending = raise::take_pending();
    let stream = state::sys_get(name).filter(|stream| !stream.is(none()));
    let written = match &stream {
        Some(stream) => call::call_method(stream, id!("write"), &[text]).map_err(Raised::clear).is_ok(),
        None => false,
    };
    if !written {
        write_all(fd, text.to_string_lossy().as_bytes());
    }
    if let Some(pending) = pending {
        raise::restore(pending).leave();
    }
}

/// # Safety
/// The list has what the format, one of C's, asks for.
unsafe fn write_c(name: &str, fd: i32, text: *const c_char, list: &VaList) {
    let mut buffer = [0 as c_char; MOST + 1];
    // SAFETY: the caller's promise; the text in the buffer ends in a NUL.
    let (len, text) = unsafe {
        let len = PyOS_vsnprintf(buffer.as_mut_ptr(), buffer.len(), text, list);
        (len, CStr::from_ptr(buffer.as_ptr()).to_bytes())
    };
    let cut = len < 0 || len as usize > MOST;
    for part in [text, if cut { b"... truncated" } else { b"" }] {
        match Str::new(&String::from_utf8_lossy(part)) {
            Ok(_) if part.is_empty() => {}
            Ok(part) => write(name, fd, &part),
            Err(raised) => raised.clear(),
        }
    }
}

/// # Safety
/// The list has what the format, one of `PyUnicode_FromFormat`, asks for.
unsafe fn write_format(name: &str, fd: i32, text: *const c_char, list: &mut VaList) {
    let pending = raise::take_pending();
    // SAFETY: the caller's promise.
    let made: Result<_> = unsafe { format(CStr::from_ptr(text), list) };
    match made {
        Ok(text) => write(name, fd, &text),
        Err(raised) => raised.clear(),
    }
    if let Some(pending) = pending {
        raise::restore(pending).leave();
    }
}

macro_rules! writers {
    ($($name:ident $body:ident $write:ident $stream:literal $fd:literal;)*) => { $(
        unsafe extern "C" fn $body(text: *const c_char, list: &mut VaList) {
            // SAFETY: the caller keeps the C function's contract.
            unsafe { $write($stream, $fd, text, list) }
        }
        variadic!($name, $body, 1);
    )* };
}

writers! {
    PySys_WriteStdout write_stdout write_c "stdout" 1;
    PySys_WriteStderr write_stderr write_c "stderr" 2;
    PySys_FormatStdout format_stdout write_format "stdout" 1;
    PySys_FormatStderr format_stderr write_format "stderr" 2;
}
