//! What is running: frames, the function in the place of the evaluation loop, calls that threads are asked to make.

use crate::{breaker, eval, frame_hook, pending};
use core::ffi::{c_int, c_void};
use objects::interpreter_frame::InterpreterFrame;
use objects::object::heap::trace;
use objects::object::refs::Slot;
use objects::protocol::call;
use objects::state::ThreadState;
use objects::types::code::Code;
use objects::types::frame::Frame;
use objects::types::function::Function;
use objects::types::list::List;
use objects::types::set::{self, Set};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

/// Where [`record`] writes the names of functions.
struct Record(Slot<List>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Record {}

objects::per_interpreter! {
    static RECORD: Record = Record(Slot::empty());
}

/// Notes the function of a frame and runs it by the evaluation loop.
unsafe extern "C" fn record(_ts: &ThreadState, frame: *mut InterpreterFrame, throwing: c_int) -> *mut Object {
    // SAFETY: the hook's contract: a whole frame that is in no chain.
    unsafe {
        let function = (*frame).f_funcobj.get();
        let function = function.as_ref().and_then(|function| function.cast::<Function>());
        if let (Some(function), Some(list)) = (function, RECORD.0.get())
            && let Some(name) = function.func_name.get()
            && let Err(raised) = list.push(name.upcast())
        {
            raised.clear();
        }
        eval::run_by_loop(frame, throwing != 0).map_or(core::ptr::null_mut(), Ref::into_ptr)
    }
}

/// Calls a Python function, and drops it.
unsafe extern "C" fn call_pending(function: *mut c_void) -> c_int {
    // SAFETY: a reference that was given away when the call was asked for.
    let function = unsafe { Ref::<Object>::from_nullable(function.cast()) };
    match function.map(|function| call::call_no_args(&function)) {
        Some(Err(raised)) => {
            raised.leave();
            -1
        }
        _ => 0,
    }
}

fn frame_of(object: &Object) -> Result<&Frame> {
    object.cast().ok_or_else(|| raise!(TypeError, "argument must be a frame"))
}

#[macros::pymodule(name = "_testinternalcapi", part)]
pub mod part {
    use super::*;

    #[function("iframe_getcode($module, frame, /)", unchecked)]
    fn iframe_getcode(frame: &Object) -> Result<Ref<Code>> {
        Ok(frame_of(frame)?.activation().code().to_ref())
    }

    #[function("iframe_getline($module, frame, /)", unchecked)]
    fn iframe_getline(frame: &Object) -> Result<i32> {
        Ok(frame_of(frame)?.activation().line().unwrap_or(-1))
    }

    /// The place of the instruction in the code's bytes.
    #[function("iframe_getlasti($module, frame, /)", unchecked)]
    fn iframe_getlasti(frame: &Object) -> Result<i32> {
        Ok(frame_of(frame)?.activation().lasti() * 2)
    }

    /// Each call of a Python function is noted in the list from now on.
    #[function("set_eval_frame_record($module, list, /)", unchecked)]
    fn set_eval_frame_record(list: &Object) -> Result<()> {
        let Some(list) = list.cast::<List>() else {
            return Err(raise!(TypeError, "argument must be a list"));
        };
        RECORD.0.set(Some(list.to_ref()));
        frame_hook::set(Some(record));
        Ok(())
    }

    #[function("set_eval_frame_default($module, /)", unchecked)]
    fn set_eval_frame_default() {
        frame_hook::set(None);
        RECORD.0.set(None);
    }

    /// Asks whichever thread comes first to call a function so many times; how many calls there was room for.
    #[function(
        "pending_threadfunc($module, func, num=1, /, *, blocking=False, ensure_added=False)",
        unchecked
    )]
    fn pending_threadfunc(
        func: &Object,
        #[default(1)] num: u32,
        #[default(false)] blocking: bool,
        #[default(false)] ensure_added: bool,
    ) -> Result<u32> {
        // The GIL is held in either case, as the list of threads is read.
        let _ = blocking;
        for added in 0..num {
            let owned = func.to_ref().into_ptr();
            while !pending::add_for_any(objects::state::interpreter(), call_pending, owned.cast()) {
                if !ensure_added {
                    // SAFETY: just given away, to nobody.
                    drop(unsafe { Ref::<Object>::from_nullable(owned) });
                    return Ok(added);
                }
                breaker::look(objects::state::current())?;
                objects::state::detached(std::thread::yield_now);
            }
        }
        Ok(num)
    }

    /// Where `tracemalloc` knows a block to have been allocated.
    #[function("_PyTraceMalloc_GetTraceback($module, domain, ptr, /)", unchecked)]
    fn tracemalloc_get_traceback(domain: u32, ptr: usize) -> Result<Option<Ref<Tuple>>> {
        let traceback = trace::traceback_in(domain, ptr);
        traceback.map(|traceback| crate::modules::tracemalloc::frames(&traceback)).transpose()
    }

    #[function("set_update($module, set, iterable, /)", unchecked)]
    fn set_update(set: &Object, iterable: &Object) -> Result<i32> {
        match set.cast::<Set>() {
            Some(set) => set.update_with(iterable).map(|()| 0),
            None => Err(raise::bad_internal_call()),
        }
    }

    /// Status, next position, hash and item of the entry at a position; None at the end.
    #[function("set_next_entry($module, set, pos, /)", unchecked)]
    fn set_next_entry(set: &Object, pos: usize) -> Result<Option<Ref<Tuple>>> {
        let Some(set) = set::any_set(set) else { return Err(raise::bad_internal_call()) };
        let mut position = pos;
        let Some((item, hash)) = set.next_with_hash(&mut position) else { return Ok(None) };
        let int = |value: i64| objects::types::int::new_int(value);
        Tuple::from_array([int(1)?, int(position as i64)?, int(hash as i64)?, item]).map(Some)
    }
}
