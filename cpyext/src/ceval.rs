//! `ceval.h` and `cpython/ceval.h`: running code, what runs now, letting go of the GIL, pending calls, recursion, tracing.

use crate::compile::CompilerFlags;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;
use interp::modules::builtins::exec;
use interp::monitor::legacy;
use interp::pending::{self, PendingFunc};
use interp::{call, fatal, gil, threads};
use macros::capi;
use objects::protocol::number;
use objects::state::{self, ThreadState, TraceFunc};
use objects::types::cfunction;
use objects::types::code::{Code, extra};
use objects::types::dict::Dict;
use objects::types::frame::Frame;
use objects::types::frame::locals::FrameLocalsProxy;
use objects::types::function::Function;
use objects::types::method::Method;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, interpreter_frame, raise};

#[unsafe(no_mangle)]
pub extern "C" fn PyEval_SaveThread() -> &'static ThreadState {
    let ts = crate::pystate::current("PyEval_SaveThread");
    gil::release(ts);
    ts
}

/// # Safety
/// A C function: what `PyEval_SaveThread` returned, or a state that no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_RestoreThread(ts: Option<&'static ThreadState>) {
    acquire("PyEval_RestoreThread", ts);
}

/// # Safety
/// As [`PyEval_RestoreThread`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_AcquireThread(ts: Option<&'static ThreadState>) {
    acquire("PyEval_AcquireThread", ts);
}

fn acquire(function: &str, ts: Option<&'static ThreadState>) {
    match ts {
        Some(ts) if state::try_current().is_none() => threads::attach(ts),
        Some(_) => fatal::error(Some(function), "non-NULL old thread state"),
        None => fatal::error(
            Some(function),
            "the function must be called with the GIL held, after Python initialization and before Python finalization, but \
             the GIL is released (the current Python thread state is NULL)",
        ),
    }
}

/// # Safety
/// A C function: the calling thread's state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_ReleaseThread(ts: &'static ThreadState) {
    if !threads::is_current(ts) {
        fatal::error(Some("PyEval_ReleaseThread"), "wrong thread state");
    }
    gil::release(ts);
}

/// The GIL is there from the start.
#[unsafe(no_mangle)]
pub extern "C" fn PyEval_InitThreads() {}

#[unsafe(no_mangle)]
pub extern "C" fn PyEval_ThreadsInitialized() -> c_int {
    1
}

/// Takes the GIL with the thread's own state.
#[unsafe(no_mangle)]
pub extern "C" fn PyEval_AcquireLock() {
    acquire("PyEval_AcquireLock", threads::own());
}

#[unsafe(no_mangle)]
pub extern "C" fn PyEval_ReleaseLock() {
    gil::release(crate::pystate::current("PyEval_ReleaseLock"));
}

/// A dictionary, or SystemError.
fn globals_of(globals: Option<&Object>) -> Result<&Dict> {
    globals.and_then(|globals| globals.cast()).ok_or_else(raise::bad_internal_call)
}

#[capi]
pub fn PyEval_EvalCode(code: &Code, globals: Option<&Object>, locals: Option<&Object>) -> Result<Ref> {
    let globals = globals_of(globals)?;
    call::run_code(code, globals, locals.unwrap_or(globals.as_object()))
}

/// Runs code as a function with these arguments, defaults and closure is called.
///
/// # Safety
/// A C function: as many arguments, pairs of keyword and value, and defaults as the counts say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_EvalCodeEx(
    code: &Object,
    globals: Option<&Object>,
    locals: Option<&Object>,
    args: *const &Object,
    arg_count: c_int,
    keywords: *const &Object,
    keyword_count: c_int,
    defaults: *const &Object,
    default_count: c_int,
    kwdefaults: Option<&Object>,
    closure: Option<&Object>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let (args, keywords, defaults) = unsafe {
        (slice(args, arg_count), slice(keywords, 2 * keyword_count), slice(defaults, default_count))
    };
    let code: &Code = code.cast().ok_or_else(raise::bad_internal_call)?;
    let function = Function::new(code, globals_of(globals)?)?;
    function.func_defaults.set(Some(Tuple::from_slice(defaults)?));
    let kwdefaults = match kwdefaults.map(|dict| dict.cast::<Dict>()) {
        Some(None) if code.co_kwonlyargcount.get() > 0 => return Err(raise::bad_internal_call()),
        kwdefaults => kwdefaults.flatten(),
    };
    function.func_kwdefaults.set(kwdefaults.map(Instance::to_ref));
    function.func_closure.set(closure.and_then(|cells| cells.cast()).map(Instance::to_ref));
    let names: Vec<Ref> = keywords.chunks_exact(2).map(|pair| pair[0].to_ref()).collect();
    let mut all = args.to_vec();
    all.extend(keywords.chunks_exact(2).map(|pair| pair[1]));
    call::run_function_with(&function, locals, &all, Some(&*Tuple::from_vec(names)?))
}

/// The items of a C array, which is NULL when there are none.
unsafe fn slice(items: *const &Object, count: c_int) -> &[&Object] {
    match usize::try_from(count) {
        // SAFETY: the caller's promise.
        Ok(count) if count > 0 => unsafe { core::slice::from_raw_parts(items, count) },
        _ => &[],
    }
}

/// Borrowed from the running frame or, where none runs, from the interpreter.
#[unsafe(no_mangle)]
pub extern "C" fn PyEval_GetBuiltins() -> *const Object {
    match interpreter_frame::current() {
        Some(frame) => frame.builtins(),
        None => state::interpreter().builtins.as_ptr().cast(),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyEval_GetGlobals() -> Option<&'static Object> {
    interpreter_frame::current().map(|frame| frame.globals().as_object())
}

/// The variables of the running frame, borrowed from it: those of a function as a dictionary that the frame keeps, brought up to date.
#[capi]
pub fn PyEval_GetLocals() -> Result<*const Object> {
    let Some(activation) = interpreter_frame::current() else {
        return Err(objects::raise!(SystemError, "frame does not exist"));
    };
    let frame = Frame::of(activation)?;
    let locals = frame.get_locals()?;
    if locals.cast::<FrameLocalsProxy>().is_none() {
        return Ok(locals.as_ptr());
    }
    let kept = match frame.f_locals_cache.get().and_then(|kept| kept.downcast::<Dict>().ok()) {
        Some(kept) => kept,
        None => {
            let fresh = Dict::new()?;
            frame.f_locals_cache.set(Some(fresh.clone().upcast()));
            fresh
        }
    };
    kept.merge(&*objects::types::frame::locals::snapshot(activation)?, true)?;
    Ok(kept.as_ptr().cast())
}

/// The running frame, borrowed.
#[unsafe(no_mangle)]
pub extern "C" fn PyEval_GetFrame() -> *const Frame {
    match interpreter_frame::current().map(Frame::of) {
        Some(Ok(frame)) => frame.as_ptr(),
        Some(Err(raised)) => {
            raised.clear();
            ptr::null()
        }
        None => ptr::null(),
    }
}

#[capi]
pub fn PyEval_GetFrameBuiltins() -> Result<Option<Ref>> {
    // SAFETY: borrowed from what lives on.
    Ok(unsafe { PyEval_GetBuiltins().as_ref() }.map(Instance::to_ref))
}

#[capi]
pub fn PyEval_GetFrameGlobals() -> Result<Option<Ref>> {
    Ok(PyEval_GetGlobals().map(Instance::to_ref))
}

#[capi]
pub fn PyEval_GetFrameLocals() -> Result<Ref> {
    exec::current_locals()
}

/// # Safety
/// A C function: a builtin's name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_GetBuiltin(name: &Object) -> Result<Ref> {
    // SAFETY: borrowed from what lives on.
    let builtins = unsafe { PyEval_GetBuiltins().as_ref() };
    let found = match builtins.and_then(|builtins| builtins.cast::<Dict>()) {
        Some(builtins) => builtins.get_item(name)?,
        None => None,
    };
    found.ok_or_else(|| raise::set(&objects::types::exceptions::AttributeError, Some(name)))
}

/// # Safety
/// A C function: a function for that argument, which the main thread may call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_AddPendingCall(function: PendingFunc, argument: *mut c_void) -> c_int {
    if pending::add(function, argument) { 0 } else { -1 }
}

#[capi]
pub fn Py_MakePendingCalls() -> Result<()> {
    pending::run_all(crate::pystate::current("Py_MakePendingCalls"))
}

/// # Safety
/// A C function: the calling thread's state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_MakePendingCalls(ts: &ThreadState) -> c_int {
    objects::args::status(pending::run_all(ts))
}

/// # Safety
/// A C function: the calling thread's state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_HandlePending(ts: &ThreadState) -> c_int {
    objects::args::status(interp::breaker::handle_pending(ts))
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_SetRecursionLimit(limit: c_int) {
    state::set_recursion_limit(limit);
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_GetRecursionLimit() -> c_int {
    state::interpreter().recursion_limit.get()
}

#[capi]
pub fn Py_EnterRecursiveCall(place: Option<&CStr>) -> Result<()> {
    let place = place.map_or_else(Default::default, CStr::to_string_lossy);
    // The other function is its end.
    core::mem::forget(state::enter_recursive_call(&place)?);
    Ok(())
}

#[unsafe(no_mangle)]
pub extern "C" fn Py_LeaveRecursiveCall() {
    state::leave_recursive_call();
}

/// A call that was counted already is one too many, or not.
///
/// # Safety
/// A C function: the calling thread's state, and a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_CheckRecursiveCall(ts: &ThreadState, place: *const c_char) -> c_int {
    if ts.c_recursion_remaining.get() >= 0 || ts.recursion_headroom.get() > 0 {
        return 0;
    }
    // SAFETY: the caller's promise.
    let place = unsafe { CStr::from_ptr(place) }.to_string_lossy();
    match state::enter_recursive_call(&place) {
        Ok(_) => 0,
        Err(raised) => {
            state::leave_recursive_call();
            raised.leave();
            -1
        }
    }
}

/// What a callable is called in messages, borrowed from it.
///
/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_GetFuncName(function: &Object) -> *const c_char {
    if let Some(method) = function.cast::<Method>() {
        // SAFETY: the method keeps its function.
        return unsafe { PyEval_GetFuncName(&*method.raw_parts().0) };
    }
    if let Some(function) = function.cast::<Function>() {
        // SAFETY: never NULL while the function is alive; its text is kept with it.
        return unsafe {
            crate::unicodeobject::inspect::PyUnicode_AsUTF8(
                function.func_name.as_ptr().cast::<Object>().as_ref(),
            )
        };
    }
    match function.cast::<cfunction::Function>() {
        Some(function) => function.def().ml_name,
        None => function.class().tp_name.get(),
    }
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_GetFuncDesc(function: &Object) -> *const c_char {
    let is_function = function.cast::<Method>().is_some()
        || function.cast::<Function>().is_some()
        || function.cast::<cfunction::Function>().is_some();
    if is_function { c"()".as_ptr() } else { c" object".as_ptr() }
}

/// A hook of audits that cannot refuse: what it raises is reported.
fn audit(event: &str, function: &str) -> bool {
    match interp::audit::raise_named(event, &[]) {
        Ok(()) => true,
        Err(raised) => {
            crate::pyerrors::write_unraisable_in(raised, function);
            false
        }
    }
}

type Set = fn(&ThreadState, Option<TraceFunc>, Option<Ref>) -> Result<()>;

fn set_one(name: &str, event: &str, set: Set, function: Option<TraceFunc>, own: Option<&Object>) {
    if audit(event, name)
        && let Err(raised) = set(state::current(), function, own.map(Instance::to_ref))
    {
        crate::pyerrors::write_unraisable_in(raised, name);
    }
}

fn set_all(name: &str, event: &str, set: Set, function: Option<TraceFunc>, own: Option<&Object>) {
    if !audit(event, name) {
        return;
    }
    let mut failed: Option<Raised> = None;
    state::for_each_thread(|ts| {
        if failed.is_none() {
            failed = set(ts, function, own.map(Instance::to_ref)).err();
        }
    });
    if let Some(raised) = failed {
        crate::pyerrors::write_unraisable_in(raised, name);
    }
}

/// # Safety
/// A C function: a trace function for that object, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_SetTrace(function: Option<TraceFunc>, own: Option<&Object>) {
    set_one("PyEval_SetTrace", "sys.settrace", legacy::set_trace, function, own);
}

/// # Safety
/// As [`PyEval_SetTrace`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_SetProfile(function: Option<TraceFunc>, own: Option<&Object>) {
    set_one("PyEval_SetProfile", "sys.setprofile", legacy::set_profile, function, own);
}

/// # Safety
/// As [`PyEval_SetTrace`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_SetTraceAllThreads(function: Option<TraceFunc>, own: Option<&Object>) {
    set_all("PyEval_SetTraceAllThreads", "sys.settrace", legacy::set_trace, function, own);
}

/// # Safety
/// As [`PyEval_SetTrace`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_SetProfileAllThreads(function: Option<TraceFunc>, own: Option<&Object>) {
    set_all("PyEval_SetProfileAllThreads", "sys.setprofile", legacy::set_profile, function, own);
}

/// # Safety
/// As [`PyEval_SetTrace`], with a thread's state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_SetProfile(
    ts: &ThreadState,
    function: Option<TraceFunc>,
    own: Option<&Object>,
) -> c_int {
    objects::args::status(
        interp::audit::raise_named("sys.setprofile", &[])
            .and_then(|()| legacy::set_profile(ts, function, own.map(Instance::to_ref))),
    )
}

/// Adds the future features of the running code; whether there are any flags then.
///
/// # Safety
/// A C function: flags.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_MergeCompilerFlags(flags: &mut CompilerFlags) -> c_int {
    flags.cf_flags |= exec::inherited_flags() as c_int;
    (flags.cf_flags != 0).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyUnstable_Eval_RequestCodeExtraIndex(free: Option<extra::FreeFunc>) -> isize {
    extra::request(free).map_or(-1, |index| index as isize)
}

/// # Safety
/// A C function: where the bound of a slice goes; untouched for None.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_SliceIndex(object: Option<&Object>, place: *mut isize) -> c_int {
    match object.filter(|object| !object.is(none())) {
        // SAFETY: the caller's promise.
        Some(object) => unsafe {
            slice_index(object, place, "slice indices must be integers or None or have an")
        },
        None => 1,
    }
}

/// # Safety
/// A C function: an object, and where the bound of a slice goes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_SliceIndexNotNone(object: &Object, place: *mut isize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { slice_index(object, place, "slice indices must be integers or have an") }
}

/// Whether the bound could be had.
unsafe fn slice_index(object: &Object, place: *mut isize, text: &str) -> c_int {
    let index = match number::is_index(object) {
        true => number::index_as_isize(object, None),
        false => Err(objects::raise!(TypeError, "{text} __index__ method")),
    };
    match index {
        Ok(index) => {
            // SAFETY: the caller's promise.
            unsafe { place.write(index) };
            1
        }
        Err(raised) => {
            raised.leave();
            0
        }
    }
}

/// `PyEval_CallFunction` and its kin of old, but for those with `...`.
///
/// # Safety
/// A C function: a callable, a tuple or NULL, a dictionary or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_CallObjectWithKeywords(
    callable: &Object,
    args: Option<&Object>,
    kwargs: Option<&Object>,
) -> Result<Ref> {
    let args = match args {
        None => Tuple::empty(),
        Some(args) => match args.cast::<Tuple>() {
            Some(args) => args.to_ref(),
            None => return Err(objects::raise!(TypeError, "argument list must be a tuple")),
        },
    };
    let kwargs = match kwargs.map(|kwargs| kwargs.cast::<Dict>()) {
        None => None,
        Some(Some(kwargs)) => Some(kwargs),
        Some(None) => return Err(objects::raise!(TypeError, "keyword list must be a dictionary")),
    };
    objects::protocol::call::call_with_tuple(callable, &args, kwargs)
}
