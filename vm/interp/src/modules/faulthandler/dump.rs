//! Frames as text, written without allocating or locking: safe in a signal handler as far as the interrupted code left the frames whole.

use crate::threads;
use core::ffi::c_int;
use objects::interpreter_frame::{self, InterpreterFrame};
use objects::state::{self, ThreadState};
use objects::types::dict::Position;
use objects::types::module::Module;
use objects::types::set::any_set;
use objects::types::str::Str;

/// Frames of a thread, and threads, that are shown.
const MOST_FRAMES: usize = 100;
const MOST_THREADS: usize = 100;
/// Characters of a name that are shown.
const MOST_CHARACTERS: usize = 500;

/// Writes bytes; what goes wrong cannot be told.
pub fn write(fd: c_int, bytes: &[u8]) {
    // SAFETY: readable bytes.
    unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
}

/// A number in decimal.
fn decimal(fd: c_int, mut number: usize) {
    let mut digits = [0u8; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 || start == 0 {
            break;
        }
    }
    write(fd, &digits[start..]);
}

/// A number in hexadecimal with `width` digits.
fn hexadecimal(fd: c_int, number: u64, width: usize) {
    let mut digits = [0u8; 16];
    let width = width.min(digits.len());
    for (index, digit) in digits[..width].iter_mut().enumerate() {
        *digit = b"0123456789abcdef"[(number >> (4 * (width - 1 - index))) as usize & 0xf];
    }
    write(fd, &digits[..width]);
}

/// Text in ASCII, other characters escaped, a long one cut off.
fn text(fd: c_int, text: &Str) {
    for char in text.chars().iter().take(MOST_CHARACTERS) {
        match char {
            0x20..=0x7e => write(fd, &[char as u8]),
            0..=0xff => {
                write(fd, b"\\x");
                hexadecimal(fd, char.into(), 2);
            }
            0x100..=0xffff => {
                write(fd, b"\\u");
                hexadecimal(fd, char.into(), 4);
            }
            _ => {
                write(fd, b"\\U");
                hexadecimal(fd, char.into(), 8);
            }
        }
    }
    if text.len() > MOST_CHARACTERS {
        write(fd, b"...");
    }
}

fn frame(fd: c_int, frame: &InterpreterFrame) {
    let code = frame.code();
    write(fd, b"  File \"");
    text(fd, code.filename());
    write(fd, b"\", line ");
    match frame.line().and_then(|line| usize::try_from(line).ok()) {
        Some(line) => decimal(fd, line),
        None => write(fd, b"???"),
    }
    write(fd, b" in ");
    text(fd, code.name());
    write(fd, b"\n");
}

fn frames(fd: c_int, ts: &ThreadState) {
    let mut next = interpreter_frame::first_complete(ts.current_frame.get().cast());
    if next.is_none() {
        write(fd, b"  <no Python frame>\n");
    }
    for _ in 0..MOST_FRAMES {
        let Some(this) = next else { break };
        frame(fd, this);
        next = interpreter_frame::first_complete(this.previous.get());
    }
}

/// The frames of one thread, which the caller runs in.
pub fn one_thread(fd: c_int, ts: &ThreadState) {
    write(fd, b"Stack (most recent call first):\n");
    frames(fd, ts);
}

/// The frames of all threads; `current` is the one that the caller runs in, if it is one of them.
pub fn all_threads(fd: c_int, current: Option<&ThreadState>) {
    for (index, ts) in threads::of(state::interpreter()).enumerate() {
        if index > 0 {
            write(fd, b"\n");
        }
        if index == MOST_THREADS {
            write(fd, b"...\n");
            break;
        }
        let is_current = current.is_some_and(|current| core::ptr::eq(current, ts));
        write(fd, if is_current { b"Current thread 0x" } else { b"Thread 0x" });
        hexadecimal(fd, ts.thread_id.get(), 16);
        write(fd, b" (most recent call first):\n");
        if is_current && objects::object::gc::collector().collecting.get() {
            write(fd, b"  Garbage-collecting\n");
        }
        frames(fd, ts);
    }
}

/// The native modules that are not the standard library's, for whoever looks for the one that crashed.
pub fn extension_modules(fd: c_int) {
    let interpreter = state::interpreter();
    let (Some(modules), Some(sys)) = (interpreter.modules.get(), interpreter.sysdict.get()) else { return };
    let Ok(known) = sys.get_str(objects::id!("stdlib_module_names")) else { return };
    let known = known.as_deref().and_then(any_set);
    let (mut position, mut count) = (Position::default(), 0);
    while let Some((name, module)) = modules.next(&mut position) {
        let is_native = module.cast::<Module>().is_some_and(|module| module.definition().is_some());
        let Some(name) = name.cast_exact::<Str>().filter(|_| is_native) else { continue };
        if known.is_some_and(|known| known.has(name).unwrap_or(true)) {
            continue;
        }
        write(fd, if count == 0 { b"\nExtension modules: " } else { b", " });
        text(fd, name);
        count += 1;
    }
    if count > 0 {
        write(fd, b" (total: ");
        decimal(fd, count);
        write(fd, b")\n");
    }
}

/// What a handler dumps: all threads, or the one that it interrupts.
pub fn from_handler(fd: c_int, all: bool) {
    match (all, threads::own()) {
        (true, own) => all_threads(fd, own),
        (false, Some(own)) => one_thread(fd, own),
        (false, None) => {}
    }
}
