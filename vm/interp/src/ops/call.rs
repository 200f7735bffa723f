//! Calls and returns.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::build::merge_keywords;
use crate::breaker;
use crate::call;
use crate::eval::{self, Flow, caches, fast_ops, flow_ops, next, ops};
use crate::intrinsics;
use bytecode::opcodes::op;
use objects::Ref;
use objects::interpreter_frame::owner;
use objects::protocol::{self, sequence};
use objects::raise;
use objects::types::dict::Dict;
use objects::types::tuple::Tuple;
use objects::types::tuple::methods::PyTuple_Type;

/// The instruction that specialises, for any callable.
pub mod generic {
    use super::*;

    flow_ops! { (pc, sp, frame, ts, arg)
    CALL {
        call::call(ts, frame, &mut sp, arg, None, 1 + caches(op::CALL))
    }
    }
}

flow_ops! { (pc, sp, frame, ts, arg)
    CALL_KW {
        let names = sp.pop().downcast_unchecked::<Tuple>();
        call::call(ts, frame, &mut sp, arg, Some(names), 1)
    }

    CALL_FUNCTION_EX {
        let kwargs = if arg & 1 != 0 { Some(sp.pop()) } else { None };
        let args = sp.pop();
        let args = match args.is_exactly(&PyTuple_Type) {
            true => args.downcast_unchecked::<Tuple>(),
            false => {
                if args.class().tp_iter.get().is_none() && !sequence::is_sequence(&args) {
                    let name = crate::messages::callable_name(sp.peek(2))?;
                    return Err(raise!(
                        TypeError,
                        "{name} argument after * must be an iterable, not {}",
                        args.class().name()
                    ));
                }
                sequence::to_tuple(&args)?
            }
        };
        let kwargs = match kwargs {
            Some(kwargs) => match kwargs.downcast::<Dict>() {
                Ok(kwargs) => Some(kwargs),
                Err(mapping) => {
                    let dict = Dict::new()?;
                    merge_keywords(&dict, sp.peek(2), &mapping)?;
                    Some(dict)
                }
            },
            None => None,
        };
        drop(sp.pop_nullable());
        let callable = sp.pop();
        if call::plain_function(&callable).is_some() {
            let function = callable.downcast_unchecked();
            let (names, mut all) = split(&args, kwargs.as_deref())?;
            let count = args.len();
            let pointers: Vec<_> = all.drain(..).map(Ref::into_ptr).collect();
            let pushed = call::push_bound(ts, function, None, pointers.as_ptr(), count, names.as_deref())?;
            call::enter_later(ts, frame, sp, pushed, 1);
            return Ok(Flow::Enter);
        }
        let result = protocol::call::call_with_tuple(&callable, &args, kwargs.as_deref())?;
        sp.push(result);
        breaker::look(ts)?;
        Ok(Flow::Next)
    }
}

/// The names of the keywords, and all values in the order of a vectorcall.
fn split(args: &Tuple, kwargs: Option<&Dict>) -> objects::Result<(Option<Ref<Tuple>>, Vec<Ref>)> {
    let mut all: Vec<Ref> = args.items().iter().map(|item| Ref::from_borrowed(*item)).collect();
    let Some(kwargs) = kwargs.filter(|kwargs| !kwargs.is_empty()) else { return Ok((None, all)) };
    let (names, values): (Vec<Ref>, Vec<Ref>) = kwargs.to_vec().into_iter().unzip();
    if names.iter().any(|name| name.cast::<objects::types::str::Str>().is_none()) {
        return Err(raise!(TypeError, "keywords must be strings"));
    }
    all.extend(values);
    Ok((Some(Tuple::from_vec(names)?), all))
}

ops! { (sp, frame, ts, arg)
    CALL_INTRINSIC_1 {
        let value = sp.pop();
        sp.push(intrinsics::unary(frame, arg as u32, value)?);
    }

    CALL_INTRINSIC_2 {
        let first = sp.pop();
        let second = sp.pop();
        sp.push(intrinsics::binary(arg as u32, second, first)?);
    }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    RETURN_VALUE {
        let value = *sp.sub(1);
        return leave_quickly(pc, sp.sub(1), frame, ts, value as usize, table);
    }

    RETURN_CONST {
        let value = *(*frame).code().consts().places().as_ptr().add(arg).cast::<*mut objects::Object>();
        (*value).incref();
        return leave_quickly(pc, sp, frame, ts, value as usize, table);
    }
}

/// [`leave`] for a frame on the data stack that nobody looks at and whose locals live on; when one does not, [`leave`] does the
/// rest.
#[inline(never)]
unsafe extern "C" fn leave_quickly(
    pc: eval::Pc,
    sp: eval::Sp,
    frame: eval::FramePtr,
    ts: eval::ThreadPtr,
    value: usize,
    table: *const eval::Table,
) -> *mut objects::Object {
    // SAFETY: as in every handler.
    unsafe {
        let plain = (*frame).owner.get() == owner::THREAD
            && (*frame).frame_obj.is_empty()
            && (*frame).f_locals.is_empty()
            && !core::ptr::addr_eq(frame, &raw const (*(*ts).datastack_chunk.get()).data);
        if !plain {
            return leave(pc, sp, frame, ts, value, table);
        }
        let (function, code) = ((*frame).f_funcobj.as_ptr(), (*frame).f_executable.as_ptr());
        if (*function).is_unique() || (*code).is_unique() {
            return leave(pc, sp, frame, ts, value, table);
        }
        let mut local = (*frame).localsplus();
        while local < sp {
            let item = *local;
            if !item.is_null() {
                if (*item).is_unique() {
                    return leave(pc, sp, frame, ts, value, table);
                }
                *local = core::ptr::null_mut();
                let _ = objects::Object::release(item);
            }
            local = local.add(1);
        }
        let _ = objects::Object::release(function);
        let _ = objects::Object::release(code);
        (*ts).py_recursion_remaining.set((*ts).py_recursion_remaining.get() + 1);
        (*ts).datastack_top.set(frame.cast_mut().cast());
        let caller = (*frame).previous.get();
        (*ts).current_frame.set(caller.cast());
        let sp = (*caller).localsplus().add((*caller).stacktop.get() as usize);
        (*caller).stacktop.set(-1);
        *sp = value as *mut objects::Object;
        next!(
            (*caller).instr_ptr.get().add(usize::from((*caller).return_offset.get())),
            sp.add(1),
            caller.cast_const(),
            ts,
            table
        )
    }
}

/// The frame ends; `value` is its owned result.
#[inline(never)]
pub unsafe extern "C" fn leave(
    pc: eval::Pc,
    sp: eval::Sp,
    frame: eval::FramePtr,
    ts: eval::ThreadPtr,
    value: usize,
    table: *const eval::Table,
) -> *mut objects::Object {
    // SAFETY: as in every handler.
    unsafe {
        let ts_ref = &*ts;
        // A frame object that lives on tells where the frame ended.
        (*frame).instr_ptr.set(pc.sub(1));
        (*frame).stacktop.set(sp.offset_from((*frame).localsplus()) as i32);
        ts_ref.py_recursion_remaining.set(ts_ref.py_recursion_remaining.get() + 1);
        let caller = (*frame).previous.get();
        ts_ref.current_frame.set(caller.cast());
        eval::pop_frame(ts, frame);
        let sp = (*caller).localsplus().add((*caller).stacktop.get() as usize);
        (*caller).stacktop.set(-1);
        *sp = value as *mut objects::Object;
        next!(
            (*caller).instr_ptr.get().add(usize::from((*caller).return_offset.get())),
            sp.add(1),
            caller.cast_const(),
            ts,
            table
        )
    }
}
