//! `traceback.h`: links of tracebacks, and printing them.

use core::ffi::{CStr, c_char, c_int};
use interp::traceback_print;
use macros::capi;
use objects::types::frame::Frame;
use objects::types::traceback::{self, Traceback};
use objects::{Object, Result, id, raise};

/// The pending exception has passed through the frame.
///
/// # Safety
/// A C function: a frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyTraceBack_Here(frame: &Frame) -> c_int {
    traceback::add_frame(frame);
    0
}

#[capi]
pub fn PyTraceBack_Print(traceback: Option<&Object>, file: &Object) -> Result<()> {
    let Some(traceback) = traceback else { return Ok(()) };
    let Some(traceback) = traceback.cast::<Traceback>() else { return Err(raise::bad_internal_call()) };
    let text = traceback_print::traceback_text(traceback)?;
    let text = objects::types::str::Str::new(&text)?;
    objects::protocol::call::call_method(file, id!("write"), &[&*text]).map(drop)
}

/// The pending exception has passed through a function that is not Python's.
///
/// # Safety
/// A C function: two C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyTraceback_Add(function: *const c_char, file: *const c_char, line: c_int) {
    // SAFETY: the caller's promise.
    let (function, file) = unsafe { (CStr::from_ptr(function), CStr::from_ptr(file)) };
    traceback::add_native(line, || {
        let file = objects::codecs::decode_fs(file.to_bytes())?;
        Ok((crate::abstract_::text(function)?, file))
    });
}

/// Writes a line of a source file with that indentation, if it can be had.
#[capi]
pub fn _Py_DisplaySourceLine(
    file: &Object,
    name: &Object,
    line: i32,
    indent: i32,
    _truncation: *mut c_int,
    _text: *mut *mut Object,
) -> Result<()> {
    let name = objects::protocol::object::str(name)?.to_string_lossy();
    let Some(text) = traceback_print::source_line(&name, line) else { return Ok(()) };
    let indent = usize::try_from(indent.clamp(0, 10)).unwrap_or(0);
    let text = objects::types::str::Str::new(&format!("{}{}\n", " ".repeat(indent), text.trim()))?;
    objects::protocol::call::call_method(file, id!("write"), &[&*text]).map(drop)
}
