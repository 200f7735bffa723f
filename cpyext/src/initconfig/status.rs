//! `PyStatus`: success, an error, or the wish to end the process.

use core::ffi::{CStr, c_char, c_int};
use core::ptr;

/// `PyStatus`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Status {
    kind: c_int,
    func: *const c_char,
    err_msg: *const c_char,
    exitcode: c_int,
}

const OK: c_int = 0;
const ERROR: c_int = 1;
const EXIT: c_int = 2;

/// What `PyStatus_NoMemory` says.
const NO_MEMORY: &CStr = c"memory allocation failed";

impl Status {
    pub const OK: Status = Status { kind: OK, func: ptr::null(), err_msg: ptr::null(), exitcode: 0 };

    /// An error with the function that it is of.
    pub const fn error(func: &'static CStr, err_msg: &'static CStr) -> Status {
        Status { kind: ERROR, func: func.as_ptr(), err_msg: err_msg.as_ptr(), exitcode: 0 }
    }

    /// An error for want of memory.
    pub const fn no_memory() -> Status {
        Status { kind: ERROR, func: ptr::null(), err_msg: NO_MEMORY.as_ptr(), exitcode: 0 }
    }

    pub fn is_error(&self) -> bool {
        self.kind == ERROR
    }

    /// With what the process is to end.
    pub fn exit_code(&self) -> Option<c_int> {
        (self.kind == EXIT).then_some(self.exitcode)
    }

    /// The function and the message of an error.
    pub fn texts(&self) -> (Option<String>, String) {
        // SAFETY: C strings that outlive the status, or NULL.
        let text = |text: *const c_char| {
            (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
        };
        (text(self.func), text(self.err_msg).unwrap_or_else(|| "<message not set>".to_owned()))
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Ok() -> Status {
    Status::OK
}

/// # Safety
/// A C function: a C string that outlives the status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyStatus_Error(err_msg: *const c_char) -> Status {
    Status { kind: ERROR, func: ptr::null(), err_msg, exitcode: 0 }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_NoMemory() -> Status {
    Status::no_memory()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Exit(exitcode: c_int) -> Status {
    Status { kind: EXIT, func: ptr::null(), err_msg: ptr::null(), exitcode }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_IsError(status: Status) -> c_int {
    status.is_error().into()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_IsExit(status: Status) -> c_int {
    status.exit_code().is_some().into()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Exception(status: Status) -> c_int {
    (status.kind != OK).into()
}

/// Raises what the status says: an error as RuntimeError (MemoryError for want of memory), an exit as SystemExit.
#[unsafe(no_mangle)]
pub extern "C" fn _PyErr_SetFromPyStatus(status: Status) {
    let raised = match status.exit_code() {
        Some(code) => objects::raise!(SystemError, "exitcode={code}"),
        None if !status.is_error() => {
            objects::raise!(SystemError, "_PyErr_SetFromPyStatus() expects an error PyStatus")
        }
        None if status.err_msg == NO_MEMORY.as_ptr() => objects::raise::no_memory(),
        None => match status.texts() {
            (Some(function), text) => objects::raise!(ValueError, "{function}: {text}"),
            (None, text) => objects::raise!(ValueError, "{text}"),
        },
    };
    raised.leave();
}
