//! Calls.

use crate::unicodeobject::intern::Identifier;
use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{CStr, c_char};
use macros::capi;
use objects::protocol::{attr, call};
use objects::typeobject::slots::VectorcallFunc;
use objects::types::dict::Dict;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

/// A vectorcall's arguments: the positional ones and then one for each name.
///
/// # Safety
/// `args` points to that many objects, which outlive the result.
unsafe fn arguments<'a>(args: *const &'a Object, nargsf: usize, kwnames: Option<&Tuple>) -> &'a [&'a Object] {
    let count = call::positional_count(nargsf) + kwnames.map_or(0, Tuple::len);
    // Without any, the place before them may still be one that the callee writes to.
    if count == 0 && args.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(args, count) }
}

#[capi]
pub fn PyVectorcall_NARGS(nargsf: usize) -> isize {
    call::positional_count(nargsf) as isize
}

/// The vectorcall entry of an object, NULL if it has none.
#[unsafe(no_mangle)]
pub extern "C" fn PyVectorcall_Function(callable: &Object) -> Option<VectorcallFunc> {
    call::vectorcall_function(callable)
}

/// # Safety
/// A C function: `args` holds the arguments that `nargsf` and `kwnames` announce.
#[capi]
pub unsafe fn PyObject_Vectorcall(
    callable: &Object,
    args: *const &Object,
    nargsf: usize,
    kwnames: Option<&Tuple>,
) -> Result<Ref> {
    let flags = nargsf & objects::typeobject::flags::VECTORCALL_ARGUMENTS_OFFSET;
    // SAFETY: the caller's promise.
    call::vectorcall(callable, unsafe { arguments(args, nargsf, kwnames) }, flags, kwnames)
}

/// # Safety
/// A C function: `args` holds the positional arguments.
#[capi]
pub unsafe fn PyObject_VectorcallDict(
    callable: &Object,
    args: *const &Object,
    nargsf: usize,
    kwargs: Option<&Dict>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let args = unsafe { arguments(args, nargsf, None) };
    match kwargs.filter(|kwargs| !kwargs.is_empty()) {
        None => call::vectorcall(callable, args, nargsf & !call::positional_count(nargsf), None),
        Some(kwargs) => call::call_with_tuple(callable, &*Tuple::from_slice(args)?, Some(kwargs)),
    }
}

/// # Safety
/// A C function: `args` holds the object and the arguments that `nargsf` and `kwnames` announce.
#[capi]
pub unsafe fn PyObject_VectorcallMethod(
    name: &Str,
    args: *const &Object,
    nargsf: usize,
    kwnames: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let all = unsafe { arguments(args, nargsf, kwnames) };
    let Some((object, rest)) = all.split_first() else { return Err(raise::bad_internal_call()) };
    match attr::get_method(object, name)? {
        attr::Method::Unbound(function) => call::vectorcall(&function, all, 0, kwnames),
        attr::Method::Bound(callable) => call::vectorcall(&callable, rest, 0, kwnames),
    }
}

/// `tp_call` of the classes that have a vectorcall entry.
#[capi]
pub fn PyVectorcall_Call(callable: &Object, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
    // SAFETY: a slot's function, which checks what it is given.
    unsafe { call::vectorcall_call(callable, args, kwargs.map(Instance::as_object)) }
}

#[capi]
pub fn PyObject_Call(callable: &Object, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
    call::call_with_tuple(callable, args, kwargs)
}

#[capi]
pub fn PyObject_CallObject(callable: &Object, args: Option<&Object>) -> Result<Ref> {
    match args {
        None => call::call_no_args(callable),
        Some(args) => match args.cast::<Tuple>() {
            Some(args) => call::call_with_tuple(callable, args, None),
            None => Err(objects::raise!(TypeError, "argument list must be a tuple")),
        },
    }
}

#[capi]
pub fn PyObject_CallNoArgs(callable: &Object) -> Result<Ref> {
    call::call_no_args(callable)
}

#[capi]
pub fn PyObject_CallOneArg(callable: &Object, arg: &Object) -> Result<Ref> {
    call::call_one_arg(callable, arg)
}

/// Calls through `tp_call` an object that has no vectorcall entry.
///
/// # Safety
/// A C function: `args` holds `positional` arguments and then one for each name, if `keywords` is a tuple of names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_MakeTpCall(
    _state: *const core::ffi::c_void,
    callable: &Object,
    args: *const &Object,
    positional: isize,
    keywords: Option<&Object>,
) -> Option<Ref> {
    let names = keywords.and_then(|keywords| keywords.cast::<Tuple>());
    // SAFETY: the caller's promise.
    let all = unsafe { arguments(args, positional as usize, names) };
    let call = || match keywords.and_then(|keywords| keywords.cast::<Dict>()) {
        Some(kwargs) => call::call_with_tuple(callable, &*Tuple::from_slice(all)?, Some(kwargs)),
        None => call::vectorcall(callable, all, 0, names),
    };
    call().ok()
}

/// SystemError for a function that returned NULL without an exception, or a result with one.
///
/// # Safety
/// A C function: `result` is a reference that it takes over, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_CheckFunctionResult(
    _state: *const core::ffi::c_void,
    callable: Option<&Object>,
    result: Option<Ref>,
    place: Option<&CStr>,
) -> Option<Ref> {
    objects::protocol::call::check_result(callable, result, place.map(CStr::to_string_lossy).as_deref()).ok()
}

/// The arguments that a format makes of what a caller passed: the items of a tuple, else the one value.
///
/// # Safety
/// `format` is NULL or a C string, and the list has what it asks for.
unsafe fn formatted(format: *const c_char, list: &mut VaList) -> Result<Vec<Ref>> {
    // SAFETY: the caller's promise.
    if format.is_null() || unsafe { *format } == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the caller's promise.
    let values = unsafe { crate::modsupport::build_values(CStr::from_ptr(format), list) }?;
    match &values[..] {
        // A single value that is a tuple gives the arguments, as it always has.
        [value] => match value.cast::<Tuple>() {
            Some(tuple) => Ok(tuple.items().iter().map(|item| item.to_ref()).collect()),
            None => Ok(values),
        },
        _ => Ok(values),
    }
}

fn call_with(callable: &Object, args: &[Ref]) -> Result<Ref> {
    let args: Vec<&Object> = args.iter().map(|arg| &**arg).collect();
    call::call(callable, &args)
}

unsafe extern "C" fn call_function(
    callable: Option<&Object>,
    format: *const c_char,
    list: &mut VaList,
) -> Result<Ref> {
    let callable = callable.ok_or_else(super::null_error)?;
    // SAFETY: the caller keeps the C function's contract.
    call_with(callable, &unsafe { formatted(format, list) }?)
}

unsafe extern "C" fn call_method(
    object: Option<&Object>,
    name: *const c_char,
    format: *const c_char,
    list: &mut VaList,
) -> Result<Ref> {
    let object = object.ok_or_else(super::null_error)?;
    // SAFETY: the caller keeps the C function's contract.
    let method = attr::get(object, &*unsafe { super::key(name) }?)?;
    if !call::is_callable(&method) {
        let class = method.class().name();
        return Err(objects::raise!(TypeError, "attribute of type '{class}' is not callable"));
    }
    // SAFETY: as above.
    call_with(&method, &unsafe { formatted(format, list) }?)
}

unsafe extern "C" fn call_method_id(
    object: Option<&Object>,
    name: &Identifier,
    format: *const c_char,
    list: &mut VaList,
) -> Result<Ref> {
    // SAFETY: the caller keeps the C function's contract.
    unsafe { call_method(object, name.text(), format, list) }
}

/// The objects up to NULL.
///
/// # Safety
/// The list has objects and ends with NULL.
unsafe fn objects_of<'a>(list: &mut VaList) -> Vec<&'a Object> {
    // SAFETY: the caller's promise.
    core::iter::from_fn(|| unsafe { list.arg::<Option<&'a Object>>() }).collect()
}

unsafe extern "C" fn call_function_objects(callable: Option<&Object>, list: &mut VaList) -> Result<Ref> {
    let callable = callable.ok_or_else(super::null_error)?;
    // SAFETY: the caller keeps the C function's contract.
    call::call(callable, &unsafe { objects_of(list) })
}

unsafe extern "C" fn call_method_objects(
    object: Option<&Object>,
    name: Option<&Object>,
    list: &mut VaList,
) -> Result<Ref> {
    let (Some(object), Some(name)) = (object, name) else { return Err(super::null_error()) };
    let name = crate::object::attribute_name(name)?;
    // SAFETY: the caller keeps the C function's contract.
    call::call_method(object, name, &unsafe { objects_of(list) })
}

/// The arguments by a format, which must make a tuple: calls of old.
///
/// # Safety
/// As [`formatted`].
unsafe fn call_with_format(callable: &Object, format: *const c_char, list: &mut VaList) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let args = unsafe { crate::modsupport::build(format, list) }?;
    match args.cast::<Tuple>() {
        Some(args) => call::call_with_tuple(callable, args, None),
        None => Err(objects::raise!(TypeError, "argument list must be a tuple")),
    }
}

unsafe extern "C" fn eval_function(
    callable: Option<&Object>,
    format: *const c_char,
    list: &mut VaList,
) -> Result<Ref> {
    let callable = callable.ok_or_else(super::null_error)?;
    // SAFETY: the caller keeps the C function's contract.
    unsafe { call_with_format(callable, format, list) }
}

unsafe extern "C" fn eval_method(
    object: Option<&Object>,
    name: *const c_char,
    format: *const c_char,
    list: &mut VaList,
) -> Result<Ref> {
    let object = object.ok_or_else(super::null_error)?;
    // SAFETY: the caller keeps the C function's contract.
    unsafe {
        let method = attr::get(object, &*super::key(name)?)?;
        call_with_format(&method, format, list)
    }
}

variadic!(PyEval_CallFunction, eval_function, 2);
variadic!(PyEval_CallMethod, eval_method, 3);
variadic!(PyObject_CallFunction, call_function, 2);
variadic!(PyObject_CallMethod, call_method, 3);
variadic!(_PyObject_CallFunction_SizeT, call_function, 2);
variadic!(_PyObject_CallMethod, call_method, 3);
variadic!(_PyObject_CallMethod_SizeT, call_method, 3);
variadic!(_PyObject_CallMethodId, call_method_id, 3);
variadic!(PyObject_CallFunctionObjArgs, call_function_objects, 1);
variadic!(PyObject_CallMethodObjArgs, call_method_objects, 2);
