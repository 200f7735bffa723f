//! Frozen programs: the modules that a program brings along (`import.h`), and the program itself (`Py_FrozenMain`).

use core::ffi::{CStr, c_char, c_int};
use interp::modules::imp;
use interp::{end, fatal, traceback_print};
use objects::state;
use objects::types::list::List;
use objects::types::str::intern;
use objects::{Result, codecs};

/// The program's arguments into `sys.argv`.
unsafe fn set_argv(argc: c_int, argv: *const *const c_char) -> Result<()> {
    let Some(sys) = state::interpreter().sysdict.get() else { return Ok(()) };
    let count = usize::try_from(argc).unwrap_or(0);
    // SAFETY: the caller's: so many C strings.
    let texts = (0..count).map(|index| unsafe { CStr::from_ptr(*argv.add(index)) });
    let items = texts.map(|text| Ok(codecs::decode_fs(text.to_bytes())?.upcast()));
    sys.set_text("argv", &*List::from_vec(items.collect::<Result<_>>()?)?)
}

/// Runs the frozen `__main__` and ends the interpreter; the exit status.
///
/// # Safety
/// A C function: `argc` C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_FrozenMain(argc: c_int, argv: *const *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let ran = unsafe { set_argv(argc, argv) }
        .and_then(|()| imp::start_frozen(&*intern::intern_text("__main__")?).map(|module| module.is_some()));
    let status = match ran {
        Ok(true) => 0,
        Ok(false) => fatal::error(Some("Py_FrozenMain"), "the __main__ module is not frozen"),
        Err(raised) => traceback_print::print_pending(raised).unwrap_or(1),
    };
    if end::finish() { status } else { end::NOT_WRITTEN.into() }
}
