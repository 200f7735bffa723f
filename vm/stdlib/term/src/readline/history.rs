//! The lines so far, and the file that keeps them.

use super::ffi::{Readline, readline};
use super::{Text, check, file, pointer};
use crate::text;
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use objects::types::str::Str;
use objects::{Object, Ref, Result, raise};

/// What the user has asked for, and how editline counts.
struct State {
    /// How many lines a file may have; all for a negative number.
    file_length: Cell<c_int>,
    adds_lines: Cell<bool>,
    /// The index of the first line for `history_get`, where it is not 1.
    first: Cell<c_int>,
    /// What editline counts from where lines are replaced or appended.
    replaced_from: Cell<c_int>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

static STATE: State = State {
    file_length: Cell::new(-1),
    adds_lines: Cell::new(true),
    first: Cell::new(1),
    replaced_from: Cell::new(0),
};

/// Whether lines that have been read are added.
pub fn adds_lines() -> bool {
    STATE.adds_lines.get()
}

/// Finds out how editline counts: its versions do not agree.
///
/// # Safety
/// The library is editline, and its history empty.
pub unsafe fn probe(library: &Readline) {
    // SAFETY: C strings; an entry that was replaced is ours.
    unsafe {
        library.add_history(c"1".as_ptr());
        STATE.first.set(c_int::from(library.history_get(1).is_some()));
        library.add_history(c"2".as_ptr());
        let old = library.replace_history_entry(1, c"X".as_ptr(), ptr::null_mut());
        if !old.is_null() {
            library.free_entry(old);
        }
        let first = library.history_get(STATE.first.get());
        let is_replaced = first.is_some_and(|entry| line_of(entry.line) == b"X");
        STATE.replaced_from.set(is_replaced.into());
    }
}

/// The bytes of a line.
///
/// # Safety
/// NULL or a C string.
unsafe fn line_of<'a>(line: *const c_char) -> &'a [u8] {
    // SAFETY: the caller's promise.
    if line.is_null() { b"" } else { unsafe { CStr::from_ptr(line) }.to_bytes() }
}

/// Adds a line unless it is the last one already.
///
/// # Safety
/// A C string.
pub unsafe fn add_new(library: &Readline, line: *const c_char) {
    let length = library.history_length();
    let last = match length {
        ..=0 => None,
        _ if library.is_editline() => library.history_get(length - 1 + STATE.first.get()),
        _ => library.history_get(length),
    };
    // SAFETY: the caller's promise; a line of the library.
    unsafe {
        if last.is_none_or(|last| line_of(last.line) != line_of(line)) {
            library.add_history(line);
        }
    }
}

/// Shortens a file that has just been written. Failing that, it is longer than it was asked to be.
fn truncate(library: &Readline, path: *const c_char) {
    let length = STATE.file_length.get();
    if length >= 0 {
        // SAFETY: a C string or NULL.
        unsafe { library.history_truncate_file(path, length) };
    }
}

/// An index that must not be negative.
fn position(pos: c_int) -> Result<c_int> {
    if pos < 0 { Err(raise!(ValueError, "History index cannot be negative")) } else { Ok(pos) }
}

fn no_item(pos: c_int) -> objects::Raised {
    raise!(ValueError, "No history item at position {pos}")
}

#[macros::pymodule(name = "readline", part)]
pub mod part {
    use super::*;

    #[function("read_history_file($module, filename=None, /)")]
    fn read_history_file(filename: Option<&Object>) -> Result<()> {
        let path = file(filename, "~/.history", "r")?;
        // SAFETY: a C string or NULL.
        check(unsafe { readline()?.read_history(pointer(path.as_ref())) })
    }

    #[function("write_history_file($module, filename=None, /)")]
    fn write_history_file(filename: Option<&Object>) -> Result<()> {
        let path = file(filename, "~/.history", "w")?;
        let (library, path) = (readline()?, pointer(path.as_ref()));
        // SAFETY: a C string or NULL.
        check(unsafe { library.write_history(path) })?;
        truncate(library, path);
        Ok(())
    }

    #[function("append_history_file($module, nelements, filename=None, /)")]
    fn append_history_file(nelements: c_int, filename: Option<&Object>) -> Result<()> {
        if nelements < 0 {
            return Err(raise!(ValueError, "nelements must be positive"));
        }
        let path = file(filename, "~/.history", "a")?;
        let (library, path) = (readline()?, pointer(path.as_ref()));
        // SAFETY: a C string or NULL.
        check(unsafe { library.append_history(nelements - STATE.replaced_from.get(), path) })?;
        truncate(library, path);
        Ok(())
    }

    #[function("get_history_length($module, /)")]
    fn get_history_length() -> c_int {
        STATE.file_length.get()
    }

    #[function("set_history_length($module, length, /)")]
    fn set_history_length(length: c_int) {
        STATE.file_length.set(length);
    }

    #[function("set_auto_history($module, enabled, /)")]
    fn set_auto_history(enabled: bool) {
        STATE.adds_lines.set(enabled);
    }

    #[function("get_current_history_length($module, /)")]
    fn get_current_history_length() -> Result<c_int> {
        Ok(readline()?.history_length())
    }

    #[function("get_history_item($module, index, /)")]
    fn get_history_item(index: c_int) -> Result<Option<Ref<Str>>> {
        let library = readline()?;
        let index = match library.is_editline() {
            false => index,
            // It does not look whether there is such a line.
            true if index < 1 || index > library.history_length() => return Ok(None),
            true => index - 1 + STATE.first.get(),
        };
        // SAFETY: a line of the library.
        library.history_get(index).map(|entry| unsafe { text::decode_pointer(entry.line) }).transpose()
    }

    #[function("remove_history_item($module, pos, /)")]
    fn remove_history_item(pos: c_int) -> Result<()> {
        let library = readline()?;
        match library.remove_history(position(pos)?) {
            // SAFETY: an entry that is not in the history any more.
            Some(entry) => unsafe { library.free_entry(entry) },
            None => return Err(no_item(pos)),
        }
        Ok(())
    }

    #[function("replace_history_item($module, pos, line, /)")]
    fn replace_history_item(pos: c_int, line: &Str) -> Result<()> {
        let index = position(pos)?;
        let (library, line) = (readline()?, text::encode(line)?);
        // SAFETY: a C string; an entry that is not in the history any more.
        unsafe {
            let old = library.replace_history_entry(
                index.saturating_add(STATE.replaced_from.get()),
                line.as_ptr(),
                ptr::null_mut(),
            );
            if old.is_null() {
                return Err(no_item(pos));
            }
            library.free_entry(old);
        }
        Ok(())
    }

    #[function("add_history($module, string, /)")]
    fn add_history(string: Text) -> Result<()> {
        // SAFETY: a C string.
        unsafe { readline()?.add_history(string.0.as_ptr()) };
        Ok(())
    }

    #[function("clear_history($module, /)")]
    fn clear_history() -> Result<()> {
        readline()?.clear_history();
        Ok(())
    }
}
