//! `_PyUnicodeWriter`: a string that C code writes into, also past these functions.

use core::ffi::{c_char, c_int, c_void};
use core::ptr;
use macros::capi;
use objects::types::str::{Chars, Str, intern};
use objects::{Instance, Object, Ref, Result, raise};

/// `_PyUnicodeWriter`. Characters are written at `pos` of `data`, which is the buffer's; a buffer that is another's is `readonly`, and
/// its `size` and `kind` are 0, so that nobody writes into it.
#[repr(C)]
pub struct UnicodeWriter {
    buffer: *mut Object,
    data: *mut c_void,
    kind: c_int,
    maxchar: u32,
    size: isize,
    pos: isize,
    min_length: isize,
    min_char: u32,
    overallocate: u8,
    readonly: u8,
}

const _: () =
    assert!(core::mem::offset_of!(UnicodeWriter, min_char) == 48 && size_of::<UnicodeWriter>() == 56);

const ASCII: u32 = 0x7f;

impl UnicodeWriter {
    fn buffer(&self) -> Option<&Str> {
        // SAFETY: the writer owns its buffer, if there is one.
        unsafe { self.buffer.as_ref() }.and_then(|buffer| buffer.cast())
    }

    /// Puts a string in the place of the buffer, which it replaces.
    fn set_buffer(&mut self, new: Ref<Str>, readonly: bool) {
        self.maxchar = new.max_hint();
        self.data = new.data().cast();
        self.readonly = readonly.into();
        (self.kind, self.size) = match readonly {
            true => (0, 0),
            false => (new.chars().width() as c_int, new.len() as isize),
        };
        drop(take(&mut self.buffer));
        self.buffer = new.upcast().into_ptr();
    }

    /// Makes room for `more` characters up to `max`.
    fn make_room(&mut self, more: isize, max: u32) -> Result<()> {
        let needed = self.pos.checked_add(more).ok_or_else(raise::no_memory)?;
        let max = max.max(self.min_char).max(if self.buffer.is_null() { 0 } else { self.maxchar });
        let grows = self.buffer.is_null() || needed > self.size;
        if !grows && max <= self.maxchar {
            return Ok(());
        }
        let mut len = if grows { needed } else { self.size };
        if grows {
            if self.overallocate != 0 && len <= isize::MAX - len / 4 {
                len += len / 4;
            }
            len = len.max(self.min_length);
        }
        let new = Str::alloc(len as usize, max)?;
        if let Some(old) = self.buffer() {
            new.write_at(0, old.chars().slice(0, self.pos as usize));
        }
        self.set_buffer(new, false);
        Ok(())
    }

    fn write(&mut self, chars: Chars<'_>, max: u32) -> Result<()> {
        let len = chars.len() as isize;
        if len == 0 {
            return Ok(());
        }
        if max > self.maxchar || len > self.size - self.pos {
            self.make_room(len, max)?;
        }
        if let Some(buffer) = self.buffer() {
            buffer.write_at(self.pos as usize, chars);
        }
        self.pos += len;
        Ok(())
    }
}

/// # Safety
/// A C function: memory for a writer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicodeWriter_Init(writer: *mut UnicodeWriter) {
    // SAFETY: the caller's promise.
    unsafe {
        writer.write(core::mem::zeroed());
        (*writer).min_char = ASCII;
    }
}

/// # Safety
/// A C function: a writer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicodeWriter_Dealloc(writer: &mut UnicodeWriter) {
    drop(take(&mut writer.buffer));
}

/// The object that a place owns, which then holds NULL.
fn take(place: &mut *mut Object) -> Option<Ref> {
    // SAFETY: the writer owns its buffer, if there is one.
    unsafe { Ref::from_nullable(ptr::replace(place, ptr::null_mut())) }
}

fn status(done: Result<()>) -> c_int {
    objects::args::status(done)
}

/// # Safety
/// A C function: a writer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicodeWriter_PrepareInternal(
    writer: &mut UnicodeWriter,
    len: isize,
    max: u32,
) -> c_int {
    status(writer.make_room(len, max))
}

/// Makes characters of at least `kind` bytes possible.
///
/// # Safety
/// A C function: a writer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicodeWriter_PrepareKindInternal(
    writer: &mut UnicodeWriter,
    kind: c_int,
) -> c_int {
    let max = match kind {
        1 => 0xff,
        2 => 0xffff,
        _ => 0x10_ffff,
    };
    status(writer.make_room(0, max))
}

/// # Safety
/// A C function: a writer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicodeWriter_WriteChar(writer: &mut UnicodeWriter, char: u32) -> c_int {
    status(writer.write(Chars::Four(&[char]), char))
}

/// The first string that is written becomes the buffer itself, if nothing else is expected.
///
/// # Safety
/// A C function: a writer and a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicodeWriter_WriteStr(writer: &mut UnicodeWriter, text: &Object) -> c_int {
    let Some(text) = text.cast::<Str>() else {
        return status(Err(raise::bad_internal_call()));
    };
    if text.is_empty() {
        return 0;
    }
    if writer.buffer.is_null() && writer.overallocate == 0 {
        writer.set_buffer(text.to_ref(), true);
        writer.pos += text.len() as isize;
        return 0;
    }
    status(writer.write(text.chars(), text.max_hint()))
}

/// # Safety
/// A C function: a writer, a string, and a range within it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicodeWriter_WriteSubstring(
    writer: &mut UnicodeWriter,
    text: &Object,
    start: isize,
    end: isize,
) -> c_int {
    let Some(whole) = text.cast::<Str>() else {
        return status(Err(raise::bad_internal_call()));
    };
    let len = whole.len();
    let (start, end) = (start.max(0) as usize, end.max(0) as usize);
    if start == 0 && end == len {
        // SAFETY: the caller's promise.
        return unsafe { _PyUnicodeWriter_WriteStr(writer, text) };
    }
    let chars = whole.chars().slice(start.min(len), end.clamp(start.min(len), len));
    let max = if writer.maxchar < whole.max_hint() { chars.iter().max().unwrap_or(0) } else { 0 };
    status(writer.write(chars, max))
}

/// # Safety
/// A C function: a writer, and `len` ASCII characters, or up to a NUL for -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicodeWriter_WriteASCIIString(
    writer: &mut UnicodeWriter,
    text: *const c_char,
    len: isize,
) -> c_int {
    // SAFETY: the caller's promise.
    let bytes = unsafe {
        match usize::try_from(len) {
            Ok(0) => &[],
            Ok(len) => core::slice::from_raw_parts(text.cast::<u8>(), len),
            Err(_) => core::ffi::CStr::from_ptr(text).to_bytes(),
        }
    };
    status(writer.write(Chars::One(bytes), ASCII))
}

/// # Safety
/// A C function: a writer, and `len` characters of Latin-1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicodeWriter_WriteLatin1String(
    writer: &mut UnicodeWriter,
    text: *const c_char,
    len: isize,
) -> c_int {
    // SAFETY: the caller's promise.
    let bytes =
        if len <= 0 { &[] } else { unsafe { core::slice::from_raw_parts(text.cast(), len as usize) } };
    let max = bytes.iter().copied().max().unwrap_or(0);
    status(writer.write(Chars::One(bytes), max.into()))
}

/// The string that was written; the writer is done.
///
/// # Safety
/// A C function: a writer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicodeWriter_Finish(writer: &mut UnicodeWriter) -> Option<Ref<Str>> {
    let written = writer.pos.max(0) as usize;
    let buffer = take(&mut writer.buffer).and_then(|buffer| buffer.downcast::<Str>().ok());
    let Some(buffer) = buffer.filter(|_| written > 0) else { return Some(intern::empty()) };
    if writer.readonly != 0 {
        return Some(buffer);
    }
    if written == 1
        && let Ok(char) = u8::try_from(buffer.at(0))
    {
        return Some(intern::latin1(char));
    }
    if written == buffer.len() {
        return Some(buffer);
    }
    let text = Str::alloc(written, buffer.max_hint()).ok()?;
    text.write_at(0, buffer.chars().slice(0, written));
    Some(text)
}

/// Frees an exact string whose last reference is gone.
///
/// # Safety
/// A C function: such a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicode_ExactDealloc(object: *mut Object) {
    // SAFETY: the caller's promise.
    unsafe { objects::object::dealloc(object) }
}

/// Whether a string is what it says; those that these functions make are.
#[capi]
pub fn _PyUnicode_CheckConsistency(object: &Object, check_content: c_int) -> bool {
    let Some(text) = object.cast::<Str>() else { return false };
    check_content == 0 || text.chars().iter().all(|char| char <= text.max_hint())
}
