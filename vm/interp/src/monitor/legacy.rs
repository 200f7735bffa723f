//! `sys.settrace` and `sys.setprofile`: functions of a thread that are told of events in the words of the old interface.

use super::{PROFILE_TOOL, TRACE_TOOL, event, local_events_of, set_events, set_local_events};
use core::ptr;
use objects::interpreter_frame::{InterpreterFrame, first_complete};
use objects::protocol::call;
use objects::state::{self, ThreadState};
use objects::types::cfunction::{PyCFunction_Type, PyCMethod_Type};
use objects::types::code::Code;
use objects::types::descr::method::PyMethodDescr_Type;
use objects::types::exceptions::BaseExceptionObject;
use objects::types::frame::Frame;
use objects::types::int::Int;
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
pub fn set_trace(ts: &ThreadState, function: Option<Ref>) -> Result<()> {
    ts.c_tracefunc.set(if function.is_some() { ptr::from_ref(ts).cast() } else { ptr::null() });
    let old = ts.c_traceobj.replace(function);
    let wanted = state::any_thread(|ts| !ts.c_traceobj.is_empty());
    set_events(TRACE_TOOL, if wanted { TRACE_EVENTS } else { 0 })?;
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
pub fn set_profile(ts: &ThreadState, function: Option<Ref>) -> Result<()> {
    ts.c_profilefunc.set(if function.is_some() { ptr::from_ref(ts).cast() } else { ptr::null() });
    let old = ts.c_profileobj.replace(function);
    let wanted = state::any_thread(|ts| !ts.c_profileobj.is_empty());
    set_events(PROFILE_TOOL, if wanted { PROFILE_EVENTS } else { 0 })?;
    drop(old);
    Ok(())
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
    let wanted = state::any_thread(|ts| !ts.c_traceobj.is_empty());
    let traced = set_events(TRACE_TOOL, if wanted { TRACE_EVENTS } else { 0 });
    let wanted = state::any_thread(|ts| !ts.c_profileobj.is_empty());
    let profiled = set_events(PROFILE_TOOL, if wanted { PROFILE_EVENTS } else { 0 });
    if let Err(raised) = traced.and(profiled) {
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
    if ts.c_traceobj.is_empty() {
        return Ok(false);
    }
    let object = Frame::of(frame)?;
    if event == event::INSTRUCTION {
        if object.f_trace_opcodes.get() {
            call_trace(ts, event, &object, "opcode", None)?;
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
            call_trace(ts, event, &object, "call", None)?;
        }
        event::PY_RETURN | event::PY_YIELD => call_trace(ts, event, &object, "return", Some(args[2]))?,
        event::PY_UNWIND => call_trace(ts, event, &object, "return", None)?,
        event::RAISE | event::STOP_ITERATION => {
            let exception = args[2];
            let traceback =
                exception.cast::<BaseExceptionObject>().and_then(|exception| exception.traceback.get());
            let traceback = traceback.map_or_else(|| none().to_ref(), Ref::upcast);
            let class = exception.class().as_object().to_ref();
            let triple = Tuple::from_array([class, exception.to_ref(), traceback])?;
            call_trace(ts, event, &object, "exception", Some(&triple))?;
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
    let outcome = call_trace(ts, event, object, "line", None);
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

/// Calls the function that is to be told: the thread's for a call, the frame's own for all else. What it returns is the frame's from
/// then on.
fn call_trace(
    ts: &ThreadState,
    event: usize,
    object: &Frame,
    what: &str,
    argument: Option<&Object>,
) -> Result<()> {
    let function = if what == "call" { ts.c_traceobj.get() } else { object.f_trace.get() };
    let Some(function) = function else { return Ok(()) };
    match call_back(ts, event, &function, object, what, argument) {
        Ok(answer) => {
            object.f_lineno.set(0);
            if !answer.is(none()) {
                object.f_trace.set(Some(answer));
            }
            Ok(())
        }
        Err(raised) => {
            let exception = raised.take();
            object.f_lineno.set(0);
            set_trace(ts, None)?;
            object.f_trace.set(None);
            Err(objects::raise::restore(exception))
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
        event::PY_START | event::PY_RESUME | event::PY_THROW => ("call", None),
        event::PY_RETURN | event::PY_YIELD => ("return", Some(args[2].to_ref())),
        event::PY_UNWIND => ("return", None),
        event::CALL | event::C_RETURN | event::C_RAISE => {
            let what = match event {
                event::CALL => "c_call",
                event::C_RETURN => "c_return",
                _ => "c_exception",
            };
            match native(args[2], args[3])? {
                Some(function) => (what, Some(function)),
                None => return Ok(false),
            }
        }
        _ => return Ok(false),
    };
    let Some(function) = ts.c_profileobj.get() else { return Ok(false) };
    let object = Frame::of(frame)?;
    match call_back(ts, event, &function, &object, what, argument.as_deref()) {
        Ok(_) => Ok(false),
        Err(raised) => {
            let exception = raised.take();
            set_profile(ts, None)?;
            Err(objects::raise::restore(exception))
        }
    }
}

/// What a profile function is told of a call: a native function, or a native method bound to its object.
fn native(callable: &Object, first: &Object) -> Result<Option<Ref>> {
    if callable.is_exactly(&PyCFunction_Type) || callable.is_exactly(&PyCMethod_Type) {
        return Ok(Some(callable.to_ref()));
    }
    if !callable.is_exactly(&PyMethodDescr_Type) || first.is(&super::missing()) {
        return Ok(None);
    }
    let Some(bind) = callable.class().tp_descr_get.get() else { return Ok(None) };
    // SAFETY: the slot belongs to the callable's class.
    unsafe { bind(callable, Some(first), Some(first.class().as_object())) }.map(Some)
}

fn call_back(
    ts: &ThreadState,
    event: usize,
    function: &Object,
    object: &Frame,
    what: &str,
    argument: Option<&Object>,
) -> Result<Ref> {
    let name = match what {
        "call" => id!("call"),
        "line" => id!("line"),
        "return" => id!("return"),
        "exception" => id!("exception"),
        "opcode" => id!("opcode"),
        "c_call" => id!("c_call"),
        "c_return" => id!("c_return"),
        _ => id!("c_exception"),
    };
    let before = ts.what_event.replace(event as i32);
    ts.tracing.set(ts.tracing.get() + 1);
    let answer = call::call(function, &[object, name, argument.unwrap_or(none())]);
    ts.tracing.set(ts.tracing.get() - 1);
    ts.what_event.set(before);
    answer
}
