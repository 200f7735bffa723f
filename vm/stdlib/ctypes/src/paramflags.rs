//! Parameter flags of a function: names, defaults, and arguments that are results.

use crate::code::low_bits;
use crate::info::{self, Info, Kind};
use objects::protocol::{call, object, sequence};
use objects::types::dict::Dict;
use objects::types::int::{Int, new_int};
use objects::types::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, id, raise};

const IN: u32 = 1;
const OUT: u32 = 2;
const LOCALE: u32 = 4;
const IN_OUT: u32 = IN | OUT;
const IN_LOCALE: u32 = IN | LOCALE;

/// One parameter's flag, name and default.
struct Parameter<'a> {
    flag: u32,
    direction: u32,
    name: Option<&'a Object>,
    default: Option<&'a Object>,
}

fn parameter(item: &Object) -> Option<Parameter<'_>> {
    let (&[flag], rest) = item.cast::<Tuple>()?.items().split_first_chunk::<1>()?;
    let flag = low_bits(flag.cast::<Int>()?) as u32;
    let (name, default) = match *rest {
        [] => (None, None),
        [name] => (Some(name), None),
        [name, default] => (Some(name), Some(default)),
        _ => return None,
    };
    if name.is_some_and(|name| !name.is(none::none()) && name.cast::<Str>().is_none()) {
        return None;
    }
    Some(Parameter { flag, direction: flag & (IN | OUT | LOCALE), name, default })
}

fn malformed() -> Raised {
    raise!(TypeError, "paramflags must be a sequence of (int [,string [,value]]) tuples")
}

/// That a parameter that is only a result has a type to make one of.
fn check_out(class: &Object, position: usize) -> Result<()> {
    let fits = info::of_class(class).is_some_and(|info| match info.kind {
        Kind::Pointer | Kind::Array => true,
        Kind::Simple => info.access.is_some_and(|access| matches!(access.code.letter(), b'P' | b'z' | b'Z')),
        Kind::Structure | Kind::Function => false,
    });
    if fits {
        return Ok(());
    }
    let name = class.cast::<TypeObject>().unwrap_or(class.class()).full_name();
    Err(raise!(TypeError, "'out' parameter {position} must be a pointer type, not {name}"))
}

/// The flags, if they fit the declared arguments; without any of those they do not matter.
///
/// # Errors
/// TypeError and ValueError.
pub fn check(info: &Info, flags: &Object) -> Result<Option<Ref<Tuple>>> {
    let Some(argtypes) = info.argtypes.get() else {
        return Ok(flags.cast::<Tuple>().map(Instance::to_ref));
    };
    let Some(flags) = flags.cast::<Tuple>() else {
        return Err(raise!(TypeError, "paramflags must be a tuple or None"));
    };
    let argtypes = sequence::to_tuple(&argtypes)?;
    if flags.len() != argtypes.len() {
        return Err(raise!(ValueError, "paramflags must have the same length as argtypes"));
    }
    for (index, (item, class)) in flags.items().iter().zip(argtypes.items()).enumerate() {
        let parameter = parameter(item).ok_or_else(malformed)?;
        match parameter.direction {
            0 | IN | IN_LOCALE | IN_OUT => {}
            OUT => check_out(class, index + 1)?,
            _ => return Err(raise!(TypeError, "paramflag value {} not supported", parameter.flag as i32)),
        }
    }
    Ok(Some(flags.to_ref()))
}

/// The arguments of a call, and which of them are results.
pub struct Arguments {
    pub args: Ref<Tuple>,
    /// Index, and whether it was made for the call.
    results: Vec<(usize, bool)>,
}

/// Arranges a call's arguments as the flags say; `None` where there are no declared arguments.
///
/// # Errors
/// TypeError for missing and superfluous arguments; what making a result raises.
pub fn arguments(
    flags: &Tuple,
    argtypes: &Object,
    args: &Tuple,
    kwargs: Option<&Dict>,
) -> Result<Option<Arguments>> {
    let argtypes = sequence::to_tuple(argtypes)?;
    if argtypes.is_empty() {
        return Ok(None);
    }
    let mut taken = 0;
    let mut results = Vec::new();
    let mut call_args = Vec::with_capacity(argtypes.len());
    for (index, class) in argtypes.items().iter().enumerate() {
        let item = flags.items().get(index).and_then(|item| parameter(item));
        let Parameter { flag, direction, name, default } = item.ok_or_else(malformed)?;
        call_args.push(match direction {
            IN_LOCALE => match default {
                Some(default) => default.to_ref(),
                None => new_int(0)?,
            },
            0 | IN | IN_OUT => {
                if direction == IN_OUT {
                    results.push((index, false));
                }
                given(&mut taken, name, default, args, kwargs)?
            }
            OUT => {
                results.push((index, true));
                match default {
                    Some(default) => default.to_ref(),
                    None => new_result(class)?,
                }
            }
            _ => return Err(raise!(ValueError, "paramflag {flag} not yet implemented")),
        });
    }
    let count = args.len() + kwargs.map_or(0, Dict::len);
    if count != taken {
        return Err(raise!(TypeError, "call takes exactly {taken} arguments ({count} given)"));
    }
    Ok(Some(Arguments { args: Tuple::from_vec(call_args)?, results }))
}

/// The next argument: by position, by name, or the default.
fn given(
    taken: &mut usize,
    name: Option<&Object>,
    default: Option<&Object>,
    args: &Tuple,
    kwargs: Option<&Dict>,
) -> Result {
    if let Some(arg) = args.items().get(*taken) {
        *taken += 1;
        return Ok(arg.to_ref());
    }
    if let (Some(kwargs), Some(name)) = (kwargs, name)
        && let Some(value) = kwargs.get_item(name)?
    {
        *taken += 1;
        return Ok(value);
    }
    match (default, name) {
        (Some(default), _) => Ok(default.to_ref()),
        (None, Some(name)) => {
            let name = object::str(name)?.to_string_lossy();
            Err(raise!(TypeError, "required argument '{name}' missing"))
        }
        (None, None) => Err(raise!(TypeError, "not enough arguments")),
    }
}

/// Something for the function to write its result to.
fn new_result(class: &Object) -> Result {
    let Some(info) = info::of_class(class) else {
        return Err(raise!(RuntimeError, "NULL stginfo unexpected"));
    };
    match (info.kind, info.proto.get()) {
        (Kind::Array, _) => call::call_no_args(class),
        (Kind::Pointer, Some(pointed_to)) => call::call_no_args(&pointed_to),
        _ => {
            let name = class.cast::<TypeObject>().unwrap_or(class.class()).full_name();
            Err(raise!(TypeError, "{name} 'out' parameter must be passed as default value"))
        }
    }
}

impl Arguments {
    /// The call's result: the arguments that are results, if there are any.
    ///
    /// # Errors
    /// What `__ctypes_from_outparam__` raises; MemoryError.
    pub fn result(self, result: Ref) -> Result {
        let value = |&(index, made): &(usize, bool)| match self.args.items().get(index) {
            Some(arg) if made => call::call_method(arg, id!("__ctypes_from_outparam__"), &[]),
            Some(arg) => Ok(arg.to_ref()),
            None => Err(raise::bad_internal_call()),
        };
        match self.results.as_slice() {
            [] => Ok(result),
            [only] => value(only),
            results => Ok(Tuple::from_vec(results.iter().map(value).collect::<Result<Vec<_>>>()?)?.upcast()),
        }
    }
}
