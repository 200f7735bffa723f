//! Exceptions as three objects: class, value and traceback.

use core::ptr;
use objects::types::exceptions::{self as exc, BaseExceptionObject};
use objects::types::none::none;
use objects::types::traceback::Traceback;
use objects::{Instance, Object, Ref, Result, TypeObject, protocol, raise};

fn pointer(object: Option<Ref>) -> *mut Object {
    object.map_or(ptr::null_mut(), Ref::into_ptr)
}

fn traceback_of(exception: &Object) -> Option<Ref> {
    exception.cast::<BaseExceptionObject>()?.traceback.get()
}

fn class_of(exception: &Object) -> Ref {
    exception.class().as_object().to_ref()
}

/// The pending exception, which is pending no more; NULLs without one.
///
/// # Safety
/// A C function: the places may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_Fetch(
    class: *mut *mut Object,
    value: *mut *mut Object,
    traceback: *mut *mut Object,
) {
    let exception = raise::take_pending();
    // SAFETY: the caller's promise.
    unsafe {
        class.write(pointer(exception.as_deref().map(class_of)));
        traceback.write(pointer(exception.as_deref().and_then(traceback_of)));
        value.write(pointer(exception));
    }
}

/// Makes an exception pending, taking over its parts; NULLs clear.
///
/// # Safety
/// A C function: owned objects or NULLs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_Restore(class: Option<Ref>, value: Option<Ref>, traceback: Option<Ref>) {
    let Some(class) = class else {
        drop(raise::take_pending());
        return;
    };
    match restored(&class, value, traceback) {
        Ok(exception) => raise::restore(exception).leave(),
        Err(raised) => raised.leave(),
    }
}

fn restored(class: &Object, value: Option<Ref>, traceback: Option<Ref>) -> Result<Ref> {
    let class = class.cast::<TypeObject>().ok_or_else(raise::bad_internal_call)?;
    let exception = match value {
        Some(value) if ptr::eq(value.class(), class) => value,
        value => exc::instantiate(class, value.as_deref())?,
    };
    let traceback = match traceback.filter(|traceback| !traceback.is(none())) {
        None => None,
        Some(traceback) => match traceback.downcast::<Traceback>() {
            Ok(traceback) => Some(traceback),
            Err(_) => return Err(objects::raise!(TypeError, "traceback must be a Traceback or None")),
        },
    };
    if let Some(base) = exception.cast::<BaseExceptionObject>() {
        base.traceback.set(traceback.map(Ref::upcast));
    }
    Ok(exception)
}

/// How often an exception is replaced by the one that making it raises.
const MOST_ATTEMPTS: usize = 32;

/// Makes the value an instance of the class, and the class the instance's own.
///
/// # Safety
/// A C function: the places own objects or hold NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_NormalizeException(
    class: &mut Option<Ref>,
    value: &mut Option<Ref>,
    traceback: &mut Option<Ref>,
) {
    for attempt in 0.. {
        let Some(kind) = class.clone() else { return };
        match normalized(kind, value.take()) {
            Ok((kind, exception)) => {
                *class = Some(kind);
                *value = Some(exception);
                return;
            }
            Err(raised) => {
                let raised = match attempt {
                    MOST_ATTEMPTS => {
                        raised.clear();
                        let text = "maximum recursion depth exceeded while normalizing an exception";
                        objects::raise!(RecursionError, "{text}")
                    }
                    _ => raised,
                };
                let exception = raised.take();
                *class = Some(class_of(&exception));
                if let Some(new) = traceback_of(&exception) {
                    *traceback = Some(new);
                }
                *value = Some(exception);
            }
        }
    }
}

/// The class and the instance for a class and a value.
fn normalized(class: Ref, value: Option<Ref>) -> Result<(Ref, Ref)> {
    let value = value.unwrap_or_else(objects::object::refs::none);
    let Some(kind) = class.cast::<TypeObject>().filter(|class| class.is_subtype(&exc::BaseException)) else {
        return Ok((class, value));
    };
    if value.cast::<BaseExceptionObject>().is_some()
        && protocol::object::is_subclass(value.class().as_object(), kind)?
    {
        return Ok((class_of(&value), value));
    }
    let exception = exc::instantiate(kind, Some(&value))?;
    Ok((class, exception))
}

/// The exception that is being handled.
///
/// # Safety
/// A C function: the places may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_GetExcInfo(
    class: *mut *mut Object,
    value: *mut *mut Object,
    traceback: *mut *mut Object,
) {
    let exception = objects::state::current().handled_exception();
    let or_none = |object: Option<Ref>| object.unwrap_or_else(objects::object::refs::none).into_ptr();
    // SAFETY: the caller's promise.
    unsafe {
        class.write(or_none(exception.as_deref().map(class_of)));
        traceback.write(or_none(exception.as_deref().and_then(traceback_of)));
        value.write(or_none(exception));
    }
}

/// Sets the exception that is being handled, taking over its parts; only the value matters.
///
/// # Safety
/// A C function: owned objects or NULLs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SetExcInfo(class: Option<Ref>, value: Option<Ref>, traceback: Option<Ref>) {
    // SAFETY: a borrowed object or NULL.
    unsafe { super::PyErr_SetHandledException(value.as_deref()) };
    drop((class, value, traceback));
}
