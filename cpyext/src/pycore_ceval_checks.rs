//! `pycore_ceval.h`: what instructions check, and what they say of what is wrong, for code that stands in for the evaluation loop.

use core::ffi::{CStr, c_char, c_int};
use interp::ops::{build, generator, iter, pattern};
use interp::{exceptions, generators, messages, monitor};
use objects::args::status;
use objects::interpreter_frame::{CodeUnit, InterpreterFrame};
use objects::state::ThreadState;
use objects::types::code::Code;
use objects::types::exceptions::NameError;
use objects::types::function::Function;
use objects::types::generator::Generator;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, TypeObject, raise};

/// 0 when `except` can have a class or a tuple of them, else -1 with an exception.
///
/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_CheckExceptTypeValid(_ts: &ThreadState, right: &Object) -> c_int {
    status(exceptions::check_class(right))
}

/// The same of `except*`.
///
/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_CheckExceptStarTypeValid(_ts: &ThreadState, right: &Object) -> c_int {
    status(exceptions::check_star_class(right))
}

/// Raises TypeError for what `async with` got from `__aenter__` (1) or `__aexit__` (2), if that cannot be awaited.
///
/// # Safety
/// A C function: a class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_FormatAwaitableError(_ts: &ThreadState, class: &TypeObject, oparg: c_int) {
    if let Some(raised) = generator::not_awaitable(class, usize::try_from(oparg).unwrap_or(0)) {
        raised.leave();
    }
}

/// Raises an exception with a text in which `%.200s` is a name; NameError has the name, too.
///
/// # Safety
/// A C function: an exception class, a C string with at most one such place, and a name or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_FormatExcCheckArg(
    _ts: &ThreadState,
    class: &Object,
    format: *const c_char,
    name: Option<&Object>,
) {
    let (Some(class), Some(name)) = (class.cast::<TypeObject>(), name.and_then(|name| name.cast::<Str>()))
    else {
        return;
    };
    // SAFETY: the caller's promise.
    let format = unsafe { CStr::from_ptr(format) }.to_string_lossy();
    let shown = name.to_string_lossy();
    let text = format.replacen("%.200s", &shown[..shown.floor_char_boundary(200)], 1);
    let raised = raise::set_text(class, format_args!("{text}"));
    match core::ptr::eq(class, &NameError) {
        true => messages::with_name(raised, name).leave(),
        false => raised.leave(),
    }
}

/// Raises UnboundLocalError for a local, NameError for a variable of an enclosing scope; leaves a pending exception as it is.
///
/// # Safety
/// A C function: a code object, and the number of one of its variables.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_FormatExcUnbound(_ts: &ThreadState, code: &Code, oparg: c_int) {
    if !raise::occurred() {
        messages::unbound_in(code, usize::try_from(oparg).unwrap_or(usize::MAX)).leave();
    }
}

/// Has the pending exception say what is wrong with `**kwargs` in a call.
///
/// # Safety
/// A C function: an exception is pending; what is called, and what its keywords should be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_FormatKwargsError(_ts: &ThreadState, function: &Object, kwargs: &Object) {
    if raise::occurred()
        && let Err(raised) = build::explain_keywords(raise::pending(), function, kwargs)
    {
        raised.leave();
    }
}

fn owned(found: Result<Option<Ref>>) -> Option<Ref> {
    found.unwrap_or_else(|raised| {
        raised.leave();
        None
    })
}

/// The attributes that a class pattern looks at; NULL without an exception when the subject does not match.
///
/// # Safety
/// A C function: an object, a class, and a tuple of names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_MatchClass(
    _ts: &ThreadState,
    subject: &Object,
    class: &Object,
    count: isize,
    names: &Object,
) -> Option<Ref> {
    let count = usize::try_from(count).unwrap_or(0);
    owned(match names.cast::<Tuple>() {
        Some(names) => pattern::match_class(subject, class, count, names),
        None => Err(raise::bad_internal_call()),
    })
}

/// The values under keys; None when one is missing.
///
/// # Safety
/// A C function: a mapping, and a tuple of keys.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_MatchKeys(
    _ts: &ThreadState,
    mapping: &Object,
    keys: &Object,
) -> Result<Ref> {
    let Some(keys) = keys.cast::<Tuple>() else { return Err(raise::bad_internal_call()) };
    Ok(pattern::match_keys(mapping, keys)?.unwrap_or_else(objects::object::refs::none))
}

/// Puts the items of an iterable below a place, the first one nearest to it: as many as `before`, and, unless `after` is -1, a list of
/// others and as many as `after`. 0 with an exception when that cannot be.
///
/// # Safety
/// A C function: room for so many references below the place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_UnpackIterable(
    _ts: &ThreadState,
    iterable: &Object,
    before: c_int,
    after: c_int,
    place: *mut *mut Object,
) -> c_int {
    let before = usize::try_from(before).unwrap_or(0);
    let items = match usize::try_from(after) {
        Ok(after) => iter::starred_items_of(iterable, before, after),
        Err(_) => iter::items_of(iterable, before),
    };
    match items {
        Ok(items) => {
            for (index, item) in items.into_iter().enumerate() {
                // SAFETY: the caller's promise.
                unsafe { place.sub(index + 1).write(item.into_ptr()) };
            }
            1
        }
        Err(raised) => {
            raised.leave();
            0
        }
    }
}

/// Tells who monitors that the pending exception has been raised in a frame.
///
/// # Safety
/// A C function: an exception is pending; a frame, and the instruction in its code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_MonitorRaise(
    ts: &ThreadState,
    frame: &InterpreterFrame,
    instruction: *mut CodeUnit,
) {
    monitor::exception(ts, frame, instruction, monitor::event::RAISE);
}

/// Whether nobody monitors how frames are left by exceptions.
///
/// # Safety
/// A C function: the calling thread's state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_NoToolsForUnwind(_ts: &ThreadState) -> bool {
    monitor::global_tools(monitor::event::PY_UNWIND) == 0
}

/// The coroutine, generator or asynchronous generator of a function, whose frame is not filled yet.
///
/// # Safety
/// A C function: a function of such a kind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_MakeCoro(function: &Function) -> Result<Ref<Generator>> {
    let code = function.code();
    let kinds = {
        use bytecode::code::flags::{ASYNC_GENERATOR, COROUTINE, GENERATOR};
        [GENERATOR, COROUTINE, ASYNC_GENERATOR]
    };
    match kinds.iter().any(|kind| code.has_flag(*kind)) {
        true => generators::of_function(function),
        false => Err(raise::bad_internal_call()),
    }
}
