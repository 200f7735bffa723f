//! What `pycore_pylifecycle.h` and `sysmodule.h` ask of the system: random bytes, the locale, trampolines for `perf`.

use core::ffi::{c_char, c_int, c_void};
use macros::capi;
use objects::types::code::Code;
use objects::{Result, raise};
use std::io::Read;

/// Fills a buffer with random bytes, without waiting for the system to have gathered some.
///
/// # Safety
/// A C function: a buffer of `size` bytes.
#[capi]
pub unsafe fn _PyOS_URandomNonblock(buffer: *mut c_void, size: isize) -> Result<()> {
    let Ok(size) = usize::try_from(size) else {
        return Err(objects::raise!(ValueError, "negative argument not allowed"));
    };
    if size == 0 {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { core::slice::from_raw_parts_mut(buffer.cast::<u8>(), size) };
    let mut filled = 0;
    while filled < size {
        let left = &mut bytes[filled..];
        // SAFETY: the rest of the buffer.
        let got = unsafe { libc::getrandom(left.as_mut_ptr().cast(), left.len(), libc::GRND_NONBLOCK) };
        match usize::try_from(got) {
            Ok(got) => filled += got,
            Err(_) => {
                let mut device = std::fs::File::open("/dev/urandom").map_err(|_| raise::last_os_error())?;
                return device.read_exact(left).map_err(|_| raise::last_os_error());
            }
        }
    }
    Ok(())
}

/// The locale that the environment names, for a category; NULL when there is no such locale.
///
/// # Safety
/// A C function: no other thread uses the locale meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_SetLocaleFromEnv(category: c_int) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe { libc::setlocale(category, c"".as_ptr()) }
}

/// Makes a trampoline for `perf` where each Python function has one of its own. A call from Python to Python is no native call here, so
/// that there are none, as on systems without them.
///
/// # Safety
/// A C function: a code object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_PerfTrampoline_CompileCode(_code: &Code) -> c_int {
    0
}

/// Whether a forked process keeps its trampolines, of which there are none.
#[unsafe(no_mangle)]
pub extern "C" fn PyUnstable_PerfTrampoline_SetPersistAfterFork(_enable: c_int) -> c_int {
    0
}
