//! Bringing the interpreter down: threads, `atexit`, streams, and then the modules, so that what the program left behind is finalised.

use crate::{modules, streams};
use objects::object::gc::collect;
use objects::protocol::call;
use objects::types::dict::Dict;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::weakref::WeakReference;
use objects::{Instance, Ref, Result, id, raise, state};
use std::sync::Mutex;

/// The status of a process that could not write its output.
pub const NOT_WRITTEN: u8 = 120;

/// Functions that `Py_AtExit` may ask for.
const MOST_EXIT_FUNCS: usize = 32;

/// What runs when nothing of Python is left.
type ExitFunc = unsafe extern "C" fn();

static EXIT_FUNCS: Mutex<Vec<ExitFunc>> = Mutex::new(Vec::new());

/// Has the end of the program call a function that does nothing with Python; `false` when there are too many.
pub fn at_exit(function: ExitFunc) -> bool {
    let mut functions = state::lock(&EXIT_FUNCS);
    let room = functions.len() < MOST_EXIT_FUNCS;
    if room {
        functions.push(function);
    }
    room
}

/// Ends the process (`Py_Exit`).
pub fn exit(status: i32) -> ! {
    let status = if finish() { status } else { NOT_WRITTEN.into() };
    std::process::exit(status)
}

/// The end of the program; `false` when standard output or standard error could not be written. A second end does nothing.
pub fn finish() -> bool {
    if state::interpreter().is_finalizing() {
        return true;
    }
    wait_for_threads();
    modules::atexit::run();
    crate::subinterpreter::end_all();
    let written = streams::flush(true);
    // From here on other threads do not run any more, nor what the program wanted to be called for a signal.
    state::interpreter().finalizing.set(state::current());
    crate::signals::end();
    modules::thread::local::forget_other_threads();
    crate::hook::end();
    if let Err(raised) = drop_modules() {
        raised.clear();
    }
    let written = streams::flush(false) && written;
    modules::faulthandler::end();
    modules::atexit::run_native();
    let functions = core::mem::take(&mut *state::lock(&EXIT_FUNCS));
    for function in functions.into_iter().rev() {
        // SAFETY: registered to be called now.
        unsafe { function() };
    }
    written
}

/// Waits for the threads of the interpreter that are no daemons.
pub fn wait_for_threads() {
    let Some(modules) = state::interpreter().modules.get() else { return };
    let threading = modules.get_str(id!("threading")).unwrap_or_else(|raised| {
        raised.clear();
        None
    });
    if let Some(threading) = threading
        && let Err(raised) = call::call_method(&threading, id!("_shutdown"), &[])
    {
        raise::write_unraisable(raised, Some(&threading));
    }
}

/// Names of `sys` that may keep the program's objects alive.
const FORGOTTEN: [&str; 11] = [
    "path",
    "argv",
    "ps1",
    "ps2",
    "last_exc",
    "last_type",
    "last_value",
    "last_traceback",
    "path_importer_cache",
    "meta_path",
    "path_hooks",
];

/// Takes the modules apart (`finalize_modules` in Python/pylifecycle.c): those that nobody else holds go first, then the collector runs,
/// and what is left loses its names, the last imported first.
///
/// # Errors
/// MemoryError.
pub fn drop_modules() -> Result<()> {
    let interpreter = state::interpreter();
    let (Some(modules), Some(sys)) = (interpreter.modules.get(), interpreter.sysdict.get()) else {
        return Ok(());
    };
    let builtins = interpreter.builtins.get().ok_or_else(raise::null_result)?;
    builtins.set_str(id!("_"), none())?;
    for name in FORGOTTEN {
        if sys.get_str(&*Str::new(name)?)?.is_some() {
            sys.set_text(name, none())?;
        }
    }
    for name in ["stdin", "stdout", "stderr"] {
        let first = sys.get_str(&*Str::new(&format!("__{name}__"))?)?;
        sys.set_text(name, first.as_deref().unwrap_or(none()))?;
    }
    let mut left: Vec<Ref<WeakReference>> = Vec::new();
    for (name, module) in modules.to_vec() {
        let is_kept =
            |own: &Dict| module.cast::<Module>().is_some_and(|module| core::ptr::eq(&*module.dict(), own));
        if module.cast::<Module>().is_none() || is_kept(&sys) || is_kept(&builtins) {
            continue;
        }
        if let Ok(reference) = WeakReference::new(WeakReference::class(), &module, None) {
            left.push(reference);
        }
        modules.set_item(&name, none())?;
    }
    modules.clear_entries();
    interpreter.importlib.set(None);
    collect::collect(2, &modules::gc::Last);
    if let Err(raised) = modules::gc::report_garbage() {
        raised.clear();
    }
    for reference in left.into_iter().rev() {
        let Some(module) = reference.referent() else { continue };
        if let Some(module) = module.cast::<Module>() {
            forget_names(&module.dict())?;
        }
    }
    // What is in cycles now stays: its finalisers would find modules without names.
    Ok(())
}

/// Sets every name to None, private ones first (`_PyModule_ClearDict`).
fn forget_names(dict: &Dict) -> Result<()> {
    for private in [true, false] {
        for (name, value) in dict.to_vec() {
            let Some(text) = name.cast::<Str>() else { continue };
            let shown = text.to_string_lossy();
            let is_private = shown.starts_with('_') && !shown.starts_with("__");
            if !value.is(none()) && shown != "__builtins__" && is_private == private {
                dict.set_item(&name, none())?;
            }
        }
    }
    Ok(())
}
