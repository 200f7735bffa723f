//! `match` statements.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::ops;
use objects::protocol::{attr, call, object};
use objects::raise::Catch;
use objects::typeobject::flags;
use objects::types::bool::new_bool;
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise};

ops! { (sp, frame, ts, arg)
    MATCH_MAPPING {
        let is_mapping = sp.peek(1).class().has_feature(flags::MAPPING);
        sp.push(new_bool(is_mapping));
    }

    MATCH_SEQUENCE {
        let is_sequence = sp.peek(1).class().has_feature(flags::SEQUENCE);
        sp.push(new_bool(is_sequence));
    }

    MATCH_KEYS {
        let values = match_keys(sp.peek(2), sp.peek(1).cast_unchecked())?;
        sp.push(values.unwrap_or_else(|| none().to_ref()));
    }

    MATCH_CLASS {
        let names = sp.pop().downcast_unchecked::<Tuple>();
        let class = sp.pop();
        let subject = sp.pop();
        let attributes = match_class(&subject, &class, arg, &names)?;
        sp.push(attributes.unwrap_or_else(|| none().to_ref()));
    }
}

/// The values under the keys; `None` when one is missing (`_PyEval_MatchKeys`).
///
/// # Errors
/// ValueError for a key that is there twice; what the mapping raises.
pub fn match_keys(subject: &Object, keys: &Tuple) -> Result<Option<Ref>> {
    if keys.is_empty() {
        return Ok(Some(Tuple::empty().upcast()));
    }
    let get = match attr::get_method(subject, id!("get"))? {
        attr::Method::Unbound(function) => objects::types::method::Method::new(&function, subject)?.upcast(),
        attr::Method::Bound(callable) => callable,
    };
    let seen = objects::types::dict::Dict::new()?;
    let missing = call::call_no_args(objects::types::object::PyBaseObject_Type.as_object())?;
    let mut values = Vec::new();
    for key in keys.items() {
        if seen.contains(key)? {
            let key = object::repr(key)?.to_string_lossy();
            return Err(raise!(ValueError, "mapping pattern checks duplicate key ({key})"));
        }
        seen.set_item(key, none())?;
        let value = call::call(&get, &[key, &missing])?;
        if value.is(&missing) {
            return Ok(None);
        }
        values.push(value);
    }
    Ok(Some(Tuple::from_vec(values)?.upcast()))
}

/// The attributes that a class pattern looks at: `count` positional ones and those named; `None` when the subject does not match
/// (`_PyEval_MatchClass`).
///
/// # Errors
/// TypeError for a class that has no such pattern; what the subject raises.
pub fn match_class(subject: &Object, class: &Object, count: usize, names: &Tuple) -> Result<Option<Ref>> {
    let Some(class_type) = class.cast::<TypeObject>() else {
        return Err(raise!(TypeError, "called match pattern must be a class"));
    };
    if !object::is_instance(subject, class)? {
        return Ok(None);
    }
    let mut seen: Vec<String> = Vec::new();
    let mut attributes = Vec::new();
    if count > 0 {
        let matches_itself = match attr::get_optional(class, id!("__match_args__"))? {
            Some(match_args) => {
                let Some(match_args) = match_args.cast_exact::<Tuple>() else {
                    return Err(raise!(
                        TypeError,
                        "{}.__match_args__ must be a tuple (got {})",
                        class_type.name(),
                        match_args.class().name()
                    ));
                };
                check_positional(class_type, match_args.len(), count)?;
                for name in &match_args.items()[..count] {
                    let Some(name) = name.cast_exact::<Str>() else {
                        return Err(raise!(
                            TypeError,
                            "__match_args__ elements must be strings (got {})",
                            name.class().name()
                        ));
                    };
                    match attribute(subject, class_type, name, &mut seen)? {
                        Some(value) => attributes.push(value),
                        None => return Ok(None),
                    }
                }
                false
            }
            None => class_type.has_feature(flags::MATCH_SELF),
        };
        if matches_itself {
            check_positional(class_type, 1, count)?;
            attributes.push(subject.to_ref());
        } else if attributes.is_empty() {
            check_positional(class_type, 0, count)?;
        }
    }
    for name in names.items() {
        let Some(name) = name.cast::<Str>() else { continue };
        match attribute(subject, class_type, name, &mut seen)? {
            Some(value) => attributes.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(Tuple::from_vec(attributes)?.upcast()))
}

fn check_positional(class: &TypeObject, allowed: usize, given: usize) -> Result<()> {
    if given <= allowed {
        return Ok(());
    }
    let s = if allowed == 1 { "" } else { "s" };
    Err(raise!(TypeError, "{}() accepts {allowed} positional sub-pattern{s} ({given} given)", class.name()))
}

fn attribute(
    subject: &Object,
    class: &TypeObject,
    name: &Str,
    seen: &mut Vec<String>,
) -> Result<Option<Ref>> {
    let text = name.to_string_lossy();
    if seen.contains(&text) {
        return Err(raise!(TypeError, "{}() got multiple sub-patterns for attribute '{text}'", class.name()));
    }
    seen.push(text);
    attr::get(subject, name).catch(&exc::AttributeError)
}
