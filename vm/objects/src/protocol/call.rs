//! Calling: vectorcall and `tp_call`.

use crate::args::Kwargs;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::attr;
use crate::raise::{self, Result};
use crate::state;
use crate::typeobject::flags::{self, VECTORCALL_ARGUMENTS_OFFSET};
use crate::typeobject::slots::VectorcallFunc;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// `PyObject_Vectorcall` without keywords.
///
/// # Errors
/// TypeError when `callable` is not callable; what the call raises.
#[inline]
pub fn call(callable: &Object, args: &[&Object]) -> Result {
    vectorcall(callable, args, 0, None)
}

/// Calls with nothing, one or two arguments are so common that they have names.
///
/// # Errors
/// As [`call`].
#[inline]
pub fn call_no_args(callable: &Object) -> Result {
    call(callable, &[])
}

/// # Errors
/// As [`call`].
#[inline]
pub fn call_one_arg(callable: &Object, arg: &Object) -> Result {
    call(callable, &[arg])
}

/// The vectorcall entry of a callable (`PyVectorcall_Function`).
#[inline]
pub fn vectorcall_function(callable: &Object) -> Option<VectorcallFunc> {
    let class = callable.class();
    if !class.has_feature(flags::HAVE_VECTORCALL) {
        return None;
    }
    vectorcall_field(callable)
}

/// The vectorcall entry in the field that the class names.
#[inline]
fn vectorcall_field(callable: &Object) -> Option<VectorcallFunc> {
    let offset = callable.class().tp_vectorcall_offset.get();
    if offset <= 0 {
        return None;
    }
    // SAFETY: the offset is that of a field of this type.
    unsafe { callable.as_ptr().cast::<u8>().offset(offset).cast::<Option<VectorcallFunc>>().read() }
}

/// `PyObject_Vectorcall`: `args` holds the positional arguments and then one value for each name in `kwnames`; `flags` is 0 or
/// `VECTORCALL_ARGUMENTS_OFFSET` when the slot before `args` may be overwritten for the time of the call.
///
/// # Errors
/// TypeError when `callable` is not callable; what the call raises; SystemError when it returns NULL without an exception.
#[inline]
pub fn vectorcall(callable: &Object, args: &[&Object], flags: usize, kwnames: Option<&Tuple>) -> Result {
    let positional = args.len() - kwnames.map_or(0, Tuple::len);
    match vectorcall_function(callable) {
        // SAFETY: the entry belongs to the callable; `args` outlives the call.
        Some(function) => unsafe { function(callable, args.as_ptr().cast(), positional | flags, kwnames) },
        None => call_through_tuple(callable, &args[..positional], &args[positional..], kwnames),
    }
}

#[cold]
fn call_through_tuple(
    callable: &Object,
    args: &[&Object],
    values: &[&Object],
    kwnames: Option<&Tuple>,
) -> Result {
    let args = Tuple::from_slice(args)?;
    let Some(kwnames) = kwnames.filter(|names| !names.is_empty()) else {
        return call_with_tuple(callable, &args, None);
    };
    let kwargs = Dict::new()?;
    for (name, value) in kwnames.items().iter().zip(values) {
        kwargs.set_item(name, value)?;
    }
    call_with_tuple(callable, &args, Some(&kwargs))
}

/// A vectorcall's arguments as a tuple and a dictionary, for functions that take those.
///
/// # Safety
/// `args` holds `positional` arguments and then one for each name.
///
/// # Errors
/// MemoryError.
pub unsafe fn pack(
    args: *const Option<&Object>,
    positional: usize,
    kwnames: Option<&Tuple>,
) -> Result<(Ref<Tuple>, Option<Ref<Dict>>)> {
    let named = kwnames.map_or(0, Tuple::len);
    // SAFETY: the caller's promise; no argument is NULL.
    let all: &[&Object] = if positional + named == 0 {
        &[]
    } else {
        unsafe { core::slice::from_raw_parts(args.cast(), positional + named) }
    };
    let tuple = Tuple::from_slice(&all[..positional])?;
    let Some(kwnames) = kwnames.filter(|names| !names.is_empty()) else { return Ok((tuple, None)) };
    let kwargs = Dict::new()?;
    for (name, value) in kwnames.items().iter().zip(&all[positional..]) {
        kwargs.set_item(name, value)?;
    }
    Ok((tuple, Some(kwargs)))
}

/// `PyObject_Call`.
///
/// # Errors
/// As [`vectorcall`].
pub fn call_with_tuple(callable: &Object, args: &Tuple, kwargs: Option<&Dict>) -> Result {
    if let Some(function) = vectorcall_function(callable) {
        return vectorcall_dict(callable, function, args, kwargs);
    }
    let Some(function) = callable.class().tp_call.get() else {
        return Err(not_callable(callable));
    };
    let _depth = state::enter_recursive_call(" while calling a Python object")?;
    // SAFETY: the slot belongs to the callable's class.
    unsafe { function(callable, args, kwargs.map(Instance::as_object)) }
}

fn vectorcall_dict(
    callable: &Object,
    function: VectorcallFunc,
    args: &Tuple,
    kwargs: Option<&Dict>,
) -> Result {
    let Some(kwargs) = kwargs.filter(|kwargs| !kwargs.is_empty()) else {
        // SAFETY: the entry belongs to the callable; the tuple outlives the call.
        return unsafe { function(callable, args.items().as_ptr().cast(), args.len(), None) };
    };
    let entries = kwargs.to_vec();
    if entries.iter().any(|(name, _)| name.cast::<Str>().is_none()) {
        return Err(crate::raise!(TypeError, "keywords must be strings"));
    }
    let (names, values): (Vec<Ref>, Vec<Ref>) = entries.into_iter().unzip();
    let names = Tuple::from_vec(names)?;
    let mut all: Vec<&Object> = args.items().to_vec();
    all.extend(values.iter().map(|value| &**value));
    // SAFETY: as above.
    unsafe { function(callable, all.as_ptr().cast(), args.len(), Some(&names)) }
}

/// The error for an object that cannot be called; a module's may have meant the thing of its own name.
#[cold]
fn not_callable(callable: &Object) -> crate::Raised {
    let meant = || -> Result<Option<Ref<Str>>> {
        let Some(module) = callable.cast_exact::<crate::types::module::Module>() else { return Ok(None) };
        let Some(name) = module.dict().get_str(crate::id!("__name__"))? else { return Ok(None) };
        let Some(name) = name.cast::<Str>() else { return Ok(None) };
        let same = attr::get_optional(callable, name)?;
        Ok(same.filter(|same| is_callable(same)).map(|_| name.to_ref()))
    };
    let class = callable.class().full_name();
    match meant() {
        Ok(Some(name)) => {
            let name = name.to_string_lossy();
            crate::raise!(TypeError, "'{class}' object is not callable. Did you mean: '{name}.{name}(...)'?")
        }
        Ok(None) => crate::raise!(TypeError, "'{class}' object is not callable"),
        Err(raised) => {
            raised.clear();
            crate::raise!(TypeError, "'{class}' object is not callable")
        }
    }
}

/// Runs `run` with `first` in front of `rest`; the array lives on the native stack when it is short.
#[inline]
pub fn with_first<'a, T>(first: &'a Object, rest: &[&'a Object], run: impl FnOnce(&[&'a Object]) -> T) -> T {
    const SHORT: usize = 6;
    if rest.len() < SHORT {
        let mut all = [first; SHORT];
        all[1..=rest.len()].copy_from_slice(rest);
        return run(&all[..=rest.len()]);
    }
    let mut all = Vec::with_capacity(rest.len() + 1);
    all.push(first);
    all.extend_from_slice(rest);
    run(&all)
}

/// Runs `run` with two runs of arguments as one; the array lives on the native stack when it is short.
#[inline]
pub fn with_joined<'a, T>(
    first: &[&'a Object],
    rest: &[&'a Object],
    run: impl FnOnce(&[&'a Object]) -> T,
) -> T {
    const SHORT: usize = 8;
    let total = first.len() + rest.len();
    if total <= SHORT
        && let Some(filler) = first.first().or(rest.first())
    {
        let mut all = [*filler; SHORT];
        all[..first.len()].copy_from_slice(first);
        all[first.len()..total].copy_from_slice(rest);
        return run(&all[..total]);
    }
    run(&[first, rest].concat())
}

/// Calls the method `name` of `object`, without making a bound method where the attribute is a plain function of the class.
///
/// # Errors
/// AttributeError; what the call raises.
pub fn call_method(object: &Object, name: &Str, args: &[&Object]) -> Result {
    vectorcall_method(object, name, args, None)
}

/// [`call_method`] with keywords as [`vectorcall`] has them (`PyObject_VectorcallMethod`).
///
/// # Errors
/// AttributeError; what the call raises.
pub fn vectorcall_method(object: &Object, name: &Str, args: &[&Object], kwnames: Option<&Tuple>) -> Result {
    match attr::get_method(object, name)? {
        attr::Method::Unbound(function) => {
            with_first(object, args, |all| vectorcall(&function, all, 0, kwnames))
        }
        attr::Method::Bound(callable) => vectorcall(&callable, args, 0, kwnames),
    }
}

/// Calls with the keyword arguments of another call.
///
/// # Errors
/// As [`vectorcall`].
pub fn call_with_keywords(callable: &Object, args: &[&Object], keywords: Kwargs<'_>) -> Result {
    if keywords.is_empty() {
        return call(callable, args);
    }
    let (names, values): (Vec<&Object>, Vec<&Object>) = keywords.iter().unzip();
    let names = Tuple::from_slice(&names)?;
    vectorcall(callable, &[args, &values].concat(), 0, Some(&names))
}

/// SystemError for a native function that returns NULL without an exception, or a result with one (`_Py_CheckFunctionResult`). The
/// function is named by `place` or by the callable's `repr`.
///
/// # Errors
/// That, or the exception that the function raised.
pub fn check_result(callable: Option<&Object>, result: Option<Ref>, place: Option<&str>) -> Result {
    let is_raised = raise::occurred();
    match result {
        Some(result) if !is_raised => return Ok(result),
        None if is_raised => return Err(raise::pending()),
        _ => {}
    }
    let cause = raise::take_pending();
    let what = if cause.is_some() {
        "returned a result with an exception set"
    } else {
        "returned NULL without setting an exception"
    };
    drop(result);
    let raised = match (callable, place) {
        (Some(callable), _) => match crate::protocol::object::repr(callable) {
            Ok(name) => crate::raise!(SystemError, "{} {what}", name.to_string_lossy()),
            Err(raised) => raised,
        },
        (None, place) => crate::raise!(SystemError, "{} {what}", place.unwrap_or("?")),
    };
    Err(match cause {
        Some(cause) => raise::with_cause(raised, cause),
        None => raised,
    })
}

/// Whether `callable(object)` is true.
pub fn is_callable(object: &Object) -> bool {
    object.class().tp_call.get().is_some()
}

/// The number of positional arguments in a vectorcall's count.
#[inline]
pub fn positional_count(nargsf: usize) -> usize {
    nargsf & !VECTORCALL_ARGUMENTS_OFFSET
}

/// The body of `tp_call` for types with a vectorcall entry (`PyVectorcall_Call`).
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn vectorcall_call(
    callable: &Object,
    args: &Object,
    kwargs: Option<&Object>,
) -> Result<Ref> {
    // A subclass made in Python has the field though its class does not say so.
    let Some(function) = vectorcall_field(callable) else {
        return Err(crate::raise!(
            TypeError,
            "'{}' object does not support vectorcall",
            callable.class().full_name()
        ));
    };
    let Some(args) = args.cast::<Tuple>() else { return Err(raise::bad_internal_call()) };
    vectorcall_dict(callable, function, args, kwargs.and_then(|kwargs| kwargs.cast::<Dict>()))
}
