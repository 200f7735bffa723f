//! `fileobject.h` and `cpython/fileobject.h`.

use crate::abstract_::text;
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int, c_void};
use interp::modules::sys::printer::Printer;
use macros::capi;
use objects::protocol::descriptor::as_descriptor;
use objects::protocol::{call, object as protocol};
use objects::types::bytes::Bytes;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, hooks, id, raise};

/// A C string of the API's own.
#[repr(transparent)]
pub struct Name(*const c_char);

// SAFETY: a static string.
unsafe impl Sync for Name {}

#[unsafe(no_mangle)]
pub static Py_FileSystemDefaultEncoding: Name = Name(c"utf-8".as_ptr());

#[unsafe(no_mangle)]
pub static Py_FileSystemDefaultEncodeErrors: Name = Name(c"surrogateescape".as_ptr());

#[unsafe(no_mangle)]
pub static Py_HasFileSystemDefaultEncoding: c_int = 1;

fn optional(string: Option<&CStr>) -> Result<Ref> {
    match string {
        Some(string) => text(string).map(Ref::upcast),
        None => Ok(none().to_ref()),
    }
}

/// `io.open`.
#[capi]
pub fn PyFile_FromFd(
    fd: c_int,
    _name: *const c_char,
    mode: Option<&CStr>,
    buffering: c_int,
    encoding: Option<&CStr>,
    errors: Option<&CStr>,
    newline: Option<&CStr>,
    closefd: c_int,
) -> Result<Ref> {
    let io = hooks::IMPORT.get()("io")?;
    call::call_method(
        &io,
        id!("open"),
        &[
            &*new_int(fd.into())?,
            &*optional(mode)?,
            &*new_int(buffering.into())?,
            &*optional(encoding)?,
            &*optional(errors)?,
            &*optional(newline)?,
            objects::types::bool::from_bool(closefd != 0),
        ],
    )
}

/// A line; with `limit` above 0 not more than so many characters, with one below 0 an error at the end of the file, and without the
/// line's end.
#[capi]
pub fn PyFile_GetLine(file: Option<&Object>, limit: c_int) -> Result<Ref> {
    let file = file.ok_or_else(raise::bad_internal_call)?;
    let line = match limit {
        ..=0 => call::call_method(file, id!("readline"), &[])?,
        limit => call::call_method(file, id!("readline"), &[&*new_int(limit.into())?])?,
    };
    let at_end = || objects::raise!(EOFError, "EOF when reading a line");
    if let Some(bytes) = line.cast::<Bytes>() {
        return match bytes.as_slice() {
            _ if limit >= 0 => Ok(line),
            [] => Err(at_end()),
            [rest @ .., b'\n'] => Bytes::new(rest).map(Ref::upcast),
            _ => Ok(line),
        };
    }
    if let Some(text) = line.cast::<Str>() {
        let len = text.len();
        return match limit < 0 {
            false => Ok(line),
            true if len == 0 => Err(at_end()),
            true if text.at(len - 1) == u32::from(b'\n') => text.substring(0, len - 1).map(Ref::upcast),
            true => Ok(line),
        };
    }
    Err(objects::raise!(TypeError, "object.readline() returned non-string"))
}

/// `Py_PRINT_RAW`.
const RAW: c_int = 1;

/// Writes what `str` or else `repr` show.
#[capi]
pub fn PyFile_WriteObject(value: Option<&Object>, file: Option<&Object>, flags: c_int) -> Result<()> {
    let file = file.ok_or_else(|| objects::raise!(TypeError, "writeobject with NULL file"))?;
    let shown = match value {
        None => Str::new("<NULL>")?,
        Some(value) if flags & RAW != 0 => protocol::str(value)?,
        Some(value) => protocol::repr(value)?,
    };
    write(&shown, file)
}

fn write(text: &Str, file: &Object) -> Result<()> {
    call::call_method(file, id!("write"), &[text]).map(drop)
}

/// Without a file an exception is made pending, if none is; with one pending nothing is written.
#[capi]
pub fn PyFile_WriteString(string: &CStr, file: Option<&Object>) -> Result<()> {
    let Some(file) = file else {
        if !raise::occurred() {
            return Err(objects::raise!(SystemError, "null file for PyFile_WriteString"));
        }
        return Err(raise::pending());
    };
    if raise::occurred() {
        return Err(raise::pending());
    }
    write(&*text(string)?, file)
}

/// A descriptor from an int or from what `fileno` returns.
#[capi]
pub fn PyObject_AsFileDescriptor(object: &Object) -> Result<c_int> {
    as_descriptor(object)
}

/// For `O&`: 1, or 0 with an exception.
///
/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn _PyLong_FileDescriptor_Converter(object: &Object, place: *mut c_int) -> c_int {
    match as_descriptor(object) {
        Ok(fd) => {
            // SAFETY: the caller's promise.
            unsafe { place.write(fd) };
            1
        }
        Err(raised) => {
            raised.leave();
            0
        }
    }
}

/// An object that prints to one of the standard streams' descriptors.
#[capi]
pub fn PyFile_NewStdPrinter(fd: c_int) -> Result<Ref<Printer>> {
    if fd != 1 && fd != 2 {
        return Err(raise::bad_internal_call());
    }
    Printer::new(fd)
}

/// What opens files of code in place of `io.open`.
type OpenCode = Option<unsafe extern "C" fn(&Object, *mut c_void) -> Option<Ref>>;

struct Opener {
    function: Cell<OpenCode>,
    data: Cell<*mut c_void>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Opener {}

static OPENER: Opener = Opener { function: Cell::new(None), data: Cell::new(core::ptr::null_mut()) };

/// # Safety
/// A C function: what opens a file when it is called with the path and the data.
#[capi]
pub unsafe fn PyFile_SetOpenCodeHook(function: OpenCode, data: *mut c_void) -> Result<()> {
    if OPENER.function.get().is_some() {
        return Err(objects::raise!(SystemError, "failed to change existing open_code hook"));
    }
    if objects::state::try_current().is_some() {
        interp::audit::raise_named("setopencodehook", &[])?;
    }
    OPENER.function.set(function);
    OPENER.data.set(data);
    Ok(())
}

fn open_code(path: &Object) -> Result<Ref> {
    if path.cast::<Str>().is_none() {
        let name = path.class().full_name();
        return Err(objects::raise!(TypeError, "'path' must be 'str', not '{name}'"));
    }
    if let Some(open) = OPENER.function.get() {
        // SAFETY: as its owner promised.
        return unsafe { open(path, OPENER.data.get()) }.ok_or_else(raise::pending);
    }
    let io = hooks::IMPORT.get()("io")?;
    call::call_method(&io, id!("open"), &[path, id!("rb")])
}

#[capi]
pub fn PyFile_OpenCodeObject(path: &Object) -> Result<Ref> {
    open_code(path)
}

#[capi]
pub fn PyFile_OpenCode(path: &CStr) -> Result<Ref> {
    open_code(&*text(path)?)
}

/// A line of a C file of at most `size` - 1 bytes, whose end is `\n` however it is in the file; NULL at the end.
///
/// # Safety
/// A C function: room for `size` bytes, and a file that is open for reading.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_UniversalNewlineFgets(
    place: *mut c_char,
    size: c_int,
    file: *mut libc::FILE,
    object: *const Object,
) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe { _Py_UniversalNewlineFgetsWithSize(place, size, file, object, core::ptr::null_mut()) }
}

/// As [`Py_UniversalNewlineFgets`]; `len` receives how long the line is.
///
/// # Safety
/// A C function: as there; `len` may be written to or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_UniversalNewlineFgetsWithSize(
    place: *mut c_char,
    size: c_int,
    file: *mut libc::FILE,
    object: *const Object,
    len: *mut usize,
) -> *mut c_char {
    if !object.is_null() {
        // SAFETY: the calling thread's own.
        unsafe { *libc::__errno_location() = libc::ENXIO };
        return core::ptr::null_mut();
    }
    let room = (size - 1).max(0) as usize;
    let mut count = 0;
    // SAFETY (whole body): the caller's promise.
    unsafe {
        while count < room {
            let byte = match libc::fgetc(file) {
                libc::EOF => break,
                byte if byte == c_int::from(b'\r') => {
                    let next = libc::fgetc(file);
                    if next != libc::EOF && next != c_int::from(b'\n') {
                        libc::ungetc(next, file);
                    }
                    b'\n'
                }
                byte => byte as u8,
            };
            place.add(count).write(byte as c_char);
            count += 1;
            if byte == b'\n' {
                break;
            }
        }
        place.add(count).write(0);
        if count == 0 {
            return core::ptr::null_mut();
        }
        if let Some(len) = len.as_mut() {
            *len = count;
        }
    }
    place
}
