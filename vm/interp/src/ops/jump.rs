//! Jumps, and the look at the eval breaker that bounds the time between two looks.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::breaker;
use crate::eval::{fast_ops, next, ops};
use crate::finish::drop_one;
use crate::hook;
use crate::monitor::handlers::refresh;
use crate::unwind;
use bytecode::opcodes::op;
use core::sync::atomic::Ordering;
use objects::Object;
use objects::interpreter_frame::CodeUnit;
use objects::types::bool::{_Py_FalseStruct, _Py_TrueStruct};
use objects::types::none::_Py_NoneStruct;
use objects::{Instance, Ref};

fast_ops! { (pc, sp, frame, ts, arg, table)
    JUMP_FORWARD {
        pc = pc.add(arg);
    }

    JUMP_BACKWARD_NO_INTERRUPT {
        pc = pc.sub(arg);
    }

    /// The end of a loop: where signals and other threads get their turn, and where the JIT counts.
    JUMP_BACKWARD {
        if (*ts).eval_breaker.load(Ordering::Relaxed) & breaker::EVENTS != 0 {
            return jump_backward_pending(pc, sp, frame, ts, arg, table);
        }
        let counter = *pc;
        if counter >> 4 != 0 {
            *pc = counter - 16;
        } else if let Some(hot) = hook::loop_entry() {
            return hot(pc, sp, frame, ts, arg, table);
        }
        pc = pc.sub(arg);
    }

    POP_JUMP_IF_FALSE {
        sp = sp.sub(1);
        if core::ptr::addr_eq(*sp, &raw const _Py_FalseStruct) {
            pc = pc.add(arg);
        }
    }

    POP_JUMP_IF_TRUE {
        sp = sp.sub(1);
        if core::ptr::addr_eq(*sp, &raw const _Py_TrueStruct) {
            pc = pc.add(arg);
        }
    }

    POP_JUMP_IF_NONE {
        sp = sp.sub(1);
        if core::ptr::addr_eq(*sp, &raw const _Py_NoneStruct) {
            pc = pc.add(arg);
        } else {
            drop_one!(*sp, pc.add(1), sp, frame, ts, table)
        }
    }

    POP_JUMP_IF_NOT_NONE {
        sp = sp.sub(1);
        if !core::ptr::addr_eq(*sp, &raw const _Py_NoneStruct) {
            drop_one!(*sp, pc.add(1 + arg), sp, frame, ts, table)
        }
    }

    /// The start of a function, or of its continuation behind a `yield`.
    RESUME {
        let breaker = (*ts).eval_breaker.load(Ordering::Relaxed);
        if breaker & breaker::EVENTS != 0 && arg & 3 < 2 {
            return resume_pending(pc, sp, frame, ts, arg, table);
        }
        if (*frame).code().co_instrumentation_version.get() != breaker & !breaker::EVENTS {
            return refresh(pc, sp, frame, ts, arg, table);
        }
        if *pc.sub(1) as u8 == op::RESUME {
            *pc.sub(1) = *pc.sub(1) & 0xff00 | CodeUnit::from(op::RESUME_CHECK);
            if arg == 0 && (*frame).code().co_cached.get().is_null() {
                (*frame).code().co_cached.set(core::ptr::without_provenance_mut(hook::call_warmup()));
            }
        }
    }

    /// [`RESUME`] that has run before.
    RESUME_CHECK {
        let code = (*frame).code();
        if (*ts).eval_breaker.load(Ordering::Relaxed) != code.co_instrumentation_version.get() {
            return RESUME(pc, sp, frame, ts, arg, table);
        }
        let counter = code.co_cached.get().addr();
        if counter != 0 && arg == 0 {
            if counter > 1 {
                code.co_cached.set(core::ptr::without_provenance_mut(counter - 1));
            } else if let Some(hot) = hook::call_entry() {
                return hot(pc, sp, frame, ts, arg, table);
            }
        }
    }

    /// Compiled code stands here; without a JIT there is none.
    ENTER_EXECUTOR {
        return crate::eval::unknown(pc, sp, frame, ts, arg, table);
    }
}

ops! { (sp, frame, ts, arg)
    LOAD_ASSERTION_ERROR {
        sp.push(Ref::from_borrowed(objects::types::exceptions::AssertionError.as_object()));
    }
}

/// The instruction that specialises, for a value of any kind.
pub mod generic {
    use super::*;

    ops! { (sp, frame, ts, arg)
    TO_BOOL {
        let value = sp.pop();
        sp.push(crate::ops::binary::to_bool(&value)?);
    }
    }
}

#[inline(never)]
unsafe extern "C" fn jump_backward_pending(
    pc: crate::eval::Pc,
    sp: crate::eval::Sp,
    frame: crate::eval::FramePtr,
    ts: crate::eval::ThreadPtr,
    arg: usize,
    table: *const crate::eval::Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        (*frame).instr_ptr.set(pc.sub(1));
        if !breaker::handle(&*ts) {
            return unwind::error(pc, sp, frame, ts, arg, table);
        }
        next!(pc.add(1).sub(arg), sp, frame, ts, table)
    }
}

#[inline(never)]
unsafe extern "C" fn resume_pending(
    pc: crate::eval::Pc,
    sp: crate::eval::Sp,
    frame: crate::eval::FramePtr,
    ts: crate::eval::ThreadPtr,
    arg: usize,
    table: *const crate::eval::Table,
) -> *mut Object {
    // SAFETY: as in every handler.
    unsafe {
        (*frame).instr_ptr.set(pc.sub(1));
        if !breaker::handle(&*ts) {
            return unwind::error(pc, sp, frame, ts, arg, table);
        }
        RESUME(pc, sp, frame, ts, arg, table)
    }
}
