//! Looking into strings.

use core::ffi::{CStr, c_char, c_int};
use macros::capi;
use objects::types::str::Str;
use objects::{Object, Raised, Ref, Result, raise};

#[cold]
fn bad_argument() -> Raised {
    objects::raise!(TypeError, "bad argument type for built-in operation")
}

fn expect(object: &Object) -> Result<&Str> {
    object.cast().ok_or_else(bad_argument)
}

#[capi]
pub fn PyUnicode_GetLength(object: &Object) -> Result<isize> {
    Ok(expect(object)?.len() as isize)
}

/// The character at an index; -1, as a character, for an error.
#[capi]
pub fn PyUnicode_ReadChar(object: &Object, index: isize) -> Result<u32> {
    let text = expect(object)?;
    match usize::try_from(index) {
        Ok(index) if index < text.len() => Ok(text.at(index)),
        _ => Err(objects::raise!(IndexError, "string index out of range")),
    }
}

/// The text in UTF-8, which the string keeps; `len` may be NULL.
///
/// # Safety
/// A C function: `len` may be written to or is NULL.
#[capi]
pub unsafe fn PyUnicode_AsUTF8AndSize(object: &Object, len: *mut isize) -> Result<*const c_char> {
    // SAFETY: the caller's promise.
    let len = unsafe { len.as_mut() };
    match expect(object).and_then(Str::to_str) {
        Ok(text) => {
            if let Some(len) = len {
                *len = text.len() as isize;
            }
            Ok(text.as_ptr().cast())
        }
        Err(raised) => {
            if let Some(len) = len {
                *len = -1;
            }
            Err(raised)
        }
    }
}

#[capi]
pub fn PyUnicode_AsUTF8(object: &Object) -> Result<*const c_char> {
    Ok(expect(object)?.to_str()?.as_ptr().cast())
}

/// As [`PyUnicode_AsUTF8`], for a text without NULs.
#[capi]
pub fn _PyUnicode_AsUTF8NoNUL(object: &Object) -> Result<*const c_char> {
    let text = expect(object)?.to_str()?;
    if text.contains('\0') {
        return Err(objects::raise!(ValueError, "embedded null character"));
    }
    Ok(text.as_ptr().cast())
}

/// The characters with a final NUL, if `copy_null` asks for one.
///
/// # Safety
/// A C function: `buffer` has room for `room` characters.
#[capi]
pub unsafe fn PyUnicode_AsUCS4(
    object: &Object,
    buffer: *mut u32,
    room: isize,
    copy_null: c_int,
) -> Result<*mut u32> {
    if buffer.is_null() || room < 0 {
        return Err(raise::bad_internal_call());
    }
    let text = expect(object)?;
    if (room as usize) < text.len() + usize::from(copy_null != 0) {
        if copy_null != 0 && room > 0 {
            // SAFETY: the caller's promise.
            unsafe { buffer.write(0) };
        }
        return Err(objects::raise!(SystemError, "string is longer than the buffer"));
    }
    // SAFETY: the caller's promise; there is room for as many.
    unsafe {
        for (at, char) in text.chars().iter().enumerate() {
            buffer.add(at).write(char);
        }
        if copy_null != 0 {
            buffer.add(text.len()).write(0);
        }
    }
    Ok(buffer)
}

/// The characters and a NUL in memory that `PyMem_Free` frees.
fn wide_copy(text: &Str) -> Result<*mut u32> {
    let size = (text.len() + 1) * size_of::<u32>();
    let buffer = crate::pymem::PyMem_Malloc(size).cast::<u32>();
    if buffer.is_null() {
        return Err(raise::no_memory());
    }
    for (at, char) in text.chars().iter().chain([0]).enumerate() {
        // SAFETY: there is room for the characters and the NUL.
        unsafe { buffer.add(at).write(char) };
    }
    Ok(buffer)
}

#[capi]
pub fn PyUnicode_AsUCS4Copy(object: &Object) -> Result<*mut u32> {
    wide_copy(expect(object)?)
}

/// # Safety
/// A C function: `len` may be written to or is NULL.
#[capi]
pub unsafe fn PyUnicode_AsWideCharString(object: Option<&Object>, len: *mut isize) -> Result<*mut u32> {
    let text = expect(object.ok_or_else(raise::bad_internal_call)?)?;
    // SAFETY: the caller's promise.
    match unsafe { len.as_mut() } {
        Some(len) => *len = text.len() as isize,
        None if text.chars().iter().any(|char| char == 0) => {
            return Err(objects::raise!(ValueError, "embedded null character"));
        }
        None => {}
    }
    wide_copy(text)
}

/// Copies at most `room` characters; how many, or how much room they and a NUL need without a buffer.
///
/// # Safety
/// A C function: `buffer` has room for `room` characters or is NULL.
#[capi]
pub unsafe fn PyUnicode_AsWideChar(object: Option<&Object>, buffer: *mut u32, room: isize) -> Result<isize> {
    let text = expect(object.ok_or_else(raise::bad_internal_call)?)?;
    if buffer.is_null() {
        return Ok(text.len() as isize + 1);
    }
    let room = room.max(0) as usize;
    let count = text.len().min(room);
    for (at, char) in text.chars().iter().take(count).enumerate() {
        // SAFETY: the caller's promise.
        unsafe { buffer.add(at).write(char) };
    }
    if count < room {
        // SAFETY: as above.
        unsafe { buffer.add(count).write(0) };
    }
    Ok(count as isize)
}

/// -1, 0 or 1.
#[capi]
pub fn PyUnicode_Compare(left: &Object, right: &Object) -> Result<i32> {
    match (left.cast::<Str>(), right.cast::<Str>()) {
        (Some(left), Some(right)) => Ok(left.compare(right) as i32),
        _ => Err(objects::raise!(
            TypeError,
            "Can't compare {} and {}",
            left.class().full_name(),
            right.class().full_name()
        )),
    }
}

/// Compares with text in Latin-1; nothing is raised.
///
/// # Safety
/// A C function: a string and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_CompareWithASCIIString(text: &Str, string: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let bytes = unsafe { CStr::from_ptr(string) }.to_bytes();
    text.chars().iter().cmp(bytes.iter().map(|&byte| u32::from(byte))) as c_int
}

/// # Safety
/// A C function: a string and `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_EqualToUTF8AndSize(text: &Str, data: *const u8, len: isize) -> c_int {
    // SAFETY: the caller's promise.
    let bytes = if len > 0 { unsafe { core::slice::from_raw_parts(data, len as usize) } } else { &[] };
    core::str::from_utf8(bytes).is_ok_and(|other| text.equals_text(other)).into()
}

/// # Safety
/// A C function: a string and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_EqualToUTF8(text: &Str, string: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let bytes = CStr::from_ptr(string).to_bytes();
        PyUnicode_EqualToUTF8AndSize(text, bytes.as_ptr(), bytes.len() as isize)
    }
}

#[capi]
pub fn _PyUnicode_EqualToASCIIString(text: &Str, string: &CStr) -> bool {
    string.to_str().is_ok_and(|other| text.equals_text(other))
}

#[capi]
pub fn _PyUnicode_Equal(left: &Str, right: &Str) -> bool {
    left.equals(right)
}

#[capi]
pub fn PyUnicode_IsIdentifier(text: &Str) -> bool {
    text.is_identifier()
}

#[capi]
pub fn PyUnicode_Substring(text: &Str, start: isize, end: isize) -> Result<Ref<Str>> {
    let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
        return Err(objects::raise!(IndexError, "string index out of range"));
    };
    let end = end.min(text.len());
    if start >= end { Ok(objects::types::str::intern::empty()) } else { text.substring(start, end) }
}
