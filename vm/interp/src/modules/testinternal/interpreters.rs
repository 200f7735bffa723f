//! Interpreters as C code makes and runs them, for CPython's tests.

use crate::crossinterp::{self, Data};
use crate::modules::interpreters::{self, config};
use crate::subinterpreter::{self, Visit};
use crate::{call, compile, gil, pending, program, streams, threads, traceback_print};
use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use objects::futex;
use objects::protocol::attr;
use objects::state::{self, Config, ThreadState, whence};
use objects::types::capsule::Capsule;
use objects::types::dict::Dict;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, raise};
use std::ffi::CStr;
use std::sync::Arc;

/// What a capsule with shared data is called.
const DATA: &CStr = c"_PyCrossInterpreterData";

/// The config in an object with attributes.
fn config_of(object: &Object) -> Result<Config> {
    match attr::get(object, objects::id!("__dict__"))?.downcast::<Dict>() {
        Ok(dict) => config::of_dict(&dict),
        Err(_) => Err(raise!(TypeError, "bad config")),
    }
}

/// Runs text in the running interpreter's `__main__` as `PyRun_SimpleString` does: whether it raised nothing. What it raises is printed.
fn run_simple(text: &str) -> bool {
    let run = || -> Result<()> {
        let namespace = program::main_module()?.dict();
        let code = compile::compile(text.as_bytes(), "<string>", compile::Mode::Exec, 0, -1)?;
        call::run_code(&code, &namespace, &namespace).map(drop)
    };
    let done = run().map_err(traceback_print::print_always).is_ok();
    streams::flush(false);
    done
}

/// Makes an interpreter by the C API: the first state of the calling thread there, and the one that it had.
fn made(config: Config, whence: i64) -> Result<(&'static ThreadState, Option<&'static ThreadState>)> {
    let outer = state::try_current();
    match subinterpreter::create(config, whence) {
        Ok(ts) => Ok((ts, outer)),
        Err(why) => Err(raise!(InterpreterError, "{why}")),
    }
}

/// Which interpreter made a call, once it has.
#[derive(Default)]
struct Answer {
    is_there: AtomicU32,
    id: AtomicI64,
}

unsafe extern "C" fn answer_pending(answer: *mut c_void) -> c_int {
    // SAFETY: given by `pending_identify`.
    let answer = unsafe { Arc::from_raw(answer.cast::<Answer>()) };
    answer.id.store(state::interpreter().id, Ordering::Release);
    answer.is_there.store(1, Ordering::Release);
    futex::wake(&answer.is_there, i32::MAX);
    0
}

fn back_to(outer: Option<&'static ThreadState>) {
    if let Some(outer) = outer {
        threads::attach(outer);
    }
}

#[macros::pymodule(name = "_testinternalcapi", part)]
pub mod part {
    use super::*;

    #[function("next_interpreter_id($module, /)", unchecked)]
    fn next_interpreter_id() -> i64 {
        state::next_interpreter_id()
    }

    #[function("unused_interpreter_id($module, /)", unchecked)]
    fn unused_interpreter_id() -> i64 {
        i64::from(i32::MAX)
    }

    #[function("normalize_interp_id($module, idobj, /)", unchecked)]
    fn normalize_interp_id(idobj: &Object) -> Result<i64> {
        interpreters::id_of(idobj, "interpreter")
    }

    #[function("create_interpreter($module, /, config=None, *, whence=0)", unchecked)]
    fn create_interpreter(config: Option<&Object>, whence: i64) -> Result<i64> {
        let whence = if config.is_some() && whence == whence::UNKNOWN { whence::XI } else { whence };
        let interpreter = match (config, whence) {
            (None, whence::UNKNOWN) => state::new_interpreter(Config::LEGACY, whence::UNKNOWN),
            (config, whence::LEGACY_CAPI | whence::CAPI) => {
                let config = config.map_or(Ok(Config::LEGACY), config_of)?;
                let (ts, outer) = made(config, whence)?;
                let interpreter = ts.interpreter();
                threads::clear(ts);
                // SAFETY: cleared, and not used again.
                unsafe { threads::delete_current() };
                back_to(outer);
                interpreter
            }
            (config, whence) => interpreters::create(config.map_or(Ok(Config::LEGACY), config_of)?, whence)?,
        };
        Ok(interpreter.id)
    }

    #[function("destroy_interpreter($module, /, id, *, basic=False)", unchecked)]
    fn destroy_interpreter(id: &Object, basic: bool) -> Result<()> {
        let _ = basic;
        let interpreter = interpreters::look_up(id)?;
        subinterpreter::destroy(interpreter);
        Ok(())
    }

    #[function("exec_interpreter($module, /, id, code, *, main=False)", unchecked)]
    fn exec_interpreter(id: &Object, code: &str, main: bool) -> Result<i32> {
        let interpreter = interpreters::look_up(id)?;
        let visit = Visit::enter(interpreter);
        let is_free = !main || subinterpreter::set_running().map_err(Raised::clear).is_ok();
        let done = is_free && run_simple(code);
        if main && is_free {
            subinterpreter::set_not_running();
        }
        visit.leave();
        match is_free {
            true => Ok(if done { 0 } else { -1 }),
            false => Err(raise!(InterpreterError, "interpreter already running")),
        }
    }

    #[function("run_in_subinterp_with_config($module, /, code, config, xi=False)", unchecked)]
    fn run_in_subinterp_with_config(code: &str, config: &Object, xi: bool) -> Result<i32> {
        let whence = if xi { whence::XI } else { whence::CAPI };
        let (ts, outer) = made(config_of(config)?, whence)?;
        let done = run_simple(code);
        subinterpreter::end(ts);
        back_to(outer);
        Ok(if done { 0 } else { -1 })
    }

    #[function("gh_119213_getargs($module, /, spam=None)", unchecked)]
    fn getargs_in_interpreters(spam: Option<&Object>) -> Option<Ref> {
        spam.map(Instance::to_ref)
    }

    /// Has an extension be loaded anew.
    #[function("clear_extension($module, name, filename, /)", unchecked)]
    fn clear_extension(name: &Str, filename: &Str) {
        crate::dynamic::forget(name, filename);
    }

    /// Asks a thread of an interpreter which one it runs.
    #[function("pending_identify($module, interpid, /)", unchecked)]
    fn pending_identify(interpid: &Object) -> Result<i64> {
        let interpreter = interpreters::look_up(interpid)?;
        let answer = Arc::new(Answer::default());
        let given = Arc::into_raw(answer.clone()).cast_mut();
        if !pending::add_for_any(interpreter, answer_pending, given.cast()) {
            // SAFETY: just given away, to nobody.
            drop(unsafe { Arc::from_raw(given) });
            return Err(raise!(RuntimeError, "Py_AddPendingCall failed"));
        }
        gil::detached(|| {
            while answer.is_there.load(Ordering::Acquire) == 0 {
                futex::wait(&answer.is_there, 0, None);
            }
        });
        Ok(answer.id.load(Ordering::Acquire))
    }

    #[function("interpreter_exists($module, idobj, /)", unchecked)]
    fn interpreter_exists(idobj: &Object) -> Result<bool> {
        Ok(subinterpreter::find(interpreters::id_of(idobj, "interpreter")?).is_some())
    }

    #[function("get_interpreter_refcount($module, idobj, /)", unchecked)]
    fn get_interpreter_refcount(idobj: &Object) -> Result<i64> {
        Ok(interpreters::look_up(idobj)?.id_refcount.get())
    }

    #[function("link_interpreter_refcount($module, idobj, /)", unchecked)]
    fn link_interpreter_refcount(idobj: &Object) -> Result<()> {
        interpreters::look_up(idobj)?.requires_id_ref.set(true);
        Ok(())
    }

    #[function("unlink_interpreter_refcount($module, idobj, /)", unchecked)]
    fn unlink_interpreter_refcount(idobj: &Object) -> Result<()> {
        interpreters::look_up(idobj)?.requires_id_ref.set(false);
        Ok(())
    }

    #[function("interpreter_refcount_linked($module, idobj, /)", unchecked)]
    fn interpreter_refcount_linked(idobj: &Object) -> Result<bool> {
        Ok(interpreters::look_up(idobj)?.requires_id_ref.get())
    }

    #[function("get_crossinterp_data($module, obj, /)", unchecked)]
    fn get_crossinterp_data(obj: &Object) -> Result<Ref> {
        unsafe extern "C" fn free(capsule: &Object) {
            if let Some(Ok(data)) = capsule.cast::<Capsule>().map(|capsule| capsule.pointer(Some(DATA))) {
                // SAFETY: made below.
                crossinterp::release(unsafe { Box::from_raw(data.cast::<Data>()) });
            }
        }
        let data = Box::into_raw(Data::of(obj)?);
        Capsule::new(data.cast::<c_void>(), DATA.as_ptr(), Some(free)).map(Ref::upcast)
    }

    #[function("restore_crossinterp_data($module, obj, /)", unchecked)]
    fn restore_crossinterp_data(obj: &Object) -> Result<Ref> {
        let Some(capsule) = obj.cast::<Capsule>() else { return Err(raise::bad_argument()) };
        let data = capsule.pointer(Some(DATA))?;
        // SAFETY: made by `get_crossinterp_data`.
        unsafe { &*data.cast::<Data>() }.object()
    }
}
