//! `typing.Generic` and `typing.NoDefault`.

use super::call_typing;
use crate::args::Kwargs;
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{attr, call};
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::dict::Dict;
use crate::types::tuple::Tuple;
use macros::pytype;

/// Where the methods of `Generic` are declared. Both are functions of `typing` that get the class in front.
struct GenericMethods;

fn with_class(class: &TypeObject, args: &[&Object]) -> Result<Ref<Tuple>> {
    let mut all = vec![class.as_object()];
    all.extend_from_slice(args);
    Tuple::from_slice(&all)
}

#[pytype(name = "Generic", module = "typing", static_name = GENERIC, no_instance, flags = [BASETYPE])]
impl GenericMethods {
    #[classmethod("__class_getitem__", raw, nosig)]
    fn class_getitem(class: &TypeObject, args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        let typing = crate::hooks::IMPORT.get()("typing")?;
        let function = attr::get(&typing, id!("_generic_class_getitem"))?;
        call::call_with_tuple(&function, &*with_class(class, args)?, kwargs.to_dict()?.as_deref())
    }

    #[classmethod("__init_subclass__", raw, nosig)]
    fn init_subclass(class: &TypeObject, args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        if kwargs.is_empty() {
            return call_typing(id!("_generic_init_subclass"), with_class(class, args)?.items());
        }
        let typing = crate::hooks::IMPORT.get()("typing")?;
        let function = attr::get(&typing, id!("_generic_init_subclass"))?;
        call::call_with_tuple(&function, &*with_class(class, args)?, kwargs.to_dict()?.as_deref())
    }
}

static NO_DEFAULT: Object = Object::immortal(&NO_DEFAULT_TYPE);

/// The object `NoDefault`: the default of a type variable that has none.
pub fn no_default() -> &'static Object {
    &NO_DEFAULT
}

/// Where the methods of `NoDefault` are declared.
struct NoDefaultMethods;

#[pytype(name = "NoDefaultType", static_name = NO_DEFAULT_TYPE, no_instance, doc = "The type of the NoDefault singleton.")]
impl NoDefaultMethods {
    #[slot(tp_new)]
    fn make(_class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        if !args.is_empty() || kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(crate::raise!(TypeError, "NoDefaultType takes no arguments"));
        }
        Ok(no_default().to_ref())
    }

    #[slot(tp_repr)]
    fn repr(_this: &Object) -> &'static str {
        "typing.NoDefault"
    }

    #[method("__reduce__($self, /)")]
    fn reduce(_this: &Object) -> &'static str {
        "NoDefault"
    }
}
