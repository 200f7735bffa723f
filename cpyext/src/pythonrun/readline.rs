//! Lines from a user.

use core::ffi::{CStr, c_char};
use core::ptr;
use objects::{line_input, raise};

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
    // SAFETY: the caller's promise.
    let line = unsafe {
        let prompt = if prompt.is_null() { None } else { Some(CStr::from_ptr(prompt)) };
        line_input::ask(input, output, prompt)
    };
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
