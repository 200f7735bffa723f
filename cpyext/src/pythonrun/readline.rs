//! Lines from a user: the hooks that extensions set, and reading without them.

use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use objects::state::{self, ThreadState};
use objects::types::exceptions as exc;
use objects::{Result, raise};

/// A place for a function pointer that extensions set.
#[repr(transparent)]
pub struct Settable<T>(Cell<Option<T>>);

// SAFETY: extensions set it under the GIL.
unsafe impl<T> Sync for Settable<T> {}

/// Called before a line is waited for.
type InputHook = unsafe extern "C" fn() -> c_int;

/// Reads a line from the first stream after a prompt on the second one: in raw memory, empty at the end of input, NULL after an interrupt.
type ReadLine = unsafe extern "C" fn(*mut libc::FILE, *mut libc::FILE, *const c_char) -> *mut c_char;

#[unsafe(no_mangle)]
pub static PyOS_InputHook: Settable<InputHook> = Settable(Cell::new(None));

#[unsafe(no_mangle)]
pub static PyOS_ReadlineFunctionPointer: Settable<ReadLine> = Settable(Cell::new(None));

/// The thread that reads a line.
#[repr(transparent)]
pub struct Reader(Cell<*const ThreadState>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Reader {}

#[unsafe(no_mangle)]
pub static _PyOS_ReadlineTState: Reader = Reader(Cell::new(ptr::null()));

unsafe extern "C" {
    pub(super) fn fileno(file: *mut libc::FILE) -> c_int;
    fn getline(line: *mut *mut c_char, size: *mut usize, file: *mut libc::FILE) -> isize;
}

/// A line of a stream with its end, empty at the end of input. The GIL is let go of meanwhile.
///
/// # Errors
/// What a signal handler raises; OSError.
pub(super) unsafe fn line_of(file: *mut libc::FILE) -> Result<Vec<u8>> {
    loop {
        if let Some(hook) = PyOS_InputHook.0.get() {
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
            None if unsafe { libc::ferror(file) } == 0 => return Ok(Vec::new()),
            None if error == Some(libc::EINTR) => {
                // SAFETY: as above.
                unsafe { libc::clearerr(file) };
                objects::hooks::HANDLE_PENDING.get()()?;
            }
            None => return Err(raise::os_error(error.unwrap_or(0), None, None)),
        }
    }
}

/// A line that a user types after a prompt, in memory of `PyMem_Malloc`; empty at the end of input, NULL with an exception.
///
/// # Safety
/// A C function: two streams and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_Readline(
    input: *mut libc::FILE,
    output: *mut libc::FILE,
    prompt: *const c_char,
) -> *mut c_char {
    if ptr::eq(_PyOS_ReadlineTState.0.get(), state::current()) {
        objects::raise!(RuntimeError, "can't re-enter readline").leave();
        return ptr::null_mut();
    }
    _PyOS_ReadlineTState.0.set(state::current());
    // SAFETY: the caller's promise.
    let line = unsafe { read(input, output, prompt) };
    _PyOS_ReadlineTState.0.set(ptr::null());
    match line {
        // SAFETY: a fresh block with room for the line and its end.
        Ok(line) => unsafe {
            let place = crate::pymem::PyMem_Malloc(line.len() + 1).cast::<u8>();
            if place.is_null() {
                raise::no_memory().leave();
                return ptr::null_mut();
            }
            ptr::copy_nonoverlapping(line.as_ptr(), place, line.len());
            place.add(line.len()).write(0);
            place.cast()
        },
        Err(raised) => {
            raised.leave();
            ptr::null_mut()
        }
    }
}

unsafe fn read(input: *mut libc::FILE, output: *mut libc::FILE, prompt: *const c_char) -> Result<Vec<u8>> {
    // SAFETY: the caller's promise.
    unsafe {
        let is_user = libc::isatty(fileno(input)) != 0 && libc::isatty(fileno(output)) != 0;
        let Some(function) = PyOS_ReadlineFunctionPointer.0.get().filter(|_| is_user) else {
            libc::fflush(output);
            if !prompt.is_null() {
                interp::modules::sys::printer::write_all(2, CStr::from_ptr(prompt).to_bytes());
            }
            return line_of(input);
        };
        let line = state::detached(|| function(input, output, prompt));
        if line.is_null() {
            objects::hooks::HANDLE_PENDING.get()()?;
            return Err(raise::set_class(&exc::KeyboardInterrupt));
        }
        let text = CStr::from_ptr(line).to_bytes().to_vec();
        crate::pymem::PyMem_RawFree(line.cast());
        Ok(text)
    }
}
