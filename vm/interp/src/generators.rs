//! Making and resuming generators, coroutines and asynchronous generators.

use crate::call::prepare_resume;
use crate::eval;
use bytecode::code::flags::{ASYNC_GENERATOR, COROUTINE};
use core::ptr;
use objects::interpreter_frame::{InterpreterFrame, SPECIALS_WORDS, owner};
use objects::raise::Raised;
use objects::state;
use objects::types::function::Function;
use objects::types::generator::{Generator, PyAsyncGen_Type, PyCoro_Type, PyGen_Type, Sent, state as states};
use objects::types::none::none;
use objects::{Instance, Object, Ref, Result, id, raise};

/// The generator that a frame which has just begun becomes. The frame's contents move into it.
///
/// # Errors
/// MemoryError.
pub unsafe fn from_frame(frame: &InterpreterFrame) -> Result<Ref<Generator>> {
    let generator = room_for(frame.function())?;
    let words = SPECIALS_WORDS + frame.used();
    // SAFETY: the generator has room for the whole frame, whose fields it now owns.
    unsafe {
        let place = (&raw const generator.iframe).cast_mut();
        ptr::copy_nonoverlapping(ptr::from_ref(frame).cast::<u64>(), place.cast::<u64>(), words);
        (*place).owner.set(owner::GENERATOR);
        if let Some(object) = (*place).frame_obj.get() {
            object.f_frame.set(place);
        }
    }
    generator.frame_state.set(states::CREATED);
    finish(generator)
}

/// What a call of the function gives, but with an empty frame.
fn room_for(function: &Function) -> Result<Ref<Generator>> {
    let code = function.code();
    let class = if code.has_flag(COROUTINE) {
        &PyCoro_Type
    } else if code.has_flag(ASYNC_GENERATOR) {
        &PyAsyncGen_Type
    } else {
        &PyGen_Type
    };
    let name = function.func_name.get().unwrap_or_else(|| code.name().to_ref());
    let qualname = function.func_qualname.get().unwrap_or_else(|| code.qualname().to_ref());
    Generator::with_room(class, code, &name, &qualname)
}

fn finish(generator: Ref<Generator>) -> Result<Ref<Generator>> {
    if generator.as_object().is_exactly(&PyCoro_Type) {
        crate::coroutine_origin::track(&generator)?;
    }
    objects::object::heap::track(&generator);
    Ok(generator)
}

/// The generator, coroutine or asynchronous generator of a function, whose frame is the caller's business (`_Py_MakeCoro`).
///
/// # Errors
/// MemoryError.
pub fn of_function(function: &Function) -> Result<Ref<Generator>> {
    finish(room_for(function)?)
}

fn kind(generator: &Generator) -> &'static str {
    let object = generator.as_object();
    if object.is_exactly(&PyCoro_Type) {
        "coroutine"
    } else if object.is_exactly(&PyAsyncGen_Type) {
        "async generator"
    } else {
        "generator"
    }
}

/// Resumes from native code, with a value or (`None`) with the pending exception.
///
/// # Errors
/// What the code raises; ValueError when it runs already; StopIteration is not among them.
pub fn resume(generator: &Generator, value: Option<&Object>) -> Result<Sent> {
    let throwing = value.is_none();
    let frame_state = generator.frame_state.get();
    if frame_state == states::CREATED && value.is_some_and(|value| !value.is(none())) {
        return Err(raise!(TypeError, "can't send non-None value to a just-started {}", kind(generator)));
    }
    if frame_state == states::EXECUTING {
        return Err(raise!(ValueError, "{} already executing", kind(generator)));
    }
    if frame_state >= states::COMPLETED {
        if kind(generator) == "coroutine" {
            return Err(raise!(RuntimeError, "cannot reuse already awaited coroutine"));
        }
        if throwing {
            return Err(raise::pending());
        }
        return Ok(Sent::Returned(none().to_ref()));
    }
    let ts = state::current();
    let held = generator.to_ref();
    prepare_resume(ts, generator, Some(value.unwrap_or(none()).to_ref()));
    if throwing && ts.exc_info().exc_value.get().is_some_and(|handled| !handled.is(none())) {
        // What the generator itself handles is the context of what is thrown into it (`_PyErr_ChainStackItem`).
        let exception = raise::pending().take();
        raise::set(exception.class(), Some(&exception)).leave();
    }
    // SAFETY: a suspended frame; the generator is held while it runs.
    let result = unsafe { eval::run((&raw const generator.iframe).cast_mut(), throwing) };
    let suspended = held.is_suspended();
    result.map(|value| if suspended { Sent::Yielded(value) } else { Sent::Returned(value) })
}

/// The value that a pending StopIteration carries.
///
/// # Errors
/// What asking for it raises.
pub fn take_stop_value(raised: Raised) -> Result<Ref> {
    let exception = raised.take();
    objects::protocol::attr::get(&exception, id!("value"))
}
