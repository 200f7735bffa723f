//! Generators, coroutines, asynchronous iteration.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::call::{plain_generator, resume_inline};
use crate::eval::{Flow, caches, fast_ops, flow_ops, next, ops};
use crate::frame as frames;
use crate::generators;
use crate::monitor::{self, event};
use bytecode::code::flags::ITERABLE_COROUTINE;
use bytecode::opcodes::op;
use objects::args::Sent;
use objects::protocol::iter;
use objects::types::exceptions as exc;
use objects::types::generator::async_gen::awaitable_iterator;
use objects::types::generator::{Generator, PyCoro_Type, PyGen_Type, state};
use objects::{Object, Ref, raise};

/// The instruction that specialises, for a receiver of any kind.
pub mod generic {
    use super::*;

    flow_ops! { (pc, sp, frame, ts, arg)
        /// Sends a value to a sub-iterator; when it has returned, jumps with its value.
        SEND {
            let value = sp.pop();
            let receiver = sp.peek(1);
            if let Some(generator) = plain_generator(receiver) {
                resume_inline(ts, frame, sp, generator, value, 1 + caches(op::SEND) + arg);
                return Ok(Flow::Enter);
            }
            match iter::send(receiver, &value)? {
                Sent::Next(yielded) => {
                    sp.push(yielded);
                    Ok(Flow::Next)
                }
                Sent::Return(returned) => {
                    if monitor::global_tools(event::RAISE) != 0 {
                        // Tools are told of the StopIteration that this was.
                        raise::stop_iteration(Some(&returned)).leave();
                        monitor::exception(ts, frame, pc.sub(1), event::RAISE);
                        let raised = raise::pending();
                        if !raised.matches(&exc::StopIteration) {
                            return Err(raised);
                        }
                        raised.clear();
                    }
                    sp.push(returned);
                    Ok(Flow::Jump)
                }
            }
        }
    }
}

ops! { (sp, frame, ts, arg)
    END_SEND {
        let value = sp.pop();
        drop(sp.pop());
        sp.push(value);
    }

    GET_YIELD_FROM_ITER {
        let iterable = sp.pop();
        if iterable.is_exactly(&PyCoro_Type) {
            use bytecode::code::flags::COROUTINE;
            if !frame.code().has_flag(COROUTINE | ITERABLE_COROUTINE) {
                return Err(raise!(
                    TypeError,
                    "cannot 'yield from' a coroutine object in a non-coroutine generator"
                ));
            }
            sp.push(iterable);
        } else if iterable.is_exactly(&PyGen_Type) {
            sp.push(iterable);
        } else {
            sp.push(iter::get_iter(&iterable)?);
        }
    }

    GET_AWAITABLE {
        let object = sp.pop();
        let awaitable = match awaitable_iterator(&object) {
            Ok(awaitable) => awaitable,
            Err(raised) => return Err(explain_with(raised, &object, arg)),
        };
        if let Some(coroutine) = Generator::any(&awaitable).filter(|_| awaitable.is_exactly(&PyCoro_Type))
            && coroutine.awaited().is_some() {
                return Err(raise!(RuntimeError, "coroutine is being awaited already"));
            }
        sp.push(awaitable);
    }

    GET_AITER {
        let object = sp.pop();
        let class = object.class();
        let Some(function) = class.async_methods().and_then(|table| table.am_aiter.get()) else {
            return Err(raise!(
                TypeError,
                "'async for' requires an object with __aiter__ method, got {}",
                class.name()
            ));
        };
        let iterator = function(&object)?;
        if iterator.class().async_methods().and_then(|table| table.am_anext.get()).is_none() {
            return Err(raise!(
                TypeError,
                "'async for' received an object from __aiter__ that does not implement __anext__: {}",
                iterator.class().name()
            ));
        }
        sp.push(iterator);
    }

    GET_ANEXT {
        let iterator = sp.peek(1);
        let class = iterator.class();
        let Some(function) = class.async_methods().and_then(|table| table.am_anext.get()) else {
            return Err(raise!(
                TypeError,
                "'async for' requires an iterator with __anext__ method, got {}",
                class.name()
            ));
        };
        let next = function(iterator)?;
        if iterator.is_exactly(&objects::types::generator::PyAsyncGen_Type) {
            sp.push(next);
        } else {
            match awaitable_iterator(&next) {
                Ok(awaitable) => sp.push(awaitable),
                Err(raised) => {
                    let cause = raised.take();
                    let error = raise!(
                        TypeError,
                        "'async for' received an invalid object from __anext__: {}",
                        next.class().name()
                    );
                    return Err(crate::exceptions::with_cause(error, cause));
                }
            }
        }
    }
}

/// `async with` says which method gave something that cannot be awaited.
fn explain_with(raised: raise::Raised, object: &Object, arg: usize) -> raise::Raised {
    if !raised.matches(&exc::TypeError) {
        return raised;
    }
    match not_awaitable(object.class(), arg) {
        Some(better) => better,
        None => raised,
    }
}

/// What `async with` says of an object that cannot be awaited, which `__aenter__` (1) or `__aexit__` (2) gave; of others nothing.
pub fn not_awaitable(class: &objects::TypeObject, from: usize) -> Option<raise::Raised> {
    let method = match from {
        1 => "__aenter__",
        2 => "__aexit__",
        _ => return None,
    };
    let has_await = class.async_methods().is_some_and(|table| table.am_await.get().is_some());
    (!has_await).then(|| {
        raise!(
            TypeError,
            "'async with' received an object from {method} that does not implement __await__: {}",
            class.name()
        )
    })
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    /// A generator function was called: its frame moves into the object that the caller gets.
    RETURN_GENERATOR {
        (*frame).instr_ptr.set(pc);
        let made = make_generator(frame, sp, ts);
        if made.is_null() {
            (*frame).instr_ptr.set(pc.sub(1));
            return crate::unwind::error(pc, sp, frame, ts, arg, table);
        }
        let caller = (*ts).current_frame.get().cast::<objects::interpreter_frame::InterpreterFrame>();
        let sp = (*caller).localsplus().add((*caller).stacktop.get() as usize);
        (*caller).stacktop.set(-1);
        *sp = made;
        next!(
            (*caller).instr_ptr.get().add(usize::from((*caller).return_offset.get())),
            sp.add(1), caller.cast_const(), ts, table
        )
    }

    /// Control goes back to whoever resumed the generator; both kinds of resuming instructions have one cache entry.
    YIELD_VALUE {
        let value = *sp.sub(1);
        (*frame).instr_ptr.set(pc);
        (*frame).stacktop.set(sp.sub(1).offset_from((*frame).localsplus()) as i32);
        let generator = Generator::of_frame(&*frame);
        generator.frame_state.set(state::SUSPENDED + arg as i8);
        frames::pop_exception_state(&*ts, generator);
        (*ts).py_recursion_remaining.set((*ts).py_recursion_remaining.get() + 1);
        let caller = (*frame).previous.get();
        (*frame).previous.set(core::ptr::null_mut());
        (*ts).current_frame.set(caller.cast());
        let sp = (*caller).localsplus().add((*caller).stacktop.get() as usize);
        (*caller).stacktop.set(-1);
        *sp = value;
        let resumed_by_native = (*caller).owner.get() == objects::interpreter_frame::owner::NATIVE_STACK;
        let offset = if resumed_by_native { 0 } else { 1 + caches(op::SEND) };
        next!((*caller).instr_ptr.get().add(offset), sp.add(1), caller.cast_const(), ts, table)
    }
}

const _: () = assert!(caches(op::SEND) == caches(op::FOR_ITER));

/// Makes the generator of the running frame, pops the frame, and makes its caller the current one; NULL for an exception.
#[inline(never)]
unsafe fn make_generator(
    frame: crate::eval::FramePtr,
    sp: crate::eval::Sp,
    ts: crate::eval::ThreadPtr,
) -> *mut Object {
    // SAFETY: the running frame.
    unsafe {
        let (frame, ts) = (&*frame, &*ts);
        frame.stacktop.set(sp.offset_from(frame.localsplus()) as i32);
        match generators::from_frame(frame) {
            Ok(generator) => {
                ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
                let caller = frame.previous.get();
                ts.current_frame.set(caller.cast());
                generator.iframe.previous.set(core::ptr::null_mut());
                frames::release(ts, frame);
                Ref::<Generator>::into_ptr(generator).cast()
            }
            Err(raised) => {
                raised.leave();
                core::ptr::null_mut()
            }
        }
    }
}
