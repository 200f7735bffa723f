//! Fast locals, cells and free variables.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::{fast_ops, ops};
use crate::finish::{drop_one, drop_two};
use crate::messages;
use crate::unwind;
use core::ptr;
use objects::types::cell::Cell;
use objects::types::str::Str;
use objects::{Object, Ref, raise};

fast_ops! { (pc, sp, frame, ts, arg, table)
    LOAD_FAST {
        let item = *(*frame).localsplus().add(arg);
        (*item).incref();
        *sp = item;
        sp = sp.add(1);
    }

    LOAD_FAST_CHECK {
        let item = *(*frame).localsplus().add(arg);
        if item.is_null() {
            return unbound_local(pc, sp, frame, ts, arg, table);
        }
        (*item).incref();
        *sp = item;
        sp = sp.add(1);
    }

    LOAD_FAST_AND_CLEAR {
        *sp = (*frame).localsplus().add(arg).replace(ptr::null_mut());
        sp = sp.add(1);
    }

    LOAD_FAST_LOAD_FAST {
        let locals = (*frame).localsplus();
        let (first, second) = (*locals.add(arg >> 4), *locals.add(arg & 15));
        (*first).incref();
        (*second).incref();
        *sp = first;
        *sp.add(1) = second;
        sp = sp.add(2);
    }

    STORE_FAST {
        sp = sp.sub(1);
        let old = (*frame).localsplus().add(arg).replace(*sp);
        if !old.is_null() {
            drop_one!(old, pc, sp, frame, ts, table)
        }
    }

    STORE_FAST_LOAD_FAST {
        let locals = (*frame).localsplus();
        let old = locals.add(arg >> 4).replace(*sp.sub(1));
        let item = *locals.add(arg & 15);
        (*item).incref();
        *sp.sub(1) = item;
        if !old.is_null() {
            drop_one!(old, pc, sp, frame, ts, table)
        }
    }

    STORE_FAST_STORE_FAST {
        let locals = (*frame).localsplus();
        sp = sp.sub(2);
        let first = locals.add(arg >> 4).replace(*sp.add(1));
        let second = locals.add(arg & 15).replace(*sp);
        if first.is_null() || second.is_null() {
            if !first.is_null() {
                drop_one!(first, pc, sp, frame, ts, table)
            }
            if !second.is_null() {
                drop_one!(second, pc, sp, frame, ts, table)
            }
        } else {
            *sp = second;
            drop_two!(first, second, pc, sp, frame, ts, table)
        }
    }

    DELETE_FAST {
        let old = (*frame).localsplus().add(arg).replace(ptr::null_mut());
        if old.is_null() {
            return unbound_local(pc, sp, frame, ts, arg, table);
        }
        drop_one!(old, pc, sp, frame, ts, table)
    }

    LOAD_DEREF {
        let value = cell(&*frame, arg).peek_value();
        if value.is_null() {
            return unbound_local(pc, sp, frame, ts, arg, table);
        }
        (*value).incref();
        *sp = value;
        sp = sp.add(1);
    }

    STORE_DEREF {
        sp = sp.sub(1);
        let old = cell(&*frame, arg).swap_value(*sp);
        if !old.is_null() {
            drop_one!(old, pc, sp, frame, ts, table)
        }
    }
}

/// A fast local without a value was asked for.
#[inline(never)]
unsafe extern "C" fn unbound_local(
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
        messages::unbound(&*frame, arg).leave();
        unwind::error(pc, sp, frame, ts, arg, table)
    }
}

ops! { (sp, frame, ts, arg)
    MAKE_CELL {
        let slot = frame.local(arg);
        let cell = Cell::new(slot.take())?;
        slot.set(Some(cell.upcast()));
    }

    COPY_FREE_VARS {
        let closure = frame.function().func_closure.get();
        let first = frame.code().first_free();
        if let Some(closure) = closure {
            for (index, cell) in closure.items().iter().take(arg).enumerate() {
                frame.local(first + index).set(Some(Ref::from_borrowed(*cell)));
            }
        }
    }

    DELETE_DEREF {
        if cell(frame, arg).replace(None).is_none() {
            return Err(messages::unbound(frame, arg));
        }
    }

    LOAD_FROM_DICT_OR_DEREF {
        let namespace = sp.pop();
        let name = match frame.code().local_name(arg) {
            Some(name) => Ref::<Str>::from_borrowed(name),
            None => return Err(raise!(SystemError, "no such free variable")),
        };
        let value = match objects::protocol::mapping::get_optional(&namespace, &name)? {
            Some(value) => value,
            None => match cell(frame, arg).get() {
                Some(value) => value,
                None => return Err(messages::unbound(frame, arg)),
            },
        };
        sp.push(value);
    }
}

/// The cell in the fast local `index`.
#[inline(always)]
unsafe fn cell(frame: &objects::interpreter_frame::InterpreterFrame, index: usize) -> &Cell {
    // SAFETY: the bytecode has made the cell.
    unsafe { &*(*frame.localsplus().add(index)).cast::<Cell>() }
}
