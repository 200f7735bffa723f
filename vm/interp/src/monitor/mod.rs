//! `sys.monitoring`, and on top of it `sys.settrace` and `sys.setprofile`: who wants which events, and telling them.
//!
//! Events that belong to places in code cost nothing where nobody wants them: [`instrument`] writes instrumented instructions over the
//! code that runs ([`handlers`]) when a frame of it begins and its version is not the present one. The version is in the upper bits of
//! every thread's eval breaker, so that one comparison in `RESUME_CHECK` sees both. [`legacy`] turns events into the calls of trace and
//! profile functions, which have tools of their own.

pub mod handlers;
pub mod instrument;
pub mod legacy;

use core::cell::Cell;
use core::sync::atomic::Ordering;
use objects::interpreter_frame::{CodeUnit, InterpreterFrame};
use objects::object::refs::Slot;
use objects::protocol::call;
use objects::state::{self, ThreadState};
use objects::types::code::Code;
use objects::types::code::monitoring::{LOCAL_EVENTS, Tools};
use objects::types::int::new_int;
use objects::{Instance, Object, Raised, Ref, Result, raise};

/// The events by number.
pub mod event {
    pub const PY_START: usize = 0;
    pub const PY_RESUME: usize = 1;
    pub const PY_RETURN: usize = 2;
    pub const PY_YIELD: usize = 3;
    pub const CALL: usize = 4;
    pub const LINE: usize = 5;
    pub const INSTRUCTION: usize = 6;
    pub const JUMP: usize = 7;
    pub const BRANCH: usize = 8;
    pub const STOP_ITERATION: usize = 9;
    pub const RAISE: usize = 10;
    pub const EXCEPTION_HANDLED: usize = 11;
    pub const PY_UNWIND: usize = 12;
    pub const PY_THROW: usize = 13;
    pub const RERAISE: usize = 14;
    pub const C_RETURN: usize = 15;
    pub const C_RAISE: usize = 16;
}

/// The names of the events by number.
pub const NAMES: [&str; EVENTS] = [
    "PY_START",
    "PY_RESUME",
    "PY_RETURN",
    "PY_YIELD",
    "CALL",
    "LINE",
    "INSTRUCTION",
    "JUMP",
    "BRANCH",
    "STOP_ITERATION",
    "RAISE",
    "EXCEPTION_HANDLED",
    "PY_UNWIND",
    "PY_THROW",
    "RERAISE",
    "C_RETURN",
    "C_RAISE",
];

pub const EVENTS: usize = 17;
/// Tools that programs may use; behind them come the profile function's and the trace function's.
pub const TOOLS: usize = 6;
pub const PROFILE_TOOL: usize = 6;
pub const TRACE_TOOL: usize = 7;
const ALL_TOOLS: usize = 8;

struct Monitors {
    /// Who wants an event everywhere.
    global: [Cell<Tools>; EVENTS],
    callbacks: [[Slot; EVENTS]; TOOLS],
    names: [Slot; TOOLS],
    /// Changes with every change of what somebody wants.
    version: Cell<u32>,
    restart: Cell<u32>,
    disable: Slot,
    missing: Slot,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Monitors {}

objects::per_interpreter! {
    static MONITORS: Monitors = Monitors {
        global: [const { Cell::new(0) }; EVENTS],
        callbacks: [const { [const { Slot::empty() }; EVENTS] }; TOOLS],
        names: [const { Slot::empty() }; TOOLS],
        version: Cell::new(0),
        restart: Cell::new(1),
        disable: Slot::empty(),
        missing: Slot::empty(),
    };
}

/// Makes DISABLE and MISSING.
///
/// # Errors
/// MemoryError.
pub fn sentinels() -> Result<(Ref, Ref)> {
    let make = |slot: &Slot| -> Result<Ref> {
        if slot.is_empty() {
            slot.set(Some(call::call_no_args(objects::types::object::PyBaseObject_Type.as_object())?));
        }
        slot.get().ok_or_else(raise::null_result)
    };
    Ok((make(&MONITORS.disable)?, make(&MONITORS.missing)?))
}

fn missing() -> Ref {
    MONITORS.missing.get().unwrap_or_else(objects::object::refs::none)
}

/// Who wants an event that belongs to no place.
#[inline(always)]
pub fn global_tools(event: usize) -> Tools {
    MONITORS.global[event].get()
}

/// The tool's name, once somebody uses it.
pub fn tool_name(tool: usize) -> Option<Ref> {
    MONITORS.names[tool].get()
}

/// Gives a tool a name, or frees it.
pub fn set_tool_name(tool: usize, name: Option<Ref>) {
    MONITORS.names[tool].set(name);
}

/// Sets the function that a tool is told an event with and returns the old one.
pub fn set_callback(tool: usize, event: usize, callback: Option<Ref>) -> Option<Ref> {
    MONITORS.callbacks[tool][event].replace(callback)
}

/// The events that a tool wants everywhere.
pub fn events_of(tool: usize) -> u32 {
    set_of(tool, MONITORS.global.iter().map(Cell::get))
}

/// The events that a tool wants in one code object.
pub fn local_events_of(tool: usize, code: &Code) -> u32 {
    code.monitoring().map_or(0, |monitoring| set_of(tool, monitoring.borrow().local.iter().copied()))
}

fn set_of(tool: usize, tools: impl Iterator<Item = Tools>) -> u32 {
    tools.enumerate().filter(|(_, tools)| tools & 1 << tool != 0).fold(0, |set, (event, _)| set | 1 << event)
}

/// Sets the events that a tool wants everywhere.
///
/// # Errors
/// MemoryError.
pub fn set_events(tool: usize, events: u32) -> Result<()> {
    if events_of(tool) == events {
        return Ok(());
    }
    for (event, tools) in MONITORS.global.iter().enumerate() {
        let bit = 1 << tool;
        tools.set(if events & 1 << event != 0 { tools.get() | bit } else { tools.get() & !bit });
    }
    new_version();
    Ok(())
}

/// Sets the events that a tool wants in one code object.
///
/// # Errors
/// MemoryError.
pub fn set_local_events(tool: usize, code: &Code, events: u32) -> Result<()> {
    if local_events_of(tool, code) == events {
        return Ok(());
    }
    {
        let mut monitoring = code.make_monitoring().borrow_mut();
        for (event, tools) in monitoring.local.iter_mut().enumerate() {
            *tools = if events & 1 << event != 0 { *tools | 1 << tool } else { *tools & !(1 << tool) };
        }
    }
    new_version();
    Ok(())
}

/// Places that were disabled count again.
pub fn restart_events() {
    MONITORS.restart.set(MONITORS.restart.get().wrapping_add(1));
    new_version();
}

/// The version that instrumented code must have, as it stands in eval breakers.
pub fn version() -> usize {
    (MONITORS.version.get() as usize) << 8
}

fn new_version() {
    MONITORS.version.set(MONITORS.version.get().wrapping_add(1) & 0xff_ffff);
    state::for_each_thread(|ts| {
        tell(ts);
        let mut frame = ts.current_frame.get().cast::<InterpreterFrame>();
        // SAFETY: the chain of a thread's frames.
        while let Some(this) = unsafe { frame.as_ref() } {
            if let Some(code) = this.try_code() {
                instrument::update(code);
            }
            frame = this.previous.get();
        }
    });
}

/// Puts the version into a thread's eval breaker.
pub fn tell(ts: &ThreadState) {
    let _ = ts.eval_breaker.fetch_update(Ordering::AcqRel, Ordering::Acquire, |old| {
        Some(old & crate::breaker::EVENTS | version())
    });
}

/// Tells `tools` of an event at `unit`. The arguments behind the code object and the offset are `rest`; a line event has the line in
/// place of the offset. Returns those tools that want no more of it at this place.
///
/// # Errors
/// What a tool raises.
fn fire(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    unit: *mut CodeUnit,
    event: usize,
    tools: Tools,
    number: i64,
    rest: &[&Object],
) -> Result<Tools> {
    if ts.tracing.get() != 0 || tools == 0 {
        return Ok(0);
    }
    frame.instr_ptr.set(unit);
    let code = frame.code().to_ref();
    let number = new_int(number)?;
    let mut args: [&Object; 4] = [code.as_object(), &number, &number, &number];
    args[2..2 + rest.len()].copy_from_slice(rest);
    let args = &args[..2 + rest.len()];
    let mut disabled = 0;
    for tool in (0..ALL_TOOLS).rev().filter(|tool| tools & 1 << tool != 0) {
        if tell_one(ts, frame, tool, event, args)? {
            disabled |= 1 << tool;
        }
    }
    Ok(disabled)
}

/// Tells one tool; whether it wants no more of the event at this place.
fn tell_one(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    tool: usize,
    event: usize,
    args: &[&Object],
) -> Result<bool> {
    match tool {
        TRACE_TOOL => legacy::trace(ts, frame, event, args),
        PROFILE_TOOL => legacy::profile(ts, frame, event, args),
        _ => tell_tool(ts, tool, event, args),
    }
}

fn tell_tool(ts: &ThreadState, tool: usize, event: usize, args: &[&Object]) -> Result<bool> {
    let Some(callback) = MONITORS.callbacks[tool][event].get() else { return Ok(false) };
    let before = ts.what_event.replace(event as i32);
    ts.tracing.set(ts.tracing.get() + 1);
    let answer = call::call(&callback, args);
    ts.tracing.set(ts.tracing.get() - 1);
    ts.what_event.set(before);
    let disable =
        MONITORS.disable.get().is_some_and(|disable| answer.as_ref().is_ok_and(|answer| answer.is(&disable)));
    answer?;
    if !disable {
        return Ok(false);
    }
    if event >= LOCAL_EVENTS && event != event::C_RETURN && event != event::C_RAISE {
        return Err(refuse_to_disable(tool, event));
    }
    Ok(true)
}

fn refuse_to_disable(tool: usize, event: usize) -> Raised {
    set_callback(tool, event, None);
    raise!(ValueError, "Cannot disable {} events. Callback removed.", NAMES[event])
}

/// Tells `tools` of an event in code that is not Python's, which has `args` to say of itself (PEP 669's `PyMonitoring_Fire…Event`). Returns
/// those tools that want no more of it at this place.
///
/// # Errors
/// What a tool raises.
pub fn fire_elsewhere(tools: Tools, event: usize, args: &[&Object]) -> Result<Tools> {
    let ts = state::current();
    if ts.tracing.get() != 0 {
        return Ok(0);
    }
    let frame = objects::interpreter_frame::current();
    let mut disabled = 0;
    for tool in (0..ALL_TOOLS).rev().filter(|tool| tools & 1 << tool != 0) {
        let done = match tool {
            // The old interface tells of the frame that runs.
            TRACE_TOOL | PROFILE_TOOL => match frame {
                Some(frame) => tell_one(ts, frame, tool, event, args)?,
                None => false,
            },
            _ => tell_tool(ts, tool, event, args)?,
        };
        if done && event >= LOCAL_EVENTS {
            return Err(refuse_to_disable(tool, event));
        }
        if done {
            disabled |= 1 << tool;
        }
    }
    Ok(disabled)
}

/// The offset of a unit as tools are told it.
fn offset(code: &Code, unit: *const CodeUnit) -> i64 {
    // SAFETY: both are in the code object.
    unsafe { unit.offset_from(code.first_unit()) as i64 * 2 }
}

/// An event with the pending exception, which stays pending unless a tool raises another.
#[cold]
#[inline(never)]
pub fn exception(ts: &ThreadState, frame: &InterpreterFrame, unit: *mut CodeUnit, event: usize) {
    let tools = global_tools(event);
    if tools == 0 || ts.tracing.get() != 0 || frame.is_incomplete() {
        return;
    }
    let Some(pending) = raise::take_pending() else { return };
    // The frame stays where it is, which is behind the instruction where an exception is thrown in.
    match fire(ts, frame, frame.instr_ptr.get(), event, tools, offset(frame.code(), unit), &[&pending]) {
        Ok(_) => raise::restore(pending).leave(),
        Err(raised) => raised.leave(),
    }
}

/// An event with an exception that is being handled.
///
/// # Errors
/// What a tool raises.
#[cold]
#[inline(never)]
pub fn handled(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    unit: *mut CodeUnit,
    exception: &Object,
) -> Result<()> {
    let tools = global_tools(event::EXCEPTION_HANDLED);
    fire(ts, frame, unit, event::EXCEPTION_HANDLED, tools, offset(frame.code(), unit), &[exception]).map(drop)
}
