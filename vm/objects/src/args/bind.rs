//! From the arguments of a call to one place per parameter.
//!
//! The error texts come in two families, as in CPython: functions without keywords speak as `_PyArg_CheckPositional` ("pop expected
//! at most 1 argument, got 2"), those with keywords as `_PyArg_UnpackKeywords` ("split() takes at most 2 arguments (3 given)").

use super::keywords::{Kwargs, is_named};
use super::signature::{Kind, Signature};
use super::suggest::suggest;
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise;
use crate::raise::{Raised, Result};
use crate::typeobject::TypeObject;
use crate::types::dict::Dict;
use crate::types::str::Str;

pub use super::keywords::vector;

/// One place per parameter; `None` where an optional argument is missing (and in the places of `*args` and `**kwargs`, see [`rest`] and
/// [`Kwargs::without`]).
///
/// # Errors
/// TypeError when the arguments do not fit the signature.
#[inline]
pub fn bind<'a, const N: usize>(
    signature: &'static Signature,
    args: &'a [&'a Object],
    keywords: Kwargs<'a>,
) -> Result<[Option<&'a Object>; N]> {
    let mut bound = [None; N];
    let fits = signature.required <= args.len() && (args.len() <= signature.positional || signature.rest);
    if fits && keywords.is_empty() && signature.required_keywords == 0 {
        for (place, arg) in bound.iter_mut().zip(args).take(signature.positional) {
            *place = Some(*arg);
        }
    } else if signature.takes_keywords() {
        bind_keywords(signature, args, keywords, &mut bound)?;
    } else if !keywords.is_empty() {
        return Err(no_keywords(signature));
    } else {
        return Err(wrong_count(signature, args.len()));
    }
    Ok(bound)
}

/// [`bind`] for the `tp_new` of `own` without keywords, called for `class`: a subclass with its own `__init__` may take others.
///
/// # Errors
/// As [`bind`].
#[inline]
pub fn bind_new<'a, const N: usize>(
    signature: &'static Signature,
    args: &'a [&'a Object],
    keywords: Kwargs<'a>,
    class: &TypeObject,
    own: &TypeObject,
) -> Result<[Option<&'a Object>; N]> {
    let address = |class: &TypeObject| class.tp_init.get().map(|function| function as usize);
    let strict = core::ptr::eq(class, own) || address(class) == address(own);
    bind_constructor(signature, args, keywords, strict)
}

/// [`bind`] for the `tp_init` of `own` without keywords, called for an instance of `class`.
///
/// # Errors
/// As [`bind`].
#[inline]
pub fn bind_init<'a, const N: usize>(
    signature: &'static Signature,
    args: &'a [&'a Object],
    keywords: Kwargs<'a>,
    class: &TypeObject,
    own: &TypeObject,
) -> Result<[Option<&'a Object>; N]> {
    let address = |class: &TypeObject| class.tp_new.get().map(|function| function as usize);
    let strict = core::ptr::eq(class, own) || address(class) == address(own);
    bind_constructor(signature, args, keywords, strict)
}

/// TypeError for keywords of the `tp_new` of `own`, which takes none, called for `class`: a subclass with its own `__init__` may take
/// some.
///
/// # Errors
/// The TypeError.
pub fn no_constructor_keywords(class: &TypeObject, own: &TypeObject, kwargs: Option<&Dict>) -> Result<()> {
    let address = |class: &TypeObject| class.tp_init.get().map(|function| function as usize);
    let strict = core::ptr::eq(class, own) || address(class) == address(own);
    match kwargs {
        Some(kwargs) if strict && !kwargs.is_empty() => {
            Err(raise!(TypeError, "{}() takes no keyword arguments", own.name()))
        }
        _ => Ok(()),
    }
}

fn bind_constructor<'a, const N: usize>(
    signature: &'static Signature,
    args: &'a [&'a Object],
    keywords: Kwargs<'a>,
    strict: bool,
) -> Result<[Option<&'a Object>; N]> {
    let takes_nothing = signature.params.is_empty();
    if strict && takes_nothing && !args.is_empty() {
        return Err(raise!(TypeError, "{}() takes no positional arguments", signature.fname));
    }
    if strict && !keywords.is_empty() {
        return Err(no_keywords(signature));
    }
    bind(signature, if takes_nothing { &[] } else { args }, Kwargs::NONE)
}

/// The argument of a required parameter, which [`bind`] has seen.
#[inline]
pub fn given(place: Option<&Object>) -> &Object {
    match place {
        Some(argument) => argument,
        None => crate::fatal("a required argument was lost while binding"),
    }
}

/// The function's `*args`: what is beyond its `positional` parameters.
#[inline]
pub fn rest<'a>(args: &'a [&'a Object], positional: usize) -> &'a [&'a Object] {
    args.get(positional..).unwrap_or_default()
}

/// The general case, in the order in which CPython looks: counts, then each parameter, then what is left over.
fn bind_keywords<'a>(
    signature: &'static Signature,
    args: &'a [&'a Object],
    keywords: Kwargs<'a>,
    bound: &mut [Option<&'a Object>],
) -> Result<()> {
    check_counts(signature, args.len(), keywords.len())?;
    for (place, arg) in bound.iter_mut().zip(args).take(signature.positional) {
        *place = Some(*arg);
    }
    let mut left = keywords.len();
    let free = args.len().min(signature.positional).max(signature.positional_only);
    let mut position = 0;
    for (index, param) in signature.params.iter().enumerate() {
        if matches!(param.kind, Kind::Rest | Kind::Others) {
            continue;
        }
        position += 1;
        if index < free {
            continue;
        }
        let value = if left == 0 { None } else { keywords.get(param.name) };
        if value.is_some() {
            left -= 1;
        } else if param.required {
            let (fname, name) = (signature.fname, param.name);
            return Err(raise!(TypeError, "{fname}() missing required argument '{name}' (pos {position})"));
        }
        bound[index] = value;
    }
    if left > 0 && !signature.others {
        return Err(unexpected_keyword(signature, args.len(), keywords));
    }
    Ok(())
}

fn check_counts(signature: &Signature, positional: usize, keywords: usize) -> Result<()> {
    let Signature { fname, named, positional: max, positional_only, required, .. } = *signature;
    let minimum = required.min(positional_only);
    let open = signature.rest || signature.others;
    if !open && positional + keywords > named {
        let kind = if positional == 0 { "keyword " } else { "" };
        let given = positional + keywords;
        return Err(raise!(
            TypeError,
            "{fname}() takes at most {named} {kind}argument{} ({given} given)",
            plural(named)
        ));
    }
    if !signature.rest && positional > max {
        if max == 0 {
            return Err(raise!(TypeError, "{fname}() takes no positional arguments"));
        }
        let bound = if required < max { "at most" } else { "exactly" };
        let s = plural(max);
        return Err(raise!(
            TypeError,
            "{fname}() takes {bound} {max} positional argument{s} ({positional} given)"
        ));
    }
    if positional < minimum {
        let bound = if minimum < max || signature.rest { "at least" } else { "exactly" };
        let s = plural(minimum);
        return Err(raise!(
            TypeError,
            "{fname}() takes {bound} {minimum} positional argument{s} ({positional} given)"
        ));
    }
    Ok(())
}

/// One of the keywords is wrong: given twice, no string, or unknown.
#[cold]
fn unexpected_keyword(signature: &Signature, positional: usize, keywords: Kwargs<'_>) -> Raised {
    let fname = signature.fname;
    let params = &signature.params[..signature.positional];
    for (index, param) in params.iter().enumerate().take(positional).skip(signature.positional_only) {
        if keywords.get(param.name).is_some() {
            let (name, position) = (param.name, index + 1);
            return raise!(
                TypeError,
                "argument for {fname}() given by name ('{name}') and position ({position})"
            );
        }
    }
    let known = || {
        let named = signature.params.iter().filter(|p| matches!(p.kind, Kind::Normal | Kind::KeywordOnly));
        named.map(|param| param.name)
    };
    for (name, _) in keywords.iter() {
        let Some(text) = name.cast::<Str>() else {
            return raise!(TypeError, "keywords must be strings");
        };
        // A subclass of `str` may say that it equals a name that it does not spell.
        let claims = |param: &str| {
            !text.is_exactly(Str::class())
                && Str::new(param).and_then(|param| protocol::compare::equal(text, &param)).unwrap_or_else(
                    |raised| {
                        raised.clear();
                        false
                    },
                )
        };
        if !known().any(|param| is_named(name, param) || claims(param)) {
            return unknown_keyword(fname, text, known());
        }
    }
    raise!(TypeError, "invalid keyword argument for {fname}()")
}

/// The error for a keyword that a function does not have, with the name that may have been meant.
#[cold]
pub fn unknown_keyword<'a>(fname: &str, name: &Str, known: impl IntoIterator<Item = &'a str>) -> Raised {
    let name = name.to_string_lossy();
    let hint = suggest(&name, known).map_or(String::new(), |meant| format!(". Did you mean '{meant}'?"));
    raise!(TypeError, "{fname}() got an unexpected keyword argument '{name}'{hint}")
}

/// That a function which takes `limit` keyword arguments got no more.
///
/// # Errors
/// TypeError.
pub fn check_keyword_count(fname: &str, given: usize, limit: usize) -> Result<()> {
    if given <= limit {
        return Ok(());
    }
    let s = plural(limit);
    Err(raise!(TypeError, "{fname}() takes at most {limit} keyword argument{s} ({given} given)"))
}

#[cold]
fn wrong_count(signature: &Signature, given: usize) -> Raised {
    let Signature { fname, positional: max, required: min, rest, .. } = *signature;
    let (bound, limit) = match given < min {
        true => (if min == max && !rest { "" } else { "at least " }, min),
        false => (if min == max { "" } else { "at most " }, max),
    };
    raise!(TypeError, "{fname} expected {bound}{limit} argument{}, got {given}", plural(limit))
}

#[cold]
fn no_keywords(signature: &Signature) -> Raised {
    raise!(TypeError, "{}() takes no keyword arguments", signature.fname)
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
