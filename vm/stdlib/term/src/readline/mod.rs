//! `readline`: line editing at the prompt, over GNU readline or editline.
//!
//! Rooms: [`ffi`] is what the library has, [`history`] the lines so far, [`completion`] the words that Tab proposes and the other hooks,
//! [`line`] reads a line while signals are handled.

pub mod ffi;

pub mod completion;
pub mod history;
pub mod line;

use crate::text;
use core::ffi::{c_char, c_int};
use core::ptr;
use ffi::{Readline, load, readline};
use objects::protocol::path::fs_bytes;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Object, Ref, Result, hooks, raise};
use std::ffi::CString;

/// An argument that has to be text.
pub struct Text(CString);

impl<'a> objects::args::FromArg<'a> for Text {
    fn from_arg(argument: &'a Object, _at: objects::args::At) -> Result<Text> {
        match argument.cast::<Str>() {
            Some(string) => text::encode(string).map(Text),
            None => Err(objects::raise::bad_argument()),
        }
    }
}

/// A file for the library, after the event of opening it; without a name the library's own, which the event calls `otherwise`.
pub fn file(name: Option<&Object>, otherwise: &str, mode: &str) -> Result<Option<CString>> {
    let path = name.map(fs_bytes).transpose()?;
    let (mode, flags) = (Str::new(mode)?, new_int(0)?);
    match name {
        Some(name) => hooks::AUDIT.get()("open", &[name, &*mode, &*flags])?,
        None => hooks::AUDIT.get()("open", &[&*Str::new(otherwise)?, &*mode, &*flags])?,
    }
    Ok(path)
}

/// The name of a file for the library, NULL for its own.
pub fn pointer(path: Option<&CString>) -> *const c_char {
    path.map_or(ptr::null(), |path| path.as_ptr())
}

/// The error that a function of the library returns as a number.
pub fn check(errno: c_int) -> Result<()> {
    if errno == 0 { Ok(()) } else { Err(raise::os_error(errno, None, None)) }
}

/// Pasted text is not marked as such, even where the user's configuration asks for it: the prompt would show the marks.
fn disable_bracketed_paste(library: &Readline) {
    if !library.is_editline() {
        // SAFETY: C strings.
        unsafe { library.rl_variable_bind(c"enable-bracketed-paste".as_ptr(), c"off".as_ptr()) };
    }
}

/// Prepares the library for the first time, with the user's configuration.
fn set_up(library: &Readline) -> Result<()> {
    let _locale = line::Locale::keep();
    // SAFETY: static strings; functions that are there as long as the program.
    unsafe {
        library.set(library.rl_readline_name, c"python".as_ptr());
        if library.is_editline() {
            // It forgets what is bound when it begins.
            library.rl_initialize();
            history::probe(library);
        }
        library.clear_history();
        library.using_history();
        let insert = completion::command(library, "rl_insert")?;
        let complete = completion::command(library, "rl_complete")?;
        library.rl_bind_key(c_int::from(b'\t'), insert);
        for key in [b'\t', 0x1B] {
            library.rl_bind_key_in_map(key.into(), complete, library.emacs_meta_keymap.as_ptr());
        }
    }
    line::watch_size();
    completion::install(library)?;
    // SAFETY: C strings; NULL is the user's file.
    unsafe {
        if library.is_editline() {
            library.rl_read_init_file(ptr::null());
        } else {
            if libc::isatty(1) == 0 {
                // What turns the key on would be written to a file.
                library.rl_variable_bind(c"enable-meta-key".as_ptr(), c"off".as_ptr());
            }
            library.rl_initialize();
        }
    }
    disable_bracketed_paste(library);
    objects::line_input::PyOS_ReadlineFunctionPointer.set(line::read);
    Ok(())
}

#[macros::pymodule(name = "readline", parts(history::part, completion::part))]
pub mod module {
    use super::*;

    #[function("parse_and_bind($module, string, /)")]
    fn parse_and_bind(string: Text) -> Result<()> {
        let line = string.0.into_raw();
        // SAFETY: a C string that the library may change.
        unsafe {
            let parsed = readline().map(|library| library.rl_parse_and_bind(line));
            drop(CString::from_raw(line));
            parsed.map(drop)
        }
    }

    #[function("read_init_file($module, filename=None, /)")]
    fn read_init_file(filename: Option<&Object>) -> Result<()> {
        let path = file(filename, "<readline_init_file>", "r")?;
        let library = readline()?;
        // SAFETY: a C string or NULL.
        check(unsafe { library.rl_read_init_file(pointer(path.as_ref())) })?;
        disable_bracketed_paste(library);
        Ok(())
    }

    #[function("get_line_buffer($module, /)")]
    fn get_line_buffer() -> Result<Ref<Str>> {
        let library = readline()?;
        // SAFETY: NULL or a C string of the library.
        unsafe { text::decode_pointer(library.get(library.rl_line_buffer)) }
    }

    #[function("insert_text($module, string, /)")]
    fn insert_text(string: Text) -> Result<()> {
        // SAFETY: a C string.
        unsafe { readline()?.rl_insert_text(string.0.as_ptr()) };
        Ok(())
    }

    #[function("redisplay($module, /)")]
    fn redisplay() -> Result<()> {
        readline()?.rl_redisplay();
        Ok(())
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let is_new = load()?;
        let library = readline()?;
        let dict = module.dict();
        let (backend, doc) = match library.is_editline() {
            true => {
                ("editline", "Importing this module enables command line editing using libedit readline.")
            }
            false => ("readline", "Importing this module enables command line editing using GNU readline."),
        };
        dict.set_text("__doc__", &*Str::new(doc)?)?;
        if is_new {
            set_up(library)?;
        }
        let version = new_int(library.get(library.rl_readline_version).into())?;
        dict.set_text("_READLINE_VERSION", &version)?;
        dict.set_text("_READLINE_RUNTIME_VERSION", &version)?;
        dict.set_text("_READLINE_LIBRARY_VERSION", &*Str::new(&library.version())?)?;
        dict.set_text("backend", &*Str::new(backend)?)?;
        Ok(())
    }
}
