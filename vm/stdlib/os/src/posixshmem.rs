//! `_posixshmem`: shared memory by name.

use crate::posix::errno;
use core::ffi::c_int;
use objects::types::str::Str;
use objects::{Instance, Raised, Result, hooks, raise};
use std::ffi::CString;

fn name(path: &Str) -> Result<CString> {
    CString::new(path.to_str()?).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// The last error about an object's name, or `None` after a signal: then the call is made again.
fn failure(path: &Str) -> Result<Option<Raised>> {
    match errno() {
        libc::EINTR => hooks::HANDLE_PENDING.get()().map(|()| None),
        error => Ok(Some(raise::os_error(error, Some(path.as_object()), None))),
    }
}

#[macros::pymodule(name = "_posixshmem")]
pub mod module {
    use super::*;

    #[function("shm_open($module, /, path, flags, mode=511)")]
    fn shm_open(path: &Str, flags: c_int, #[default(0o777)] mode: c_int) -> Result<c_int> {
        let name = super::name(path)?;
        loop {
            // SAFETY: a C string.
            let fd = objects::state::detached(|| unsafe { libc::shm_open(name.as_ptr(), flags, mode as _) });
            if fd >= 0 {
                // SAFETY: no memory is involved.
                unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
                return Ok(fd);
            }
            if let Some(raised) = failure(path)? {
                return Err(raised);
            }
        }
    }

    #[function("shm_unlink($module, /, path)")]
    fn shm_unlink(path: &Str) -> Result<()> {
        let name = super::name(path)?;
        loop {
            // SAFETY: a C string.
            if objects::state::detached(|| unsafe { libc::shm_unlink(name.as_ptr()) }) >= 0 {
                return Ok(());
            }
            if let Some(raised) = failure(path)? {
                return Err(raised);
            }
        }
    }
}
