//! The process's standard streams by their descriptors, beside what `sys` has of them. What cannot be written is lost, where [`eprint!`]
//! would end the process.

use core::ffi::c_int;

pub const STDOUT: c_int = 1;
pub const STDERR: c_int = 2;

/// Writes all bytes, as far as the descriptor takes them.
pub fn write_all(fd: c_int, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: the buffer is valid for its length.
        let written = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(written) {
            Ok(written) if written > 0 => bytes = &bytes[written..],
            _ => return,
        }
    }
}

/// Writes formatted text to the standard error.
#[macro_export]
macro_rules! to_stderr {
    ($($text:tt)*) => {
        $crate::stdio::write_all($crate::stdio::STDERR, format!($($text)*).as_bytes())
    };
}
