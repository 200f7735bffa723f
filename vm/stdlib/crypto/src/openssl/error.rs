//! The queue of OpenSSL's errors.

use super::ffi;
use core::ffi::{CStr, c_char, c_ulong};
use objects::{Raised, TypeObject};

/// An error of OpenSSL.
#[derive(Clone, Copy)]
pub struct Error(pub c_ulong);

/// The latest error of the thread, if there is one.
pub fn peek_last() -> Option<Error> {
    // SAFETY: reads the thread's own queue.
    match unsafe { ffi::ERR_peek_last_error() } {
        0 => None,
        code => Some(Error(code)),
    }
}

/// Forgets the thread's errors.
pub fn clear() {
    // SAFETY: the thread's own queue.
    unsafe { ffi::ERR_clear_error() };
}

/// A static string of OpenSSL.
pub fn static_text(text: *const c_char) -> Option<&'static str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: error strings are C strings that live as long as the library.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}

impl Error {
    pub fn library(self) -> Option<&'static str> {
        // SAFETY: any code may be asked for.
        static_text(unsafe { ffi::ERR_lib_error_string(self.0) })
    }

    pub fn reason(self) -> Option<&'static str> {
        // SAFETY: any code may be asked for.
        static_text(unsafe { ffi::ERR_reason_error_string(self.0) })
    }

    /// The number of the library.
    pub fn library_number(self) -> u32 {
        if self.is_system() { ffi::ERR_LIB_SYS } else { (self.0 >> 23) as u32 & 0xff }
    }

    /// The number of the reason within the library.
    pub fn reason_number(self) -> u32 {
        if self.is_system() { self.0 as u32 & 0x7fff_ffff } else { self.0 as u32 & 0x7f_ffff }
    }

    fn is_system(self) -> bool {
        self.0 & 0x8000_0000 != 0
    }
}

/// An exception of `class` for the latest error; `otherwise` when there is none.
pub fn raise(class: &TypeObject, otherwise: Option<&str>) -> Raised {
    let error = peek_last();
    clear();
    let text = match error {
        None => otherwise.unwrap_or("no reason supplied").to_owned(),
        Some(error) => {
            let reason = error.reason().unwrap_or("(null)");
            match error.library() {
                Some(library) => format!("[{library}] {reason}"),
                None => reason.to_owned(),
            }
        }
    };
    objects::raise::set_text(class, format_args!("{text}"))
}
