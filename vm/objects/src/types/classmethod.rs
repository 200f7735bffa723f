//! `classmethod`: binds a callable to the class instead of the instance.

use super::staticmethod::{copy_description, is_abstract};
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::Result;
use crate::types::bool::new_bool;
use crate::types::dict::Dict;
use crate::types::method::Method;
use macros::pytype;

/// The C struct of `classmethod`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct ClassMethod {
    ob_base: Object,
    cm_callable: Slot,
    cm_dict: Slot<Dict>,
}

const _: () = assert!(size_of::<ClassMethod>() == 32);

/// `PyClassMethod_New`.
///
/// # Errors
/// MemoryError.
pub fn new(callable: &Object) -> Result<Ref> {
    Ok(Ref::new(ClassMethod {
        ob_base: Object::HEAD,
        cm_callable: Slot::new(callable.to_ref()),
        cm_dict: Slot::empty(),
    })?
    .upcast())
}

#[pytype(
    name = "classmethod",
    symbol = PyClassMethod_Type,
    flags = [BASETYPE],
    gc,
    dict = cm_dict,
    new = crate::typeobject::generic_new,
    member("__func__", OBJECT, cm_callable, READONLY),
    member("__wrapped__", OBJECT, cm_callable, READONLY)
)]
impl ClassMethod {
    fn callable(&self) -> Result<Ref> {
        self.cm_callable.get().ok_or_else(|| crate::raise!(RuntimeError, "uninitialized classmethod object"))
    }

    #[init("classmethod(function, /)")]
    fn init(&self, function: &Object) -> Result<()> {
        self.cm_callable.set(Some(function.to_ref()));
        copy_description(self, function)
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, owner: Option<&Object>) -> Result {
        let callable = self.callable()?;
        let class = owner.or(instance.map(|instance| instance.class().as_object()));
        let class = class.ok_or_else(crate::raise::bad_internal_call)?;
        Ok(Method::new(&callable, class)?.upcast())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        Ok(format!("<classmethod({})>", protocol::object::repr(&*self.callable()?)?.to_string_lossy()))
    }

    #[getter("__isabstractmethod__")]
    fn is_abstract(&self) -> Result<Ref> {
        Ok(new_bool(is_abstract(self.cm_callable.get().as_deref())?))
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
