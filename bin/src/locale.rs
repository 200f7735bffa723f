//! The locale of the process at start-up (PEP 538).

use core::ffi::CStr;

const TARGETS: [&CStr; 3] = [c"C.UTF-8", c"C.utf8", c"UTF-8"];

/// Sets `LC_CTYPE` from the environment. The C locale becomes one of UTF-8, for child processes too, unless `coerce` is false or
/// `LC_ALL` asks for it by name.
pub fn start(coerce: bool) {
    // SAFETY: C strings; the process has one thread as yet.
    unsafe {
        let name = libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
        let legacy = name.is_null() || matches!(CStr::from_ptr(name).to_bytes(), b"C" | b"POSIX");
        if !legacy || !coerce || std::env::var_os("LC_ALL").is_some_and(|value| !value.is_empty()) {
            return;
        }
        for target in TARGETS {
            if !libc::setlocale(libc::LC_CTYPE, target.as_ptr()).is_null() {
                libc::setenv(c"LC_CTYPE".as_ptr(), target.as_ptr(), 1);
                return;
            }
        }
    }
}
