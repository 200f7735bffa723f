//! `typing.ParamSpec`, with its `args` and `kwargs`.

use super::{Lazy, calling_module, check_variance, generic, not_implemented, type_check};
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{attr, compare, object};
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::dict::Dict;
use crate::types::none::none;
use crate::types::str::Str;
use core::cell::Cell;
use core::ptr;
use macros::pytype;

/// `paramspecobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct ParamSpec {
    ob_base: Object,
    name: Slot<Str>,
    bound: Slot,
    pub(super) default: Lazy,
    covariant: Cell<bool>,
    contravariant: Cell<bool>,
    infer_variance: Cell<bool>,
    dict: Slot<Dict>,
    weaklist: Cell<*mut Object>,
}

impl ParamSpec {
    fn alloc(class: &TypeObject, name: &Str, bound: Option<Ref>) -> Result<Ref<ParamSpec>> {
        Ref::new_in(
            class,
            ParamSpec {
                ob_base: Object::HEAD,
                name: Slot::new(name.to_ref()),
                bound: Slot::from_option(bound),
                default: Lazy::of(None),
                covariant: Cell::new(false),
                contravariant: Cell::new(false),
                infer_variance: Cell::new(true),
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
        Ok(ParamSpec::alloc(ParamSpec::class(), name, None)?.upcast())
    }
}

#[pytype(
    name = "ParamSpec", module = "typing", static_name = PARAM_SPEC, gc, dict = dict, weaklist = weaklist,
    member("__name__", OBJECT, name, READONLY),
    member("__bound__", OBJECT, bound, READONLY),
    member("__covariant__", BOOL, covariant, READONLY),
    member("__contravariant__", BOOL, contravariant, READONLY),
    member("__infer_variance__", BOOL, infer_variance, READONLY),
)]
impl ParamSpec {
    #[new(
        "paramspec(name, *, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)"
    )]
    fn new(
        class: &TypeObject,
        name: &Str,
        bound: Option<&Object>,
        #[default(generic::no_default())] default: &Object,
        covariant: bool,
        contravariant: bool,
        infer_variance: bool,
    ) -> Result<Ref<ParamSpec>> {
        check_variance(covariant, contravariant, infer_variance)?;
        // No bound is None, which is a type like any other here.
        let bound = type_check(bound.unwrap_or_else(|| none()), "Bound must be a type.")?;
        let spec = ParamSpec::alloc(class, name, Some(bound))?;
        spec.default.value.set(Some(default.to_ref()));
        spec.covariant.set(covariant);
        spec.contravariant.set(contravariant);
        spec.infer_variance.set(infer_variance);
        attr::set(&spec, id!("__module__"), Some(&*calling_module()))?;
        Ok(spec)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        let name = self.name.get().ok_or_else(crate::raise::null_result)?;
        let (co, contra) = (self.covariant.get(), self.contravariant.get());
        Ok(super::repr_with_variance(&name, co, contra, self.infer_variance.get()))
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        super::make_union(left, right)
    }

    #[getter("args")]
    fn args(&self) -> Result<Ref<ParamSpecArgs>> {
        ParamSpecArgs::new(ParamSpecArgs::class(), self)
    }

    #[getter("kwargs")]
    fn kwargs(&self) -> Result<Ref<ParamSpecKwargs>> {
        ParamSpecKwargs::new(ParamSpecKwargs::class(), self)
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
    fn subst(&self, arg: &Object) -> Result<Ref> {
        super::call_typing(id!("_paramspec_subst"), &[self, arg])
    }

    #[method("__typing_prepare_subst__($self, alias, args, /)")]
    fn prepare_subst(&self, alias: &Object, args: &Object) -> Result<Ref> {
        super::call_typing(id!("_paramspec_prepare_subst"), &[self, alias, args])
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Option<Ref<Str>> {
        self.name.get()
    }

    #[method("__mro_entries__($self, object, /)")]
    fn mro_entries(&self, _object: &Object) -> Result<()> {
        Err(super::not_a_base("ParamSpec"))
    }
}

/// `paramspecattrobject`: `P.args`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct ParamSpecArgs {
    ob_base: Object,
    origin: Slot,
    weaklist: Cell<*mut Object>,
}

/// `P.kwargs`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct ParamSpecKwargs {
    ob_base: Object,
    origin: Slot,
    weaklist: Cell<*mut Object>,
}

/// `P.args` for a ParamSpec, else the origin's repr with the suffix.
fn repr_of_part(origin: Option<Ref>, suffix: &str) -> Result<String> {
    let origin = origin.ok_or_else(crate::raise::null_result)?;
    let shown = match origin.cast_exact::<ParamSpec>() {
        Some(spec) => spec.name.get().ok_or_else(crate::raise::null_result)?,
        None => object::repr(&origin)?,
    };
    Ok(format!("{}.{suffix}", shown.to_string_lossy()))
}

/// Parts are equal when their origins are.
fn compare_parts(left: Option<Ref>, right: Option<Ref>, op: CompareOp) -> Result<Ref> {
    match (left, right) {
        (Some(left), Some(right)) if matches!(op, CompareOp::Eq | CompareOp::Ne) => {
            compare::rich_compare(&left, &right, op)
        }
        _ => Ok(not_implemented()),
    }
}

#[pytype(
    name = "ParamSpecArgs", module = "typing", static_name = PARAM_SPEC_ARGS, gc, weaklist = weaklist, unhashable,
    member("__origin__", OBJECT, origin, READONLY),
)]
impl ParamSpecArgs {
    #[new("paramspecargs(origin)")]
    fn new(class: &TypeObject, origin: &Object) -> Result<Ref<ParamSpecArgs>> {
        let (origin, weaklist) = (Slot::new(origin.to_ref()), Cell::new(ptr::null_mut()));
        Ref::new_in(class, ParamSpecArgs { ob_base: Object::HEAD, origin, weaklist })
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        repr_of_part(self.origin.get(), "args")
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        compare_parts(
            self.origin.get(),
            other.cast::<ParamSpecArgs>().and_then(|other| other.origin.get()),
            op,
        )
    }

    #[method("__mro_entries__($self, object, /)")]
    fn mro_entries(&self, _object: &Object) -> Result<()> {
        Err(super::not_a_base("ParamSpecArgs"))
    }
}

#[pytype(
    name = "ParamSpecKwargs", module = "typing", static_name = PARAM_SPEC_KWARGS, gc, weaklist = weaklist, unhashable,
    member("__origin__", OBJECT, origin, READONLY),
)]
impl ParamSpecKwargs {
    #[new("paramspeckwargs(origin)")]
    fn new(class: &TypeObject, origin: &Object) -> Result<Ref<ParamSpecKwargs>> {
        let (origin, weaklist) = (Slot::new(origin.to_ref()), Cell::new(ptr::null_mut()));
        Ref::new_in(class, ParamSpecKwargs { ob_base: Object::HEAD, origin, weaklist })
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        repr_of_part(self.origin.get(), "kwargs")
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        compare_parts(
            self.origin.get(),
            other.cast::<ParamSpecKwargs>().and_then(|other| other.origin.get()),
            op,
        )
    }

    #[method("__mro_entries__($self, object, /)")]
    fn mro_entries(&self, _object: &Object) -> Result<()> {
        Err(super::not_a_base("ParamSpecKwargs"))
    }
}
