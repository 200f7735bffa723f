//! `pyerrors.h`, `cpython/pyerrors.h` and the exported parts of `pycore_pyerrors.h`: raising, asking for and handing on exceptions
//! here, kinds of errors beside it.

pub mod legacy;
pub mod new;
pub mod os;
pub mod private;
pub mod snprintf;
pub mod syntax;
pub mod unicode;

use crate::abstract_::text;
use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{CStr, c_char, c_int};
use macros::capi;
use objects::types::exceptions::{self as exc, BaseExceptionObject};
use objects::types::none::none;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, raise};

/// Reports an exception that a function's contract leaves no way to raise.
pub fn write_unraisable_in(raised: Raised, function: &str) {
    raise::write_unraisable_with(raised, &format!("Exception ignored in {function}"));
}

/// Makes `class(value)` pending; what is no exception class is a SystemError.
fn set(class: Option<&Object>, value: Option<&Object>) -> Raised {
    let Some(class) = class else {
        return objects::raise!(SystemError, "PyErr_SetObject called with NULL exception");
    };
    match class.cast::<TypeObject>().filter(|class| class.is_subtype(&exc::BaseException)) {
        Some(class) => raise::set(class, value),
        None => match objects::protocol::object::repr(class) {
            Ok(name) => objects::raise!(
                SystemError,
                "_PyErr_SetObject: exception {} is not a BaseException subclass",
                name.to_string_lossy()
            ),
            Err(raised) => raised,
        },
    }
}

/// # Safety
/// A C function: a class and a value, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SetObject(class: Option<&Object>, value: Option<&Object>) {
    set(class, value).leave();
}

/// # Safety
/// A C function: a class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SetNone(class: Option<&Object>) {
    set(class, None).leave();
}

/// # Safety
/// A C function: a class and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SetString(class: Option<&Object>, string: *const c_char) {
    // SAFETY: the caller's promise.
    match text(unsafe { CStr::from_ptr(string) }) {
        Ok(text) => set(class, Some(&text)).leave(),
        Err(raised) => raised.leave(),
    }
}

/// `PyErr_Format` from a list.
///
/// # Safety
/// The list has what the format asks for.
unsafe extern "C" fn set_format(
    class: Option<&Object>,
    format: *const c_char,
    list: &mut VaList,
) -> Option<Ref> {
    // An exception that is pending is not that of making the text.
    PyErr_Clear();
    // SAFETY: the caller keeps the C function's contract.
    match unsafe { crate::unicodeobject::format::format(CStr::from_ptr(format), list) } {
        Ok(text) => set(class, Some(&text)).leave(),
        Err(raised) => raised.leave(),
    }
    None
}

variadic!(PyErr_Format, set_format, 2);

/// # Safety
/// A C function: the list has what the format asks for; it is left as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_FormatV(
    class: Option<&Object>,
    format: *const c_char,
    list: &VaList,
) -> Option<Ref> {
    // SAFETY: the caller's promise.
    unsafe { set_format(class, format, &mut list.clone()) }
}

unsafe extern "C" fn format_unraisable(format: *const c_char, list: &mut VaList) {
    let Some(exception) = raise::take_pending() else { return };
    // SAFETY: the caller keeps the C function's contract.
    let text = (!format.is_null())
        .then(|| unsafe { crate::unicodeobject::format::format(CStr::from_ptr(format), list) });
    let message = match text {
        None => None,
        Some(Ok(text)) => Some(text.to_string_lossy()),
        Some(Err(raised)) => {
            raised.clear();
            None
        }
    };
    let raised = raise::restore(exception);
    match message {
        Some(message) => raise::write_unraisable_with(raised, &message),
        None => raise::write_unraisable(raised, None),
    }
}

variadic!(PyErr_FormatUnraisable, format_unraisable, 1);

/// The class of the pending exception, borrowed.
#[unsafe(no_mangle)]
pub extern "C" fn PyErr_Occurred() -> Option<&'static Object> {
    let pending = objects::state::current().current_exception.as_ptr();
    // SAFETY: the thread state keeps the exception, which keeps its class.
    unsafe { pending.as_ref() }.map(|exception| exception.class().as_object())
}

#[unsafe(no_mangle)]
pub extern "C" fn PyErr_Clear() {
    drop(raise::take_pending());
}

/// The pending exception, which is pending no more.
#[unsafe(no_mangle)]
pub extern "C" fn PyErr_GetRaisedException() -> Option<Ref> {
    raise::take_pending()
}

/// Makes an exception pending, which it takes over; NULL clears.
///
/// # Safety
/// A C function: an owned exception or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SetRaisedException(exception: Option<Ref>) {
    match exception {
        Some(exception) => raise::restore(exception).leave(),
        None => PyErr_Clear(),
    }
}

/// # Safety
/// A C function: an exception or a class, and what it is compared with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_GivenExceptionMatches(
    given: Option<&Object>,
    wanted: Option<&Object>,
) -> c_int {
    match (given, wanted) {
        (Some(given), Some(wanted)) => exc::matches(given, wanted).into(),
        _ => 0,
    }
}

/// # Safety
/// A C function: what the pending exception is compared with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_ExceptionMatches(wanted: Option<&Object>) -> c_int {
    // SAFETY: both are borrowed objects.
    unsafe { PyErr_GivenExceptionMatches(PyErr_Occurred(), wanted) }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyErr_NoMemory() -> Option<Ref> {
    raise::no_memory().leave();
    None
}

#[unsafe(no_mangle)]
pub extern "C" fn PyErr_BadArgument() -> c_int {
    raise::bad_argument().leave();
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn PyErr_BadInternalCall() {
    raise::bad_internal_call().leave();
}

/// # Safety
/// A C function: a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_BadInternalCall(file: *const c_char, line: c_int) {
    // SAFETY: the caller's promise.
    let file = unsafe { CStr::from_ptr(file) }.to_string_lossy();
    objects::raise!(SystemError, "{file}:{line}: bad argument to internal function").leave();
}

/// # Safety
/// A C function: an object or NULL, which the report names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_WriteUnraisable(object: Option<&Object>) {
    if raise::occurred() {
        raise::write_unraisable(raise::pending(), object);
    }
}

fn exception(object: &Object) -> Result<&BaseExceptionObject> {
    object.cast().ok_or_else(raise::bad_internal_call)
}

#[capi]
pub fn PyException_GetTraceback(object: &Object) -> Result<Option<Ref>> {
    Ok(exception(object)?.traceback.get().map(Ref::upcast))
}

#[capi]
pub fn PyException_GetCause(object: &Object) -> Result<Option<Ref>> {
    Ok(exception(object)?.cause.get())
}

#[capi]
pub fn PyException_GetContext(object: &Object) -> Result<Option<Ref>> {
    Ok(exception(object)?.context.get())
}

/// Takes over the cause.
///
/// # Safety
/// A C function: an exception, and an owned exception or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyException_SetCause(object: &Object, cause: Option<Ref>) {
    if let Some(exception) = object.cast::<BaseExceptionObject>() {
        exception.suppress_context.set(true);
        exception.cause.set(cause);
    }
}

/// Takes over the context.
///
/// # Safety
/// A C function: an exception, and an owned exception or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyException_SetContext(object: &Object, context: Option<Ref>) {
    if let Some(exception) = object.cast::<BaseExceptionObject>() {
        exception.context.set(context);
    }
}

#[capi]
pub fn PyException_SetTraceback(object: &Object, traceback: &Object) -> Result<()> {
    let name = objects::id!("__traceback__");
    objects::protocol::attr::set(object, name, Some(traceback))
}

#[capi]
pub fn PyException_GetArgs(object: &Object) -> Result<Ref> {
    objects::protocol::attr::get(object, objects::id!("args"))
}

/// # Safety
/// A C function: an exception and a tuple.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyException_SetArgs(object: &Object, args: &Object) {
    if let Err(raised) = objects::protocol::attr::set(object, objects::id!("args"), Some(args)) {
        raised.leave();
    }
}

#[capi]
pub fn PyExceptionClass_Name(class: &TypeObject) -> Result<*const c_char> {
    Ok(class.tp_name.get())
}

/// The exception that is being handled, a new reference.
#[unsafe(no_mangle)]
pub extern "C" fn PyErr_GetHandledException() -> Option<Ref> {
    objects::state::current().handled_exception()
}

/// # Safety
/// A C function: an exception or NULL, borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SetHandledException(exception: Option<&Object>) {
    let exception = exception.filter(|exception| !exception.is(none()));
    objects::state::current().exc_info().exc_value.set(exception.map(Instance::to_ref));
}

/// Asks the signal handlers to run.
#[capi]
pub fn PyErr_CheckSignals() -> Result<()> {
    objects::hooks::HANDLE_PENDING.get()()
}
