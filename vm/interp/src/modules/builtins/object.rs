//! Functions about objects: attributes, identity, classes, numbers.

use objects::protocol::number::{self, Binary};
use objects::protocol::{attr, call, object};
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, id, raise};

#[macros::pymodule(name = "builtins", part)]
pub mod part {
    use super::*;

    #[function("abs($module, x, /)")]
    fn abs(x: &Object) -> Result<Ref> {
        number::absolute(x)
    }

    #[function("callable($module, obj, /)")]
    fn callable(obj: &Object) -> bool {
        call::is_callable(obj)
    }

    #[function("getattr", raw, nosig)]
    fn getattr(args: &[&Object]) -> Result<Ref> {
        let (object, name, default) = match args {
            [object, name] => (object, name, None),
            [object, name, default] => (object, name, Some(*default)),
            _ => {
                let bound = if args.len() < 2 { "at least 2" } else { "at most 3" };
                return Err(raise!(TypeError, "getattr expected {bound} arguments, got {}", args.len()));
            }
        };
        let name = attribute_name(name)?;
        match default {
            None => attr::get(object, name),
            Some(default) => Ok(attr::get_optional(object, name)?.unwrap_or_else(|| default.to_ref())),
        }
    }

    #[function("hasattr($module, obj, name, /)")]
    fn hasattr(obj: &Object, name: &Object) -> Result<bool> {
        Ok(attr::get_optional(obj, attribute_name(name)?)?.is_some())
    }

    #[function("setattr($module, obj, name, value, /)")]
    fn setattr(obj: &Object, name: &Object, value: &Object) -> Result<()> {
        attr::set(obj, attribute_name(name)?, Some(value))
    }

    #[function("delattr($module, obj, name, /)")]
    fn delattr(obj: &Object, name: &Object) -> Result<()> {
        attr::set(obj, attribute_name(name)?, None)
    }

    #[function("dir", raw, nosig)]
    fn dir(args: &[&Object]) -> Result<Ref> {
        match args {
            [] => super::dir(None),
            [object] => super::dir(Some(object)),
            _ => Err(raise!(TypeError, "dir expected at most 1 argument, got {}", args.len())),
        }
    }

    #[function("vars", raw, nosig)]
    fn vars(args: &[&Object]) -> Result<Ref> {
        match args {
            [] => super::super::exec::current_locals(),
            [object] => match attr::get_optional(object, id!("__dict__"))? {
                Some(dict) => Ok(dict),
                None => Err(raise!(TypeError, "vars() argument must have __dict__ attribute")),
            },
            _ => Err(raise!(TypeError, "vars expected at most 1 argument, got {}", args.len())),
        }
    }

    #[function("divmod($module, x, y, /)")]
    fn divmod(x: &Object, y: &Object) -> Result<Ref> {
        number::binary_op(x, y, Binary::Divmod)
    }

    #[function("hash($module, obj, /)")]
    fn hash(obj: &Object) -> Result<isize> {
        object::hash(obj)
    }

    #[function("id($module, obj, /)")]
    fn id(obj: &Object) -> Result<Ref<Int>> {
        super::super::super::audit("builtins.id")?;
        Int::from_usize(core::ptr::from_ref(obj) as usize)
    }

    #[function("isinstance($module, obj, class_or_tuple, /)")]
    fn isinstance(obj: &Object, class_or_tuple: &Object) -> Result<bool> {
        object::is_instance(obj, class_or_tuple)
    }

    #[function("issubclass($module, cls, class_or_tuple, /)")]
    fn issubclass(cls: &Object, class_or_tuple: &Object) -> Result<bool> {
        object::is_subclass(cls, class_or_tuple)
    }

    #[function("pow($module, /, base, exp, mod=None)")]
    fn pow(base: &Object, exp: &Object, modulus: &Object) -> Result<Ref> {
        number::power(base, exp, modulus)
    }

    #[function("round($module, /, number, ndigits=None)")]
    fn round(number: &Object, ndigits: &Object) -> Result<Ref> {
        let Some(method) = attr::lookup_special(number, id!("__round__"))? else {
            return Err(raise!(TypeError, "type {} doesn't define __round__ method", number.class().name()));
        };
        if ndigits.is(none()) { call::call_no_args(&method) } else { call::call_one_arg(&method, ndigits) }
    }
}

/// The name of an attribute, which must be a string.
fn attribute_name(name: &Object) -> Result<&Str> {
    match name.cast::<Str>() {
        Some(name) => Ok(name),
        None => Err(raise!(TypeError, "attribute name must be string, not '{}'", name.class().name())),
    }
}

fn sorted_list(names: &Object) -> Result<Ref> {
    let list = objects::protocol::sequence::to_list(names)?;
    list.sort_by(None, false)?;
    Ok(list.upcast())
}

/// The sorted names of an object's attributes, without one those of the running code's variables (`PyObject_Dir`).
///
/// # Errors
/// What its `__dir__` raises.
pub fn dir(object: Option<&Object>) -> Result<Ref> {
    let Some(object) = object else {
        let locals = super::exec::current_locals()?;
        return sorted_list(&*call::call_method(&locals, id!("keys"), &[])?);
    };
    match attr::lookup_special(object, id!("__dir__"))? {
        Some(method) => sorted_list(&*call::call_no_args(&method)?),
        None => Err(raise!(TypeError, "object does not provide __dir__")),
    }
}
