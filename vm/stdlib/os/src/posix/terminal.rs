//! Pseudo-terminals by their parts.

use super::check;
use super::path::Fd;
use core::ffi::{CStr, c_int};
use objects::types::str::Str;
use objects::{Ref, Result, raise};

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("posix_openpt($module, oflag, /)")]
    fn posix_openpt(oflag: c_int) -> Result<c_int> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::posix_openpt(oflag | libc::O_CLOEXEC) })
    }

    #[function("grantpt($module, fd, /)")]
    fn grantpt(fd: Fd) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::grantpt(fd.0) }).map(drop)
    }

    #[function("unlockpt($module, fd, /)")]
    fn unlockpt(fd: Fd) -> Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { libc::unlockpt(fd.0) }).map(drop)
    }

    #[function("ptsname($module, fd, /)")]
    fn ptsname(fd: Fd) -> Result<Ref<Str>> {
        let mut name = [0 as libc::c_char; 128];
        // SAFETY: room for the name, which ends in a NUL when the call succeeds.
        unsafe {
            match libc::ptsname_r(fd.0, name.as_mut_ptr(), name.len()) {
                0 => crate::posix::path::decode(CStr::from_ptr(name.as_ptr()).to_bytes()),
                error => Err(raise::os_error(error, None, None)),
            }
        }
    }
}
