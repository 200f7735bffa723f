//! Calls that threads are asked to make between two instructions: the main one, with or without the GIL (`Py_AddPendingCall`), or whichever
//! comes first.

use crate::breaker::CALLS_TO_DO;
use crate::signals;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::sync::atomic::Ordering;
use objects::state::{self, Interpreter, ThreadState};
use objects::{Result, raise};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is called: not 0 says that it raised.
pub type PendingFunc = unsafe extern "C" fn(*mut c_void) -> c_int;

/// Calls that may wait for the main thread at a time.
const MOST: usize = 32;
/// Calls that may wait for any thread.
const MOST_FOR_ANY: usize = 300;
/// Calls for any thread that are made in a row.
const AT_ONCE: usize = 100;

struct Call {
    /// Whose threads may make the call.
    interpreter: *const Interpreter,
    function: PendingFunc,
    argument: *mut c_void,
}

// SAFETY: the one who asks for the call says that the thread that makes it may have the argument.
unsafe impl Send for Call {}

/// Calls that wait, and whether a thread is making them, during which nobody begins again.
struct Queue {
    calls: Mutex<VecDeque<Call>>,
    busy: Cell<bool>,
}

// SAFETY: the flag is touched under the GIL.
unsafe impl Sync for Queue {}

impl Queue {
    const fn new() -> Queue {
        Queue { calls: Mutex::new(VecDeque::new()), busy: Cell::new(false) }
    }

    fn calls(&self) -> MutexGuard<'_, VecDeque<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `false` when `most` wait already.
    fn add(&self, call: Call, most: usize) -> bool {
        let mut calls = self.calls();
        let fits = calls.len() < most;
        if fits {
            calls.push_back(call);
        }
        fits
    }

    /// Makes the calls that wait now, and no more than `most`: a call may ask for itself again.
    fn run(&self, ts: &ThreadState, most: usize) -> Result<()> {
        if self.busy.replace(true) {
            return Ok(());
        }
        let is_ours = |call: &Call| call.interpreter == ts.interp.get();
        let waiting = self.calls().iter().filter(|call| is_ours(call)).count().min(most);
        let mut outcome = Ok(());
        for _ in 0..waiting {
            let next = {
                let mut calls = self.calls();
                calls.iter().position(is_ours).and_then(|place| calls.remove(place))
            };
            let Some(call) = next else { break };
            // SAFETY: the function is for this argument.
            if unsafe { (call.function)(call.argument) } != 0 {
                outcome = Err(raise::pending());
                break;
            }
        }
        self.busy.set(false);
        if self.calls().iter().any(is_ours) {
            ts.eval_breaker.fetch_or(CALLS_TO_DO, Ordering::AcqRel);
        }
        outcome
    }
}

static MAIN: Queue = Queue::new();
static ANY: Queue = Queue::new();

/// Asks the main thread for a call; `false` when too many wait already.
pub fn add(function: PendingFunc, argument: *mut c_void) -> bool {
    let added = MAIN.add(Call { interpreter: &raw const state::MAIN, function, argument }, MOST);
    if added && let Some(main) = signals::main_thread() {
        main.eval_breaker.fetch_or(CALLS_TO_DO, Ordering::AcqRel);
    }
    added
}

/// Asks whichever thread of an interpreter comes first for a call; `false` when too many wait already.
pub fn add_for_any(interpreter: &Interpreter, function: PendingFunc, argument: *mut c_void) -> bool {
    let added = ANY.add(Call { interpreter, function, argument }, MOST_FOR_ANY);
    let ask = |ts: &ThreadState| {
        ts.eval_breaker.fetch_or(CALLS_TO_DO, Ordering::AcqRel);
    };
    if added {
        // Without the GIL, the list of threads may change.
        match state::try_current() {
            Some(_) => crate::threads::of(interpreter).for_each(ask),
            None => signals::main_thread().into_iter().for_each(ask),
        }
    }
    added
}

/// Makes the calls that wait for this thread.
///
/// # Errors
/// What a call raises; those behind it wait on.
pub fn run(ts: &ThreadState) -> Result<()> {
    ts.eval_breaker.fetch_and(!CALLS_TO_DO, Ordering::AcqRel);
    let outcome = ANY.run(ts, AT_ONCE).and_then(|()| match signals::in_main_thread() {
        true => MAIN.run(ts, MOST),
        false => Ok(()),
    });
    if outcome.is_err() {
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

/// Makes all calls that wait for the running interpreter, which ends.
pub fn finish(ts: &ThreadState) {
    let mut rounds = AT_ONCE;
    while rounds > 0 && ANY.calls().iter().any(|call| call.interpreter == ts.interp.get()) {
        if let Err(raised) = run(ts) {
            raise::write_unraisable(raised, None);
        }
        rounds -= 1;
    }
    ANY.calls().retain(|call| call.interpreter != ts.interp.get());
}

/// In the child of a fork: what the parent was asked for is not for it.
pub fn after_fork(ts: &ThreadState) {
    for queue in [&MAIN, &ANY] {
        // SAFETY: the only thread left; another one may have held the mutex when the process was copied.
        unsafe { core::ptr::from_ref(queue).cast_mut().write(Queue::new()) };
    }
    ts.eval_breaker.fetch_and(!CALLS_TO_DO, Ordering::AcqRel);
}
