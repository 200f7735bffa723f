//! Calls that any thread, with or without the GIL, may ask the main one to make between two instructions (`Py_AddPendingCall`).

use crate::breaker::CALLS_TO_DO;
use crate::signals;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::sync::atomic::Ordering;
use objects::state::ThreadState;
use objects::{Result, raise};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is called: not 0 says that it raised.
pub type PendingFunc = unsafe extern "C" fn(*mut c_void) -> c_int;

/// Calls that may wait at a time.
const MOST: usize = 32;

struct Call {
    function: PendingFunc,
    argument: *mut c_void,
}

// SAFETY: the one who asks for the call says that the main thread may have the argument.
unsafe impl Send for Call {}

static CALLS: Mutex<VecDeque<Call>> = Mutex::new(VecDeque::new());

/// Whether the main thread is making the calls, during which it does not begin again.
struct Busy(Cell<bool>);

// SAFETY: touched by the main thread alone.
unsafe impl Sync for Busy {}

static BUSY: Busy = Busy(Cell::new(false));

fn calls() -> MutexGuard<'static, VecDeque<Call>> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks for a call; `false` when too many wait already.
pub fn add(function: PendingFunc, argument: *mut c_void) -> bool {
    let mut calls = calls();
    if calls.len() >= MOST {
        return false;
    }
    calls.push_back(Call { function, argument });
    drop(calls);
    if let Some(main) = signals::main_thread() {
        main.eval_breaker.fetch_or(CALLS_TO_DO, Ordering::AcqRel);
    }
    true
}

/// Makes the calls that wait, if this is the main thread.
///
/// # Errors
/// What a call raises; those behind it wait on.
pub fn run(ts: &ThreadState) -> Result<()> {
    if !signals::in_main_thread() || BUSY.0.replace(true) {
        return Ok(());
    }
    ts.eval_breaker.fetch_and(!CALLS_TO_DO, Ordering::AcqRel);
    // Only those that wait now: a call may ask for itself again.
    let waiting = calls().len();
    let mut outcome = Ok(());
    for _ in 0..waiting {
        let Some(call) = calls().pop_front() else { break };
        // SAFETY: the function is for this argument.
        if unsafe { (call.function)(call.argument) } != 0 {
            outcome = Err(raise::pending());
            break;
        }
    }
    BUSY.0.set(false);
    if !calls().is_empty() {
        ts.eval_breaker.fetch_or(CALLS_TO_DO, Ordering::AcqRel);
    }
    outcome
}

/// `Py_MakePendingCalls`: signals and calls, without waiting for the evaluation loop.
///
/// # Errors
/// What they raise.
pub fn run_all(ts: &ThreadState) -> Result<()> {
    if signals::in_main_thread() {
        signals::run_handlers(ts)?;
    }
    run(ts)
}

/// In the child of a fork: what the parent was asked for is not for it.
pub fn after_fork(ts: &ThreadState) {
    // SAFETY: the only thread left; another one may have held the mutex when the process was copied.
    unsafe { core::ptr::from_ref(&CALLS).cast_mut().write(Mutex::new(VecDeque::new())) };
    ts.eval_breaker.fetch_and(!CALLS_TO_DO, Ordering::AcqRel);
}
