//! Where in a program a SyntaxError is.

use core::ffi::{CStr, c_int};
use macros::capi;
use objects::protocol::{attr, object};
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, codecs, id, raise};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// A place in a file; a negative number is unknown.
struct Place<'a> {
    file: Option<&'a Object>,
    line: c_int,
    column: c_int,
    end_line: c_int,
    end_column: c_int,
}

/// Gives the pending exception its place; what goes wrong with an attribute is dropped.
fn locate(place: &Place<'_>) {
    let Some(exception) = raise::take_pending() else { return };
    let number = |value: c_int| if value >= 0 { new_int(value.into()) } else { Ok(none().to_ref()) };
    let set = |name: &Str, value: Result<Ref>| {
        let stored = value.and_then(|value| attr::set(&exception, name, Some(&value)));
        stored.unwrap_or_else(Raised::clear);
    };
    set(id!("lineno"), new_int(place.line.into()));
    set(id!("offset"), number(place.column));
    set(id!("end_lineno"), number(place.end_line));
    set(id!("end_offset"), number(place.end_column));
    if let Some(file) = place.file {
        set(id!("filename"), Ok(file.to_ref()));
        if let Some(text) = program_text(file, place.line, "utf-8").unwrap_or_else(dropped) {
            set(id!("text"), Ok(text.upcast()));
        }
    }
    if !exception.is_exactly(&exc::SyntaxError) {
        let is_there = |name: &Str| attr::get_optional(&exception, name).unwrap_or_else(dropped).is_some();
        if !is_there(id!("msg")) {
            set(id!("msg"), object::str(&exception).map(Ref::upcast));
        }
        if !is_there(id!("print_file_and_line")) {
            set(id!("print_file_and_line"), Ok(none().to_ref()));
        }
    }
    raise::restore(exception).leave();
}

fn dropped<T>(raised: Raised) -> Option<T> {
    raised.clear();
    None
}

/// # Safety
/// A C function: a file's name or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SyntaxLocationObject(file: Option<&Object>, line: c_int, column: c_int) {
    locate(&Place { file, line, column, end_line: line, end_column: -1 });
}

/// # Safety
/// A C function: a file's name or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_RangedSyntaxLocationObject(
    file: Option<&Object>,
    line: c_int,
    column: c_int,
    end_line: c_int,
    end_column: c_int,
) {
    locate(&Place { file, line, column, end_line, end_column });
}

#[capi]
pub fn PyErr_SyntaxLocationEx(file: Option<&CStr>, line: c_int, column: c_int) {
    let file = file.and_then(|file| codecs::decode_fs(file.to_bytes()).map_err(Raised::clear).ok());
    let file = file.as_deref().map(Instance::as_object);
    locate(&Place { file, line, column, end_line: line, end_column: -1 });
}

#[capi]
pub fn PyErr_SyntaxLocation(file: Option<&CStr>, line: c_int) {
    let file = file.and_then(|file| codecs::decode_fs(file.to_bytes()).map_err(Raised::clear).ok());
    let file = file.as_deref().map(Instance::as_object);
    locate(&Place { file, line, column: -1, end_line: line, end_column: -1 });
}

/// A line of a source file with its end, if the file has it.
fn program_text(file: &Object, line: c_int, encoding: &str) -> Result<Option<Ref<Str>>> {
    let Some(index) = usize::try_from(line).ok().and_then(|line| line.checked_sub(1)) else {
        return Ok(None);
    };
    let path = objects::protocol::path::fs_bytes(file)?;
    let Ok(contents) = std::fs::read(OsStr::from_bytes(path.to_bytes())) else { return Ok(None) };
    let contents = contents.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&contents);
    let Some(text) = contents.split_inclusive(|byte| *byte == b'\n').nth(index) else { return Ok(None) };
    codecs::decode(&*Bytes::new(text)?, Some(encoding), Some("replace")).map(Some)
}

/// A line of a source file in UTF-8; NULL without an exception where it cannot be read.
#[capi]
pub fn PyErr_ProgramTextObject(file: &Object, line: c_int) -> Option<Ref<Str>> {
    program_text(file, line, "utf-8").unwrap_or_else(dropped)
}

#[capi]
pub fn PyErr_ProgramText(file: &CStr, line: c_int) -> Option<Ref<Str>> {
    let file = codecs::decode_fs(file.to_bytes()).map_err(Raised::clear).ok()?;
    program_text(&file, line, "utf-8").unwrap_or_else(dropped)
}

/// As [`PyErr_ProgramTextObject`], for a file in some encoding.
#[capi]
pub fn _PyErr_ProgramDecodedTextObject(
    file: &Object,
    line: c_int,
    encoding: Option<&CStr>,
) -> Option<Ref<Str>> {
    let encoding = encoding.map_or("utf-8".into(), CStr::to_string_lossy);
    program_text(file, line, &encoding).unwrap_or_else(dropped)
}
