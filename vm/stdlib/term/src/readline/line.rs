//! One line from a user. The library is fed a key at a time, so that signals are handled while it waits.

use super::ffi::{Readline, try_readline};
use super::history;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use objects::line_input::{PyOS_InputHook, RAW_MEMORY};
use objects::state::ensured;
use std::ffi::CString;

/// How long a wait lasts while there is a hook to be called over and over.
const TENTH: c_int = 100;

/// The `LC_CTYPE` of the program, set again when this goes: the library changes it to what the environment says.
pub struct Locale(Option<CString>);

impl Locale {
    pub fn keep() -> Locale {
        // SAFETY: NULL asks; the answer is a C string that stays until the next call.
        let name = unsafe { libc::setlocale(libc::LC_CTYPE, ptr::null()) };
        // SAFETY: as above.
        Locale((!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_owned()))
    }

    /// The locale of the environment until this goes.
    fn of_environment() -> Locale {
        let locale = Locale::keep();
        // SAFETY: a C string.
        unsafe { libc::setlocale(libc::LC_CTYPE, c"".as_ptr()) };
        locale
    }
}

impl Drop for Locale {
    fn drop(&mut self) {
        if let Some(name) = &self.0 {
            // SAFETY: a C string.
            unsafe { libc::setlocale(libc::LC_CTYPE, name.as_ptr()) };
        }
    }
}

/// Whether the terminal has got another size since the library was last told.
static IS_RESIZED: AtomicBool = AtomicBool::new(false);
/// What handled the signal before.
static OUTER_HANDLER: AtomicPtr<()> = AtomicPtr::new(ptr::null_mut());

extern "C" fn resized(signal: c_int) {
    IS_RESIZED.store(true, Ordering::Relaxed);
    let outer = OUTER_HANDLER.load(Ordering::Relaxed);
    if !outer.is_null() {
        // SAFETY: a handler of this type, as `watch_size` has found it.
        unsafe { core::mem::transmute::<*mut (), extern "C" fn(c_int)>(outer)(signal) };
    }
}

/// Notes when the terminal gets another size.
pub fn watch_size() {
    // SAFETY: our own structs; the handler does what a handler may.
    unsafe {
        let (mut action, mut old) = (core::mem::zeroed::<libc::sigaction>(), core::mem::zeroed());
        action.sa_sigaction = resized as *const () as usize;
        libc::sigemptyset(&raw mut action.sa_mask);
        if libc::sigaction(libc::SIGWINCH, &raw const action, &raw mut old) == 0
            && old.sa_flags & libc::SA_SIGINFO == 0
            && old.sa_sigaction != libc::SIG_DFL
            && old.sa_sigaction != libc::SIG_IGN
        {
            OUTER_HANDLER.store(old.sa_sigaction as *mut (), Ordering::Relaxed);
        }
    }
}

/// The line that the library has finished, and whether it has.
static LINE: AtomicPtr<c_char> = AtomicPtr::new(ptr::null_mut());
static IS_FINISHED: AtomicBool = AtomicBool::new(false);

unsafe extern "C" fn finish(line: *mut c_char) {
    LINE.store(line, Ordering::Relaxed);
    IS_FINISHED.store(true, Ordering::Relaxed);
    if let Some(library) = try_readline() {
        library.rl_callback_handler_remove();
    }
}

/// A line in memory of C, NULL at the end of input; nothing when a signal's handler has raised.
///
/// # Safety
/// A C string or NULL, the library's streams.
unsafe fn edit(library: &Readline, prompt: *const c_char) -> Option<*mut c_char> {
    // SAFETY: the caller's promise; a function that is there as long as the program.
    unsafe {
        library.set(library.rl_catch_signals, 0);
        IS_FINISHED.store(false, Ordering::Relaxed);
        library.rl_callback_handler_install(prompt, finish);
    }
    // SAFETY: the library's own stream.
    let input = unsafe { libc::fileno(library.get(library.rl_instream)) };
    while !IS_FINISHED.load(Ordering::Relaxed) {
        match wait(library, input) {
            Ok(()) => library.rl_callback_read_char(),
            Err(libc::EINTR) => {
                let is_raised = ensured(|| match objects::hooks::HANDLE_PENDING.get()() {
                    Ok(()) => false,
                    Err(raised) => {
                        raised.leave();
                        true
                    }
                });
                if is_raised {
                    library.rl_free_line_state();
                    if let Some(forget) = library.library().find("rl_callback_sigcleanup") {
                        // SAFETY: the library's function of this type, which editline does not have.
                        unsafe {
                            core::mem::transmute::<ptr::NonNull<core::ffi::c_void>, extern "C" fn()>(forget)()
                        };
                    }
                    library.rl_cleanup_after_signal();
                    library.rl_callback_handler_remove();
                    return None;
                }
            }
            // As if there were a key: what is wrong shows when it is read.
            Err(_) => library.rl_callback_read_char(),
        }
    }
    Some(LINE.swap(ptr::null_mut(), Ordering::Relaxed))
}

/// Waits for a key. The error is the system's.
fn wait(library: &Readline, input: c_int) -> core::result::Result<(), c_int> {
    loop {
        if IS_RESIZED.swap(false, Ordering::Relaxed) {
            library.rl_resize_terminal();
        }
        let hook = PyOS_InputHook.get();
        if let Some(hook) = hook {
            // SAFETY: an extension has set it to be called now.
            ensured(|| unsafe { hook() });
        }
        let mut watched = libc::pollfd { fd: input, events: libc::POLLIN, revents: 0 };
        // SAFETY: our descriptor.
        match unsafe { libc::poll(&raw mut watched, 1, if hook.is_some() { TENTH } else { -1 }) } {
            1.. => return Ok(()),
            0 => {}
            _ => match std::io::Error::last_os_error().raw_os_error() {
                Some(libc::EINTR) if IS_RESIZED.load(Ordering::Relaxed) => {}
                error => return Err(error.unwrap_or(libc::EINTR)),
            },
        }
    }
}

/// `PyOS_ReadlineFunctionPointer`: the line with its end, in raw memory; called without the GIL.
///
/// # Safety
/// Two streams, a C string or NULL.
pub unsafe extern "C" fn read(
    input: *mut libc::FILE,
    output: *mut libc::FILE,
    prompt: *const c_char,
) -> *mut c_char {
    let Some(library) = try_readline() else { return ptr::null_mut() };
    let _locale = Locale::of_environment();
    // SAFETY: the caller's promise; the line is a C string of the library.
    unsafe {
        if library.get(library.rl_instream) != input || library.get(library.rl_outstream) != output {
            library.set(library.rl_instream, input);
            library.set(library.rl_outstream, output);
            library.rl_prep_terminal(1);
        }
        let Some(line) = edit(library, prompt) else { return ptr::null_mut() };
        let text: &[u8] = if line.is_null() { b"" } else { CStr::from_ptr(line).to_bytes() };
        if !text.is_empty() && history::adds_lines() {
            history::add_new(library, line);
        }
        let end: &[u8] = if line.is_null() { b"\0" } else { b"\n\0" };
        let place = (RAW_MEMORY.get().malloc)(text.len() + end.len()).cast::<u8>();
        if !place.is_null() {
            ptr::copy_nonoverlapping(text.as_ptr(), place, text.len());
            ptr::copy_nonoverlapping(end.as_ptr(), place.add(text.len()), end.len());
        }
        libc::free(line.cast());
        place.cast()
    }
}
