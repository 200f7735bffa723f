//! Raising: [`Raised`] says that the thread state holds an exception, as NULL does in C.

use crate::interpreter_frame;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::state;
use crate::typeobject::TypeObject;
use crate::types::exceptions as exc;
use crate::types::str::Str;
use core::fmt;

/// Proof that the thread state holds an exception. Only raising makes one; [`Raised::take`] and [`Raised::clear`] end it.
/// A unit struct, so that `Result<Ref, Raised>` has a guaranteed layout: NULL for the error.
#[must_use = "an exception is set: return it or clear it"]
#[derive(Debug)]
#[non_exhaustive]
pub struct Raised;

/// The result of whatever can raise; by default a new reference.
pub type Result<T = Ref> = core::result::Result<T, Raised>;

/// Makes a [`Raised`] of the named class: `raise!(TypeError, "bad {thing}")`.
#[macro_export]
macro_rules! raise {
    ($class:ident, $($text:tt)+) => {
        $crate::raise::set_text(&$crate::types::exceptions::$class, format_args!($($text)+))
    };
    ($class:ident) => {
        $crate::raise::set_class(&$crate::types::exceptions::$class)
    };
}

/// `PyErr_Format`: sets an exception of `class` with the given text.
#[cold]
pub fn set_text(class: &TypeObject, text: fmt::Arguments<'_>) -> Raised {
    let message = match text.as_str() {
        Some(literal) => Str::new(literal),
        None => Str::new(&text.to_string()),
    };
    match message {
        Ok(message) => set(class, Some(message.as_object())),
        Err(raised) => raised,
    }
}

/// `PyErr_SetNone`.
#[cold]
pub fn set_class(class: &TypeObject) -> Raised {
    set(class, None)
}

/// `PyErr_SetObject`: makes an exception of `class` with `value` as its argument (a tuple gives all of them, an instance of the
/// class is taken as it is), sets its context to the exception being handled, and makes it the pending one.
#[cold]
pub fn set(class: &TypeObject, value: Option<&Object>) -> Raised {
    exc::create_and_set(class, value)
}

/// Makes `exception` the pending one as it is, without touching its context (`PyErr_SetRaisedException`).
#[inline]
pub fn restore(exception: Ref) -> Raised {
    state::current().current_exception.set(Some(exception));
    Raised
}

/// Whether an exception is pending (`PyErr_Occurred`).
#[inline]
pub fn occurred() -> bool {
    !state::current().current_exception.is_empty()
}

/// The proof for an exception that a C function left behind, or SystemError when there is none.
#[inline]
pub fn pending() -> Raised {
    if occurred() { Raised } else { null_result() }
}

/// The pending exception, taken out of the thread state.
#[inline]
pub fn take_pending() -> Option<Ref> {
    state::current().current_exception.take()
}

/// SystemError for a NULL without an exception.
#[cold]
pub fn null_result() -> Raised {
    raise!(SystemError, "error return without exception set")
}

/// `PyErr_NoMemory`.
#[cold]
pub fn no_memory() -> Raised {
    exc::set_memory_error()
}

/// The exception that crate `num` asks for.
#[cold]
pub fn arithmetic(error: num::Error) -> Raised {
    let class: &TypeObject = match error.exception {
        num::Exception::Memory => return no_memory(),
        num::Exception::Overflow => &exc::OverflowError,
        num::Exception::Type => &exc::TypeError,
        num::Exception::Value => &exc::ValueError,
        num::Exception::ZeroDivision => &exc::ZeroDivisionError,
    };
    set_text(class, format_args!("{}", error.message))
}

/// `PyErr_BadInternalCall`.
#[cold]
pub fn bad_internal_call() -> Raised {
    raise!(SystemError, "bad argument to internal function")
}

/// `PyErr_BadArgument`.
#[cold]
pub fn bad_argument() -> Raised {
    raise!(TypeError, "bad argument type for built-in operation")
}

/// KeyError with the key itself as its argument (`_PyErr_SetKeyError`), so that a tuple stays one argument.
#[cold]
pub fn key_error(key: &Object) -> Raised {
    exc::set_key_error(key)
}

/// StopIteration carrying `value`.
#[cold]
pub fn stop_iteration(value: Option<&Object>) -> Raised {
    exc::set_stop_iteration(value)
}

/// OSError (or its subclass for the number) from `errno`, with the file names it concerns (`PyErr_SetFromErrnoWithFilenameObjects`).
#[cold]
pub fn os_error(errno: i32, filename: Option<&Object>, filename2: Option<&Object>) -> Raised {
    exc::set_os_error(errno, filename, filename2)
}

/// [`os_error`] for the last failed call of the C library, without a file name.
#[cold]
pub fn last_os_error() -> Raised {
    os_error(std::io::Error::last_os_error().raw_os_error().unwrap_or(0), None, None)
}

/// The exception with another as its cause and context (`_PyErr_FormatFromCause`).
#[cold]
pub fn with_cause(raised: Raised, cause: Ref) -> Raised {
    let exception = raised.take();
    if let Some(base) = exception.cast::<exc::BaseExceptionObject>() {
        base.suppress_context.set(true);
        base.cause.set(Some(cause.clone()));
        base.context.set(Some(cause));
    }
    restore(exception)
}

impl Raised {
    /// The exception, taken out of the thread state.
    pub fn take(self) -> Ref {
        match take_pending() {
            Some(exception) => exception,
            None => {
                let again = null_result();
                again.leave();
                take_pending().unwrap_or_else(|| crate::fatal("no exception could be set"))
            }
        }
    }

    /// Leaves the exception pending, for a caller that tells of it in C's way.
    pub fn leave(self) {}

    /// Drops the exception.
    pub fn clear(self) {
        drop(take_pending());
    }

    /// Whether the pending exception is an instance of `class` (`PyErr_ExceptionMatches`).
    pub fn matches(&self, class: &TypeObject) -> bool {
        match state::current().current_exception.get() {
            Some(exception) => exception.class().is_subtype(class),
            None => false,
        }
    }

    /// Whether the pending exception's class is `class` itself.
    pub fn matches_exactly(&self, class: &TypeObject) -> bool {
        state::current().current_exception.get().is_some_and(|exception| exception.is_exactly(class))
    }
}

/// What to do with an error of one class.
pub trait Catch<T> {
    /// `Ok(None)` when the exception is of `class` (it is dropped), any other exception passes.
    ///
    /// # Errors
    /// The exception when it is not of `class`.
    fn catch(self, class: &TypeObject) -> Result<Option<T>>;
}

impl<T> Catch<T> for Result<T> {
    fn catch(self, class: &TypeObject) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(raised) if raised.matches(class) => {
                raised.clear();
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }
}

/// Gives the pending exception the traceback of where it is reported, if it has none.
fn add_missing_traceback() {
    let traceback = |exception: Ref| {
        exception.cast::<exc::BaseExceptionObject>().and_then(|exception| exception.traceback.get())
    };
    if state::current().current_exception.get().and_then(traceback).is_none()
        && let Some(frame) = interpreter_frame::current()
    {
        crate::types::traceback::add_here(frame);
    }
}

/// `PyErr_WriteUnraisable`: hands an exception that nobody can catch to `sys.unraisablehook`.
pub fn write_unraisable(raised: Raised, object: Option<&Object>) {
    add_missing_traceback();
    crate::hooks::UNRAISABLE.get()(raised.take(), None, object);
}

/// `PyErr_FormatUnraisable`: the same, with a message in place of "Exception ignored in".
pub fn write_unraisable_with(raised: Raised, message: &str) {
    add_missing_traceback();
    crate::hooks::UNRAISABLE.get()(raised.take(), Some(message), None);
}

const _: () = assert!(size_of::<Raised>() == 0 && size_of::<Result<Ref>>() == size_of::<*mut Object>());
