//! `monitoring.h` (PEP 669): code that is not Python's tells tools of its events.

use core::cell::Cell;
use core::ffi::c_int;
use interp::monitor::{self, event};
use objects::types::int::new_int;
use objects::{Object, Ref, Result, raise};

/// `PyMonitoringState`: who wants an event at one place.
#[repr(C)]
pub struct State {
    active: Cell<u8>,
    opaque: u8,
}

/// Brings the states of a scope up to date, unless `version` says that they are.
///
/// # Safety
/// A C function: that many states, and that many numbers of events.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMonitoring_EnterScope(
    states: *const State,
    version: &mut u64,
    events: *const u8,
    len: isize,
) -> c_int {
    // Never 0, with which a scope begins.
    let now = monitor::version() as u64 | 1;
    if *version == now {
        return 0;
    }
    for index in 0..usize::try_from(len).unwrap_or(0) {
        // SAFETY: the caller's promise.
        let (state, event) = unsafe { (&*states.add(index), usize::from(*events.add(index))) };
        state.active.set(if event < monitor::EVENTS { monitor::global_tools(event) } else { 0 });
    }
    *version = now;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn PyMonitoring_ExitScope() -> c_int {
    0
}

/// Tells of an event at a place, with what belongs to it.
fn tell(state: &State, code: &Object, event: usize, number: i32, rest: &[&Object]) -> Result<()> {
    if number < 0 {
        return Err(objects::raise!(ValueError, "offset must be non-negative"));
    }
    let number = new_int(number.into())?;
    let mut args = vec![code, &*number];
    args.extend_from_slice(rest);
    let disabled = monitor::fire_elsewhere(state.active.get(), event, &args)?;
    state.active.set(state.active.get() & !disabled);
    Ok(())
}

fn status(outcome: Result<()>) -> c_int {
    objects::args::status(outcome)
}

/// Events of a place alone.
macro_rules! plain {
    ($($name:ident $event:ident;)*) => { $(
        /// # Safety
        /// A C function: a state, the code or what stands for it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(state: &State, code: &Object, offset: i32) -> c_int {
            status(tell(state, code, event::$event, offset, &[]))
        }
    )* };
}

plain! {
    _PyMonitoring_FirePyStartEvent PY_START;
    _PyMonitoring_FirePyResumeEvent PY_RESUME;
}

/// Events of a place and a value.
macro_rules! with_value {
    ($($name:ident $event:ident;)*) => { $(
        /// # Safety
        /// A C function: a state, the code or what stands for it, a value.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(state: &State, code: &Object, offset: i32, value: &Object) -> c_int {
            status(tell(state, code, event::$event, offset, &[value]))
        }
    )* };
}

with_value! {
    _PyMonitoring_FirePyReturnEvent PY_RETURN;
    _PyMonitoring_FirePyYieldEvent PY_YIELD;
    _PyMonitoring_FireJumpEvent JUMP;
    _PyMonitoring_FireBranchEvent BRANCH;
    _PyMonitoring_FireCReturnEvent C_RETURN;
}

/// # Safety
/// A C function: a state, the code or what stands for it, a callable, its first argument or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyMonitoring_FireCallEvent(
    state: &State,
    code: &Object,
    offset: i32,
    callable: &Object,
    first: Option<&Object>,
) -> c_int {
    status(monitor::sentinels().and_then(|(_, missing)| {
        tell(state, code, event::CALL, offset, &[callable, first.unwrap_or(&missing)])
    }))
}

/// # Safety
/// A C function: a state, the code or what stands for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyMonitoring_FireLineEvent(
    state: &State,
    code: &Object,
    _offset: i32,
    line: c_int,
) -> c_int {
    status(tell(state, code, event::LINE, line.max(0), &[]))
}

/// Tells of the pending exception, which stays pending unless a tool raises another.
fn tell_pending(state: &State, code: &Object, event: usize, offset: i32) -> c_int {
    let Some(exception) = raise::take_pending() else {
        objects::raise!(ValueError, "Firing event {event} with no exception set").leave();
        return -1;
    };
    match tell(state, code, event, offset, &[&exception]) {
        Ok(()) => {
            raise::restore(exception).leave();
            0
        }
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

/// Events of a place and the pending exception.
macro_rules! with_exception {
    ($($name:ident $event:ident;)*) => { $(
        /// # Safety
        /// A C function: a state, the code or what stands for it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(state: &State, code: &Object, offset: i32) -> c_int {
            tell_pending(state, code, event::$event, offset)
        }
    )* };
}

with_exception! {
    _PyMonitoring_FirePyThrowEvent PY_THROW;
    _PyMonitoring_FireRaiseEvent RAISE;
    _PyMonitoring_FireReraiseEvent RERAISE;
    _PyMonitoring_FireExceptionHandledEvent EXCEPTION_HANDLED;
    _PyMonitoring_FireCRaiseEvent C_RAISE;
    _PyMonitoring_FirePyUnwindEvent PY_UNWIND;
}

/// The end of an iteration, with a value or the StopIteration of one.
///
/// # Safety
/// A C function: a state, the code or what stands for it, a value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyMonitoring_FireStopIterationEvent(
    state: &State,
    code: &Object,
    offset: i32,
    value: &Object,
) -> c_int {
    use objects::Instance;
    let is_exception = value.cast::<objects::types::exceptions::BaseExceptionObject>().is_some();
    let exception: Ref =
        if is_exception { value.to_ref() } else { raise::stop_iteration(Some(value)).take() };
    status(tell(state, code, event::STOP_ITERATION, offset, &[&exception]))
}
