//! Standard descriptors that were closed when the process began. Rust's runtime opens them anew on `/dev/null`, but to Python a closed one
//! is a stream that is None.

use std::sync::atomic::{AtomicU8, Ordering};

/// A bit for each that was closed.
static CLOSED: AtomicU8 = AtomicU8::new(0);

/// Runs before Rust's runtime.
#[used]
// SAFETY: the linker collects pointers to functions of this type in this section.
#[unsafe(link_section = ".init_array")]
static NOTE: extern "C" fn() = note;

extern "C" fn note() {
    for fd in 0..3 {
        // SAFETY: any number may be asked about.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
            CLOSED.fetch_or(1 << fd, Ordering::Relaxed);
        }
    }
}

/// Closes again what the runtime opened.
pub fn restore() {
    let closed = CLOSED.load(Ordering::Relaxed);
    for fd in (0..3).filter(|fd| closed & 1 << fd != 0) {
        // SAFETY: nobody has used it yet.
        unsafe { libc::close(fd) };
    }
}
