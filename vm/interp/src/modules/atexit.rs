//! `atexit`: functions to call when the interpreter ends.

use core::cell::RefCell;
use core::ffi::c_void;
use objects::args::Kwargs;
use objects::protocol::{call, compare, object};
use objects::types::dict::Dict;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

/// A function with its arguments.
struct Entry {
    function: Ref,
    args: Ref<Tuple>,
    kwargs: Option<Ref<Dict>>,
}

struct Entries(RefCell<Vec<Entry>>);
// SAFETY: touched under the GIL; no borrow is kept while Python code runs.
unsafe impl Sync for Entries {}
objects::per_interpreter! {
    static ENTRIES: Entries = Entries(RefCell::new(Vec::new()));
}

/// Calls the functions, the last registered first; what they raise is reported.
pub fn run() {
    loop {
        let Some(entry) = ENTRIES.0.borrow_mut().pop() else { return };
        if let Err(raised) = call::call_with_tuple(&entry.function, &entry.args, entry.kwargs.as_deref()) {
            let function = match object::repr(&entry.function) {
                Ok(function) => function.to_string_lossy(),
                Err(failed) => {
                    failed.clear();
                    "<unknown>".to_owned()
                }
            };
            raise::write_unraisable_with(raised, &format!("Exception ignored in atexit callback {function}"));
        }
    }
}

/// What an extension wants to be called, with its argument.
struct Native {
    function: unsafe extern "C" fn(*mut c_void),
    argument: *mut c_void,
}

struct Natives(RefCell<Vec<Native>>);
// SAFETY: as for `Entries`.
unsafe impl Sync for Natives {}
objects::per_interpreter! {
    static NATIVES: Natives = Natives(RefCell::new(Vec::new()));
}

/// Has the end of the interpreter call a native function (`PyUnstable_AtExit`).
pub fn register_native(function: unsafe extern "C" fn(*mut c_void), argument: *mut c_void) {
    NATIVES.0.borrow_mut().push(Native { function, argument });
}

/// Calls the native functions, the last registered first.
pub fn run_native() {
    loop {
        let Some(entry) = NATIVES.0.borrow_mut().pop() else { return };
        // SAFETY: registered to be called now, with this argument.
        unsafe { (entry.function)(entry.argument) };
    }
}

#[macros::pymodule(name = "atexit")]
pub mod module {
    use super::*;

    #[function("register($module, func, /, *args, **kwargs)", raw)]
    fn register(args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        let [function, rest @ ..] = args else {
            return Err(raise!(TypeError, "register() takes at least 1 argument (0 given)"));
        };
        if !call::is_callable(function) {
            return Err(raise!(TypeError, "the first argument must be callable"));
        }
        let entry = Entry {
            function: (*function).to_ref(),
            args: Tuple::from_slice(rest)?,
            kwargs: kwargs.to_dict()?,
        };
        ENTRIES.0.borrow_mut().push(entry);
        Ok((*function).to_ref())
    }

    #[function("unregister($module, func, /)", unchecked)]
    fn unregister(func: &Object) -> Result<()> {
        let functions: Vec<Ref> = ENTRIES.0.borrow().iter().map(|entry| entry.function.clone()).collect();
        for function in functions {
            if compare::equal(&function, func)? {
                let removed: Vec<Entry> = {
                    let mut entries = ENTRIES.0.borrow_mut();
                    let (gone, kept) = entries.drain(..).partition(|entry| entry.function.is(&function));
                    *entries = kept;
                    gone
                };
                drop(removed);
            }
        }
        Ok(())
    }

    #[function("_clear($module, /)", unchecked)]
    fn clear() {
        let gone = ENTRIES.0.take();
        drop(gone);
    }

    #[function("_ncallbacks($module, /)", unchecked)]
    fn ncallbacks() -> usize {
        ENTRIES.0.borrow().len()
    }

    #[function("_run_exitfuncs($module, /)", unchecked)]
    fn run_exitfuncs() {
        super::run();
    }
}
