//! `__build_class__`: what a `class` statement calls.

use crate::call as calls;
use objects::args::Kwargs;
use objects::protocol::{attr, call, mapping, object};
use objects::types::cell::Cell;
use objects::types::dict::Dict;
use objects::types::function::Function;
use objects::types::tuple::Tuple;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise};

#[macros::pymodule(name = "builtins", part)]
pub mod part {
    use super::*;

    #[function("__build_class__", raw, nosig)]
    fn build_class(args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        super::build_class(args, kwargs)
    }
}

/// Bases with `__mro_entries__` replaced by what it returns; `None` when nothing changed.
///
/// # Errors
/// What `__mro_entries__` raises; TypeError when it returns no tuple.
pub fn resolve_bases(bases: &[&Object]) -> Result<Option<Vec<Ref>>> {
    let mut resolved: Option<Vec<Ref>> = None;
    let original = Tuple::from_slice(bases)?;
    for (index, base) in bases.iter().enumerate() {
        let entries = match base.cast::<TypeObject>() {
            Some(_) => None,
            None => attr::get_optional(base, id!("__mro_entries__"))?,
        };
        let Some(entries) = entries else {
            if let Some(resolved) = &mut resolved {
                resolved.push((*base).to_ref());
            }
            continue;
        };
        let replacement = call::call_one_arg(&entries, &original)?;
        let Some(replacement) = replacement.cast::<Tuple>() else {
            return Err(raise!(TypeError, "__mro_entries__ must return a tuple"));
        };
        let so_far = || bases[..index].iter().map(|base| (*base).to_ref()).collect();
        let resolved = resolved.get_or_insert_with(so_far);
        resolved.extend(replacement.items().iter().map(|item| (*item).to_ref()));
    }
    Ok(resolved)
}

/// The most derived of the metaclasses of the bases (`_PyType_CalculateMetaclass`).
fn most_derived(metaclass: &TypeObject, bases: &[&Object]) -> Result<Ref<TypeObject>> {
    let mut winner = metaclass.to_ref();
    for base in bases {
        let class = base.class();
        if winner.is_subtype(class) {
            continue;
        }
        if class.is_subtype(&winner) {
            winner = class.to_ref();
            continue;
        }
        return Err(raise!(
            TypeError,
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of \
             all its bases"
        ));
    }
    Ok(winner)
}

fn build_class(args: &[&Object], kwargs: Kwargs<'_>) -> Result<Ref> {
    let [body, name, bases @ ..] = args else {
        return Err(raise!(TypeError, "__build_class__: not enough arguments"));
    };
    let Some(body) = body.cast_exact::<Function>() else {
        return Err(raise!(TypeError, "__build_class__: func must be a function"));
    };
    if name.cast::<objects::types::str::Str>().is_none() {
        return Err(raise!(TypeError, "__build_class__: name is not a string"));
    }
    let original = Tuple::from_slice(bases)?;
    let resolved = match resolve_bases(bases)? {
        Some(resolved) => Tuple::from_vec(resolved)?,
        None => original.clone(),
    };
    let mut given = None;
    let keywords = Dict::new()?;
    for (keyword, value) in kwargs.iter() {
        if keyword.cast::<objects::types::str::Str>().is_some_and(|keyword| keyword.equals_text("metaclass"))
        {
            given = Some(value.to_ref());
        } else {
            keywords.set_item(keyword, value)?;
        }
    }
    let metaclass: Ref = match given {
        Some(given) => match given.cast::<TypeObject>() {
            Some(class) => most_derived(class, resolved.items())?.upcast(),
            None => given,
        },
        None => {
            let first = resolved.items().first().map_or(&PyType_Type, |base| base.class());
            most_derived(first, resolved.items())?.upcast()
        }
    };
    let keywords = Some(&*keywords).filter(|keywords| !keywords.is_empty());
    let namespace: Ref = match attr::get_optional(&metaclass, id!("__prepare__"))? {
        Some(prepare) => {
            let arguments = Tuple::from_slice(&[name, resolved.as_object()])?;
            call::call_with_tuple(&prepare, &arguments, keywords)?
        }
        None => Dict::new()?.upcast(),
    };
    if namespace.class().mapping().and_then(|table| table.mp_subscript.get()).is_none() {
        let shown = metaclass.cast::<TypeObject>().map_or("<metaclass>", TypeObject::name);
        return Err(raise!(
            TypeError,
            "{shown}.__prepare__() must return a mapping, not {}",
            namespace.class().name()
        ));
    }
    let cell = calls::run_function(body, &namespace)?;
    if !core::ptr::eq(original.as_object(), resolved.as_object()) {
        mapping::set_item(&namespace, id!("__orig_bases__"), Some(&original))?;
    }
    let arguments = Tuple::from_slice(&[name, resolved.as_object(), &namespace])?;
    let class = call::call_with_tuple(&metaclass, &arguments, keywords)?;
    if let (Some(cell), Some(_)) = (cell.cast_exact::<Cell>(), class.cast::<TypeObject>()) {
        check_class_cell(cell, &class, name)?;
    }
    Ok(class)
}

/// `type.__new__` must have put the class into the cell of `__class__`.
fn check_class_cell(cell: &Cell, class: &Object, name: &Object) -> Result<()> {
    match cell.get() {
        Some(value) if value.is(class) => Ok(()),
        None => Err(raise!(
            RuntimeError,
            "__class__ not set defining {} as {}. Was __classcell__ propagated to type.__new__?",
            object::repr(name)?.to_string_lossy(),
            object::repr(class)?.to_string_lossy()
        )),
        Some(value) => Err(raise!(
            TypeError,
            "__class__ set to {} defining {} as {}",
            object::repr(&value)?.to_string_lossy(),
            object::repr(name)?.to_string_lossy(),
            object::repr(class)?.to_string_lossy()
        )),
    }
}
