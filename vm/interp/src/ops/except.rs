//! Raising and handling exceptions, `with`.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::{fast_ops, ops};
use crate::exceptions;
use crate::monitor::{self, event};
use crate::unwind;
use objects::protocol::{attr, call};
use objects::types::bool::new_bool;
use objects::types::exceptions as exc;
use objects::types::exceptions::value::stop_value;
use objects::types::exceptions::{BaseExceptionObject, StopIteration};
use objects::types::int::Int;
use objects::types::none::none;
use objects::{Instance, Object, Ref, Result, id, raise};

ops! { (sp, frame, ts, arg)
    PUSH_EXC_INFO {
        let exception = sp.pop();
        let handled = ts.exc_info();
        let previous = handled.exc_value.replace(Some(exception.clone()));
        sp.push(previous.unwrap_or_else(|| none().to_ref()));
        sp.push(exception);
    }

    POP_EXCEPT {
        let previous = sp.pop();
        ts.exc_info().exc_value.set(Some(previous).filter(|value| !value.is(none())));
    }

    CHECK_EXC_MATCH {
        let class = sp.pop();
        sp.push(new_bool(exceptions::matches(sp.peek(1), &class)?));
    }

    CHECK_EG_MATCH {
        let class = sp.pop();
        let exception = sp.pop();
        let (rest, matched) = exceptions::split_group(&exception, &class)?;
        if let Some(matched) = &matched {
            ts.exc_info().exc_value.set(Some(matched.clone()));
        }
        sp.push(rest.unwrap_or_else(|| none().to_ref()));
        sp.push(matched.unwrap_or_else(|| none().to_ref()));
    }

    BEFORE_WITH {
        let manager = sp.pop();
        let enter = special(&manager, id!("__enter__"), "the context manager protocol", "")?;
        let exit = special(&manager, id!("__exit__"), "the context manager protocol", " (missed __exit__ method)")?;
        sp.push(exit);
        sp.push(call::call_no_args(&enter)?);
    }

    BEFORE_ASYNC_WITH {
        let manager = sp.pop();
        let protocol = "the asynchronous context manager protocol";
        let enter = special(&manager, id!("__aenter__"), protocol, "")?;
        let exit = special(&manager, id!("__aexit__"), protocol, " (missed __aexit__ method)")?;
        sp.push(exit);
        sp.push(call::call_no_args(&enter)?);
    }

    WITH_EXCEPT_START {
        let exception = sp.peek(1);
        let exit = sp.peek(4);
        let traceback = match exception.cast::<BaseExceptionObject>().and_then(|e| e.traceback.get()) {
            Some(traceback) => traceback,
            None => none().to_ref(),
        };
        let result = call::call(exit, &[exception.class().as_object(), exception, &traceback])?;
        sp.push(result);
    }

    EXIT_INIT_CHECK {
        let value = sp.pop();
        if !value.is(none()) {
            return Err(raise!(TypeError, "__init__() should return None, not '{}'", value.class().name()));
        }
    }
}

/// The method of a `with` statement's manager.
fn special(manager: &Object, name: &objects::types::str::Str, protocol: &str, missed: &str) -> Result<Ref> {
    match attr::lookup_special(manager, name)? {
        Some(method) => Ok(method),
        None => Err(raise!(
            TypeError,
            "'{}' object does not support {protocol}{missed}",
            manager.class().full_name()
        )),
    }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    /// `raise` alone raises the handled exception again, whose traceback is not to grow.
    RAISE_VARARGS {
        (*frame).instr_ptr.set(pc.sub(1));
        if arg == 0 && raise_handled(ts) {
            tell_reraised(ts, frame, pc);
            return unwind::reraise(pc, sp, frame, ts, arg, table);
        }
        if arg != 0 {
            sp = raise(sp, arg);
        }
        return unwind::error(pc, sp, frame, ts, arg, table);
    }

    /// Raises the exception on top again; its traceback is not to grow. With an argument, the place that raised it first is below.
    RERAISE {
        (*frame).instr_ptr.set(pc.sub(1));
        let sp = prepare_reraise(sp, frame, arg);
        tell_reraised(ts, frame, pc);
        return unwind::reraise(pc, sp, frame, ts, arg, table);
    }

    /// The end of an `async for`: StopAsyncIteration ends it, anything else goes on.
    END_ASYNC_FOR {
        (*frame).instr_ptr.set(pc.sub(1));
        sp = end_async_for(sp);
        if (*sp).is_null() {
            tell_reraised(ts, frame, pc);
            return unwind::reraise(pc, sp, frame, ts, arg, table);
        }
    }

    /// What was thrown in has ended the sub-iterator: a StopIteration has its value, anything else goes on.
    CLEANUP_THROW {
        (*frame).instr_ptr.set(pc.sub(1));
        sp = cleanup_throw(sp);
        if (*sp).is_null() {
            tell_reraised(ts, frame, pc);
            return unwind::reraise(pc, sp, frame, ts, arg, table);
        }
        sp = sp.add(1);
    }
}

/// Tells tools that the instruction before `pc` lets the pending exception go on.
#[inline(never)]
unsafe fn tell_reraised(ts: crate::eval::ThreadPtr, frame: crate::eval::FramePtr, pc: crate::eval::Pc) {
    if monitor::global_tools(event::RERAISE) != 0 {
        // SAFETY: the running thread and its frame; behind the word of the instruction.
        unsafe { monitor::exception(&*ts, &*frame, pc.sub(1), event::RERAISE) };
    }
}

/// Whether there is an exception to raise again; if not, the error that says so is pending.
#[inline(never)]
unsafe fn raise_handled(ts: crate::eval::ThreadPtr) -> bool {
    // SAFETY: the running thread's state.
    let handled = unsafe { (*ts).handled_exception() };
    let again = handled.is_some();
    let raised = match handled {
        Some(handled) => raise::restore(handled),
        None => raise!(RuntimeError, "No active exception to reraise"),
    };
    raised.leave();
    again
}

#[inline(never)]
unsafe fn raise(sp: crate::eval::Sp, arg: usize) -> crate::eval::Sp {
    let mut sp = crate::stack::Stack(sp);
    // SAFETY: as in every handler.
    unsafe {
        let cause = if arg == 2 { Some(sp.pop()) } else { None };
        let exception = sp.pop();
        exceptions::raise(exception, cause).leave();
    }
    sp.0
}

#[inline(never)]
unsafe fn prepare_reraise(sp: crate::eval::Sp, frame: crate::eval::FramePtr, arg: usize) -> crate::eval::Sp {
    let mut sp = crate::stack::Stack(sp);
    // SAFETY: as in every handler; the place, where there is one, is an offset into the code.
    unsafe {
        let exception = sp.pop();
        if arg > 0 {
            let unit = sp
                .peek(arg)
                .cast_exact::<Int>()
                .and_then(Int::to_i64)
                .and_then(|unit| usize::try_from(unit).ok());
            if let Some(unit) = unit.filter(|&unit| unit < (*frame).code().units().len()) {
                (*frame).instr_ptr.set((*frame).code().first_unit().add(unit));
            }
        }
        raise::restore(exception).leave();
    }
    sp.0
}

/// Pops both items; the place of the first then says whether the loop has ended (any value) or the exception goes on (NULL).
#[inline(never)]
unsafe fn end_async_for(sp: crate::eval::Sp) -> crate::eval::Sp {
    let mut sp = crate::stack::Stack(sp);
    // SAFETY: as in every handler.
    unsafe {
        let exception = sp.pop();
        let awaitable = sp.pop();
        if exception.class().is_subtype(&exc::StopAsyncIteration) {
            *sp.0 = none().as_ptr();
            drop((exception, awaitable));
        } else {
            drop(awaitable);
            raise::restore(exception).leave();
            *sp.0 = core::ptr::null_mut();
        }
    }
    sp.0
}

/// Pops the exception. For a StopIteration its value is put at the place that this leaves as the top, above None, in the place of
/// sub-iterator and sent value; for any other, which is raised again, there is NULL.
#[inline(never)]
unsafe fn cleanup_throw(sp: crate::eval::Sp) -> crate::eval::Sp {
    let mut sp = crate::stack::Stack(sp);
    // SAFETY: as in every handler; there is room, as three items were there.
    unsafe {
        let exception = sp.pop();
        if exception.class().is_subtype(&StopIteration) {
            sp.drop_many(2);
            sp.push(none().to_ref());
            *sp.0 = stop_value(&exception).into_ptr();
        } else {
            raise::restore(exception).leave();
            *sp.0 = core::ptr::null_mut();
        }
    }
    sp.0
}
