//! `PyArg_…`: taking a call's arguments apart by a format.
//!
//! `convert` turns one argument into what one unit of the format asks for; `positional` and `keywords` walk over the arguments;
//! `checks` has the small checks that do without a format.

pub mod checks;
pub mod convert;
pub mod keywords;
pub mod positional;
pub mod unpack;

use crate::abstract_::null_error;
use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{CStr, c_char, c_int};
use objects::types::dict::Dict;
use objects::types::tuple::Tuple;
use objects::{Object, Result, raise};

/// 1, or 0 with the pending exception.
fn success(result: Result<()>) -> c_int {
    match result {
        Ok(()) => 1,
        Err(raised) => {
            raised.leave();
            0
        }
    }
}

/// # Safety
/// `format` is a C string; the list has a place for each of its units.
unsafe extern "C" fn parse(object: Option<&Object>, format: *const c_char, list: &mut VaList) -> c_int {
    // SAFETY: the caller's promise.
    success(unsafe { positional::parse_object(object, CStr::from_ptr(format), list) })
}

/// # Safety
/// As [`parse`].
unsafe extern "C" fn parse_tuple(args: Option<&Object>, format: *const c_char, list: &mut VaList) -> c_int {
    let mut parse = || {
        let Some(args) = args.and_then(|args| args.cast::<Tuple>()) else {
            return Err(objects::raise!(SystemError, "new style getargs format but argument is not a tuple"));
        };
        // SAFETY: the caller's promise.
        unsafe { positional::parse(args.items(), CStr::from_ptr(format), list) }
    };
    success(parse())
}

/// # Safety
/// As [`parse`]; `args` has `count` arguments.
unsafe extern "C" fn parse_stack(
    args: *const &Object,
    count: isize,
    format: *const c_char,
    list: &mut VaList,
) -> c_int {
    // SAFETY: the caller's promise.
    success(unsafe { positional::parse(slice(args, count), CStr::from_ptr(format), list) })
}

/// # Safety
/// `args` has `count` arguments, which outlive the result.
unsafe fn slice(args: *const &Object, count: isize) -> &[&Object] {
    match usize::try_from(count) {
        // SAFETY: the caller's promise.
        Ok(count) if count > 0 => unsafe { core::slice::from_raw_parts(args, count) },
        _ => &[],
    }
}

/// # Safety
/// As [`parse`]; `names` ends with NULL.
unsafe extern "C" fn parse_with_keywords(
    args: Option<&Object>,
    kwargs: Option<&Object>,
    format: *const c_char,
    names: *const *const c_char,
    list: &mut VaList,
) -> c_int {
    let mut parse = || {
        let args = args.and_then(|args| args.cast::<Tuple>()).ok_or_else(raise::bad_internal_call)?;
        let kwargs = match kwargs {
            None => None,
            Some(kwargs) => Some(kwargs.cast::<Dict>().ok_or_else(raise::bad_internal_call)?),
        };
        if format.is_null() || names.is_null() {
            return Err(raise::bad_internal_call());
        }
        // SAFETY: the caller's promise.
        unsafe { keywords::parse(args.items(), kwargs, CStr::from_ptr(format), names, list) }
    };
    success(parse())
}

/// # Safety
/// As [`parse`]; `parser` is a static parser.
unsafe extern "C" fn parse_fast(
    args: Option<&Object>,
    kwargs: Option<&Object>,
    parser: &keywords::Parser,
    list: &mut VaList,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { parse_with_keywords(args, kwargs, parser.format, parser.keywords, list) }
}

/// # Safety
/// As [`parse_fast`]; `args` has `count` arguments and then one for each name.
unsafe extern "C" fn parse_stack_with_keywords(
    args: *const &Object,
    count: isize,
    names: Option<&Object>,
    parser: &keywords::Parser,
    list: &mut VaList,
) -> c_int {
    let mut parse = || {
        let names = names.and_then(|names| names.cast::<Tuple>());
        // SAFETY: the caller's promise.
        unsafe {
            let all = slice(args, count + names.map_or(0, Tuple::len) as isize);
            let (positional, values) = all.split_at(count.max(0) as usize);
            let kwargs = Dict::new()?;
            for (name, value) in names.into_iter().flat_map(|names| names.items()).zip(values) {
                kwargs.set_item(name, value)?;
            }
            keywords::parse(positional, Some(&kwargs), CStr::from_ptr(parser.format), parser.keywords, list)
        }
    };
    success(parse())
}

/// Borrowed arguments into places: at least `min`, at most `max`.
///
/// # Safety
/// `name` is NULL or a C string; the list has `max` places.
unsafe extern "C" fn unpack(
    args: Option<&Object>,
    name: *const c_char,
    min: isize,
    max: isize,
    list: &mut VaList,
) -> c_int {
    let mut unpack = || {
        let Some(args) = args else { return Err(null_error()) };
        let Some(args) = args.cast::<Tuple>() else {
            return Err(objects::raise!(SystemError, "PyArg_UnpackTuple() argument list is not a tuple"));
        };
        // SAFETY: the caller's promise.
        let name = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy());
        checks::expect_count(name.as_deref(), args.len() as isize, min, max)?;
        for item in args.items() {
            // SAFETY: the caller's promise: there are `max` places.
            unsafe { list.arg::<*mut *mut Object>().write(item.as_ptr()) };
        }
        Ok(())
    };
    success(unpack())
}

variadic!(PyArg_Parse, parse, 2);
variadic!(_PyArg_Parse_SizeT, parse, 2);
variadic!(PyArg_ParseTuple, parse_tuple, 2);
variadic!(_PyArg_ParseTuple_SizeT, parse_tuple, 2);
variadic!(PyArg_ParseTupleAndKeywords, parse_with_keywords, 4);
variadic!(_PyArg_ParseTupleAndKeywords_SizeT, parse_with_keywords, 4);
variadic!(_PyArg_ParseTupleAndKeywordsFast, parse_fast, 3);
variadic!(_PyArg_ParseStack, parse_stack, 3);
variadic!(_PyArg_ParseStackAndKeywords, parse_stack_with_keywords, 4);
variadic!(PyArg_UnpackTuple, unpack, 4);

/// The functions that take a `va_list` leave it as it was, since C passes its own.
macro_rules! with_list {
    (keywords $($name:ident)*) => { $(
        /// # Safety
        /// A C function: the list has a place for each unit of the format.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            args: Option<&Object>,
            kwargs: Option<&Object>,
            format: *const c_char,
            names: *const *const c_char,
            list: &VaList,
        ) -> c_int {
            // SAFETY: the caller's promise.
            unsafe { parse_with_keywords(args, kwargs, format, names, &mut list.clone()) }
        }
    )* };
    ($($name:ident)*) => { $(
        /// # Safety
        /// A C function: the list has a place for each unit of the format.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(args: Option<&Object>, format: *const c_char, list: &VaList) -> c_int {
            // SAFETY: the caller's promise.
            unsafe { parse_tuple(args, format, &mut list.clone()) }
        }
    )* };
}

with_list!(PyArg_VaParse _PyArg_VaParse_SizeT);
with_list!(keywords PyArg_VaParseTupleAndKeywords _PyArg_VaParseTupleAndKeywords_SizeT);
