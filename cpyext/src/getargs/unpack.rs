//! Arguments of a vectorcall sorted by their names, as the functions that Argument Clinic writes ask for.

use super::keywords::{Parser, names_of};
use core::ffi::{CStr, c_int};
use objects::types::dict::Dict;
use objects::types::tuple::Tuple;
use objects::{Object, Raised, Ref, Result, raise};

/// What was given by name.
enum Named<'a> {
    Nothing,
    Dict(&'a Dict),
    Stack(&'a Tuple, *const *mut Object),
}

impl Named<'_> {
    fn len(&self) -> usize {
        match self {
            Named::Nothing => 0,
            Named::Dict(dict) => dict.len(),
            Named::Stack(names, _) => names.len(),
        }
    }

    /// The value of a name, borrowed from who gave it.
    fn find(&self, name: &CStr) -> Result<*mut Object> {
        match self {
            Named::Nothing => Ok(core::ptr::null_mut()),
            Named::Dict(dict) => {
                let value = dict.get_item(&*crate::abstract_::text(name)?)?;
                Ok(value.map_or(core::ptr::null_mut(), |value| value.as_ptr()))
            }
            Named::Stack(names, values) => {
                let place = names.items().iter().position(|known| is_name(known, name));
                // SAFETY: a value stands for each name.
                Ok(place.map_or(core::ptr::null_mut(), |place| unsafe { *values.add(place) }))
            }
        }
    }

    fn keys(&self) -> Vec<Ref> {
        match self {
            Named::Nothing => Vec::new(),
            Named::Dict(dict) => dict.to_vec().into_iter().map(|(key, _)| key).collect(),
            Named::Stack(names, _) => names.items().iter().map(|name| Ref::from_borrowed(*name)).collect(),
        }
    }
}

fn is_name(object: &Object, name: &CStr) -> bool {
    use objects::types::str::Str;
    object.cast::<Str>().is_some_and(|text| name.to_str().is_ok_and(|name| text.equals_text(name)))
}

/// How many arguments a function takes.
#[derive(Clone, Copy)]
struct Limits {
    min_positional: usize,
    max_positional: usize,
    min_keyword: usize,
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The arguments in the order of the names, borrowed, in `places`; or `args` itself where they are so already.
///
/// # Safety
/// A C function: as many arguments as said; room for all names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArg_UnpackKeywords(
    args: *const *mut Object,
    count: isize,
    kwargs: Option<&Object>,
    kwnames: Option<&Object>,
    parser: &Parser,
    min_positional: c_int,
    max_positional: c_int,
    min_keyword: c_int,
    places: *mut *mut Object,
) -> *const *mut Object {
    let count = count.max(0) as usize;
    let named = match (
        kwargs.and_then(|kwargs| kwargs.cast::<Dict>()),
        kwnames.and_then(|names| names.cast::<Tuple>()),
    ) {
        (Some(dict), _) => Named::Dict(dict),
        // SAFETY: the named arguments follow the positional ones.
        (None, Some(names)) => Named::Stack(names, unsafe { args.add(count) }),
        (None, None) => Named::Nothing,
    };
    let limit = |limit: c_int| limit.max(0) as usize;
    let limits = Limits {
        min_positional: limit(min_positional),
        max_positional: limit(max_positional),
        min_keyword: limit(min_keyword),
    };
    if named.len() == 0
        && limits.min_keyword == 0
        && (limits.min_positional..=limits.max_positional).contains(&count)
    {
        return args;
    }
    // SAFETY: the caller's promise.
    match unsafe { unpack(args, count, &named, parser, limits, places) } {
        Ok(()) => places,
        Err(raised) => {
            raised.leave();
            core::ptr::null()
        }
    }
}

unsafe fn unpack(
    args: *const *mut Object,
    count: usize,
    named: &Named<'_>,
    parser: &Parser,
    limits: Limits,
    places: *mut *mut Object,
) -> Result<()> {
    // SAFETY: a parser's names are C strings that live as long as it.
    let (names, unnamed) = unsafe { names_of(parser.keywords) }?;
    let function = match parser.fname.is_null() {
        true => "function".to_owned(),
        // SAFETY: as above.
        false => format!("{}()", unsafe { CStr::from_ptr(parser.fname) }.to_string_lossy()),
    };
    check_counts(&function, count, named.len(), names.len(), unnamed, limits)?;
    let mut left = named.len();
    let required = if limits.min_keyword > 0 {
        limits.max_positional + limits.min_keyword
    } else {
        limits.min_positional
    };
    for (place, name) in names.iter().enumerate() {
        let value = match place {
            // SAFETY: within the arguments.
            _ if place < count => unsafe { *args.add(place) },
            _ if place < unnamed || left == 0 => core::ptr::null_mut(),
            _ => named.find(name)?,
        };
        if place >= count.max(unnamed) {
            if !value.is_null() {
                left -= 1;
            } else if place < limits.min_positional || (limits.max_positional..required).contains(&place) {
                let name = name.to_string_lossy();
                let place = place + 1;
                return Err(objects::raise!(
                    TypeError,
                    "{function} missing required argument '{name}' (pos {place})"
                ));
            }
        }
        // SAFETY: room for all names.
        unsafe { places.add(place).write(value) };
    }
    if left == 0 { Ok(()) } else { Err(unwanted(&function, &names, unnamed, count, named)?) }
}

fn check_counts(
    function: &str,
    count: usize,
    named: usize,
    all: usize,
    unnamed: usize,
    limits: Limits,
) -> Result<()> {
    let (min, max) = (limits.min_positional, limits.max_positional);
    if count + named > all {
        let kind = if count == 0 { "keyword " } else { "" };
        return Err(objects::raise!(
            TypeError,
            "{function} takes at most {all} {kind}argument{} ({} given)",
            plural(all),
            count + named
        ));
    }
    if count > max && max == 0 {
        return Err(objects::raise!(TypeError, "{function} takes no positional arguments"));
    }
    let wrong = |bound: &str, limit: usize| {
        let plural = plural(limit);
        Err(objects::raise!(
            TypeError,
            "{function} takes {bound} {limit} positional argument{plural} ({count} given)"
        ))
    };
    if count > max {
        return wrong(if min < max { "at most" } else { "exactly" }, max);
    }
    let least = min.min(unnamed);
    if count < least {
        return wrong(if least < max { "at least" } else { "exactly" }, least);
    }
    Ok(())
}

/// TypeError about a name that was given by position too, or that no parameter has.
fn unwanted(
    function: &str,
    names: &[&CStr],
    unnamed: usize,
    count: usize,
    named: &Named<'_>,
) -> Result<Raised> {
    for (place, name) in names.iter().enumerate().take(count).skip(unnamed) {
        if !named.find(name)?.is_null() {
            let name = name.to_string_lossy();
            let place = place + 1;
            return Ok(objects::raise!(
                TypeError,
                "argument for {function} given by name ('{name}') and position ({place})"
            ));
        }
    }
    for key in named.keys() {
        if key.cast::<objects::types::str::Str>().is_none() {
            return Ok(objects::raise!(TypeError, "keywords must be strings"));
        }
        if !names[unnamed..].iter().any(|name| is_name(&key, name)) {
            let shown = objects::protocol::object::str(&key)?.to_string_lossy();
            let function = if function == "function" { "this function" } else { function };
            return Ok(objects::raise!(TypeError, "{function} got an unexpected keyword argument '{shown}'"));
        }
    }
    Ok(raise::bad_internal_call())
}
