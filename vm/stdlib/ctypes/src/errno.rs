//! Each thread's own copy of `errno`, which functions made with `use_errno` exchange for the system's while they run.

use core::cell::Cell;
use core::ffi::c_int;

thread_local! {
    static COPY: Cell<c_int> = const { Cell::new(0) };
}

/// The copy.
pub fn get() -> c_int {
    COPY.get()
}

/// Sets the copy and returns what it was.
pub fn set(value: c_int) -> c_int {
    COPY.replace(value)
}

/// Exchanges the copy and the system's number.
pub fn exchange() {
    // SAFETY: the calling thread's own.
    unsafe {
        let place = libc::__errno_location();
        *place = COPY.replace(*place);
    }
}
