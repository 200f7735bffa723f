//! Watchers: functions of extensions that hear of changes to dictionaries and types that somebody watches, and of the life of all functions
//! and code objects.
//!
//! A function cannot refuse a change, what it raises is reported. While it hears of the end of an object it may take a reference, which keeps
//! the object.

use crate::object::Object;
use crate::raise;
use crate::typeobject::TypeObject;
use core::cell::Cell;
use core::ffi::c_int;

/// Watchers of one kind.
pub const MOST: usize = 8;

/// The watchers of one kind, each in its place.
pub struct Watchers<F: Copy> {
    places: [Cell<Option<F>>; MOST],
    active: Cell<u8>,
}

// SAFETY: touched under the GIL.
unsafe impl<F: Copy> Sync for Watchers<F> {}

impl<F: Copy> Watchers<F> {
    const fn new() -> Watchers<F> {
        Watchers { places: [const { Cell::new(None) }; MOST], active: Cell::new(0) }
    }

    /// Adds a function in a place from `first` on; `None` when all are taken.
    pub fn add(&self, first: usize, function: F) -> Option<usize> {
        let index = (first..MOST).find(|&index| self.places[index].get().is_none())?;
        self.places[index].set(Some(function));
        self.active.set(self.active.get() | 1 << index);
        Some(index)
    }

    /// Empties a place; whether there was a function in it.
    pub fn remove(&self, index: usize) -> bool {
        self.active.set(self.active.get() & !(1 << index));
        self.places[index].take().is_some()
    }

    /// Whether there is a function in a place.
    pub fn has(&self, index: usize) -> bool {
        self.active.get() & 1 << index != 0
    }

    /// Whether there is any function.
    #[inline(always)]
    pub fn is_active(&self) -> bool {
        self.active.get() != 0
    }

    /// Calls the functions whose bits are set, with their places; one that does not answer 0 has raised.
    fn each(&self, bits: u8, mut call: impl FnMut(F) -> c_int, mut report: impl FnMut(raise::Raised, usize)) {
        for (index, place) in self.places.iter().enumerate() {
            if bits & 1 << index == 0 {
                continue;
            }
            let Some(function) = place.get() else { continue };
            // What is pending is none of the function's business.
            let pending = raise::take_pending();
            if call(function) != 0 {
                report(raise::pending(), index);
            }
            if let Some(pending) = pending {
                let _ = raise::restore(pending);
            }
        }
    }
}

/// Told of an event with a dictionary, the key and the value that it is about.
pub type DictFunc = unsafe extern "C" fn(c_int, &Object, Option<&Object>, Option<&Object>) -> c_int;
pub type TypeFunc = unsafe extern "C" fn(&TypeObject) -> c_int;
/// Told of an event with a function and what it gets.
pub type FunctionFunc = unsafe extern "C" fn(c_int, &Object, Option<&Object>) -> c_int;
pub type CodeFunc = unsafe extern "C" fn(c_int, &Object) -> c_int;

objects::per_interpreter! {
    pub static DICTS: Watchers<DictFunc> = Watchers::new();
    pub static TYPES: Watchers<TypeFunc> = Watchers::new();
    pub static FUNCTIONS: Watchers<FunctionFunc> = Watchers::new();
    pub static CODES: Watchers<CodeFunc> = Watchers::new();
}

/// An enumeration of events whose numbers C code knows, with their names.
macro_rules! events {
    ($(#[$doc:meta])* $name:ident, $prefix:literal: $($event:ident $text:literal,)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(i32)]
        pub enum $name { $($event,)* }

        impl $name {
            fn name(self) -> &'static str {
                match self { $($name::$event => concat!($prefix, $text),)* }
            }
        }
    };
}

events! {
    /// What happens to a dictionary.
    DictEvent, "PyDict_EVENT_":
    Added "ADDED", Modified "MODIFIED", Deleted "DELETED", Cloned "CLONED", Cleared "CLEARED", Deallocated "DEALLOCATED",
}

events! {
    /// What happens to a function.
    FunctionEvent, "PyFunction_EVENT_":
    Create "CREATE", Destroy "DESTROY", ModifyCode "MODIFY_CODE", ModifyDefaults "MODIFY_DEFAULTS",
    ModifyKwdefaults "MODIFY_KWDEFAULTS",
}

events! {
    /// What happens to a code object.
    CodeEvent, "PY_CODE_EVENT_":
    Create "CREATE", Destroy "DESTROY",
}

/// A dictionary is about to change, and those watch it whose bits are set.
#[cold]
pub fn dict(bits: u8, event: DictEvent, dict: &Object, key: Option<&Object>, value: Option<&Object>) {
    DICTS.each(
        bits,
        // SAFETY: a watcher's function.
        |function| unsafe { function(event as c_int, dict, key, value) },
        |raised, _| {
            let text =
                format!("Exception ignored in {} watcher callback for <dict at {dict:p}>", event.name());
            raise::write_unraisable_with(raised, &text);
        },
    );
}

/// A class is about to change, and those watch it whose bits are set.
#[cold]
pub fn class(bits: u8, class: &TypeObject) {
    TYPES.each(
        bits,
        // SAFETY: a watcher's function.
        |function| unsafe { function(class) },
        |raised, index| {
            let shown = shown(class);
            raise::write_unraisable_with(
                raised,
                &format!("Exception ignored in type watcher callback #{index} for {shown}"),
            );
        },
    );
}

/// Something happens to a function.
#[cold]
pub fn function(event: FunctionEvent, function: &crate::types::function::Function, value: Option<&Object>) {
    FUNCTIONS.each(
        FUNCTIONS.active.get(),
        // SAFETY: a watcher's function.
        |watcher| unsafe { watcher(event as c_int, function, value) },
        |raised, _| {
            let name = function.func_qualname.get().map_or_else(String::new, |name| name.to_string_lossy());
            let text = format!(
                "Exception ignored in {} watcher callback for function {name} at {function:p}",
                event.name()
            );
            raise::write_unraisable_with(raised, &text);
        },
    );
}

/// Something happens to a code object.
#[cold]
pub fn code(event: CodeEvent, code: &Object) {
    CODES.each(
        CODES.active.get(),
        // SAFETY: a watcher's function.
        |function| unsafe { function(event as c_int, code) },
        |raised, _| {
            let text = format!("Exception ignored in {} watcher callback for {}", event.name(), shown(code));
            raise::write_unraisable_with(raised, &text);
        },
    );
}

fn shown(object: &Object) -> String {
    match crate::protocol::object::repr(object) {
        Ok(text) => text.to_string_lossy(),
        Err(raised) => {
            raised.clear();
            format!("<{} at {object:p}>", object.class().name())
        }
    }
}

/// Tells of the end of an object whose last reference is gone; whether somebody has taken a new one.
///
/// # Safety
/// `this` has no references, and nothing of it was taken apart.
pub unsafe fn dying(this: *mut Object, tell: impl FnOnce(&Object)) -> bool {
    // SAFETY: the caller's promise: whole until its fields are dropped.
    let object = unsafe { &*this };
    object.set_refcnt(1);
    tell(object);
    object.set_refcnt(object.refcnt() - 1);
    object.refcnt() > 0
}
