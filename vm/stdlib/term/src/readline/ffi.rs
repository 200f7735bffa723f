//! What the module uses of libreadline, or of editline under the same names.

use core::ffi::{CStr, c_char, c_int, c_void};
use objects::{Result, raise};
use std::sync::OnceLock;

/// `HIST_ENTRY`.
#[repr(C)]
pub struct Entry {
    pub line: *const c_char,
    timestamp: *mut c_char,
    data: *mut c_void,
}

/// The beginning of `HISTORY_STATE`.
#[repr(C)]
pub struct HistoryState {
    entries: *mut *mut Entry,
    offset: c_int,
    pub length: c_int,
}

/// A function bound to a key.
pub type Command = unsafe extern "C" fn(c_int, c_int) -> c_int;
/// Called when a line begins.
pub type Hook = unsafe extern "C" fn() -> c_int;
/// Completes a word between two places of the line.
pub type Complete = unsafe extern "C" fn(*const c_char, c_int, c_int) -> *mut *mut c_char;
/// One completion after another.
pub type Generate = unsafe extern "C" fn(*const c_char, c_int) -> *mut c_char;
/// Shows completions.
pub type Display = unsafe extern "C" fn(*mut *mut c_char, c_int, c_int);
/// Takes a line that has ended.
pub type LineHandler = unsafe extern "C" fn(*mut c_char);

shared_library! {
    /// The line editor.
    pub struct Readline in FILES;
    safe {
        fn clear_history();
        fn history_get(index: c_int) -> Option<&'static Entry>;
        fn remove_history(index: c_int) -> Option<&'static mut Entry>;
        fn rl_callback_handler_remove();
        fn rl_callback_read_char();
        fn rl_cleanup_after_signal();
        fn rl_free_line_state();
        fn rl_initialize() -> c_int;
        fn rl_prep_terminal(meta: c_int);
        fn rl_redisplay();
        fn rl_resize_terminal();
        fn using_history();
    }
    raw {
        fn add_history(line: *const c_char) -> c_int;
        fn append_history(count: c_int, file: *const c_char) -> c_int;
        fn free_history_entry(entry: *mut Entry) -> *mut c_void;
        fn history_get_history_state() -> *mut HistoryState;
        fn history_truncate_file(file: *const c_char, lines: c_int) -> c_int;
        fn read_history(file: *const c_char) -> c_int;
        fn replace_history_entry(index: c_int, line: *const c_char, data: *mut c_void) -> *mut Entry;
        fn rl_bind_key(key: c_int, command: Command) -> c_int;
        fn rl_bind_key_in_map(key: c_int, command: Command, map: *mut c_void) -> c_int;
        fn rl_callback_handler_install(prompt: *const c_char, handler: LineHandler);
        fn rl_complete(count: c_int, key: c_int) -> c_int;
        fn rl_completion_matches(text: *const c_char, generate: Generate) -> *mut *mut c_char;
        fn rl_insert(count: c_int, key: c_int) -> c_int;
        fn rl_insert_text(text: *const c_char) -> c_int;
        fn rl_parse_and_bind(line: *mut c_char) -> c_int;
        fn rl_read_init_file(file: *const c_char) -> c_int;
        fn rl_variable_bind(name: *const c_char, value: *const c_char) -> c_int;
        fn write_history(file: *const c_char) -> c_int;
    }
    data {
        static emacs_meta_keymap: c_void;
        static rl_attempted_completion_function: Option<Complete>;
        static rl_attempted_completion_over: c_int;
        static rl_basic_word_break_characters: *const c_char;
        static rl_catch_signals: c_int;
        static rl_completer_word_break_characters: *const c_char;
        static rl_completion_append_character: c_int;
        static rl_completion_display_matches_hook: Option<Display>;
        static rl_completion_suppress_append: c_int;
        static rl_completion_type: c_int;
        static rl_instream: *mut libc::FILE;
        static rl_library_version: *const c_char;
        static rl_line_buffer: *const c_char;
        static rl_outstream: *mut libc::FILE;
        static rl_pre_input_hook: Option<Hook>;
        static rl_readline_name: *const c_char;
        static rl_readline_version: c_int;
        static rl_startup_hook: Option<Hook>;
    }
}

/// GNU's library is the better one where both are there.
const FILES: &[&CStr] = &[c"libreadline.so.8", c"libreadline.so.7", c"libedit.so.2"];

static READLINE: OnceLock<Readline> = OnceLock::new();

/// Finds the library unless it is there already; whether it was not.
///
/// # Errors
/// ImportError.
pub fn load() -> Result<bool> {
    if READLINE.get().is_some() {
        return Ok(false);
    }
    Ok(READLINE.set(Readline::load("readline")?).is_ok())
}

/// The library; the module has been imported by whoever asks.
///
/// # Errors
/// SystemError where it has not.
pub fn readline() -> Result<&'static Readline> {
    try_readline().ok_or_else(|| raise!(SystemError, "readline is not imported"))
}

/// [`readline`] for the library's own calls.
pub fn try_readline() -> Option<&'static Readline> {
    READLINE.get()
}

impl Readline {
    /// A variable of the library.
    pub fn get<T: Copy>(&self, place: core::ptr::NonNull<T>) -> T {
        // SAFETY: a variable of the library, of the table's type.
        unsafe { place.read() }
    }

    /// Sets a variable of the library.
    ///
    /// # Safety
    /// What it points to stays as long as the library may use it.
    pub unsafe fn set<T: Copy>(&self, place: core::ptr::NonNull<T>, value: T) {
        // SAFETY: a variable of the library, of the table's type; the caller's promise.
        unsafe { place.write(value) };
    }

    /// What the library calls itself: "8.2", or "EditLine wrapper".
    pub fn version(&self) -> String {
        // SAFETY: a C string of the library.
        unsafe { CStr::from_ptr(self.get(self.rl_library_version)) }.to_string_lossy().into_owned()
    }

    /// Whether the library is editline, which differs here and there.
    pub fn is_editline(&self) -> bool {
        self.version().starts_with("EditLine wrapper")
    }

    /// How many lines the history has.
    pub fn history_length(&self) -> c_int {
        // SAFETY: the state is a copy in memory of its own.
        unsafe {
            let state = self.history_get_history_state();
            let length = (*state).length;
            libc::free(state.cast());
            length
        }
    }

    /// Gives up an entry that is no part of the history any more.
    ///
    /// # Safety
    /// Such an entry, which is not used again.
    pub unsafe fn free_entry(&self, entry: *mut Entry) {
        // SAFETY: the caller's promise; the data is the entry's own.
        unsafe { libc::free(self.free_history_entry(entry)) };
    }
}
