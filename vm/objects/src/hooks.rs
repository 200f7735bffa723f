//! What objects ask of the interpreter, which lives above them. The interpreter fills every hook before the first Python code
//! runs; a hook that is called before that ends the process with its name.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::raise::Result;
use core::cell::Cell;

/// One function that a crate above provides.
pub struct Hook<F: Copy> {
    name: &'static str,
    function: Cell<Option<F>>,
}

// SAFETY: set once at start-up by the main thread, read under the GIL.
unsafe impl<F: Copy> Sync for Hook<F> {}

impl<F: Copy> Hook<F> {
    pub const fn new(name: &'static str) -> Hook<F> {
        Hook { name, function: Cell::new(None) }
    }

    pub fn set(&self, function: F) {
        self.function.set(Some(function));
    }

    /// The function, if the interpreter has provided it.
    #[inline]
    pub fn try_get(&self) -> Option<F> {
        self.function.get()
    }

    #[inline]
    pub fn get(&self) -> F {
        match self.function.get() {
            Some(function) => function,
            None => crate::fatal(self.name),
        }
    }
}

/// `import_module(name)`: `PyImport_ImportModule` through `builtins.__import__`'s machinery.
pub static IMPORT: Hook<fn(&str) -> Result<Ref>> = Hook::new("import used before the interpreter started");

/// Issues a warning: `(category, text, stack level)`.
pub static WARN: Hook<fn(&Object, &str, isize) -> Result<()>> =
    Hook::new("warning issued before the interpreter started");

/// Issues a ResourceWarning about an object, at the caller's line: `(object, text)` (`PyErr_ResourceWarning`).
pub static WARN_RESOURCE: Hook<fn(&Object, &str) -> Result<()>> =
    Hook::new("warning issued before the interpreter started");

/// Turns instruction events for trace functions on or off in a code object.
pub static TRACE_OPCODES: Hook<fn(&crate::types::code::Code, bool) -> Result<()>> =
    Hook::new("tracing before the interpreter started");

/// That an extension that knows of one interpreter alone may be loaded in the running one.
pub static CHECK_COMPATIBLE: Hook<fn(&str) -> Result<()>> =
    Hook::new("extension loaded before the interpreter started");

/// Raises an auditing event with its arguments (`PySys_Audit`).
pub static AUDIT: Hook<fn(&str, &[&Object]) -> Result<()>> =
    Hook::new("auditing before the interpreter started");

/// Runs what waits at the evaluation loop's breaker (signals, GIL requests, asynchronous exceptions); called by long native
/// loops.
pub static HANDLE_PENDING: Hook<fn() -> Result<()>> =
    Hook::new("pending calls before the interpreter started");

/// Reports an exception that nobody can catch (`sys.unraisablehook`), with a message and the object it happened in.
pub static UNRAISABLE: Hook<fn(crate::Ref, Option<&str>, Option<&Object>)> =
    Hook::new("unraisable exception before the interpreter started");

/// Runs a Python function: the vectorcall entry of `function` objects.
pub static FUNCTION_VECTORCALL: Hook<crate::typeobject::slots::VectorcallFunc> =
    Hook::new("function made before the interpreter started");

/// Resumes a generator with a value, or with the pending exception.
pub static RESUME_GENERATOR: Hook<
    fn(&crate::types::generator::Generator, Option<&Object>) -> Result<crate::types::generator::Sent>,
> = Hook::new("generator resumed before the interpreter started");

/// What the interpreter does in the child of a fork: forget the other threads, renew the GIL.
pub static AFTER_FORK: Hook<fn()> = Hook::new("fork before the interpreter started");
