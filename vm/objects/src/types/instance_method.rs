//! `instancemethod`: makes any callable a method of the class whose attribute it is. Only C code makes such objects.

use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr, call};
use crate::raise::Result;
use crate::types::dict::Dict;
use crate::types::method::Method;
use crate::types::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::{CompareOp, TypeObject, id};
use macros::pytype;

/// `PyInstanceMethodObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct InstanceMethod {
    ob_base: Object,
    func: Slot,
}

const _: () = assert!(size_of::<InstanceMethod>() == 24);

#[pytype(
    name = "instancemethod", symbol = PyInstanceMethod_Type, gc, no_clear,
    member("__func__", OBJECT, func, READONLY)
)]
impl InstanceMethod {
    /// `PyInstanceMethod_New`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(function: &Object) -> Result<Ref<InstanceMethod>> {
        Ref::new(InstanceMethod { ob_base: Object::HEAD, func: Slot::new(function.to_ref()) })
    }

    /// The callable.
    pub fn function(&self) -> &Object {
        // SAFETY: set once, for the object's life.
        unsafe { self.func.peek() }.unwrap_or(none::none())
    }

    #[new("instancemethod(function, /)")]
    fn py_new(_class: &TypeObject, function: &Object) -> Result<Ref<InstanceMethod>> {
        if !call::is_callable(function) {
            return Err(crate::raise!(TypeError, "first argument must be callable"));
        }
        InstanceMethod::new(function)
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        call::call_with_tuple(self.function(), args, kwargs)
    }

    #[slot(tp_descr_get)]
    fn bind(&self, object: Option<&Object>, _class: Option<&Object>) -> Result {
        match object {
            Some(object) => Ok(Method::new(self.function(), object)?.upcast()),
            None => Ok(self.function().to_ref()),
        }
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result {
        let name = crate::types::str::expect_str(name, "attribute name")?;
        let class = InstanceMethod::class();
        match class.lookup(name) {
            Some(found) => match found.class().tp_descr_get.get() {
                // SAFETY: the slot belongs to the attribute's class.
                Some(bind) => unsafe { bind(&found, Some(self), Some(class)) },
                None => Ok(found),
            },
            None => attr::get(self.function(), name),
        }
    }

    #[getter("__doc__")]
    fn doc(&self) -> Result {
        attr::get(self.function(), id!("__doc__"))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = attr::get_optional(self.function(), id!("__name__"))?;
        let name = name.as_deref().and_then(|name| name.cast::<Str>()).map(Str::to_string_lossy);
        Str::new(&format!("<instancemethod {} at {self:p}>", name.as_deref().unwrap_or("?")))
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.cast::<InstanceMethod>(), op) else {
            return Ok(none::not_implemented().to_ref());
        };
        let equal = protocol::compare::equal(self.function(), other.function())?;
        Ok(crate::types::bool::new_bool(equal == (op == CompareOp::Eq)))
    }
}
