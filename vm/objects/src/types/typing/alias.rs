//! `typing.TypeAliasType`: what a `type` statement makes.

use super::{Lazy, calling_module, unpack_type_var_tuples};
use crate::object::refs::{self, Ref, Slot};
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::function::Function;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::{generic_alias, union};
use macros::pytype;

/// `typealiasobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct TypeAlias {
    ob_base: Object,
    name: Slot<Str>,
    /// NULL when the alias is not generic.
    type_params: Slot<Tuple>,
    value: Lazy,
    /// Where a call of the class stood; the evaluating function knows it otherwise.
    module: Slot,
}

impl TypeAlias {
    /// `INTRINSIC_TYPEALIAS`: from a tuple of name, type parameters or None, and the function that computes the value.
    ///
    /// # Errors
    /// TypeError when the tuple is something else; MemoryError.
    pub fn of_statement(parts: &Object) -> Result<Ref> {
        let parts = parts.cast::<Tuple>().map_or(&[][..], Tuple::items);
        let [name, type_params, evaluate] = parts else { return Err(crate::raise::bad_internal_call()) };
        let alias = TypeAlias {
            ob_base: Object::HEAD,
            name: Slot::new(crate::types::str::expect_str(name, "type alias name")?.to_ref()),
            type_params: Slot::from_option(type_params.cast::<Tuple>().map(Instance::to_ref)),
            value: Lazy::by(Some(evaluate)),
            module: Slot::empty(),
        };
        Ok(Ref::new(alias)?.upcast())
    }
}

#[pytype(
    name = "TypeAliasType", module = "typing", static_name = TYPE_ALIAS, gc, flags = [IMMUTABLETYPE],
    member("__name__", OBJECT, name, READONLY),
)]
impl TypeAlias {
    #[new("typealias(name, value, *, type_params=())")]
    fn new(
        class: &TypeObject,
        name: &Str,
        value: &Object,
        type_params: Option<&Object>,
    ) -> Result<Ref<TypeAlias>> {
        let type_params = match type_params.map(|params| params.cast::<Tuple>()) {
            Some(None) => return Err(crate::raise!(TypeError, "type_params must be a tuple")),
            Some(Some(params)) if !params.is_empty() => Some(params.to_ref()),
            _ => None,
        };
        let alias = TypeAlias {
            ob_base: Object::HEAD,
            name: Slot::new(name.to_ref()),
            type_params: Slot::from_option(type_params),
            value: Lazy::of(Some(value.to_ref())),
            module: Slot::new(calling_module()),
        };
        Ref::new_in(class, alias)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.name.get().ok_or_else(crate::raise::null_result)
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        union::or(left, right)
    }

    #[slot(mp_subscript)]
    fn get_item(&self, item: &Object) -> Result<Ref> {
        if self.type_params.is_empty() {
            return Err(crate::raise!(TypeError, "Only generic type aliases are subscriptable"));
        }
        generic_alias::new(self, item)
    }

    #[getter("__parameters__")]
    fn parameters(&self) -> Result<Ref<Tuple>> {
        self.type_params.get().map_or_else(|| Ok(Tuple::empty()), |params| unpack_type_var_tuples(&params))
    }

    #[getter("__type_params__")]
    fn type_params(&self) -> Ref<Tuple> {
        self.type_params.get().unwrap_or_else(Tuple::empty)
    }

    #[getter("__value__")]
    fn value(&self) -> Result<Option<Ref>> {
        self.value.get()
    }

    #[getter("__module__")]
    fn module(&self) -> Ref {
        let of_function = || self.value.evaluate.get()?.cast::<Function>()?.func_module.get();
        self.module.get().or_else(of_function).unwrap_or_else(refs::none)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Option<Ref<Str>> {
        self.name.get()
    }
}
