//! `typing.TypeVar`.

use super::{Lazy, calling_module, check_variance, generic, type_check};
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{attr, object, sequence};
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ptr;
use macros::pytype;

/// `typevarobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct TypeVar {
    ob_base: Object,
    name: Slot<Str>,
    bound: Lazy,
    constraints: Lazy,
    pub(super) default: Lazy,
    covariant: Cell<bool>,
    contravariant: Cell<bool>,
    infer_variance: Cell<bool>,
    dict: Slot<Dict>,
    weaklist: Cell<*mut Object>,
}

impl TypeVar {
    fn alloc(class: &TypeObject, name: &Str, bound: Lazy, constraints: Lazy) -> Result<Ref<TypeVar>> {
        Ref::new_in(
            class,
            TypeVar {
                ob_base: Object::HEAD,
                name: Slot::new(name.to_ref()),
                bound,
                constraints,
                default: Lazy::of(None),
                covariant: Cell::new(false),
                contravariant: Cell::new(false),
                infer_variance: Cell::new(true),
                dict: Slot::empty(),
                weaklist: Cell::new(ptr::null_mut()),
            },
        )
    }

    /// The variable of a type parameter: its variance is inferred, its bound or its constraints are functions.
    ///
    /// # Errors
    /// TypeError when the name is no str; MemoryError.
    pub fn of_parameter(name: &Object, bound: Option<&Object>, constraints: Option<&Object>) -> Result<Ref> {
        let name = crate::types::str::expect_str(name, "type parameter name")?;
        Ok(TypeVar::alloc(TypeVar::class(), name, Lazy::by(bound), Lazy::by(constraints))?.upcast())
    }
}

#[pytype(
    name = "TypeVar", module = "typing", static_name = TYPE_VAR, gc, dict = dict, weaklist = weaklist,
    member("__name__", OBJECT, name, READONLY),
    member("__covariant__", BOOL, covariant, READONLY),
    member("__contravariant__", BOOL, contravariant, READONLY),
    member("__infer_variance__", BOOL, infer_variance, READONLY),
)]
impl TypeVar {
    #[new(
        "typevar(name, *constraints, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)"
    )]
    fn new(
        class: &TypeObject,
        name: &Str,
        constraints: &[&Object],
        bound: Option<&Object>,
        #[default(generic::no_default())] default: &Object,
        covariant: bool,
        contravariant: bool,
        infer_variance: bool,
    ) -> Result<Ref<TypeVar>> {
        check_variance(covariant, contravariant, infer_variance)?;
        let bound = bound.map(|bound| type_check(bound, "Bound must be a type.")).transpose()?;
        let constraints = match constraints.len() {
            0 => None,
            1 => return Err(crate::raise!(TypeError, "A single constraint is not allowed")),
            _ if bound.is_some() => {
                return Err(crate::raise!(TypeError, "Constraints cannot be combined with bound=..."));
            }
            _ => Some(Tuple::from_slice(constraints)?.upcast()),
        };
        let var = TypeVar::alloc(class, name, Lazy::of(bound), Lazy::of(constraints))?;
        var.default.value.set(Some(default.to_ref()));
        var.covariant.set(covariant);
        var.contravariant.set(contravariant);
        var.infer_variance.set(infer_variance);
        attr::set(&var, id!("__module__"), Some(&*calling_module()))?;
        Ok(var)
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

    #[getter("__bound__")]
    fn bound(&self) -> Result<Option<Ref>> {
        self.bound.get()
    }

    #[getter("__constraints__")]
    fn constraints(&self) -> Result<Ref> {
        Ok(self.constraints.get()?.unwrap_or_else(|| Tuple::empty().upcast()))
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
        super::call_typing(id!("_typevar_subst"), &[self, arg])
    }

    /// Gives the arguments of an alias the default where they end before this variable.
    #[method("__typing_prepare_subst__($self, alias, args, /)")]
    fn prepare_subst(&self, alias: &Object, args: &Object) -> Result<Ref> {
        let params = attr::get(alias, id!("__parameters__"))?;
        let count = object::len(args)?;
        let index = sequence::index(&params, self)?;
        if index < count {
            return Ok(args.to_ref());
        }
        let default = self.default.default_value()?;
        if index > count || default.is(generic::no_default()) {
            let alias = object::str(alias)?.to_string_lossy();
            let expected = index + 1;
            return Err(crate::raise!(
                TypeError,
                "Too few arguments for {alias}; actual {count}, expected at least {expected}"
            ));
        }
        sequence::concat(args, &*Tuple::from_array([default])?)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Option<Ref<Str>> {
        self.name.get()
    }

    #[method("__mro_entries__($self, object, /)")]
    fn mro_entries(&self, _object: &Object) -> Result<()> {
        Err(super::not_a_base("TypeVar"))
    }
}
