//! `staticmethod`: keeps a callable in a class from being bound.

use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr, call};
use crate::raise::Result;
use crate::types::bool::new_bool;
use crate::types::dict::Dict;
use crate::types::tuple::Tuple;
use macros::pytype;

/// The C struct of `staticmethod`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct StaticMethod {
    ob_base: Object,
    sm_callable: Slot,
    sm_dict: Slot<Dict>,
}

const _: () = assert!(size_of::<StaticMethod>() == 32);

/// `PyStaticMethod_New`.
///
/// # Errors
/// MemoryError.
pub fn new(callable: &Object) -> Result<Ref> {
    Ok(Ref::new(StaticMethod {
        ob_base: Object::HEAD,
        sm_callable: Slot::new(callable.to_ref()),
        sm_dict: Slot::empty(),
    })?
    .upcast())
}

/// Copies what describes a function from the callable to its wrapper (`functools_wraps`).
///
/// # Errors
/// What reading or setting an attribute raises, other than AttributeError.
pub(crate) fn copy_description(wrapper: &Object, callable: &Object) -> Result<()> {
    let names =
        [id!("__module__"), id!("__name__"), id!("__qualname__"), id!("__doc__"), id!("__annotations__")];
    for name in names {
        if let Some(value) = attr::get_optional(callable, name)? {
            attr::set(wrapper, name, Some(&value))?;
        }
    }
    Ok(())
}

/// Whether the callable says that it is abstract (`_PyObject_IsAbstract`).
///
/// # Errors
/// What reading `__isabstractmethod__` or its truth raises.
pub(crate) fn is_abstract(callable: Option<&Object>) -> Result<bool> {
    let Some(callable) = callable else { return Ok(false) };
    match attr::get_optional(callable, id!("__isabstractmethod__"))? {
        Some(answer) => protocol::object::is_true(&answer),
        None => Ok(false),
    }
}

#[pytype(
    name = "staticmethod",
    symbol = PyStaticMethod_Type,
    flags = [BASETYPE],
    gc,
    dict = sm_dict,
    new = crate::typeobject::generic_new,
    member("__func__", OBJECT, sm_callable, READONLY),
    member("__wrapped__", OBJECT, sm_callable, READONLY)
)]
impl StaticMethod {
    fn callable(&self) -> Result<Ref> {
        self.sm_callable.get().ok_or_else(|| crate::raise!(RuntimeError, "uninitialized staticmethod object"))
    }

    #[init("staticmethod(function, /)")]
    fn init(&self, function: &Object) -> Result<()> {
        self.sm_callable.set(Some(function.to_ref()));
        copy_description(self, function)
    }

    #[slot(tp_descr_get)]
    fn get(&self, _instance: Option<&Object>, _owner: Option<&Object>) -> Result {
        self.callable()
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        call::call_with_tuple(&*self.callable()?, args, kwargs)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        Ok(format!("<staticmethod({})>", protocol::object::repr(&*self.callable()?)?.to_string_lossy()))
    }

    #[getter("__isabstractmethod__")]
    fn is_abstract(&self) -> Result<Ref> {
        Ok(new_bool(is_abstract(self.sm_callable.get().as_deref())?))
    }

    #[getter("__dict__")]
    fn dict(&self) -> Result {
        crate::attrs::generic_get_dict(self)
    }

    #[setter("__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        crate::attrs::generic_set_dict(self, value)
    }
}
