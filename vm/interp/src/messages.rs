//! Error texts that several instructions share.

use objects::interpreter_frame::InterpreterFrame;
use objects::protocol::attr;
use objects::raise::Raised;
use objects::types::code::Code;
use objects::types::exceptions as exc;
use objects::types::str::Str;
use objects::{Instance, Object, Result, id, raise};

/// NameError for a name that no namespace has; it carries the name for suggestions.
#[cold]
pub fn undefined_name(name: &Str) -> Raised {
    let raised = raise!(NameError, "name '{}' is not defined", name.to_string_lossy());
    with_name(raised, name)
}

/// For a fast local or a cell without a value.
#[cold]
pub fn unbound(frame: &InterpreterFrame, index: usize) -> Raised {
    unbound_in(frame.code(), index)
}

/// [`unbound`] by the code alone.
#[cold]
pub fn unbound_in(code: &Code, index: usize) -> Raised {
    let Some(name) = code.local_name(index) else { return raise!(SystemError, "no such variable") };
    let text = name.to_string_lossy();
    if index < code.first_free() {
        return raise!(
            UnboundLocalError,
            "cannot access local variable '{text}' where it is not associated with a value"
        );
    }
    let raised = raise!(
        NameError,
        "cannot access free variable '{text}' where it is not associated with a value in enclosing scope"
    );
    with_name(raised, name)
}

/// Gives a NameError the name that it is about, for suggestions.
pub fn with_name(raised: Raised, name: &Str) -> Raised {
    if !raised.matches(&exc::NameError) {
        return raised;
    }
    let exception = raised.take();
    if let Err(failed) = attr::set(&exception, id!("name"), Some(name.as_object())) {
        failed.clear();
    }
    raise::restore(exception)
}

/// How error texts call a callable (`_PyObject_FunctionStr`): `name()`, `module.qualname()`, or its `str()`.
///
/// # Errors
/// What asking the callable raises.
pub fn callable_name(callable: &Object) -> Result<String> {
    let qualname = match attr::get_optional(callable, id!("__qualname__"))? {
        Some(name) => name,
        None => return Ok(objects::protocol::object::str(callable)?.to_string_lossy()),
    };
    let qualname = objects::protocol::object::str(&qualname)?.to_string_lossy();
    let module = attr::get_optional(callable, id!("__module__"))?;
    if let Some(module) = module.as_deref().and_then(|module| module.cast::<Str>())
        && !module.equals_text("builtins")
    {
        return Ok(format!("{}.{qualname}()", module.to_string_lossy()));
    }
    Ok(format!("{qualname}()"))
}
