//! `_typing`: the native half of `typing`.

use objects::Object;
use objects::types::typing::alias::TypeAlias;
use objects::types::typing::generic;
use objects::types::typing::param_spec::{ParamSpec, ParamSpecArgs, ParamSpecKwargs};
use objects::types::typing::type_var::TypeVar;
use objects::types::typing::type_var_tuple::TypeVarTuple;

#[macros::pymodule(
    name = "_typing",
    classes(TypeVar, TypeVarTuple, ParamSpec, ParamSpecArgs, ParamSpecKwargs, TypeAlias)
)]
pub mod module {
    use super::*;

    #[function("_idfunc($module, x, /)")]
    fn idfunc(x: &Object) -> &Object {
        x
    }

    #[attr("Generic")]
    fn generic_class() -> &'static Object {
        &generic::GENERIC
    }

    #[attr("NoDefault")]
    fn no_default() -> &'static Object {
        generic::no_default()
    }
}
