//! The keyword arguments of a call, wherever they are.

use super::signature::{Kind, Param, Signature};
use crate::object::Object;
use crate::object::refs::Ref;
use crate::raise::Result;
use crate::types::dict::{Dict, Position};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::slice;

/// Keyword arguments: those of a vectorcall, or a dict. Nothing is copied.
#[derive(Clone, Copy)]
pub struct Kwargs<'a> {
    source: Source<'a>,
    /// Parameters that take their arguments themselves.
    taken: &'static [Param],
}

#[derive(Clone, Copy)]
enum Source<'a> {
    None,
    /// Values in the order of their names.
    Vector(&'a [&'a Object], &'a [&'a Object]),
    Dict(&'a Dict),
}

impl<'a> Kwargs<'a> {
    /// No keyword arguments.
    pub const NONE: Kwargs<'static> = Kwargs { source: Source::None, taken: &[] };

    /// The names of a vectorcall and their values.
    #[inline]
    pub fn vector(names: &'a Tuple, values: &'a [&'a Object]) -> Kwargs<'a> {
        Kwargs { source: Source::Vector(names.items(), values), taken: &[] }
    }

    /// The dict of a call through `tp_call`, `tp_new` or `tp_init`.
    #[inline]
    pub fn dict(dict: Option<&'a Object>) -> Kwargs<'a> {
        match dict.and_then(|dict| dict.cast::<Dict>()) {
            Some(dict) if !dict.is_empty() => Kwargs { source: Source::Dict(dict), taken: &[] },
            _ => Kwargs::NONE,
        }
    }

    /// Only what the parameters of `signature` do not take: the function's `**kwargs`.
    #[inline]
    pub fn without(self, signature: &'static Signature) -> Kwargs<'a> {
        Kwargs { taken: signature.params, ..self }
    }

    /// Number of arguments.
    pub fn len(&self) -> usize {
        match self.source {
            _ if !self.taken.is_empty() => self.iter().count(),
            Source::None => 0,
            Source::Vector(names, _) => names.len(),
            Source::Dict(dict) => dict.len(),
        }
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        match self.source {
            Source::None => true,
            _ => self.len() == 0,
        }
    }

    /// Names and values. A name is a `str` unless a caller broke the protocol.
    pub fn iter(&self) -> impl Iterator<Item = (&'a Object, &'a Object)> + use<'a> {
        let Kwargs { source, taken } = *self;
        let mut index = 0;
        let mut position = Position::default();
        core::iter::from_fn(move || match source {
            Source::None => None,
            Source::Vector(names, values) => {
                let pair = (*names.get(index)?, *values.get(index)?);
                index += 1;
                Some(pair)
            }
            Source::Dict(dict) => dict.next(&mut position).map(|(name, value)| {
                // SAFETY: the dict owns both, the caller owns the dict, and nobody changes it during the call.
                unsafe { (&*name.as_ptr(), &*value.as_ptr()) }
            }),
        })
        .filter(move |(name, _)| !taken.iter().any(|param| takes(param, name)))
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&'a Object> {
        match self.source {
            Source::None => None,
            _ => self.iter().find(|(key, _)| is_named(key, name)).map(|(_, value)| value),
        }
    }

    /// A dict of the arguments, `None` when there is none.
    ///
    /// # Errors
    /// MemoryError.
    pub fn to_dict(&self) -> Result<Option<Ref<Dict>>> {
        if self.is_empty() {
            return Ok(None);
        }
        let dict = Dict::new()?;
        for (name, value) in self.iter() {
            dict.set_item(name, value)?;
        }
        Ok(Some(dict))
    }
}

/// The arguments of a vectorcall: positional ones, and keyword ones behind them.
///
/// # Safety
/// The calling convention of `METH_FASTCALL | METH_KEYWORDS`: `args` has `nargs` objects and one for each name.
#[inline]
pub unsafe fn vector<'a>(
    args: *const &'a Object,
    nargs: usize,
    names: Option<&'a Tuple>,
) -> (&'a [&'a Object], Kwargs<'a>) {
    if args.is_null() {
        return (&[], Kwargs::NONE);
    }
    // SAFETY: the caller's promise.
    let positional = unsafe { slice::from_raw_parts(args, nargs) };
    match names {
        Some(names) if !names.is_empty() => {
            // SAFETY: the caller's promise.
            let values = unsafe { slice::from_raw_parts(args.add(nargs), names.len()) };
            (positional, Kwargs::vector(names, values))
        }
        _ => (positional, Kwargs::NONE),
    }
}

fn takes(param: &Param, name: &Object) -> bool {
    matches!(param.kind, Kind::Normal | Kind::KeywordOnly) && is_named(name, param.name)
}

/// Whether `key` is the string `name`.
#[inline]
pub(super) fn is_named(key: &Object, name: &str) -> bool {
    key.cast::<Str>().is_some_and(|key| key.equals_text(name))
}
