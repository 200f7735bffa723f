//! Running code in another interpreter: what goes there, and what comes back.

use super::snapshot::Snapshot;
use crate::compile::{self, Mode};
use crate::crossinterp::{self, Data};
use crate::subinterpreter::{self, Visit};
use crate::{call, program};
use objects::state::Interpreter;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::function::Function;
use objects::types::namespace::Namespace;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Object, Raised, Ref, Result, raise};

/// What can be run.
pub enum Script {
    Text(String),
    /// A code object, marshalled.
    Code(Vec<u8>),
}

/// The script in a string.
///
/// # Errors
/// ValueError.
pub fn text(text: &Str, function: &str) -> Result<Script> {
    if text.is_empty() {
        return Err(raise!(ValueError, "{function}(): bad script text (too short)"));
    }
    let source = text.to_str()?;
    if source.contains('\0') {
        return Err(raise!(ValueError, "source code string cannot contain null bytes"));
    }
    Ok(Script::Text(source.to_owned()))
}

/// The code of a function without arguments and closure, or a code object.
///
/// # Errors
/// TypeError for other objects, ValueError for other functions.
pub fn code(object: &Object, function: &str, expected: &str) -> Result<Script> {
    let (code, kind) = if let Some(given) = object.cast::<Function>() {
        if !given.func_closure.is_empty() {
            return Err(raise!(ValueError, "{function}(): closures not supported"));
        }
        (given.code(), "func")
    } else if let Some(code) = object.cast::<Code>() {
        (code, "code object")
    } else {
        let given = if object.is(none()) { "None" } else { object.class().name() };
        return Err(raise!(TypeError, "{function}() argument 2 must be {expected}, not {given}"));
    };
    let problem = if code.parameter_count() > 0 {
        "arguments not supported"
    } else if code.co_ncellvars.get() > 0 {
        "closures not supported"
    } else {
        return Ok(Script::Code(crate::modules::marshal::dump(code, 4, true)?));
    };
    Err(raise!(ValueError, "{function}(): bad {kind} ({problem})"))
}

/// Names and what they are bound to in another interpreter's `__main__`.
pub struct Bindings(Vec<(String, Box<Data>)>);

impl Bindings {
    /// What a dictionary has.
    ///
    /// # Errors
    /// NotShareableError; TypeError for names that are no strings.
    pub fn of(dict: &Dict) -> Result<Bindings> {
        let mut bindings = Bindings(Vec::new());
        for (name, value) in dict.to_vec() {
            let Some(name) = name.cast::<Str>() else { return Err(raise::bad_argument()) };
            let name = name.to_str()?;
            if name.contains('\0') {
                return Err(raise!(ValueError, "embedded null character"));
            }
            bindings.0.push((name.to_owned(), Data::of(&value)?));
        }
        Ok(bindings)
    }

    fn apply(&self, namespace: &Dict) -> Result<()> {
        self.0.iter().try_for_each(|(name, data)| namespace.set_text(name, &*data.object()?))
    }
}

impl Drop for Bindings {
    fn drop(&mut self) {
        self.0.drain(..).for_each(|(_, data)| crossinterp::release(data));
    }
}

/// What went wrong in the other interpreter.
enum Failure {
    /// Its `__main__` runs already.
    Busy,
    Namespace,
    Bindings(Snapshot),
    Uncaught(Snapshot),
}

/// Has the calling thread bind names in an interpreter's `__main__` and run a script there; the snapshot of what it raises.
///
/// # Errors
/// InterpreterError when its `__main__` runs already, when there is none, or the names cannot be bound.
pub fn run(
    interpreter: &'static Interpreter,
    bindings: Option<Bindings>,
    script: Option<&Script>,
) -> Result<Option<Ref<Namespace>>> {
    let visit = Visit::enter(interpreter);
    let outcome = match subinterpreter::set_running() {
        Ok(()) => {
            let outcome = run_here(bindings.as_ref(), script);
            subinterpreter::set_not_running();
            outcome
        }
        Err(raised) => {
            raised.clear();
            Err(Failure::Busy)
        }
    };
    visit.leave();
    drop(bindings);
    match outcome {
        Ok(()) => Ok(None),
        Err(Failure::Uncaught(snapshot)) => snapshot.namespace().map(Some),
        Err(Failure::Busy) => Err(raise!(InterpreterError, "interpreter already running")),
        Err(Failure::Namespace) => Err(raise!(InterpreterError, "failed to get __main__ namespace")),
        Err(Failure::Bindings(snapshot)) => Err(not_bound(&snapshot)),
    }
}

/// InterpreterError, in the context of what was raised there.
fn not_bound(snapshot: &Snapshot) -> Raised {
    let error = raise!(InterpreterError, "failed to apply namespace to __main__").take();
    if let Some(text) = snapshot.formatted() {
        let context = raise!(InterpreterError, "{text}").take();
        if let Some(base) = error.cast::<objects::types::exceptions::BaseExceptionObject>() {
            base.context.set(Some(context));
        }
    }
    raise::restore(error)
}

/// What happens in the other interpreter.
fn run_here(bindings: Option<&Bindings>, script: Option<&Script>) -> core::result::Result<(), Failure> {
    let namespace = match program::main_module() {
        Ok(module) => module.dict(),
        Err(raised) => {
            raised.clear();
            return Err(Failure::Namespace);
        }
    };
    if let Some(bindings) = bindings {
        bindings.apply(&namespace).map_err(|raised| Failure::Bindings(snapshot(raised)))?;
    }
    match script {
        Some(script) => execute(script, &namespace).map_err(|raised| Failure::Uncaught(snapshot(raised))),
        None => Ok(()),
    }
}

fn execute(script: &Script, namespace: &Dict) -> Result<()> {
    let code = match script {
        Script::Text(text) => compile::compile(text.as_bytes(), "<string>", Mode::Exec, 0, -1)?,
        Script::Code(bytes) => {
            let (code, _) = crate::modules::marshal::load(bytes, true)?;
            code.downcast().map_err(|_| raise::bad_internal_call())?
        }
    };
    call::run_code(&code, namespace, namespace).map(drop)
}

/// The snapshot of what was raised; of what cannot be shown there is none.
fn snapshot(raised: Raised) -> Snapshot {
    Snapshot::of(&raised.take()).unwrap_or_else(|raised| {
        raised.clear();
        Snapshot::default()
    })
}
