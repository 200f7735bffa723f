//! `typing.TypeVarTuple`.

use super::{Lazy, calling_module, generic};
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{attr, iter};
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ptr;
use macros::pytype;

/// `typevartupleobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct TypeVarTuple {
    ob_base: Object,
    name: Slot<Str>,
    pub(super) default: Lazy,
    dict: Slot<Dict>,
    weaklist: Cell<*mut Object>,
}

impl TypeVarTuple {
    fn alloc(class: &TypeObject, name: &Str) -> Result<Ref<TypeVarTuple>> {
        Ref::new_in(
            class,
            TypeVarTuple {
                ob_base: Object::HEAD,
                name: Slot::new(name.to_ref()),
                default: Lazy::of(None),
                dict: Slot::empty(),
                weaklist: Cell::new(ptr::null_mut()),
            },
        )
    }

    /// The variable of a type parameter.
    ///
    /// # Errors
    /// TypeError when the name is no str; MemoryError.
    pub fn of_parameter(name: &Object) -> Result<Ref> {
        let name = crate::types::str::expect_str(name, "type parameter name")?;
        Ok(TypeVarTuple::alloc(TypeVarTuple::class(), name)?.upcast())
    }
}

#[pytype(
    name = "TypeVarTuple", module = "typing", static_name = TYPE_VAR_TUPLE, gc, dict = dict, weaklist = weaklist,
    member("__name__", OBJECT, name, READONLY),
)]
impl TypeVarTuple {
    #[new("typevartuple(name, *, default=typing.NoDefault)")]
    fn new(
        class: &TypeObject,
        name: &Str,
        #[default(generic::no_default())] default: &Object,
    ) -> Result<Ref<TypeVarTuple>> {
        let tuple = TypeVarTuple::alloc(class, name)?;
        tuple.default.value.set(Some(default.to_ref()));
        attr::set(&tuple, id!("__module__"), Some(&*calling_module()))?;
        Ok(tuple)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.name.get().ok_or_else(crate::raise::null_result)
    }

    /// `*Ts`: the variable unpacked, once.
    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        iter::get_iter(&*Tuple::from_array([super::unpack(self)?])?)
    }

    #[getter("__default__")]
    fn default_value(&self) -> Result<Ref> {
        self.default.default_value()
    }

    #[method("has_default($self, /)")]
    fn has_default(&self) -> bool {
        self.default.has_default()
    }

    #[method("__typing_subst__($self, arg, /)")]
    fn subst(&self, _arg: &Object) -> Result<()> {
        Err(crate::raise!(TypeError, "Substitution of bare TypeVarTuple is not supported"))
    }

    #[method("__typing_prepare_subst__($self, alias, args, /)")]
    fn prepare_subst(&self, alias: &Object, args: &Object) -> Result<Ref> {
        super::call_typing(id!("_typevartuple_prepare_subst"), &[self, alias, args])
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Option<Ref<Str>> {
        self.name.get()
    }

    #[method("__mro_entries__($self, object, /)")]
    fn mro_entries(&self, _object: &Object) -> Result<()> {
        Err(super::not_a_base("TypeVarTuple"))
    }
}
