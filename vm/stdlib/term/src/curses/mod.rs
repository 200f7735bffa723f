//! `_curses`: windows of text on a terminal, over libncursesw.
//!
//! Rooms: [`ffi`] is what the library has, [`convert`] makes characters and colours of objects, [`window`] is the class, [`terminal`] the
//! functions about the terminal as a whole, [`color`] and [`input`] those about colours and about keys and the mouse.

pub mod ffi;

pub mod color;
pub mod constants;
pub mod convert;
pub mod input;
pub mod temporary;
pub mod terminal;
pub mod window;

use core::cell::{Cell, RefCell};
use core::ffi::{CStr, c_int, c_void};
use ffi::{Curses, ERR, Win, curses, load};
use objects::typeobject::flags;
use objects::types::capsule::Capsule;
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::types::structseq;
use objects::{Instance, Raised, Ref, Result, Slot, TypeObject, raise};
use std::ffi::CString;
use window::Window;

/// What the library has been told so far, and what the functions without a window need.
struct State {
    error: Slot<TypeObject>,
    module: Slot<Module>,
    has_terminal: Cell<bool>,
    has_screen: Cell<bool>,
    has_color: Cell<bool>,
    /// The encoding of the first window.
    encoding: RefCell<Option<CString>>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

static STATE: State = State {
    error: Slot::empty(),
    module: Slot::empty(),
    has_terminal: Cell::new(false),
    has_screen: Cell::new(false),
    has_color: Cell::new(false),
    encoding: RefCell::new(None),
};

/// `_curses.error` with a text.
pub fn error(text: &str) -> Raised {
    match STATE.error.get() {
        Some(class) => raise::set_text(&class, format_args!("{text}")),
        None => raise!(SystemError, "{text}"),
    }
}

/// The error where a function of the library says so.
pub fn check(status: c_int, function: &str) -> Result<()> {
    if status == ERR { Err(error(&format!("{function}() returned ERR"))) } else { Ok(()) }
}

/// A window, or the error for none.
pub fn check_window(win: Option<Win>) -> Result<Win> {
    win.ok_or_else(|| error("curses function returned NULL"))
}

/// A C string of the library as bytes, or the error for none.
///
/// # Safety
/// NULL or a C string that stays for now.
pub unsafe fn check_string<'a>(text: *const core::ffi::c_char, function: &str) -> Result<&'a [u8]> {
    if text.is_null() {
        return Err(error(&format!("{function}() returned NULL")));
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// The library, once `setupterm` or `initscr` has been called.
pub fn with_terminal() -> Result<&'static Curses> {
    if STATE.has_terminal.get() { curses() } else { Err(error("must call (at least) setupterm() first")) }
}

/// The library, once `initscr` has been called.
pub fn with_screen() -> Result<&'static Curses> {
    if STATE.has_screen.get() { curses() } else { Err(error("must call initscr() first")) }
}

/// The library, once `start_color` has been called too.
pub fn with_color() -> Result<&'static Curses> {
    let curses = with_screen()?;
    if STATE.has_color.get() { Ok(curses) } else { Err(error("must call start_color() first")) }
}

/// What another module's `Py…Initialised` macros call: whether the library is ready, with an exception where it is not.
fn answered(library: Result<&'static Curses>) -> c_int {
    match library {
        Ok(_) => 1,
        Err(raised) => {
            raised.leave();
            0
        }
    }
}

extern "C" fn setupterm_called() -> c_int {
    answered(with_terminal())
}

extern "C" fn initialised() -> c_int {
    answered(with_screen())
}

extern "C" fn initialised_color() -> c_int {
    answered(with_color())
}

/// `PyCurses_API`: the window class and three questions.
fn api() -> Result<Ref<Capsule>> {
    let api: [*const c_void; 4] = [
        core::ptr::from_ref(Window::class()).cast(),
        setupterm_called as *const c_void,
        initialised as *const c_void,
        initialised_color as *const c_void,
    ];
    // Lives as long as the process, as whoever took it keeps it.
    let api: &'static [*const c_void; 4] = Box::leak(Box::new(api));
    Capsule::new(core::ptr::from_ref(api).cast_mut().cast(), c"_curses._C_API".as_ptr(), None)
}

/// The version of the library: "ncurses 6.4.20221231".
fn version(curses: &Curses) -> Result<Ref> {
    let fields = [
        ("major", "Major release number"),
        ("minor", "Minor release number"),
        ("patch", "Patch release number"),
    ];
    let doc = "curses.ncurses_version\n\nNcurses version information as a named tuple.";
    let class = structseq::new_class_with(
        "curses.ncurses_version",
        doc,
        &fields,
        fields.len(),
        flags::DISALLOW_INSTANTIATION,
    )?;
    // SAFETY: a C string of the library.
    let text = unsafe { CStr::from_ptr(curses.curses_version()) }.to_string_lossy();
    let mut numbers = text.split(|char: char| !char.is_ascii_digit()).filter_map(|part| part.parse().ok());
    let mut next = || objects::types::int::new_int(numbers.next().unwrap_or(0));
    let version = structseq::instance(&class, vec![next()?, next()?, next()?])?;
    Ok(version)
}

#[macros::pymodule(
    name = "_curses",
    classes(Window),
    parts(terminal::modes, terminal::screen, terminal::capabilities, color::part, input::part)
)]
pub mod module {
    use super::*;

    #[attr("version")]
    fn version_text() -> &'static [u8] {
        b"2.2"
    }

    #[attr("__version__")]
    fn dunder_version() -> &'static [u8] {
        b"2.2"
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let curses = load("_curses")?;
        let class = exc::new_exception("_curses.error", exc::Exception.as_object(), None)?;
        let dict = module.dict();
        dict.set_text("error", class.as_object())?;
        STATE.error.set(Some(class));
        STATE.module.set(Some(module.to_ref()));
        dict.set_text("_C_API", &*api()?)?;
        dict.set_text("ncurses_version", &*version(curses)?)?;
        constants::add(module, curses)
    }
}
