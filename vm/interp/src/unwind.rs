//! An exception on its way: to the handler in this frame, or out of it.

use crate::eval::{FramePtr, Pc, Sp, Table, ThreadPtr, next};
use crate::frame;
use crate::monitor::{self, event};
use bytecode::exc_table;
use core::ptr;
use objects::interpreter_frame::{InterpreterFrame, owner};
use objects::types::int::new_int;
use objects::types::traceback;
use objects::{Object, raise};

/// The instruction before `pc` raised: the frame goes into the traceback.
#[cold]
#[inline(never)]
pub unsafe extern "C" fn error(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    #[inline(never)]
    unsafe fn note(pc: Pc, frame: FramePtr, ts: ThreadPtr) {
        // SAFETY: the running frame and its thread.
        let (frame, ts) = unsafe { (&*frame, &*ts) };
        if !raise::occurred() {
            raise::null_result().leave();
        }
        if !frame.is_incomplete() {
            traceback::add_here(frame);
            if monitor::global_tools(event::RAISE) != 0 {
                // SAFETY: behind the word of the instruction that raised.
                monitor::exception(ts, frame, unsafe { pc.sub(1) }, event::RAISE);
            }
        }
    }
    // SAFETY: as in every handler.
    unsafe {
        note(pc, frame, ts);
        reraise(pc, sp, frame, ts, arg, table)
    }
}

/// Looks for a handler of the instruction before `pc`; without one the frame ends.
#[inline(never)]
pub unsafe extern "C" fn reraise(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        let raiser = (*frame).instr_ptr.get();
        let sp = find_handler(pc, sp, frame);
        if sp.is_null() {
            if monitor::global_tools(event::PY_UNWIND) != 0 {
                monitor::exception(&*ts, &*frame, raiser, event::PY_UNWIND);
            }
            return leave(pc, sp, frame, ts, arg, table);
        }
        let handler = (*frame).instr_ptr.get();
        monitor::handlers::arrive(frame, raiser, handler);
        if monitor::global_tools(event::EXCEPTION_HANDLED) != 0 && !tell_handled(sp, frame, ts, handler) {
            return reraise(handler.add(1), sp, frame, ts, arg, table);
        }
        next!(handler, sp, frame, ts, table)
    }
}

/// Tells that the exception on the stack is handled; whether no tool raised another.
#[inline(never)]
unsafe fn tell_handled(sp: Sp, frame: FramePtr, ts: ThreadPtr, handler: Pc) -> bool {
    // SAFETY: the running frame, with the exception on top of its stack.
    unsafe { monitor::handled(&*ts, &*frame, handler, &**sp.sub(1)) }.map_err(raise::Raised::leave).is_ok()
}

/// Cuts the stack for the handler, pushes the exception and puts the handler's address into `instr_ptr`; NULL without a handler,
/// the stack then being empty.
#[inline(never)]
unsafe fn find_handler(pc: Pc, mut sp: Sp, frame: FramePtr) -> Sp {
    // SAFETY: the running frame and its stack.
    unsafe {
        let frame = &*frame;
        let code = frame.code();
        let unit = pc.offset_from(code.first_unit()) - 1;
        let base = frame.stack_base();
        let handler =
            u32::try_from(unit).ok().and_then(|unit| exc_table::handler_of(code.exceptiontable(), unit));
        let depth = handler.map_or(0, |handler| handler.depth as usize);
        while sp > base.add(depth) {
            sp = sp.sub(1);
            if let Some(item) = (*sp).as_mut() {
                Object::decref(item);
            }
        }
        let Some(handler) = handler else {
            frame.stacktop.set(code.co_nlocalsplus.get());
            return ptr::null_mut();
        };
        if handler.lasti {
            match new_int(frame.lasti().into()) {
                Ok(lasti) => *sp = lasti.into_ptr(),
                Err(raised) => {
                    // No memory for a small int: the new exception is the one to handle.
                    raised.leave();
                    *sp = objects::object::refs::none().into_ptr();
                }
            }
            sp = sp.add(1);
        }
        let exception =
            raise::take_pending().unwrap_or_else(|| objects::fatal("unwinding without an exception"));
        *sp = exception.into_ptr();
        frame.instr_ptr.set(code.first_unit().add(handler.target as usize));
        sp.add(1)
    }
}

/// The frame ends with the pending exception, which goes on in its caller.
#[inline(never)]
pub unsafe extern "C" fn leave(
    _pc: Pc,
    _sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        let caller = pop(frame, ts);
        if (*caller).owner.get() == owner::NATIVE_STACK {
            (*ts).current_frame.set((*caller).previous.get().cast());
            return ptr::null_mut();
        }
        let sp = (*caller).localsplus().add((*caller).stacktop.get() as usize);
        (*caller).stacktop.set(-1);
        error((*caller).instr_ptr.get().add(1), sp, caller, ts, arg, table)
    }
}

#[inline(never)]
unsafe fn pop(frame: FramePtr, ts: ThreadPtr) -> *const InterpreterFrame {
    // SAFETY: the frame ends.
    unsafe {
        let ts = &*ts;
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
        let caller = (*frame).previous.get();
        ts.current_frame.set(caller.cast());
        frame::clear_and_pop(ts, frame);
        caller
    }
}

/// A suspended frame goes on by raising the pending exception where it stands.
#[inline(never)]
pub unsafe extern "C" fn throw_into(
    _pc: Pc,
    _sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        let remaining = (*ts).py_recursion_remaining.get();
        (*ts).py_recursion_remaining.set(remaining - 1);
        let sp = (*frame).localsplus().add((*frame).stacktop.get() as usize);
        (*frame).stacktop.set(-1);
        if monitor::global_tools(event::PY_THROW) != 0 {
            monitor::exception(&*ts, &*frame, (*frame).instr_ptr.get(), event::PY_THROW);
        }
        // It stands behind the YIELD_VALUE that suspended it, whose handler is the one of an exception that is thrown in.
        error((*frame).instr_ptr.get(), sp, frame, ts, arg, table)
    }
}
