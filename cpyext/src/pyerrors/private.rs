//! Functions of the interpreter's own that extensions use too. They name a thread's state, which is the caller's.

use crate::unicodeobject::format::format;
use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{CStr, c_char, c_int, c_void};
use macros::capi;
use objects::args::suggest;
use objects::types::exceptions::BaseExceptionObject;
use objects::types::str::Str;
use objects::{Object, Ref, Result, codecs, raise};

/// Makes an exception, which it takes over, pending, or the context of the one that is.
///
/// # Safety
/// A C function: an owned exception or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_ChainExceptions1(exception: Option<Ref>) {
    let Some(exception) = exception else { return };
    match raise::take_pending() {
        None => raise::restore(exception).leave(),
        Some(pending) => {
            if let Some(base) = pending.cast::<BaseExceptionObject>() {
                base.context.set(Some(exception));
            }
            raise::restore(pending).leave();
        }
    }
}

unsafe extern "C" fn format_from_cause(
    class: Option<&Object>,
    string: *const c_char,
    list: &mut VaList,
) -> Option<Ref> {
    let cause = raise::take_pending();
    // SAFETY: the caller keeps the C function's contract.
    let raised = match unsafe { format(CStr::from_ptr(string), list) } {
        Ok(text) => super::set(class, Some(&text)),
        Err(raised) => raised,
    };
    let exception = raised.take();
    if let (Some(base), Some(cause)) = (exception.cast::<BaseExceptionObject>(), cause) {
        base.suppress_context.set(true);
        base.cause.set(Some(cause.clone()));
        base.context.set(Some(cause));
    }
    raise::restore(exception).leave();
    None
}

// Replaces the pending exception by one that has it as its cause.
variadic!(_PyErr_FormatFromCause, format_from_cause, 2);

unsafe extern "C" fn format_in(
    _state: *const c_void,
    class: Option<&Object>,
    string: *const c_char,
    list: &mut VaList,
) -> Option<Ref> {
    // SAFETY: the caller keeps the C function's contract.
    unsafe { super::set_format(class, string, list) }
}

variadic!(_PyErr_Format, format_in, 3);

/// # Safety
/// A C function: a class and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_SetString(
    _state: *const c_void,
    class: Option<&Object>,
    string: *const c_char,
) {
    // SAFETY: the caller's promise.
    unsafe { super::PyErr_SetString(class, string) }
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyErr_Clear(_state: *const c_void) {
    super::PyErr_Clear();
}

/// # Safety
/// A C function: what the pending exception is compared with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_ExceptionMatches(_state: *const c_void, wanted: Option<&Object>) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { super::PyErr_ExceptionMatches(wanted) }
}

/// KeyError about a key, which stays one argument.
///
/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_SetKeyError(key: &Object) {
    raise::key_error(key).leave();
}

/// An exception whose text is in the locale's encoding.
///
/// # Safety
/// A C function: a class and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_SetLocaleString(class: Option<&Object>, string: *const c_char) {
    // SAFETY: the caller's promise.
    if let Ok(text) = codecs::decode_fs(unsafe { CStr::from_ptr(string) }.to_bytes()) {
        super::set(class, Some(&text)).leave();
    }
}

/// What `except*` raises again: of the exceptions in a list those that were raised anew, and the parts of the original group.
#[capi]
pub fn PyUnstable_Exc_PrepReraiseStar(original: Option<&Object>, raised: Option<&Object>) -> Result<Ref> {
    let Some(original) = original.filter(|original| original.cast::<BaseExceptionObject>().is_some()) else {
        return Err(objects::raise!(TypeError, "orig must be an exception instance"));
    };
    let Some(list) = raised.and_then(|raised| raised.cast::<objects::types::list::List>()) else {
        return Err(objects::raise!(TypeError, "excs must be a list of exception instances"));
    };
    let items = list.to_vec();
    let none = objects::types::none::none();
    let is_one = |item: &Ref| item.is(none) || item.cast::<BaseExceptionObject>().is_some();
    if let Some(at) = items.iter().position(|item| !is_one(item)) {
        return Err(objects::raise!(TypeError, "item {at} of excs is not an exception"));
    }
    let traceback = original.cast::<BaseExceptionObject>().and_then(|base| base.traceback.get());
    if traceback.is_none() {
        return Err(objects::raise!(ValueError, "orig must be a raised exception"));
    }
    let star = interp::exceptions::prepare_reraise_star(original, &items)?;
    Ok(star.unwrap_or_else(objects::object::refs::none))
}

/// How much one text must be edited to become another, in the measure of suggestions; `most` + 1 where it is more than that, which for
/// -1 is the cost of replacing the whole text.
#[capi]
pub fn _Py_UTF8_Edit_Cost(left: &Str, right: &Str, most: isize) -> Result<isize> {
    let (left, right) = (left.to_str()?.as_bytes(), right.to_str()?.as_bytes());
    let most =
        if most == -1 { left.len().max(right.len()) * suggest::MOVE_COST } else { most.max(0) as usize };
    Ok(suggest::distance(left, right, most).unwrap_or(most + 1) as isize)
}
