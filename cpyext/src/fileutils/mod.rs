//! `fileutils.h` and the exported parts of `pycore_fileutils.h`.

pub mod locale;
pub mod path;

use core::ffi::{CStr, c_char, c_int, c_void};
use macros::capi;
use objects::protocol::path as paths;
use objects::types::str::Str;
use objects::{Object, Raised, Result, codecs, raise, state};
use std::io;

/// OSError for what the C library said, about a file.
#[cold]
fn failed(file: Option<&Object>) -> Raised {
    raise::os_error(io::Error::last_os_error().raw_os_error().unwrap_or(0), file, None)
}

/// Does a system call without the GIL, again when a signal has interrupted it and its handler did not object.
fn retried(mut call: impl FnMut() -> isize) -> Result<isize> {
    loop {
        let (result, errno) = state::detached(|| (call(), io::Error::last_os_error()));
        if result >= 0 {
            return Ok(result);
        }
        let errno = errno.raw_os_error().unwrap_or(0);
        if errno != libc::EINTR {
            set_errno(errno);
            return Ok(result);
        }
        objects::hooks::HANDLE_PENDING.get()()?;
    }
}

fn set_errno(errno: c_int) {
    // SAFETY: the calling thread's own.
    unsafe { *libc::__errno_location() = errno };
}

#[unsafe(no_mangle)]
pub extern "C" fn _Py_IsValidFD(fd: c_int) -> c_int {
    // SAFETY: any number may be asked about.
    (fd >= 0 && unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0).into()
}

/// Closes every descriptor of a range.
#[unsafe(no_mangle)]
pub extern "C" fn _Py_closerange(first: c_int, last: c_int) {
    let first = first.max(0);
    if first > last {
        return;
    }
    // SAFETY (both): closes what the caller wants closed.
    if unsafe { libc::syscall(libc::SYS_close_range, first as u32, last as u32, 0) } == 0 {
        return;
    }
    // SAFETY: asks for a limit.
    let most = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) };
    let last = if most > 0 { last.min((most - 1) as c_int) } else { last };
    for fd in first..=last {
        unsafe { libc::close(fd) };
    }
}

/// A copy of a descriptor that programs do not inherit.
#[capi]
pub fn _Py_dup(fd: c_int) -> Result<c_int> {
    // SAFETY: any number may be asked about.
    match unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) } {
        ..0 => Err(failed(None)),
        fd => Ok(fd),
    }
}

/// # Safety
/// A C function: `status` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_fstat_noraise(fd: c_int, status: *mut libc::stat) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { libc::fstat(fd, status) }
}

/// # Safety
/// A C function: `status` may be written to.
#[capi]
pub unsafe fn _Py_fstat(fd: c_int, status: *mut libc::stat) -> Result<()> {
    // SAFETY: the caller's promise.
    match state::detached(|| unsafe { libc::fstat(fd, status) }) {
        0 => Ok(()),
        _ => Err(failed(None)),
    }
}

/// -1 for an error of the system, -2 with an exception.
///
/// # Safety
/// A C function: `status` may be written to.
#[capi]
pub unsafe fn _Py_stat(path: &Object, status: *mut libc::stat) -> c_int {
    match path.cast::<Str>().ok_or_else(raise::bad_argument).and_then(|_| paths::fs_bytes(path)) {
        // SAFETY: the caller's promise.
        Ok(path) => unsafe { libc::stat(path.as_ptr(), status) },
        Err(raised) => {
            raised.leave();
            -2
        }
    }
}

/// # Safety
/// A C function: a C string.
#[capi]
pub unsafe fn _Py_open(path: &CStr, flags: c_int) -> Result<c_int> {
    let name = codecs::decode_fs(path.to_bytes())?;
    let mode = objects::types::none::none();
    interp::audit::raise_named("open", &[&name, mode, &*objects::types::int::new_int(flags.into())?])?;
    // SAFETY: a C string.
    match retried(|| unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC) as isize })? {
        ..0 => Err(failed(Some(&name))),
        fd => Ok(fd as c_int),
    }
}

/// # Safety
/// A C function: a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_open_noraise(path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { libc::open(path, flags | libc::O_CLOEXEC) }
}

/// A C file for a path, which programs do not inherit.
#[capi]
pub fn _Py_fopen_obj(path: &Object, mode: &CStr) -> Result<*mut libc::FILE> {
    let text = crate::abstract_::text(mode)?;
    let number = objects::types::int::new_int(0)?;
    interp::audit::raise_named("open", &[path, &*text, &number])?;
    let bytes = paths::fs_bytes(path)?;
    loop {
        // SAFETY: C strings.
        let file = unsafe { libc::fopen(bytes.as_ptr(), mode.as_ptr()) };
        if !file.is_null() {
            // SAFETY: an open file.
            unsafe { libc::fcntl(libc::fileno(file), libc::F_SETFD, libc::FD_CLOEXEC) };
            return Ok(file);
        }
        let errno = io::Error::last_os_error().raw_os_error().unwrap_or(0);
        if errno != libc::EINTR {
            return Err(raise::os_error(errno, Some(path), None));
        }
        objects::hooks::HANDLE_PENDING.get()()?;
    }
}

/// Whether programs that are executed keep a descriptor.
fn set_inheritable(fd: c_int, inheritable: bool) -> bool {
    // SAFETY: any number may be asked about.
    unsafe {
        let flags = libc::fcntl(fd, libc::F_GETFD);
        if flags < 0 {
            return false;
        }
        let wanted = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
        wanted == flags || libc::fcntl(fd, libc::F_SETFD, wanted) >= 0
    }
}

/// The last parameter is for systems where a descriptor cannot be made so at once.
#[capi]
pub fn _Py_set_inheritable(fd: c_int, inheritable: c_int, _atomic_flag_works: *mut c_int) -> Result<()> {
    if set_inheritable(fd, inheritable != 0) { Ok(()) } else { Err(failed(None)) }
}

#[unsafe(no_mangle)]
pub extern "C" fn _Py_set_inheritable_async_safe(
    fd: c_int,
    inheritable: c_int,
    _atomic_flag_works: *mut c_int,
) -> c_int {
    if set_inheritable(fd, inheritable != 0) { 0 } else { -1 }
}

/// The most bytes that one call writes.
const MOST: usize = isize::MAX as usize;

/// # Safety
/// A C function: `len` bytes.
#[capi]
pub unsafe fn _Py_write(fd: c_int, bytes: *const c_void, len: usize) -> Result<isize> {
    // SAFETY: the caller's promise.
    match retried(|| unsafe { libc::write(fd, bytes, len.min(MOST)) })? {
        ..0 => Err(failed(None)),
        count => Ok(count),
    }
}

/// # Safety
/// A C function: `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_write_noraise(fd: c_int, bytes: *const c_void, len: usize) -> isize {
    loop {
        // SAFETY: the caller's promise.
        let count = unsafe { libc::write(fd, bytes, len.min(MOST)) };
        if count >= 0 || io::Error::last_os_error().raw_os_error() != Some(libc::EINTR) {
            return count;
        }
    }
}
