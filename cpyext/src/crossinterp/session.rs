//! `_PyXI_session`: a thread's visit to another interpreter, which it enters with data and leaves with what was raised there.

use super::excinfo::{Error, code};
use super::namespace::Namespace;
use core::ffi::c_int;
use core::ptr;
use interp::subinterpreter::{self, THREAD_OF_EXEC};
use interp::{program, threads};
use objects::state::{self, Interpreter, ThreadState};
use objects::{Object, Slot, raise};
use std::io::Write;

/// `_PyXI_session`: all zeros before it is entered.
#[repr(C)]
pub struct Session {
    /// The state that the thread had before.
    outer: *const ThreadState,
    /// The state that it has during the session.
    own: *const ThreadState,
    /// Whether that state ends with the session.
    own_ends: c_int,
    /// Whether the session runs the interpreter's `__main__`.
    runs_main: c_int,
    main_namespace: Slot,
    /// What is to be told instead of the exception: NULL or `error_override`.
    override_with: *mut c_int,
    /// What there is to tell: NULL or `captured`.
    pub(super) error: *mut Error,
    captured: Error,
    error_override: c_int,
}

const _: () = assert!(size_of::<Session>() == 120);
const _: () = assert!(core::mem::offset_of!(Session, main_namespace) == 24);

impl Session {
    /// Has the exception that is pending at the end told as an error of this kind.
    pub(super) fn set_override(&mut self, code: c_int) {
        self.error_override = code;
        self.override_with = &raw mut self.error_override;
    }

    /// Has the thread run an interpreter.
    fn enter(&mut self, interpreter: &'static Interpreter) {
        let outer = state::current();
        self.outer = outer;
        self.own = outer;
        if !ptr::eq(outer.interpreter(), interpreter) {
            let own: &'static ThreadState = Box::leak(threads::create(interpreter));
            own.whence.set(THREAD_OF_EXEC);
            threads::swap(Some(own));
            self.own = own;
            self.own_ends = 1;
        }
    }

    /// Goes back to where the thread was.
    fn leave(&mut self) {
        self.main_namespace.set(None);
        if self.runs_main != 0 {
            subinterpreter::set_not_running();
            self.runs_main = 0;
        }
        // SAFETY: the session's states, alive until it ends.
        let (outer, own) = unsafe { (&*self.outer, &*self.own) };
        if self.own_ends != 0 {
            self.own_ends = 0;
            threads::clear(own);
            // SAFETY: cleared, and not used again.
            unsafe { threads::delete_current() };
            threads::attach(outer);
        }
        self.outer = ptr::null();
        self.own = ptr::null();
    }

    /// Takes the pending exception, for whoever asks once the session has ended.
    fn capture(&mut self) {
        let Some(pending) = raise::take_pending() else { return };
        // SAFETY: NULL or the session's own code.
        let wanted = unsafe { self.override_with.as_ref() }.copied();
        self.override_with = ptr::null_mut();
        // SAFETY: the state of the session is alive.
        let interpreter = ptr::from_ref(unsafe { &*self.own }.interpreter());
        self.captured = Error { interpreter, ..Error::NONE };
        let error = &mut self.captured;
        if wanted == Some(code::ALREADY_RUNNING) {
            error.code = code::ALREADY_RUNNING;
        } else {
            match error.uncaught.fill_by_exception(&pending) {
                Ok(()) => error.code = wanted.unwrap_or(code::UNCAUGHT_EXCEPTION),
                Err((why, raised)) => {
                    raised.clear();
                    let text = format!("RunFailedError: script raised an uncaught exception ({why})");
                    // Nothing more can be done where that fails.
                    drop(std::io::stderr().write_all(text.as_bytes()));
                    return;
                }
            }
        }
        self.error = &raw mut self.captured;
    }

    /// Ends a session that could not begin.
    fn fail(&mut self, raised: raise::Raised, code: c_int) -> c_int {
        raised.leave();
        self.set_override(code);
        self.capture();
        self.leave();
        -1
    }
}

/// Has the calling thread run an interpreter's `__main__`, in which names are bound first. -1 when that cannot be: with an exception
/// when the names cannot be shared, else with an error that the session has captured.
///
/// # Safety
/// A C function: a session of zeros, an interpreter, and a dictionary or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_Enter(
    session: &mut Session,
    interpreter: &'static Interpreter,
    updates: Option<&Object>,
) -> c_int {
    let namespace = match Namespace::of_dict(updates) {
        Ok(namespace) => namespace,
        Err(raised) => {
            raised.leave();
            return -1;
        }
    };
    session.enter(interpreter);
    if let Err(raised) = subinterpreter::set_running() {
        return session.fail(raised, code::ALREADY_RUNNING);
    }
    session.runs_main = 1;
    let main = match program::main_module() {
        Ok(module) => module.dict(),
        Err(raised) => return session.fail(raised, code::MAIN_NS_FAILURE),
    };
    session.main_namespace.set(Some(main.clone().upcast()));
    if let Some(namespace) = &namespace
        && let Err(raised) = namespace.apply(&main, None)
    {
        drop(main);
        return session.fail(raised, code::APPLY_NS_FAILURE);
    }
    0
}

/// Ends a session; what is pending is captured.
///
/// # Safety
/// A C function: a session that has been entered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_Exit(session: &mut Session) {
    session.capture();
    session.leave();
}
