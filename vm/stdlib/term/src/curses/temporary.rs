//! Windows in files: the library writes to a stream of C, whose contents go on to a Python file.

use super::ffi::{Curses, Win};
use super::window::Window;
use super::{check, check_window};
use core::ptr::NonNull;
use objects::protocol::{attr, call};
use objects::types::bytes::Bytes;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};

/// A temporary file without a name, closed with its owner.
struct Temporary(NonNull<libc::FILE>);

impl Drop for Temporary {
    fn drop(&mut self) {
        // SAFETY: the owner's stream.
        unsafe { libc::fclose(self.0.as_ptr()) };
    }
}

impl Temporary {
    fn new() -> Result<Temporary> {
        // SAFETY: makes a stream or says why not.
        let file = unsafe { libc::tmpfile() };
        let Some(file) = NonNull::new(file) else { return Err(raise::last_os_error()) };
        let file = Temporary(file);
        // SAFETY: an open stream.
        let status = unsafe { libc::fcntl(libc::fileno(file.0.as_ptr()), libc::F_SETFD, libc::FD_CLOEXEC) };
        if status < 0 { Err(raise::last_os_error()) } else { Ok(file) }
    }

    fn rewind(&self) {
        // SAFETY: an open stream.
        unsafe { libc::rewind(self.0.as_ptr()) };
    }
}

/// `putwin`: the result is that of the last call of `write`.
pub fn put(curses: &Curses, win: Win, file: &Object) -> Result<Ref> {
    let temporary = Temporary::new()?;
    // SAFETY: an open stream.
    check(unsafe { curses.putwin(win, temporary.0.as_ptr()) }, "putwin")?;
    temporary.rewind();
    let mut result = none().to_ref();
    let mut room = vec![0u8; libc::BUFSIZ as usize];
    loop {
        // SAFETY: as much room as it says.
        let count = unsafe { libc::fread(room.as_mut_ptr().cast(), 1, room.len(), temporary.0.as_ptr()) };
        if count == 0 {
            return Ok(result);
        }
        result = call::call_method(file, &*Str::new("write")?, &[&*Bytes::new(&room[..count])?])?;
    }
}

/// `getwin`.
pub fn get(curses: &Curses, file: &Object) -> Result<Ref<Window>> {
    let temporary = Temporary::new()?;
    let read = attr::get(file, &*Str::new("read")?)?;
    let data = call::call_no_args(&read)?;
    let Some(bytes) = data.cast::<Bytes>() else {
        let class = data.class().full_name();
        return Err(raise!(TypeError, "f.read() returned {class} instead of bytes"));
    };
    let bytes = bytes.as_slice();
    // SAFETY: the bytes, an open stream.
    let written = unsafe { libc::fwrite(bytes.as_ptr().cast(), 1, bytes.len(), temporary.0.as_ptr()) };
    if written != bytes.len() {
        return Err(raise::last_os_error());
    }
    temporary.rewind();
    // SAFETY: an open stream.
    let win = check_window(unsafe { curses.getwin(temporary.0.as_ptr()) })?;
    Window::new(win, None, None)
}
