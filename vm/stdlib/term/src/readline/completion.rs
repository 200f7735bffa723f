//! What a program has the library call: a completer, and functions before and after a prompt.

use super::Text;
use super::ffi::{Command, Readline, readline, try_readline};
use crate::text;
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use objects::protocol::{call, number};
use objects::state::ensured;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, Slot, raise};
use std::ffi::CString;

/// A program's functions, and where the word to complete is.
struct State {
    display: Slot,
    startup: Slot,
    pre_input: Slot,
    completer: Slot,
    begin: Cell<c_int>,
    end: Cell<c_int>,
    /// The characters between words, in memory that the library points to.
    delimiters: Cell<*mut c_char>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

static STATE: State = State {
    display: Slot::empty(),
    startup: Slot::empty(),
    pre_input: Slot::empty(),
    completer: Slot::empty(),
    begin: Cell::new(0),
    end: Cell::new(0),
    delimiters: Cell::new(ptr::null_mut()),
};

/// All characters of ASCII that are neither letters nor digits, but for the dot and the underscore.
const DELIMITERS: &CStr = c" \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?";

/// A command of the library, by its name.
pub fn command(library: &Readline, name: &str) -> Result<Command> {
    let address = library.library().symbol("readline", name)?;
    // SAFETY: the library's commands have this type.
    Ok(unsafe { core::mem::transmute::<ptr::NonNull<core::ffi::c_void>, Command>(address) })
}

/// Has the library call what is here.
pub fn install(library: &Readline) -> Result<()> {
    // SAFETY: functions that are there as long as the program.
    unsafe {
        library.set(library.rl_startup_hook, Some(startup));
        library.set(library.rl_pre_input_hook, Some(pre_input));
        library.set(library.rl_attempted_completion_function, Some(complete));
    }
    set_delimiters(library, DELIMITERS.to_owned());
    Ok(())
}

fn set_delimiters(library: &Readline, delimiters: CString) {
    let new = delimiters.into_raw();
    // SAFETY: the string stays until the next one has taken its place.
    unsafe {
        library.set(library.rl_completer_word_break_characters, new.cast_const());
        if library.is_editline() {
            library.set(library.rl_basic_word_break_characters, new.cast_const());
        }
        let old = STATE.delimiters.replace(new);
        if !old.is_null() {
            drop(CString::from_raw(old));
        }
    }
}

/// The number that a function answers; None and errors are 0.
fn answer(function: &Slot) -> c_int {
    let Some(function) = function.get() else { return 0 };
    let answered = call::call_no_args(&function).and_then(|answer| match answer.is(none()) {
        true => Ok(0),
        false => number::index_as_isize(&answer, None),
    });
    match answered {
        Ok(number) => c_int::try_from(number).unwrap_or(0),
        Err(raised) => {
            raised.clear();
            0
        }
    }
}

unsafe extern "C" fn startup() -> c_int {
    ensured(|| answer(&STATE.startup))
}

unsafe extern "C" fn pre_input() -> c_int {
    ensured(|| answer(&STATE.pre_input))
}

/// Shows completions: the first string is what they have in common.
unsafe extern "C" fn display(matches: *mut *mut c_char, count: c_int, longest: c_int) {
    let show = || -> Result<()> {
        let Some(function) = STATE.display.get() else { return Ok(()) };
        let list = List::new()?;
        // SAFETY: the library's strings, one more than it says.
        unsafe {
            for index in 1..=usize::try_from(count).unwrap_or(0) {
                list.push(text::decode_pointer(*matches.add(index))?.upcast())?;
            }
            let common = text::decode_pointer(*matches)?;
            call::call(&function, &[&*common, &*list, &*new_int(longest.into())?]).map(drop)
        }
    };
    ensured(|| {
        if let Err(raised) = show() {
            raised.clear();
        }
    });
}

/// The completion with a number, in memory of C; NULL when there is none.
unsafe extern "C" fn generate(word: *const c_char, index: c_int) -> *mut c_char {
    let next = || -> Result<*mut c_char> {
        let (Some(completer), Some(library)) = (STATE.completer.get(), try_readline()) else {
            return Ok(ptr::null_mut());
        };
        // SAFETY: a number; a C string of the library.
        let word = unsafe {
            // Files are no completion.
            library.set(library.rl_attempted_completion_over, 1);
            text::decode_pointer(word)?
        };
        let found = call::call(&completer, &[&*word, &*new_int(index.into())?])?;
        match found.cast::<Str>() {
            // SAFETY: a C string.
            Some(found) => Ok(unsafe { libc::strdup(text::encode(found)?.as_ptr()) }),
            None => Ok(ptr::null_mut()),
        }
    };
    ensured(|| {
        next().unwrap_or_else(|raised| {
            raised.clear();
            ptr::null_mut()
        })
    })
}

/// Completes the word between two places of the line, which the program may ask for.
unsafe extern "C" fn complete(word: *const c_char, start: c_int, end: c_int) -> *mut *mut c_char {
    ensured(|| {
        let Some(library) = try_readline() else { return ptr::null_mut() };
        // SAFETY: numbers; a C string of the library, in which the places are.
        unsafe {
            library.set(library.rl_completion_append_character, 0);
            library.set(library.rl_completion_suppress_append, 0);
            let line = CStr::from_ptr(library.get(library.rl_line_buffer)).to_bytes();
            let places = [start, end].map(|place| {
                let before = line.get(..usize::try_from(place).unwrap_or(0)).unwrap_or(line);
                text::characters(before).unwrap_or_else(|raised| {
                    raised.clear();
                    place
                })
            });
            STATE.begin.set(places[0]);
            STATE.end.set(places[1]);
            library.rl_completion_matches(word, generate)
        }
    })
}

/// Sets a program's function, or none.
fn set_function(name: &str, place: &Slot, function: Option<&Object>) -> Result<()> {
    match function {
        Some(function) if !call::is_callable(function) => {
            Err(raise!(TypeError, "set_{name}(func): argument not callable"))
        }
        function => {
            place.set(function.map(|function| function.to_ref()));
            Ok(())
        }
    }
}

#[macros::pymodule(name = "readline", part)]
pub mod part {
    use super::*;

    #[function("set_completion_display_matches_hook($module, function=None, /)")]
    fn set_completion_display_matches_hook(function: Option<&Object>) -> Result<()> {
        set_function("completion_display_matches_hook", &STATE.display, function)?;
        let library = readline()?;
        // SAFETY: a function that is there as long as the program.
        unsafe {
            let hook = function.map(|_| display as super::super::ffi::Display);
            library.set(library.rl_completion_display_matches_hook, hook);
        }
        Ok(())
    }

    #[function("set_startup_hook($module, function=None, /)")]
    fn set_startup_hook(function: Option<&Object>) -> Result<()> {
        set_function("startup_hook", &STATE.startup, function)
    }

    #[function("set_pre_input_hook($module, function=None, /)")]
    fn set_pre_input_hook(function: Option<&Object>) -> Result<()> {
        set_function("pre_input_hook", &STATE.pre_input, function)
    }

    #[function("set_completer($module, function=None, /)")]
    fn set_completer(function: Option<&Object>) -> Result<()> {
        set_function("completer", &STATE.completer, function)
    }

    #[function("get_completer($module, /)")]
    fn get_completer() -> Option<Ref> {
        STATE.completer.get()
    }

    #[function("get_completion_type($module, /)")]
    fn get_completion_type() -> Result<c_int> {
        let library = readline()?;
        Ok(library.get(library.rl_completion_type))
    }

    #[function("get_begidx($module, /)")]
    fn get_begidx() -> c_int {
        STATE.begin.get()
    }

    #[function("get_endidx($module, /)")]
    fn get_endidx() -> c_int {
        STATE.end.get()
    }

    #[function("set_completer_delims($module, string, /)")]
    fn py_set_completer_delims(string: Text) -> Result<()> {
        set_delimiters(readline()?, string.0);
        Ok(())
    }

    #[function("get_completer_delims($module, /)")]
    fn get_completer_delims() -> Result<Ref<Str>> {
        let library = readline()?;
        // SAFETY: NULL or a C string.
        unsafe { text::decode_pointer(library.get(library.rl_completer_word_break_characters)) }
    }
}
