//! Arguments of a vectorcall sorted by their names, as the functions that Argument Clinic writes ask for.

use super::keywords::{Parser, names_of, unexpected};
use core::ffi::{CStr, c_int};
use objects::types::dict::Dict;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result};

/// What was given by name.
enum Named<'a> {
    Nothing,
    Dict(&'a Dict),
    Stack(&'a Tuple, *const *mut Object),
}

impl<'a> Named<'a> {
    /// # Safety
    /// `count` arguments, and then one for each of `kwnames`.
    unsafe fn of(
        args: *const *mut Object,
        count: usize,
        kwargs: Option<&'a Object>,
        kwnames: Option<&'a Object>,
    ) -> Named<'a> {
        match (
            kwargs.and_then(|kwargs| kwargs.cast::<Dict>()),
            kwnames.and_then(|names| names.cast::<Tuple>()),
        ) {
            (Some(dict), _) => Named::Dict(dict),
            // SAFETY: the named arguments follow the positional ones.
            (None, Some(names)) => Named::Stack(names, unsafe { args.add(count) }),
            (None, None) => Named::Nothing,
        }
    }

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

impl Limits {
    fn of(min_positional: c_int, max_positional: c_int, min_keyword: c_int) -> Limits {
        let limit = |limit: c_int| limit.max(0) as usize;
        Limits {
            min_positional: limit(min_positional),
            max_positional: limit(max_positional),
            min_keyword: limit(min_keyword),
        }
    }

    /// Whether the parameter in a place must have an argument.
    fn requires(&self, place: usize) -> bool {
        let required = match self.min_keyword {
            0 => self.min_positional,
            more => self.max_positional + more,
        };
        place < self.min_positional || (self.max_positional..required).contains(&place)
    }
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
    // SAFETY: the caller's promise.
    let named = unsafe { Named::of(args, count, kwargs, kwnames) };
    let limits = Limits::of(min_positional, max_positional, min_keyword);
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
    let function = name_of(parser);
    check_counts(&function, count, named.len(), names.len(), unnamed, limits)?;
    let mut left = named.len();
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
            } else if limits.requires(place) {
                return Err(missing(&function, name, place));
            }
        }
        // SAFETY: room for all names.
        unsafe { places.add(place).write(value) };
    }
    if left == 0 { Ok(()) } else { Err(unwanted(&function, &names, unnamed, count, named)?) }
}

fn name_of(parser: &Parser) -> String {
    match parser.fname.is_null() {
        true => "function".to_owned(),
        // SAFETY: a parser's name is a C string that lives as long as it.
        false => format!("{}()", unsafe { CStr::from_ptr(parser.fname) }.to_string_lossy()),
    }
}

fn missing(function: &str, name: &CStr, place: usize) -> Raised {
    let (name, place) = (name.to_string_lossy(), place + 1);
    objects::raise!(TypeError, "{function} missing required argument '{name}' (pos {place})")
}

/// As [`_PyArg_UnpackKeywords`], for a function with `*args` in the place `vararg`: a new tuple of the arguments beyond
/// `max_positional`, which the caller owns.
///
/// # Safety
/// As there, with room for all names and the tuple.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArg_UnpackKeywordsWithVararg(
    args: *const *mut Object,
    count: isize,
    kwargs: Option<&Object>,
    kwnames: Option<&Object>,
    parser: &Parser,
    min_positional: c_int,
    max_positional: c_int,
    min_keyword: c_int,
    vararg: c_int,
    places: *mut *mut Object,
) -> *const *mut Object {
    let count = count.max(0) as usize;
    // SAFETY: the caller's promises.
    let unpacked = unsafe {
        let named = Named::of(args, count, kwargs, kwnames);
        let args = match count {
            0 => &[],
            _ => core::slice::from_raw_parts(args, count),
        };
        let limits = Limits::of(min_positional, max_positional, min_keyword);
        unpack_with_vararg(args, &named, parser, limits, vararg.max(0) as usize, places)
    };
    match unpacked {
        Ok(tuple) => {
            // SAFETY: as above.
            unsafe { places.add(vararg.max(0) as usize).write(tuple.into_ptr().cast()) };
            places
        }
        Err(raised) => {
            raised.leave();
            core::ptr::null()
        }
    }
}

/// The tuple, with all other places filled.
unsafe fn unpack_with_vararg(
    args: &[*mut Object],
    named: &Named<'_>,
    parser: &Parser,
    limits: Limits,
    vararg: usize,
    places: *mut *mut Object,
) -> Result<Ref<Tuple>> {
    // SAFETY: a parser's names are C strings that live as long as it.
    let (names, unnamed) = unsafe { names_of(parser.keywords) }?;
    let function = name_of(parser);
    let count = args.len();
    let least = limits.min_positional.min(unnamed);
    if count < least {
        let bound = if least < limits.max_positional { "at least" } else { "exactly" };
        return Err(objects::raise!(
            TypeError,
            "{function} takes {bound} {least} positional argument{} ({count} given)",
            plural(least)
        ));
    }
    for (place, &arg) in args.iter().take(vararg).enumerate() {
        // SAFETY: room for all names.
        unsafe { places.add(place).write(arg) };
    }
    let beyond = args.get(vararg..).unwrap_or(&[]);
    // SAFETY: arguments are objects.
    let tuple = Tuple::from_vec(beyond.iter().map(|&arg| unsafe { &*arg }.to_ref()).collect())?;
    let mut left = named.len();
    let first = count.max(unnamed).saturating_sub(count.saturating_sub(limits.max_positional));
    for (place, name) in names.iter().enumerate().skip(first) {
        let value = match left {
            0 => core::ptr::null_mut(),
            _ => named.find(name)?,
        };
        // SAFETY: room for all names and the tuple, which stands before those that follow it.
        unsafe { places.add(if place < vararg { place } else { place + 1 }).write(value) };
        if !value.is_null() {
            left -= 1;
        } else if limits.requires(place) {
            return Err(missing(&function, name, place));
        }
    }
    match left {
        0 => Ok(tuple),
        _ => Err(unwanted(&function, &names, unnamed, 0, named)?),
    }
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
    let function = if function == "function" { "this function" } else { function };
    unexpected(function, named.keys().into_iter(), &names[unnamed..])
}
