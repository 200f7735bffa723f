//! Arguments of constructors whose errors name no function (`PyArg_ParseTupleAndKeywords` without a name).

use objects::args::Kwargs;
use objects::types::str::Str;
use objects::{Object, Result, raise};

/// One place per name; the first `positional` ones can be given by position, the first `required` ones must be given.
pub fn bind<'a, const N: usize>(
    names: [&str; N],
    required: usize,
    positional: usize,
    args: &[&'a Object],
    kwargs: Kwargs<'a>,
) -> Result<[Option<&'a Object>; N]> {
    let given = args.len() + kwargs.len();
    if given > N {
        let kind = if args.is_empty() { "keyword " } else { "" };
        return Err(raise!(TypeError, "function takes at most {N} {kind}arguments ({given} given)"));
    }
    if args.len() > positional {
        let given = args.len();
        return Err(raise!(
            TypeError,
            "function takes at most {positional} positional arguments ({given} given)"
        ));
    }
    let mut places = [None; N];
    let mut named = 0;
    for (index, name) in names.into_iter().enumerate() {
        let by_name = if kwargs.is_empty() { None } else { kwargs.get(name) };
        named += usize::from(by_name.is_some());
        let position = index + 1;
        places[index] = match (args.get(index), by_name) {
            (Some(_), Some(_)) => {
                return Err(raise!(
                    TypeError,
                    "argument for function given by name ('{name}') and position ({position})"
                ));
            }
            (Some(argument), None) => Some(*argument),
            (None, argument) => argument,
        };
        if places[index].is_none() && index < required {
            // A wrong argument is told before a missing one behind it; all that are required are ints.
            for earlier in places.iter().flatten() {
                objects::protocol::number::index(earlier)?;
            }
            return Err(raise!(TypeError, "function missing required argument '{name}' (pos {position})"));
        }
    }
    if named < kwargs.len() {
        for (key, _) in kwargs.iter() {
            let Some(key) = key.cast::<Str>() else {
                return Err(raise!(TypeError, "keywords must be strings"));
            };
            if !names.iter().any(|name| key.equals_text(name)) {
                let key = key.to_string_lossy();
                return Err(raise!(TypeError, "this function got an unexpected keyword argument '{key}'"));
            }
        }
    }
    Ok(places)
}
