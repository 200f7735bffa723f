//! `sys.settrace` and `sys.setprofile`: functions of a thread that are told of events in the words of the old interface.

use super::{PROFILE_TOOL, TRACE_TOOL, event, local_events_of, set_events, set_local_events};
use core::ffi::c_int;
use objects::interpreter_frame::{InterpreterFrame, first_complete};
use objects::protocol::call;
use objects::state::{self, ThreadState, TraceFunc, trace_event};
use objects::types::cfunction::{PyCFunction_Type, PyCMethod_Type};
use objects::types::code::Code;
use objects::types::descr::method::PyMethodDescr_Type;
use objects::types::exceptions::BaseExceptionObject;
use objects::types::frame::Frame;
use objects::types::int::Int;
use objects::types::method::Method;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, id};

const TRACE_EVENTS: u32 = 1 << event::PY_START
    | 1 << event::PY_RESUME
    | 1 << event::PY_RETURN
    | 1 << event::PY_YIELD
    | 1 << event::RAISE
    | 1 << event::LINE
    | 1 << event::JUMP
    | 1 << event::BRANCH
    | 1 << event::PY_UNWIND
    | 1 << event::PY_THROW
    | 1 << event::STOP_ITERATION;

const PROFILE_EVENTS: u32 = 1 << event::PY_START
    | 1 << event::PY_RESUME
    | 1 << event::PY_RETURN
    | 1 << event::PY_YIELD
    | 1 << event::CALL
    | 1 << event::PY_UNWIND
    | 1 << event::PY_THROW;

/// Sets or (`None`) takes away a thread's trace function.
///
/// # Errors
/// MemoryError.
pub fn set_trace(ts: &ThreadState, function: Option<TraceFunc>, object: Option<Ref>) -> Result<()> {
    ts.c_tracefunc.set(function);
    let old = ts.c_traceobj.replace(object);
    let wanted = update_tracing()?;
    if wanted
        && let Some(frame) = first_complete(ts.current_frame.get().cast())
        // SAFETY: nothing runs here that could drop the frame object.
        && unsafe { frame.frame_obj.peek() }.is_some_and(|frame| frame.f_trace_opcodes.get())
    {
        trace_opcodes(frame.code(), true)?;
    }
    drop(old);
    Ok(())
}

/// Sets or takes away a thread's profile function.
///
/// # Errors
/// MemoryError.
pub fn set_profile(ts: &ThreadState, function: Option<TraceFunc>, object: Option<Ref>) -> Result<()> {
    ts.c_profilefunc.set(function);
    let old = ts.c_profileobj.replace(object);
    update_profiling()?;
    drop(old);
    Ok(())
}

/// [`set_trace`] with a Python function.
///
/// # Errors
/// MemoryError.
pub fn set_python_trace(ts: &ThreadState, function: Option<Ref>) -> Result<()> {
    set_trace(ts, function.is_some().then_some(trace_trampoline as TraceFunc), function)
}

/// [`set_profile`] with a Python function.
///
/// # Errors
/// MemoryError.
pub fn set_python_profile(ts: &ThreadState, function: Option<Ref>) -> Result<()> {
    set_profile(ts, function.is_some().then_some(profile_trampoline as TraceFunc), function)
}

/// Wants the events of trace functions if a thread has one, which is the result.
fn update_tracing() -> Result<bool> {
    let wanted = state::any_thread(|ts| ts.c_tracefunc.get().is_some());
    set_events(TRACE_TOOL, if wanted { TRACE_EVENTS } else { 0 })?;
    Ok(wanted)
}

fn update_profiling() -> Result<()> {
    let wanted = state::any_thread(|ts| ts.c_profilefunc.get().is_some());
    set_events(PROFILE_TOOL, if wanted { PROFILE_EVENTS } else { 0 })
}

/// Sets the function of every thread, or takes it away for None.
///
/// # Errors
/// MemoryError.
pub fn for_all_threads(function: &Object, set: fn(&ThreadState, Option<Ref>) -> Result<()>) -> Result<()> {
    let function = Some(function).filter(|function| !function.is(none()));
    let mut outcome = Ok(());
    state::for_each_thread(|ts| {
        if outcome.is_ok() {
            outcome = set(ts, function.map(Instance::to_ref));
        }
    });
    outcome
}

/// A thread that had a function has ended.
pub fn forget_thread() {
    if let Err(raised) = update_tracing().map(drop).and(update_profiling()) {
        raised.clear();
    }
}

/// Turns instruction events for the trace function on or off in one code object.
///
/// # Errors
/// MemoryError.
pub fn trace_opcodes(code: &Code, on: bool) -> Result<()> {
    let events = local_events_of(TRACE_TOOL, code);
    let bit = 1 << event::INSTRUCTION;
    set_local_events(TRACE_TOOL, code, if on { events | bit } else { events & !bit })
}

/// Tells the thread's trace function of an event; whether the place need not tell it again.
///
/// # Errors
/// What the function raises; it is then taken away.
pub(super) fn trace(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    event: usize,
    args: &[&Object],
) -> Result<bool> {
    if ts.c_tracefunc.get().is_none() {
        return Ok(false);
    }
    let object = Frame::of(frame)?;
    if event == event::INSTRUCTION {
        if object.f_trace_opcodes.get() {
            tell_trace(ts, event, &object, trace_event::OPCODE, Some(none()))?;
        } else {
            trace_opcodes(frame.code(), false)?;
        }
        return Ok(false);
    }
    if event == event::LINE {
        let line = args[1].cast::<Int>().and_then(Int::to_i64).unwrap_or(0);
        trace_line(ts, event, &object, line as i32)?;
        return Ok(false);
    }
    if event == event::JUMP || event == event::BRANCH {
        return trace_jump(ts, frame, &object, args);
    }
    if object.f_trace_opcodes.get() {
        trace_opcodes(frame.code(), true)?;
    }
    match event {
        event::PY_START | event::PY_RESUME | event::PY_THROW => {
            tell_trace(ts, event, &object, trace_event::CALL, Some(none()))?;
        }
        event::PY_RETURN | event::PY_YIELD => {
            tell_trace(ts, event, &object, trace_event::RETURN, Some(args[2]))?;
        }
        event::PY_UNWIND => tell_trace(ts, event, &object, trace_event::RETURN, None)?,
        event::RAISE | event::STOP_ITERATION => {
            let exception = args[2];
            let traceback =
                exception.cast::<BaseExceptionObject>().and_then(|exception| exception.traceback.get());
            let traceback = traceback.map_or_else(|| none().to_ref(), Ref::upcast);
            let class = exception.class().as_object().to_ref();
            let triple = Tuple::from_array([class, exception.to_ref(), traceback])?;
            tell_trace(ts, event, &object, trace_event::EXCEPTION, Some(&triple))?;
        }
        _ => {}
    }
    Ok(false)
}

fn trace_line(ts: &ThreadState, event: usize, object: &Frame, line: i32) -> Result<()> {
    if !object.f_trace_lines.get() || line < 0 {
        return Ok(());
    }
    object.f_lineno.set(line);
    let outcome = tell_trace(ts, event, object, trace_event::LINE, Some(none()));
    object.f_lineno.set(0);
    outcome
}

/// A jump back to its own line is another run of the line.
fn trace_jump(ts: &ThreadState, frame: &InterpreterFrame, object: &Frame, args: &[&Object]) -> Result<bool> {
    let unit = |object: &Object| object.cast::<Int>().and_then(Int::to_i64).unwrap_or(0) as usize / 2;
    let (from, to) = (unit(args[1]), unit(args[2]));
    if to > from {
        return Ok(true);
    }
    let line = |unit: usize| frame.code().line_of(unit as i32).unwrap_or(-1);
    if line(to) != line(from) {
        return Ok(true);
    }
    trace_line(ts, event::JUMP, object, line(to))?;
    Ok(false)
}

fn tell_trace(
    ts: &ThreadState,
    event: usize,
    object: &Frame,
    what: c_int,
    argument: Option<&Object>,
) -> Result<()> {
    match ts.c_tracefunc.get() {
        Some(function) => tell(ts, event, function, ts.c_traceobj.get(), object, what, argument),
        None => Ok(()),
    }
}

/// Calls a trace or profile function, during which the thread tells of nothing.
fn tell(
    ts: &ThreadState,
    event: usize,
    function: TraceFunc,
    own: Option<Ref>,
    object: &Frame,
    what: c_int,
    argument: Option<&Object>,
) -> Result<()> {
    let before = ts.what_event.replace(event as i32);
    ts.tracing.set(ts.tracing.get() + 1);
    // SAFETY: the function and the object that it was set with.
    let status = unsafe { function(own.as_deref(), object, what, argument) };
    ts.tracing.set(ts.tracing.get() - 1);
    ts.what_event.set(before);
    if status == 0 { Ok(()) } else { Err(objects::raise::pending()) }
}

/// The trace function of a thread that has one in Python. The function that is told: the thread's for a call, the frame's own for all
/// else. What it returns is the frame's from then on.
unsafe extern "C" fn trace_trampoline(
    own: Option<&Object>,
    object: &Frame,
    what: c_int,
    argument: Option<&Object>,
) -> c_int {
    let function = if what == trace_event::CALL { own.map(Instance::to_ref) } else { object.f_trace.get() };
    let Some(function) = function else { return 0 };
    match call_back(&function, object, what, argument) {
        Ok(answer) => {
            object.f_lineno.set(0);
            if !answer.is(none()) {
                object.f_trace.set(Some(answer));
            }
            0
        }
        Err(raised) => {
            let exception = raised.take();
            object.f_lineno.set(0);
            object.f_trace.set(None);
            objects::args::status(
                set_trace(state::current(), None, None)
                    .and_then(|()| Err(objects::raise::restore(exception))),
            )
        }
    }
}

/// Tells the thread's profile function of an event.
///
/// # Errors
/// What the function raises; it is then taken away.
pub(super) fn profile(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    event: usize,
    args: &[&Object],
) -> Result<bool> {
    let (what, argument) = match event {
        event::PY_START | event::PY_RESUME | event::PY_THROW => (trace_event::CALL, Some(none().to_ref())),
        event::PY_RETURN | event::PY_YIELD => (trace_event::RETURN, Some(args[2].to_ref())),
        event::PY_UNWIND => (trace_event::RETURN, None),
        event::CALL | event::C_RETURN | event::C_RAISE => {
            let what = match event {
                event::CALL => trace_event::C_CALL,
                event::C_RETURN => trace_event::C_RETURN,
                _ => trace_event::C_EXCEPTION,
            };
            match native(args[2], args[3])? {
                Some(function) => (what, Some(function)),
                None => return Ok(false),
            }
        }
        _ => return Ok(false),
    };
    let Some(function) = ts.c_profilefunc.get() else { return Ok(false) };
    let object = Frame::of(frame)?;
    tell(ts, event, function, ts.c_profileobj.get(), &object, what, argument.as_deref()).map(|()| false)
}

/// The profile function of a thread that has one in Python.
unsafe extern "C" fn profile_trampoline(
    own: Option<&Object>,
    object: &Frame,
    what: c_int,
    argument: Option<&Object>,
) -> c_int {
    let Some(function) = own.map(Instance::to_ref) else { return 0 };
    match call_back(&function, object, what, argument) {
        Ok(_) => 0,
        Err(raised) => {
            let exception = raised.take();
            objects::args::status(
                set_profile(state::current(), None, None)
                    .and_then(|()| Err(objects::raise::restore(exception))),
            )
        }
    }
}

/// What a profile function is told of a call: a native function, or a native method bound to its object.
fn native(callable: &Object, first: &Object) -> Result<Option<Ref>> {
    let is_native =
        |callable: &Object| callable.is_exactly(&PyCFunction_Type) || callable.is_exactly(&PyCMethod_Type);
    if is_native(callable) {
        return Ok(Some(callable.to_ref()));
    }
    if let Some(method) = callable.cast_exact::<Method>() {
        return Ok(Some(method.parts().0).filter(|function| is_native(function)));
    }
    if !callable.is_exactly(&PyMethodDescr_Type) || first.is(&super::missing()) {
        return Ok(None);
    }
    let Some(bind) = callable.class().tp_descr_get.get() else { return Ok(None) };
    // SAFETY: the slot belongs to the callable's class.
    unsafe { bind(callable, Some(first), Some(first.class().as_object())) }.map(Some)
}

/// Calls a Python function with the words of the old interface.
fn call_back(function: &Object, object: &Frame, what: c_int, argument: Option<&Object>) -> Result<Ref> {
    let name = match what {
        trace_event::CALL => id!("call"),
        trace_event::LINE => id!("line"),
        trace_event::RETURN => id!("return"),
        trace_event::EXCEPTION => id!("exception"),
        trace_event::OPCODE => id!("opcode"),
        trace_event::C_CALL => id!("c_call"),
        trace_event::C_RETURN => id!("c_return"),
        _ => id!("c_exception"),
    };
    call::call(function, &[object, name, argument.unwrap_or(none())])
}
