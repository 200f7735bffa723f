//! Building containers, strings and slices.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::{fast_ops, ops};
use crate::messages;
use objects::protocol::{call, iter, mapping, object, sequence};
use objects::raise::Raised;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::set::Set;
use objects::types::slice::Slice;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Result, id, raise};

ops! { (sp, frame, ts, arg)
    BUILD_TUPLE {
        let tuple = Tuple::from_raw(sp.0.sub(arg), arg)?;
        sp.0 = sp.0.sub(arg);
        sp.push(tuple);
    }

    BUILD_LIST {
        let list = List::from_raw(sp.0.sub(arg), arg)?;
        sp.0 = sp.0.sub(arg);
        sp.push(list);
    }

    BUILD_SET {
        let set = Set::new()?;
        for index in (1..=arg).rev() {
            set.add_item(sp.peek(index))?;
        }
        sp.drop_many(arg);
        sp.push(set);
    }

    BUILD_MAP {
        let dict = Dict::with_capacity(arg)?;
        for index in (0..arg).rev() {
            dict.set_item(sp.peek(index * 2 + 2), sp.peek(index * 2 + 1))?;
        }
        sp.drop_many(arg * 2);
        sp.push(dict);
    }

    BUILD_CONST_KEY_MAP {
        let keys = sp.pop();
        let values = sp.pop_many(arg);
        let Some(keys) = keys.cast_exact::<Tuple>().filter(|keys| keys.len() == arg) else {
            return Err(raise!(SystemError, "bad BUILD_CONST_KEY_MAP keys argument"));
        };
        let dict = Dict::with_capacity(arg)?;
        for (key, value) in keys.items().iter().zip(&values) {
            dict.set_item(key, value)?;
        }
        sp.push(dict);
    }

    BUILD_STRING {
        let text = Str::concat_all(sp.top(arg))?;
        sp.drop_many(arg);
        sp.push(text);
    }

    BUILD_SLICE {
        let step = if arg == 3 { Some(sp.pop()) } else { None };
        let stop = sp.pop();
        let start = sp.pop();
        sp.push(Slice::new(&start, &stop, step.as_deref().unwrap_or(none()))?);
    }

    SET_ADD {
        let value = sp.pop();
        sp.peek(arg).cast_unchecked::<Set>().add_item(&value)?;
    }

    MAP_ADD {
        let value = sp.pop();
        let key = sp.pop();
        sp.peek(arg).cast_unchecked::<Dict>().set_item(&key, &value)?;
    }

    LIST_EXTEND {
        let iterable = sp.pop();
        extend_list(sp.peek(arg).cast_unchecked(), &iterable)?;
    }

    SET_UPDATE {
        let iterable = sp.pop();
        sp.peek(arg).cast_unchecked::<Set>().update_with(&iterable)?;
    }

    DICT_UPDATE {
        let update = sp.pop();
        if let Err(raised) = sp.peek(arg).cast_unchecked::<Dict>().merge_mapping(&update, true) {
            if raised.matches(&exc::AttributeError) {
                raised.clear();
                return Err(raise!(TypeError, "'{}' object is not a mapping", update.class().name()));
            }
            return Err(raised);
        }
    }

    DICT_MERGE {
        let update = sp.pop();
        let callable = sp.peek(3 + arg);
        merge_keywords(sp.peek(arg).cast_unchecked(), callable, &update)?;
    }

    FORMAT_SIMPLE {
        let value = sp.pop();
        if value.cast_exact::<Str>().is_some() {
            sp.push(value);
        } else if value.cast_exact::<Int>().is_some() || value.cast_exact::<Float>().is_some() {
            // A number without a format is its `str`.
            sp.push(object::str(&value)?);
        } else {
            sp.push(object::format(&value, None)?);
        }
    }

    FORMAT_WITH_SPEC {
        let spec = sp.pop();
        let value = sp.pop();
        sp.push(object::format(&value, spec.cast())?);
    }

    CONVERT_VALUE {
        let value = sp.pop();
        let text = match arg {
            1 => object::str(&value)?,
            2 => object::repr(&value)?,
            _ => object::ascii(&value)?,
        };
        sp.push(text);
    }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    LIST_APPEND {
        let (list, value) = (*sp.sub(1 + arg), *sp.sub(1));
        if !(*list.cast::<List>()).push_quick(value) {
            return growing::LIST_APPEND(pc, sp, frame, ts, arg, table);
        }
        sp = sp.sub(1);
    }
}

/// Appending to a list without room.
mod growing {
    use super::*;

    ops! { (sp, frame, ts, arg)
        LIST_APPEND {
            let value = sp.pop();
            sp.peek(arg).cast_unchecked::<List>().push(value)?;
        }
    }
}

/// Appends all items of an iterable, which for `*x` may be anything.
fn extend_list(list: &List, iterable: &Object) -> Result<()> {
    match objects::protocol::iter::for_each(iterable, |item| list.push(item)) {
        Err(raised)
            if raised.matches(&exc::TypeError)
                && iterable.class().tp_iter.get().is_none()
                && !sequence::is_sequence(iterable) =>
        {
            raised.clear();
            Err(raise!(TypeError, "Value after * must be an iterable, not {}", iterable.class().name()))
        }
        other => other,
    }
}

/// `**update` in a call: every key must be new.
pub fn merge_keywords(target: &Dict, callable: &Object, update: &Object) -> Result<()> {
    merge_new(target, update).or_else(|raised| explain_keywords(raised, callable, update))
}

/// What a call says of `**update` whose items cannot be its keywords.
///
/// # Errors
/// TypeError in the place of AttributeError and KeyError; any other as it is.
pub fn explain_keywords(raised: Raised, callable: &Object, update: &Object) -> Result<()> {
    match raised {
        raised if raised.matches(&exc::AttributeError) => {
            raised.clear();
            let name = messages::callable_name(callable)?;
            Err(raise!(
                TypeError,
                "{name} argument after ** must be a mapping, not {}",
                update.class().name()
            ))
        }
        raised if raised.matches(&exc::KeyError) => {
            let error = raised.take();
            let key = error
                .cast::<exc::BaseExceptionObject>()
                .and_then(|error| error.args.get())
                .and_then(|args| args.items().first().map(|key| (*key).to_ref()));
            let Some(key) = key else { return Err(raise::restore(error)) };
            let name = messages::callable_name(callable)?;
            let key = objects::protocol::object::str(&key)?.to_string_lossy();
            Err(raise!(TypeError, "{name} got multiple values for keyword argument '{key}'"))
        }
        raised => Err(raised),
    }
}

/// Adds the items of a mapping; KeyError for a key that is there already, AttributeError for something without `keys`.
fn merge_new(target: &Dict, update: &Object) -> Result<()> {
    let add = |key: &Object, value: &Object| {
        if target.contains(key)? {
            return Err(raise::key_error(key));
        }
        target.set_item(key, value)
    };
    if let Some(dict) = update.cast_exact::<Dict>() {
        return dict.to_vec().iter().try_for_each(|(key, value)| add(key, value));
    }
    let keys = call::call_method(update, id!("keys"), &[])?;
    iter::for_each(&keys, |key| add(&key, &*mapping::get_item(update, &key)?))
}
