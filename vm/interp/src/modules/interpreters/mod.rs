//! `_interpreters`: interpreters made, run and ended by Python programs.

pub mod config;
pub mod run;
pub mod snapshot;
pub mod unbound;
mod view;

use crate::{crossinterp, subinterpreter};
use objects::args::Kwargs;
use objects::protocol::number;
use objects::state::{self, Interpreter, whence};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::namespace::Namespace;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, raise};
use run::Bindings;

/// InterpreterNotFoundError.
#[cold]
pub fn not_found(id: i64) -> Raised {
    raise!(InterpreterNotFoundError, "unrecognized interpreter ID {id}")
}

/// The number of an interpreter, or of another thing that interpreters share, that an object says.
///
/// # Errors
/// TypeError, ValueError, OverflowError.
pub fn id_of(object: &Object, what: &str) -> Result<i64> {
    if !number::is_index(object) {
        let name = object.class().name();
        return Err(raise!(TypeError, "{what} ID must be an int, got {name}"));
    }
    let value = number::index(object)?;
    let Some(id) = value.to_i64() else {
        return Err(raise!(OverflowError, "int too big to convert"));
    };
    match id {
        0.. => Ok(id),
        _ => {
            let shown = objects::protocol::object::repr(object)?.to_string_lossy();
            Err(raise!(ValueError, "{what} ID must be a non-negative int, got {shown}"))
        }
    }
}

/// The interpreter whose number an object says.
///
/// # Errors
/// As [`id_of`]; InterpreterNotFoundError.
pub fn look_up(object: &Object) -> Result<&'static Interpreter> {
    let id = id_of(object, "interpreter")?;
    subinterpreter::find(id).ok_or_else(|| not_found(id))
}

/// What an operation asks of the interpreter that it is on.
#[derive(Clone, Copy, Default)]
struct Wanted {
    /// One that this module has made.
    restricted: bool,
    ready: bool,
}

/// The interpreter that an operation is on; the running one when nothing is said.
fn resolve(id: Option<&Object>, wanted: Wanted, operation: &str) -> Result<&'static Interpreter> {
    let interpreter = match id {
        Some(id) => look_up(id)?,
        None => state::interpreter(),
    };
    let shown = || -> Result<String> {
        id.map_or_else(|| Ok(String::new()), |id| Ok(objects::protocol::object::repr(id)?.to_string_lossy()))
    };
    if wanted.ready && !interpreter.is_ready.get() {
        return Err(match id {
            None => raise!(InterpreterError, "cannot {operation} current interpreter (not ready)"),
            Some(_) => raise!(InterpreterError, "cannot {operation} interpreter {} (not ready)", shown()?),
        });
    }
    if wanted.restricted && interpreter.whence.get() != whence::STDLIB {
        return Err(match id {
            None => raise!(InterpreterError, "cannot {operation} unrecognized current interpreter"),
            Some(_) => raise!(InterpreterError, "cannot {operation} unrecognized interpreter {}", shown()?),
        });
    }
    Ok(interpreter)
}

/// An interpreter that is to run something.
fn to_run(id: &Object, restricted: bool, operation: &str) -> Result<&'static Interpreter> {
    resolve(Some(id), Wanted { restricted, ready: true }, operation)
}

/// An interpreter's number and where it comes from.
fn summary(interpreter: &Interpreter) -> Result<Ref> {
    let items = [new_int(interpreter.id)?, new_int(interpreter.whence.get())?];
    Ok(Tuple::from_array(items)?.upcast())
}

/// Whether an interpreter's `__main__` runs; that of the main one always does.
fn is_running(interpreter: &Interpreter) -> bool {
    interpreter.is_main() || subinterpreter::is_running(interpreter)
}

/// What `shared` says.
fn bindings(shared: Option<&Object>) -> Result<Option<Bindings>> {
    match shared.map(|shared| shared.cast_exact::<Dict>()) {
        None => Ok(None),
        Some(Some(dict)) => Bindings::of(dict).map(Some),
        Some(None) => Err(raise!(TypeError, "expected 'shared' to be a dict")),
    }
}

const EXEC: &str = "_interpreters.exec";

/// A new interpreter for a program (`_PyXI_NewInterpreter`).
///
/// # Errors
/// InterpreterError.
pub fn create(config: state::Config, whence: core::ffi::c_long) -> Result<&'static Interpreter> {
    let outer = state::try_current();
    match subinterpreter::create(config, whence) {
        Ok(ts) => {
            let interpreter = ts.interpreter();
            crate::threads::clear(ts);
            // SAFETY: cleared, and not used again.
            unsafe { crate::threads::delete_current() };
            if let Some(outer) = outer {
                crate::threads::attach(outer);
            }
            Ok(interpreter)
        }
        Err(_) => {
            let cause = raise!(InterpreterError, "sub-interpreter creation failed").take();
            let error = raise!(InterpreterError, "interpreter creation failed").take();
            if let Some(base) = error.cast::<exc::BaseExceptionObject>() {
                base.context.set(Some(cause));
            }
            Err(raise::restore(error))
        }
    }
}

#[macros::pymodule(name = "_interpreters", classes(view::BufferView))]
pub mod module {
    use super::*;

    #[constant]
    const WHENCE_UNKNOWN: i64 = whence::UNKNOWN;
    #[constant]
    const WHENCE_RUNTIME: i64 = whence::RUNTIME;
    #[constant]
    const WHENCE_LEGACY_CAPI: i64 = whence::LEGACY_CAPI;
    #[constant]
    const WHENCE_CAPI: i64 = whence::CAPI;
    #[constant]
    const WHENCE_XI: i64 = whence::XI;
    #[constant]
    const WHENCE_STDLIB: i64 = whence::STDLIB;

    #[exec]
    fn exec_module(module: &Module) -> Result<()> {
        let dict = module.dict();
        dict.set_text("InterpreterError", exc::InterpreterError.as_object())?;
        dict.set_text("InterpreterNotFoundError", exc::InterpreterNotFoundError.as_object())?;
        dict.set_text("NotShareableError", exc::interpreter::not_shareable_class()?.as_object())?;
        view::register()
    }

    #[function(
        "new_config($module, name='isolated', /, **overrides)",
        nosig,
        errors_name = "_interpreters.new_config"
    )]
    fn new_config(name: Option<&Object>, overrides: Kwargs) -> Result<Ref<Namespace>> {
        let mut config = match name {
            None => config::named("")?,
            Some(name) => match name.cast::<Str>() {
                Some(name) => config::named(name.to_str()?)?,
                None => {
                    let given = name.class().name();
                    let text = "_interpreters.new_config() argument 1 must be str";
                    return Err(raise!(TypeError, "{text}, not {given}"));
                }
            },
        };
        if let Some(overrides) = overrides.to_dict()? {
            config::update(&mut config, &overrides)?;
        }
        config::as_namespace(config)
    }

    #[function("create($module, config=None, *, reqrefs=False)", nosig)]
    fn create(config: Option<&Object>, reqrefs: bool) -> Result<i64> {
        let interpreter = super::create(config::of(config)?, whence::STDLIB)?;
        interpreter.requires_id_ref.set(reqrefs);
        Ok(interpreter.id)
    }

    #[function("destroy($module, id, *, restrict=False)", nosig)]
    fn destroy(id: &Object, restrict: bool) -> Result<()> {
        let wanted = Wanted { restricted: restrict, ready: false };
        let interpreter = resolve(Some(id), wanted, "destroy")?;
        if core::ptr::eq(interpreter, state::interpreter()) {
            return Err(raise!(InterpreterError, "cannot destroy the current interpreter"));
        }
        if super::is_running(interpreter) {
            return Err(raise!(InterpreterError, "interpreter running"));
        }
        subinterpreter::destroy(interpreter);
        Ok(())
    }

    #[function("list_all($module, *, require_ready=False)", nosig)]
    fn list_all(require_ready: bool) -> Result<Ref<List>> {
        let listed = state::interpreters().filter(|known| !require_ready || known.is_ready.get());
        let mut all = listed.map(summary).collect::<Result<Vec<_>>>()?;
        all.reverse();
        List::from_vec(all)
    }

    #[function("get_current($self, /)")]
    fn get_current() -> Result<Ref> {
        summary(state::interpreter())
    }

    #[function("get_main($self, /)")]
    fn get_main() -> Result<Ref> {
        summary(&state::MAIN)
    }

    #[function("is_running($module, id, *, restrict=False)", nosig)]
    fn is_running(id: &Object, restrict: bool) -> Result<bool> {
        Ok(super::is_running(to_run(id, restrict, "check if running for")?))
    }

    #[function("get_config($module, id, *, restrict=False)", nosig)]
    fn get_config(id: &Object, restrict: bool) -> Result<Ref<Namespace>> {
        let wanted = Wanted { restricted: restrict, ready: false };
        let interpreter = resolve(Some(id).filter(|id| !id.is(none())), wanted, "get the config of")?;
        config::as_namespace(interpreter.config.get())
    }

    #[function("whence($module, id)", nosig)]
    fn whence_of(id: &Object) -> Result<i64> {
        Ok(look_up(id)?.whence.get())
    }

    #[function(
        "exec($module, id, code, shared=<unrepresentable>, *, restrict=False)",
        nosig,
        errors_name = "_interpreters.exec"
    )]
    fn exec(
        id: &Object,
        code: &Object,
        shared: Option<&Object>,
        restrict: bool,
    ) -> Result<Option<Ref<Namespace>>> {
        let interpreter = to_run(id, restrict, "exec code for")?;
        let script = match code.cast::<Str>() {
            Some(text) => run::text(text, EXEC)?,
            None => run::code(code, EXEC, "a string, a function, or a code object")?,
        };
        run::run(interpreter, bindings(shared)?, Some(&script))
    }

    #[function(
        "call($module, id, callable, args=<unrepresentable>, kwargs=<unrepresentable>, *, restrict=False)",
        nosig,
        errors_name = "_interpreters.call"
    )]
    fn call(
        id: &Object,
        callable: &Object,
        args: Option<&Object>,
        kwargs: Option<&Object>,
        restrict: bool,
    ) -> Result<Option<Ref<Namespace>>> {
        let interpreter = to_run(id, restrict, "make a call in")?;
        // No object could be passed.
        if args.is_some() {
            return Err(raise!(ValueError, "got unexpected args"));
        }
        if kwargs.is_some() {
            return Err(raise!(ValueError, "got unexpected kwargs"));
        }
        let script = run::code(callable, "_interpreters.call", "a function")?;
        run::run(interpreter, None, Some(&script))
    }

    #[function(
        "run_string($module, id, script, shared=<unrepresentable>, *, restrict=False)",
        nosig,
        errors_name = "_interpreters.run_string"
    )]
    fn run_string(
        id: &Object,
        script: &Object,
        shared: Option<&Object>,
        restrict: bool,
    ) -> Result<Option<Ref<Namespace>>> {
        let Some(text) = script.cast::<Str>() else {
            let given = script.class().name();
            return Err(raise!(TypeError, "_interpreters.run_string() argument 2 must be str, not {given}"));
        };
        let interpreter = to_run(id, restrict, "run a string in")?;
        let script = run::text(text, EXEC)?;
        run::run(interpreter, bindings(shared)?, Some(&script))
    }

    #[function(
        "run_func($module, id, func, shared=<unrepresentable>, *, restrict=False)",
        nosig,
        errors_name = "_interpreters.run_func"
    )]
    fn run_func(
        id: &Object,
        func: &Object,
        shared: Option<&Object>,
        restrict: bool,
    ) -> Result<Option<Ref<Namespace>>> {
        let interpreter = to_run(id, restrict, "run a function in")?;
        let script = run::code(func, EXEC, "a function or a code object")?;
        run::run(interpreter, bindings(shared)?, Some(&script))
    }

    #[function(
        "set___main___attrs($module, id, updates, *, restrict=False)",
        nosig,
        errors_name = "_interpreters.set___main___attrs"
    )]
    fn set_main_attrs(id: &Object, updates: &Object, restrict: bool) -> Result<()> {
        let interpreter = to_run(id, restrict, "update __main__ for")?;
        let bindings = match updates.is(none()) {
            true => None,
            false => {
                if objects::protocol::object::len(updates)? == 0 {
                    return Err(raise!(ValueError, "arg 2 must be a non-empty mapping"));
                }
                match updates.cast_exact::<Dict>() {
                    Some(dict) => Some(Bindings::of(dict)?),
                    None => return Err(raise!(TypeError, "expected a dict")),
                }
            }
        };
        run::run(interpreter, bindings, None).map(drop)
    }

    #[function("incref($module, id, *, implieslink=False, restrict=False)", nosig)]
    fn incref(id: &Object, implieslink: bool, restrict: bool) -> Result<()> {
        let interpreter = to_run(id, restrict, "incref")?;
        if implieslink {
            interpreter.requires_id_ref.set(true);
        }
        subinterpreter::hold(interpreter);
        Ok(())
    }

    #[function("decref($module, id, *, restrict=False)", nosig)]
    fn decref(id: &Object, restrict: bool) -> Result<()> {
        subinterpreter::release(to_run(id, restrict, "decref")?);
        Ok(())
    }

    #[function("is_shareable($module, obj)", nosig)]
    fn is_shareable(obj: &Object) -> bool {
        crossinterp::look_up(obj).is_some()
    }

    #[function("capture_exception($module, exc=None)", nosig)]
    fn capture_exception(exc: Option<&Object>) -> Result<Option<Ref<Namespace>>> {
        match exc {
            None => Ok(None),
            Some(exc) if exc.cast::<exc::BaseExceptionObject>().is_some() => {
                snapshot::Snapshot::of(exc)?.namespace().map(Some)
            }
            Some(other) => {
                let shown = objects::protocol::object::repr(other)?.to_string_lossy();
                Err(raise!(TypeError, "expected exception, got {shown}"))
            }
        }
    }
}
