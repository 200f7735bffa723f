//! What `typing` has in native code: type variables of the three kinds, type aliases, `Generic` and `NoDefault`.
//!
//! The bound of a type variable, its constraints, its default and the value of an alias are evaluated when somebody asks
//! ([`Lazy`]). Whatever needs the rest of `typing` calls its Python half by name.

pub mod alias;
pub mod generic;
pub mod param_spec;
pub mod type_var;
pub mod type_var_tuple;

use crate::id;
use crate::interpreter_frame;
use crate::object::refs::{self, Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{attr, call, mapping};
use crate::raise::{Raised, Result};
use crate::types::none::{self, none};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use generic::no_default;
use param_spec::ParamSpec;
use type_var::TypeVar;
use type_var_tuple::TypeVarTuple;

/// A value that a function computes on first use.
#[repr(C)]
#[derive(macros::Trace)]
pub(super) struct Lazy {
    value: Slot,
    evaluate: Slot,
}

impl Lazy {
    fn of(value: Option<Ref>) -> Lazy {
        Lazy { value: Slot::from_option(value), evaluate: Slot::empty() }
    }

    fn by(evaluate: Option<&Object>) -> Lazy {
        Lazy { value: Slot::empty(), evaluate: Slot::from_option(evaluate.map(Instance::to_ref)) }
    }

    /// The value; `None` when there is neither a value nor a function.
    fn get(&self) -> Result<Option<Ref>> {
        if let Some(value) = self.value.get() {
            return Ok(Some(value));
        }
        let Some(evaluate) = self.evaluate.get() else { return Ok(None) };
        let value = call::call_no_args(&evaluate)?;
        self.value.set(Some(value.clone()));
        Ok(Some(value))
    }
}

/// The default of a type variable, and the questions about it that all three kinds answer.
impl Lazy {
    fn default_value(&self) -> Result<Ref> {
        Ok(self.get()?.unwrap_or_else(|| no_default().to_ref()))
    }

    fn has_default(&self) -> bool {
        !self.evaluate.is_empty() || self.value.get().is_some_and(|value| !value.is(no_default()))
    }
}

/// Calls a function of `typing`'s Python half.
pub(super) fn call_typing(name: &Str, args: &[&Object]) -> Result<Ref> {
    let typing = crate::hooks::IMPORT.get()("typing")?;
    call::call(&*attr::get(&typing, name)?, args)
}

/// `typing._type_check`; None is its class without asking, as `typing` may not be there yet.
fn type_check(argument: &Object, message: &str) -> Result<Ref> {
    if argument.is(none()) {
        return Ok(argument.class().as_object().to_ref());
    }
    call_typing(id!("_type_check"), &[argument, &*Str::new(message)?])
}

/// The `__module__` of the function that calls: where a type variable says it is from.
fn calling_module() -> Ref {
    let frame = interpreter_frame::current();
    frame.and_then(|frame| frame.function().func_module.get()).unwrap_or_else(refs::none)
}

/// The declared variance must make sense.
fn check_variance(covariant: bool, contravariant: bool, infer_variance: bool) -> Result<()> {
    if covariant && contravariant {
        return Err(crate::raise!(ValueError, "Bivariant types are not supported."));
    }
    if infer_variance && (covariant || contravariant) {
        return Err(crate::raise!(ValueError, "Variance cannot be specified with infer_variance."));
    }
    Ok(())
}

/// A name with the sign of its variance.
fn repr_with_variance(name: &Str, covariant: bool, contravariant: bool, infer_variance: bool) -> String {
    let sign = match (infer_variance, covariant, contravariant) {
        (true, ..) => "",
        (_, true, _) => "+",
        (_, _, true) => "-",
        _ => "~",
    };
    format!("{sign}{}", name.to_string_lossy())
}

#[cold]
fn not_a_base(class: &str) -> Raised {
    crate::raise!(TypeError, "Cannot subclass an instance of {class}")
}

/// `left | right` of type variables: `typing.Union`.
fn make_union(left: &Object, right: &Object) -> Result<Ref> {
    call_typing(id!("_make_union"), &[left, right])
}

/// `typing.Unpack[variable]`.
fn unpack(variable: &Object) -> Result<Ref> {
    let typing = crate::hooks::IMPORT.get()("typing")?;
    mapping::get_item(&*attr::get(&typing, id!("Unpack"))?, variable)
}

/// Type parameters with each TypeVarTuple unpacked, as they stand between the brackets of a base class.
fn unpack_type_var_tuples(params: &Tuple) -> Result<Ref<Tuple>> {
    let unpacked = params.items().iter().map(|param| match param.cast_exact::<TypeVarTuple>() {
        Some(_) => unpack(param),
        None => Ok(param.to_ref()),
    });
    Tuple::from_vec(unpacked.collect::<Result<_>>()?)
}

/// `INTRINSIC_SUBSCRIPT_GENERIC`: the base `Generic[params]` of a class with type parameters.
///
/// # Errors
/// What `typing` raises.
pub fn subscript_generic(params: &Object) -> Result<Ref> {
    let Some(params) = params.cast::<Tuple>() else { return Err(crate::raise::bad_internal_call()) };
    let unpacked = unpack_type_var_tuples(params)?;
    call_typing(id!("_GenericAlias"), &[generic::GENERIC.as_object(), &unpacked])
}

/// `INTRINSIC_SET_TYPEPARAM_DEFAULT`: gives a type variable the function that computes its default.
///
/// # Errors
/// TypeError for what is no type variable.
pub fn set_default(param: &Object, evaluate: &Object) -> Result<Ref> {
    let default = if let Some(param) = param.cast_exact::<TypeVar>() {
        &param.default
    } else if let Some(param) = param.cast_exact::<ParamSpec>() {
        &param.default
    } else if let Some(param) = param.cast_exact::<TypeVarTuple>() {
        &param.default
    } else {
        let class = param.class().name();
        return Err(crate::raise!(TypeError, "Expected a type param, got {class}"));
    };
    default.evaluate.set(Some(evaluate.to_ref()));
    Ok(param.to_ref())
}

/// NotImplemented, for the comparisons of `ParamSpec.args` and `.kwargs`.
fn not_implemented() -> Ref {
    none::not_implemented().to_ref()
}
