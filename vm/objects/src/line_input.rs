//! Lines from a user: the functions that a line editor sets for others to read with, and reading without one.

use crate::hooks::{HANDLE_PENDING, Hook};
use crate::state::{self, ThreadState};
use crate::types::exceptions as exc;
use crate::{Result, raise};
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;
use std::io::Write;

/// A place for a function pointer that extensions set.
#[repr(transparent)]
pub struct Settable<T>(Cell<Option<T>>);

// SAFETY: extensions set it under the GIL.
unsafe impl<T> Sync for Settable<T> {}

impl<T: Copy> Settable<T> {
    pub fn set(&self, function: T) {
        self.0.set(Some(function));
    }

    pub fn get(&self) -> Option<T> {
        self.0.get()
    }
}

/// Called before a line is waited for.
pub type InputHook = unsafe extern "C" fn() -> c_int;

/// Reads a line from the first stream after a prompt on the second one: in raw memory, empty at the end of input, NULL after an interrupt.
pub type LineReader = unsafe extern "C" fn(*mut libc::FILE, *mut libc::FILE, *const c_char) -> *mut c_char;

#[unsafe(no_mangle)]
pub static PyOS_InputHook: Settable<InputHook> = Settable(Cell::new(None));

#[unsafe(no_mangle)]
pub static PyOS_ReadlineFunctionPointer: Settable<LineReader> = Settable(Cell::new(None));

/// The thread that reads a line.
#[repr(transparent)]
pub struct Reader(Cell<*const ThreadState>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Reader {}

#[unsafe(no_mangle)]
pub static _PyOS_ReadlineTState: Reader = Reader(Cell::new(ptr::null()));

/// The raw memory of extensions, in which a [`LineReader`] gives its lines.
#[derive(Clone, Copy)]
pub struct RawMemory {
    pub malloc: extern "C" fn(usize) -> *mut c_void,
    pub free: unsafe extern "C" fn(*mut c_void),
}

/// `PyMem_RawMalloc` and `PyMem_RawFree`.
pub static RAW_MEMORY: Hook<RawMemory> = Hook::new("raw memory used before the interpreter started");

unsafe extern "C" {
    fn clearerr(file: *mut libc::FILE);
    fn getline(line: *mut *mut c_char, size: *mut usize, file: *mut libc::FILE) -> isize;
    static stdin: *mut libc::FILE;
    static stdout: *mut libc::FILE;
}

/// Whether the streams of C for standard input and output are terminals, through which a user can be asked.
pub fn has_user() -> bool {
    // SAFETY: any number may be asked about.
    unsafe { libc::isatty(0) != 0 && libc::isatty(1) != 0 }
}

/// A line with its end from standard input, after a prompt; empty at the end of input.
///
/// # Errors
/// As [`ask`].
pub fn ask_standard(prompt: &CStr) -> Result<Vec<u8>> {
    // SAFETY: streams that are always open.
    unsafe { ask(stdin, stdout, Some(prompt)) }
}

/// A line that a user types after a prompt, with its end; empty at the end of input.
///
/// # Safety
/// Two open streams.
///
/// # Errors
/// RuntimeError within such a call; KeyboardInterrupt or what a signal handler raises; OSError.
pub unsafe fn ask(input: *mut libc::FILE, output: *mut libc::FILE, prompt: Option<&CStr>) -> Result<Vec<u8>> {
    if ptr::eq(_PyOS_ReadlineTState.0.get(), state::current()) {
        return Err(raise!(RuntimeError, "can't re-enter readline"));
    }
    _PyOS_ReadlineTState.0.set(state::current());
    // SAFETY: the caller's promise.
    let line = unsafe { read(input, output, prompt) };
    _PyOS_ReadlineTState.0.set(ptr::null());
    line
}

unsafe fn read(input: *mut libc::FILE, output: *mut libc::FILE, prompt: Option<&CStr>) -> Result<Vec<u8>> {
    // SAFETY: the caller's promise.
    let is_user =
        unsafe { libc::isatty(libc::fileno(input)) != 0 && libc::isatty(libc::fileno(output)) != 0 };
    let Some(reader) = PyOS_ReadlineFunctionPointer.get().filter(|_| is_user) else {
        // SAFETY: the caller's promise.
        unsafe { libc::fflush(output) };
        if let Some(prompt) = prompt {
            // A prompt that cannot be shown is no reason not to read.
            let _ = std::io::stderr().write_all(prompt.to_bytes());
        }
        // SAFETY: the caller's promise.
        return unsafe { line_of(input) };
    };
    let prompt = prompt.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: the caller's promise; the reader's line is a C string in raw memory.
    unsafe {
        let line = state::detached(|| reader(input, output, prompt));
        if line.is_null() {
            if raise::occurred() {
                return Err(raise::pending());
            }
            HANDLE_PENDING.get()()?;
            return Err(raise::set_class(&exc::KeyboardInterrupt));
        }
        let text = CStr::from_ptr(line).to_bytes().to_vec();
        (RAW_MEMORY.get().free)(line.cast());
        Ok(text)
    }
}

/// A line of a stream with its end, empty at the end of input. The GIL is let go of meanwhile.
///
/// # Safety
/// An open stream.
///
/// # Errors
/// What a signal handler raises; OSError.
pub unsafe fn line_of(file: *mut libc::FILE) -> Result<Vec<u8>> {
    loop {
        if let Some(hook) = PyOS_InputHook.get() {
            // SAFETY: an extension has set it to be called now.
            unsafe { hook() };
        }
        let (text, error) = state::detached(|| {
            let (mut line, mut size) = (ptr::null_mut(), 0);
            // SAFETY: the caller's: a stream; the buffer is the C library's.
            unsafe {
                let len = getline(&raw mut line, &raw mut size, file);
                let error = std::io::Error::last_os_error().raw_os_error();
                let text = usize::try_from(len)
                    .ok()
                    .map(|len| core::slice::from_raw_parts(line.cast::<u8>(), len).to_vec());
                libc::free(line.cast());
                (text, error)
            }
        });
        // SAFETY: as above.
        match text {
            Some(text) => return Ok(text),
            None if unsafe { libc::ferror(file) } == 0 => {
                // The end of input on a terminal is not for good.
                // SAFETY: as above.
                unsafe { clearerr(file) };
                return Ok(Vec::new());
            }
            None if error == Some(libc::EINTR) => {
                // SAFETY: as above.
                unsafe { clearerr(file) };
                HANDLE_PENDING.get()()?;
            }
            None => return Err(raise::os_error(error.unwrap_or(0), None, None)),
        }
    }
}
