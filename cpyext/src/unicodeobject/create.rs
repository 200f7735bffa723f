//! New strings.

use super::format;
use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{CStr, c_char, c_int, c_void};
use macros::capi;
use objects::types::bytes::Bytes;
use objects::types::str::{Kind, Str, intern};
use objects::{Instance, Object, Raised, Ref, Result, codecs, raise};

/// A string whose characters the caller fills in before anybody else sees it.
#[capi]
pub fn PyUnicode_New(len: isize, max: u32) -> Result<Ref<Str>> {
    let Ok(len) = usize::try_from(len) else {
        return Err(objects::raise!(SystemError, "Negative size passed to PyUnicode_New"));
    };
    if len == 0 {
        return Ok(intern::empty());
    }
    if max > 0x10_ffff {
        return Err(objects::raise!(SystemError, "invalid maximum character passed to PyUnicode_New"));
    }
    Str::alloc(len, max)
}

/// The text of UTF-8 bytes.
pub fn from_utf8(bytes: &[u8]) -> Result<Ref<Str>> {
    if bytes.is_ascii() {
        return Str::from_ascii(bytes);
    }
    match core::str::from_utf8(bytes) {
        Ok(text) => Str::new(text),
        Err(_) => codecs::decode(&*Bytes::new(bytes)?, Some("utf-8"), None),
    }
}

#[capi]
pub fn PyUnicode_FromString(string: &CStr) -> Result<Ref<Str>> {
    from_utf8(string.to_bytes())
}

/// `len` units at `data`.
///
/// # Safety
/// There are that many, and they outlive the result.
///
/// # Errors
/// SystemError for a negative length, and for none to read.
pub unsafe fn units<'a, T>(data: *const T, len: isize, function: &str) -> Result<&'a [T]> {
    let Ok(len) = usize::try_from(len) else {
        return Err(objects::raise!(SystemError, "Negative size passed to {function}"));
    };
    if data.is_null() && len > 0 {
        return Err(objects::raise!(
            SystemError,
            "NULL string with positive size with NULL passed to {function}"
        ));
    }
    // SAFETY: the caller's promise.
    Ok(if len == 0 { &[] } else { unsafe { core::slice::from_raw_parts(data, len) } })
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyUnicode_FromStringAndSize(data: *const u8, len: isize) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    from_utf8(unsafe { units(data, len, "PyUnicode_FromStringAndSize") }?)
}

/// A string of units of one, two or four bytes.
///
/// # Safety
/// A C function: `data` has `len` units.
#[capi]
pub unsafe fn PyUnicode_FromKindAndData(kind: c_int, data: *const c_void, len: isize) -> Result<Ref<Str>> {
    if len < 0 {
        return Err(objects::raise!(ValueError, "size must be positive"));
    }
    // SAFETY: the caller's promise.
    unsafe {
        match kind {
            1 => Str::from_latin1(units(data.cast(), len, "PyUnicode_FromKindAndData")?),
            2 => Str::from_ucs2(units(data.cast(), len, "PyUnicode_FromKindAndData")?),
            4 => Str::from_ucs4(units(data.cast(), len, "PyUnicode_FromKindAndData")?),
            _ => Err(objects::raise!(SystemError, "invalid kind")),
        }
    }
}

/// A string of `wchar_t`s; -1 is up to the first zero.
///
/// # Safety
/// A C function: `data` has `len` units, or ends with a zero.
#[capi]
pub unsafe fn PyUnicode_FromWideChar(data: *const u32, len: isize) -> Result<Ref<Str>> {
    if data.is_null() && len != 0 {
        return Err(raise::bad_internal_call());
    }
    if len > isize::MAX / 4 {
        return Err(raise::no_memory());
    }
    if len < -1 {
        return Err(objects::raise!(SystemError, "Negative size passed to PyUnicode_New"));
    }
    // SAFETY: the caller's promise.
    let chars = unsafe {
        let len = match usize::try_from(len) {
            Ok(len) => len,
            Err(_) => (0..).take_while(|&at| *data.add(at) != 0).count(),
        };
        if len == 0 { &[] } else { core::slice::from_raw_parts(data, len) }
    };
    match chars.iter().find(|&&char| char > 0x10_ffff) {
        None => Str::from_ucs4(chars),
        Some(char) => {
            Err(objects::raise!(ValueError, "character U+{char:x} is not in range [U+0000; U+10ffff]"))
        }
    }
}

#[capi]
pub fn PyUnicode_FromOrdinal(char: c_int) -> Result<Ref<Str>> {
    match u32::try_from(char) {
        Ok(char) if char <= 0x10_ffff => Str::from_char(char),
        _ => Err(objects::raise!(ValueError, "chr() arg not in range(0x110000)")),
    }
}

/// An exact string: the object itself if it is one, a copy of a subclass's instance.
#[capi]
pub fn PyUnicode_FromObject(object: &Object) -> Result<Ref<Str>> {
    match object.cast::<Str>() {
        Some(text) => text.to_exact(),
        None => {
            let name = object.class().full_name();
            Err(objects::raise!(TypeError, "Can't convert '{name}' object to str implicitly"))
        }
    }
}

#[capi]
pub fn _PyUnicode_Copy(text: &Str) -> Result<Ref<Str>> {
    text.substring(0, text.len())
        .and_then(|copy| if copy.is(text) { Str::from_chars(text.chars()) } else { Ok(copy) })
}

unsafe extern "C" fn from_format(string: *const c_char, list: &mut VaList) -> Result<Ref<Str>> {
    // SAFETY: the caller keeps the C function's contract.
    unsafe { format::format(CStr::from_ptr(string), list) }
}

variadic!(PyUnicode_FromFormat, from_format, 1);

/// # Safety
/// A C function: the list has what the format asks for; it is left as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_FromFormatV(string: *const c_char, list: &VaList) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    unsafe { from_format(string, &mut list.clone()) }
}

/// Whether the string may still be changed: nobody else has seen it, and nothing is known of it yet.
fn is_modifiable(text: &Str) -> bool {
    text.refcnt() == 1 && !text.is_interned() && text.is_exactly(Str::class()) && !text.has_hash()
}

#[cold]
fn not_modifiable() -> Raised {
    objects::raise!(SystemError, "Cannot modify a string currently used")
}

#[cold]
fn out_of_range() -> Raised {
    objects::raise!(IndexError, "string index out of range")
}

/// Stores a character into a string that nobody else has seen.
#[capi]
pub fn PyUnicode_WriteChar(object: &Object, index: isize, char: u32) -> Result<()> {
    let text = object.cast::<Str>().ok_or_else(raise::bad_argument)?;
    let at = usize::try_from(index).ok().filter(|at| *at < text.len()).ok_or_else(out_of_range)?;
    if !is_modifiable(text) {
        return Err(not_modifiable());
    }
    if char > text.max_hint() {
        return Err(objects::raise!(ValueError, "character out of range"));
    }
    text.fill_range(at, 1, char);
    Ok(())
}

/// Copies characters into a string that nobody else has seen; how many.
#[capi]
pub fn PyUnicode_CopyCharacters(
    to: &Object,
    to_start: isize,
    from: &Object,
    from_start: isize,
    count: isize,
) -> Result<isize> {
    let (Some(to), Some(from)) = (to.cast::<Str>(), from.cast::<Str>()) else {
        return Err(raise::bad_internal_call());
    };
    let at = usize::try_from(from_start).ok().filter(|at| *at <= from.len()).ok_or_else(out_of_range)?;
    let to_at = usize::try_from(to_start).ok().filter(|at| *at <= to.len()).ok_or_else(out_of_range)?;
    let Ok(count) = usize::try_from(count) else {
        return Err(objects::raise!(SystemError, "how_many cannot be negative"));
    };
    let count = count.min(from.len() - at);
    if to_at + count > to.len() {
        return Err(objects::raise!(
            SystemError,
            "Cannot write {count} characters at {to_at} in a string of {} characters",
            to.len()
        ));
    }
    if count == 0 {
        return Ok(0);
    }
    if !is_modifiable(to) {
        return Err(not_modifiable());
    }
    let chars = from.chars().slice(at, at + count);
    if chars.iter().any(|char| char > to.max_hint()) {
        return Err(objects::raise!(
            SystemError,
            "Cannot copy {} characters into a string of {} characters",
            kind_name(from),
            kind_name(to)
        ));
    }
    to.write_at(to_at, chars);
    Ok(count as isize)
}

fn kind_name(text: &Str) -> &'static str {
    match text.kind() {
        _ if text.is_ascii() => "ascii",
        Kind::One => "latin1",
        Kind::Two => "UCS2",
        Kind::Four => "UCS4",
    }
}

/// Fills a part of a string that nobody else has seen; how many characters.
#[capi]
pub fn PyUnicode_Fill(object: &Object, start: isize, count: isize, char: u32) -> Result<isize> {
    let text = object.cast::<Str>().ok_or_else(raise::bad_internal_call)?;
    let at = usize::try_from(start).map_err(|_| out_of_range())?;
    if !is_modifiable(text) {
        return Err(not_modifiable());
    }
    if char > text.max_hint() {
        return Err(objects::raise!(
            ValueError,
            "fill character is bigger than the string maximum character"
        ));
    }
    let count = count.max(0).min(text.len() as isize - start);
    if count <= 0 {
        return Ok(0);
    }
    text.fill_range(at, count as usize, char);
    Ok(count)
}

/// Replaces a string by one of another length with the same beginning; NULL stays in the place after a failure.
///
/// # Safety
/// A C function: `place` holds an owned string or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Resize(place: *mut *mut Object, len: isize) -> c_int {
    // SAFETY: the caller's promise.
    let old = unsafe { place.as_ref().and_then(|object| object.as_ref()) };
    let resize = || -> Result<Option<Ref<Str>>> {
        let text = old.and_then(|object| object.cast::<Str>()).ok_or_else(raise::bad_internal_call)?;
        let len = usize::try_from(len).map_err(|_| raise::bad_internal_call())?;
        if len == text.len() {
            return Ok(None);
        }
        if len == 0 {
            return Ok(Some(intern::empty()));
        }
        let new = Str::alloc(len, text.max_hint())?;
        new.write_at(0, text.chars().slice(0, len.min(text.len())));
        Ok(Some(new))
    };
    match resize() {
        Ok(None) => 0,
        Ok(Some(new)) => {
            // SAFETY: the caller's promise: the place owns the old string.
            drop(unsafe { Ref::from_nullable(place.replace(new.upcast().into_ptr())) });
            0
        }
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}
