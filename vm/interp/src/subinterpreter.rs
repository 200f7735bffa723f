//! Interpreters beside the first: made, entered by a thread of another, ended.

use crate::{end, fatal, gil, hook, modules, pending, start, streams, threads};
use core::ffi::c_long;
use core::ptr;
use objects::object::gc::collect;
use objects::object::heap;
use objects::state::{self, Config, Interpreter, ThreadState};
use objects::{Raised, Result, per_interpreter};

/// What the thread states of an interpreter are made for (`_PyThreadState_WHENCE_INTERP` and so on).
pub const THREAD_OF_START: i32 = 1;
pub const THREAD_OF_EXEC: i32 = 4;

/// Makes an interpreter (`Py_NewInterpreterFromConfig`). The calling thread, which may have had a state, has the new one's first state
/// afterwards; after a failure it has what it had.
///
/// # Errors
/// Why there is none; what was raised meanwhile has been printed.
pub fn create(config: Config, whence: c_long) -> core::result::Result<&'static ThreadState, &'static str> {
    let outer = state::try_current();
    if let Some(outer) = outer {
        gil::release(outer);
    }
    let mut made: Option<&'static ThreadState> = None;
    gil::exclusively(|| {
        let interpreter = state::new_interpreter(config, whence);
        let ts: &'static ThreadState = Box::leak(threads::create(interpreter));
        ts.whence.set(THREAD_OF_START);
        made = Some(ts);
    });
    let Some(ts) = made else { return Err("the new interpreter has no thread") };
    if let Err(why) = check(config) {
        // SAFETY (both): nobody has seen them.
        gil::exclusively(|| unsafe {
            let interpreter = ts.interpreter();
            threads::free(ts);
            state::free_interpreter(interpreter);
        });
        if let Some(outer) = outer {
            threads::attach(outer);
        }
        return Err(why);
    }
    threads::attach(ts);
    let Err(raised) = start::start_interpreter().and_then(|()| start::start_library()) else {
        return Ok(ts);
    };
    crate::traceback_print::print_always(raised);
    end_current();
    if let Some(outer) = outer {
        threads::attach(outer);
    }
    Err("the new interpreter could not be initialized")
}

/// Whether there is such an interpreter.
fn check(config: Config) -> core::result::Result<(), &'static str> {
    if config.use_main_obmalloc == 0 && config.check_multi_interp_extensions == 0 {
        return Err("per-interpreter obmalloc does not support single-phase init extension modules");
    }
    match config.gil {
        Config::DEFAULT_GIL..=Config::OWN_GIL => Ok(()),
        _ => Err("invalid interpreter config 'gil' value"),
    }
}

/// Ends the interpreter of the calling thread, which has no state afterwards (`Py_EndInterpreter`).
pub fn end(ts: &'static ThreadState) {
    let function = Some("Py_EndInterpreter");
    if !threads::is_current(ts) {
        fatal::error(function, "thread is not current");
    }
    if !ts.current_frame.get().is_null() {
        fatal::error(function, "thread still has a frame");
    }
    end::wait_for_threads();
    pending::finish(ts);
    modules::atexit::run();
    if !ts.prev.get().is_null() || !ts.next.get().is_null() {
        fatal::error(function, "not the last thread");
    }
    end_current();
}

/// Takes the calling thread's interpreter apart, and the thread's state with it.
fn end_current() {
    let ts = state::current();
    let interpreter = ts.interpreter();
    interpreter.finalizing.set(ts);
    streams::flush(false);
    let quiet = |result: Result<()>| {
        if let Err(raised) = result {
            raised.clear();
        }
    };
    hook::end();
    quiet(end::drop_modules());
    streams::flush(false);
    interpreter.is_ready.set(false);
    modules::atexit::run_native();
    quiet(crate::audit::raise_named("cpython.PyInterpreterState_Clear", &[]));
    threads::clear(ts);
    for slot in [&interpreter.codec_search_cache, &interpreter.codec_error_registry, &interpreter.dict] {
        slot.set(None);
    }
    interpreter.codec_search_path.set(None);
    per_interpreter::reset(heap::is_heap);
    for slot in [&interpreter.modules, &interpreter.sysdict, &interpreter.builtins] {
        if let Some(dict) = slot.get() {
            dict.clear_entries();
        }
    }
    collect::collect(2, &collect::Silent);
    for slot in [&interpreter.modules, &interpreter.sysdict, &interpreter.builtins] {
        slot.set(None);
    }
    interpreter.importlib.set(None);
    collect::collect(2, &collect::Silent);
    heap::bequeath();
    per_interpreter::reset(|_| false);
    threads::unlink(ts);
    state::run_interpreter(&raw const state::MAIN);
    gil::release(ts);
    // SAFETY (both): cleared, in no list, and nobody else's.
    unsafe {
        threads::free(ts);
        gil::exclusively(|| state::free_interpreter(interpreter));
    }
}

/// Ends all interpreters but the main one, which the calling thread runs and which comes to its end.
pub fn end_all() {
    let main = state::current();
    while let Some(interpreter) = state::interpreters().find(|interpreter| !interpreter.is_main()) {
        // SAFETY: states in the list are alive.
        let ts = match unsafe { interpreter.thread_head.get().as_ref() } {
            // One that was made and put down, as by a thread that runs the main interpreter now.
            Some(ts) if ts.current_frame.get().is_null() && ts.next.get().is_null() => ts,
            // A thread runs it, and will hang.
            Some(_) => return,
            None => Box::leak(threads::create(interpreter)),
        };
        threads::swap(Some(ts));
        end(ts);
        threads::attach(main);
    }
}

/// The calling thread's part in another interpreter, which it leaves by [`Visit::leave`].
pub struct Visit {
    outer: Option<&'static ThreadState>,
    own: Option<&'static ThreadState>,
}

impl Visit {
    /// Has the calling thread run an interpreter, be it its own.
    pub fn enter(interpreter: &'static Interpreter) -> Visit {
        let outer = state::try_current();
        if outer.is_some_and(|outer| ptr::eq(outer.interpreter(), interpreter)) {
            return Visit { outer, own: None };
        }
        let own: &'static ThreadState = Box::leak(threads::create(interpreter));
        own.whence.set(THREAD_OF_EXEC);
        threads::swap(Some(own));
        Visit { outer, own: Some(own) }
    }

    /// Goes back to where the thread was.
    pub fn leave(self) {
        let Some(own) = self.own else { return };
        threads::clear(own);
        // SAFETY: cleared, and not used again.
        unsafe { threads::delete_current() };
        if let Some(outer) = self.outer {
            threads::attach(outer);
        }
    }
}

/// Runs `work` in an interpreter.
pub fn within<T>(interpreter: &'static Interpreter, work: impl FnOnce() -> T) -> T {
    let visit = Visit::enter(interpreter);
    let result = work();
    visit.leave();
    result
}

/// The interpreter with a number (`_PyInterpreterState_LookUpID`).
pub fn find(id: i64) -> Option<&'static Interpreter> {
    state::interpreters().find(|interpreter| interpreter.id == id)
}

/// One more holds the interpreter by its number.
pub fn hold(interpreter: &Interpreter) {
    interpreter.id_refcount.set(interpreter.id_refcount.get() + 1);
}

/// One fewer holds the interpreter by its number; the last may end it (`_PyInterpreterState_IDDecref`).
pub fn release(interpreter: &'static Interpreter) {
    let count = interpreter.id_refcount.get() - 1;
    interpreter.id_refcount.set(count);
    if count == 0 && interpreter.requires_id_ref.get() && !interpreter.is_finalizing() {
        destroy(interpreter);
    }
}

/// Ends an interpreter from another one.
pub fn destroy(interpreter: &'static Interpreter) {
    if interpreter.modules.is_empty() {
        // Nothing has ever run in it.
        // SAFETY: it has no threads, and the caller gives it up.
        return unsafe { state::free_interpreter(interpreter) };
    }
    let outer = state::try_current();
    // SAFETY: states in the list are alive.
    let ts = match unsafe { interpreter.thread_head.get().as_ref() } {
        Some(ts) if ts.current_frame.get().is_null() => ts,
        _ => Box::leak(threads::create(interpreter)),
    };
    threads::swap(Some(ts));
    end(ts);
    if let Some(outer) = outer {
        threads::attach(outer);
    }
}

/// Whether code runs in an interpreter's `__main__` (`_PyInterpreterState_IsRunningMain`).
pub fn is_running(interpreter: &Interpreter) -> bool {
    !interpreter.main_runner.get().is_null()
}

/// Notes that the calling thread runs its interpreter's `__main__`.
///
/// # Errors
/// InterpreterError when one does already.
pub fn set_running() -> Result<()> {
    let ts = state::current();
    check_idle(ts.interpreter())?;
    ts.interpreter().main_runner.set(ts);
    Ok(())
}

/// That no code runs in an interpreter's `__main__`.
///
/// # Errors
/// InterpreterError.
pub fn check_idle(interpreter: &Interpreter) -> Result<()> {
    match is_running(interpreter) {
        true => Err(running()),
        false => Ok(()),
    }
}

/// InterpreterError for an interpreter whose `__main__` runs.
#[cold]
pub fn running() -> Raised {
    let class = &objects::types::exceptions::InterpreterError;
    objects::raise::set_text(class, format_args!("interpreter already running"))
}

/// The calling thread runs its interpreter's `__main__` no more.
pub fn set_not_running() {
    state::interpreter().main_runner.set(ptr::null());
}
