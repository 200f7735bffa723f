//! `cpython/import.h`'s table of built-in modules.
//!
//! The interpreter has started before any C code could add to the table.

use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use interp::fatal;
use objects::Object;

/// `struct _inittab`. There is no function for a module that is made in another way, as none of the interpreter's own has one.
#[repr(C)]
pub struct Entry {
    name: *const c_char,
    init: Option<unsafe extern "C" fn() -> *mut Object>,
}

/// A pointer that extensions import.
#[repr(transparent)]
pub struct Table(Cell<*const Entry>);

// SAFETY: set at start-up, read only from then on.
unsafe impl Sync for Table {}

/// The built-in modules, up to an entry without a name.
#[unsafe(no_mangle)]
pub static PyImport_Inittab: Table = Table(Cell::new(ptr::null()));

/// Fills the table, once.
pub fn fill() {
    let names: Vec<&str> = interp::modules::names().collect();
    let text: Vec<u8> = names.iter().flat_map(|name| name.bytes().chain([0])).collect();
    let mut next = Vec::leak(text).as_ptr();
    let mut entries: Vec<Entry> = Vec::with_capacity(names.len() + 1);
    for name in &names {
        entries.push(Entry { name: next.cast(), init: None });
        // SAFETY: the name and its zero are in the text.
        next = unsafe { next.add(name.len() + 1) };
    }
    entries.push(Entry { name: ptr::null(), init: None });
    PyImport_Inittab.0.set(Vec::leak(entries).as_ptr());
}

/// # Safety
/// A C function: a C string and the function of a module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyImport_AppendInittab(
    _name: &CStr,
    _init: unsafe extern "C" fn() -> *mut Object,
) -> c_int {
    fatal::error(
        Some("PyImport_AppendInittab"),
        "PyImport_AppendInittab() may not be called after Py_Initialize()",
    )
}

/// # Safety
/// A C function: entries up to one without a name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyImport_ExtendInittab(_entries: *const Entry) -> c_int {
    fatal::error(
        Some("PyImport_ExtendInittab"),
        "PyImport_ExtendInittab() may not be called after Py_Initialize()",
    )
}
