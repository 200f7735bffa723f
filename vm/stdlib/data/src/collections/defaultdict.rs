//! `defaultdict`.

use macros::{Trace, pytype};
use objects::protocol::call;
use objects::types::dict::Dict;
use objects::types::dict::methods::PyDict_Type;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, protocol, raise};

/// `defdictobject`.
#[repr(C)]
#[derive(Trace)]
pub struct DefaultDict {
    dict: Dict,
    default_factory: Slot,
}

#[pytype(
    name = "defaultdict", module = "collections", getattro = objects::attrs::generic_getattro, static_name = DEFAULT_DICT, base = PyDict_Type, gc, flags = [BASETYPE],
    member("default_factory", OBJECT, default_factory),
)]
impl DefaultDict {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let (factory, rest) = match args.items() {
            [] => (None, &[][..]),
            [factory, rest @ ..] => (Some(*factory).filter(|factory| !factory.is(none())), rest),
        };
        if let Some(factory) = factory
            && !call::is_callable(factory)
        {
            return Err(raise!(TypeError, "first argument must be callable or None"));
        }
        self.default_factory.set(factory.map(Instance::to_ref));
        let rest = Tuple::from_slice(rest)?;
        let Some(init) = PyDict_Type.tp_init.get() else { return Err(objects::raise::bad_internal_call()) };
        // SAFETY: dict's own slot, for an instance of a subclass.
        match unsafe { init(self, &rest, kwargs.map(Instance::as_object)) } {
            0 => Ok(()),
            _ => Err(objects::raise::pending()),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(function) = PyDict_Type.tp_repr.get() else {
            return Err(objects::raise::bad_internal_call());
        };
        // SAFETY: dict's own slot, for an instance of a subclass.
        let base = protocol::object::str(&*unsafe { function(self) }?)?.to_string_lossy();
        let factory = match self.default_factory.get() {
            None => "None".to_owned(),
            Some(factory) => match protocol::repr_guard::enter(&factory) {
                Some(_guard) => protocol::object::repr(&factory)?.to_string_lossy(),
                None => "...".to_owned(),
            },
        };
        Str::new(&format!("{}({factory}, {base})", self.class().name()))
    }

    #[method("__missing__($self, object, /)")]
    fn missing(&self, key: &Object) -> Result<Ref> {
        let Some(factory) = self.default_factory.get().filter(|factory| !factory.is(none())) else {
            return Err(objects::raise::key_error(key));
        };
        let value = call::call_no_args(&factory)?;
        protocol::mapping::set_item(self, key, Some(&value))?;
        Ok(value)
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref> {
        let factory = self.default_factory.get().unwrap_or_else(objects::object::refs::none);
        call::call(self.class(), &[&*factory, self.as_object()])
    }

    #[method("__copy__($self, /)")]
    fn py_copy(&self) -> Result<Ref> {
        self.copy()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let args = match self.default_factory.get() {
            Some(factory) => Tuple::from_array([factory])?,
            None => Tuple::empty(),
        };
        let items = call::call_method(self, id!("items"), &[])?;
        let items = protocol::iter::get_iter(&items)?;
        let nothing = objects::object::refs::none;
        Tuple::from_array([self.class().to_ref().upcast(), args.upcast(), nothing(), nothing(), items])
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        let (own, is_left) = match (left.cast::<DefaultDict>(), right.cast::<DefaultDict>()) {
            (Some(own), _) => (own, true),
            (None, Some(own)) => (own, false),
            _ => return Ok(protocol::compare::unsupported()),
        };
        if left.cast::<Dict>().is_none() || right.cast::<Dict>().is_none() {
            return Ok(protocol::compare::unsupported());
        }
        let factory = own.default_factory.get().unwrap_or_else(objects::object::refs::none);
        let result = call::call(own.class(), &[&*factory, if is_left { own.as_object() } else { left }])?;
        if let (Some(result), Some(right)) = (result.cast::<Dict>(), right.cast::<Dict>()) {
            result.merge(right, true)?;
        }
        Ok(result)
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(cls, object)
    }
}
