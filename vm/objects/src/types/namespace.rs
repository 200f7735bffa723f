//! `types.SimpleNamespace`: an object that is nothing but its attributes.

use crate::args::Kwargs;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::Result;
use crate::types::dict::Dict;
use crate::types::dict::methods::PyDict_Type;
use crate::types::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::{CompareOp, TypeObject};
use macros::{Trace, pytype};

/// `_PyNamespaceObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Namespace {
    ob_base: Object,
    ns_dict: Slot<Dict>,
}

impl Namespace {
    /// A namespace with these attributes (`_PyNamespace_New`).
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(dict: Ref<Dict>) -> Result<Ref<Namespace>> {
        Ref::new(Namespace { ob_base: Object::HEAD, ns_dict: Slot::new(dict) })
    }

    /// The attributes.
    ///
    /// # Errors
    /// MemoryError.
    pub fn dict(&self) -> Result<Ref<Dict>> {
        if let Some(dict) = self.ns_dict.get() {
            return Ok(dict);
        }
        let dict = Dict::new()?;
        self.ns_dict.set(Some(dict.clone()));
        Ok(dict)
    }
}

/// Puts attributes into `dict`; a call with `**mapping` can bring keys that are no strings.
fn merge_keywords(dict: &Dict, given: &Dict) -> Result<()> {
    if given.to_vec().iter().any(|(key, _)| key.cast::<Str>().is_none()) {
        return Err(crate::raise!(TypeError, "keywords must be strings"));
    }
    dict.merge(given, true)
}

#[pytype(
    name = "SimpleNamespace", module = "types", symbol = _PyNamespace_Type, gc, flags = [BASETYPE], dict = ns_dict,
    unhashable, member("__dict__", OBJECT, ns_dict, READONLY)
)]
impl Namespace {
    #[slot(tp_new)]
    fn py_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Namespace>> {
        Ref::new_in(class, Namespace { ob_base: Object::HEAD, ns_dict: Slot::new(Dict::new()?) })
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if args.len() > 1 {
            let text = "SimpleNamespace expected at most 1 argument, got";
            return Err(crate::raise!(TypeError, "{text} {}", args.len()));
        }
        let dict = self.dict()?;
        if let Some(given) = args.items().first() {
            let given = match given.cast_exact::<Dict>() {
                Some(given) => given.to_ref(),
                None => protocol::call::call_one_arg(PyDict_Type.as_object(), given)?
                    .downcast::<Dict>()
                    .map_err(|_| crate::raise::bad_internal_call())?,
            };
            merge_keywords(&dict, &given)?;
        }
        kwargs.map_or(Ok(()), |kwargs| merge_keywords(&dict, kwargs))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let class = self.as_object().class();
        let name = if core::ptr::eq(class, Namespace::class()) { "namespace" } else { class.name() };
        let Some(_guard) = crate::protocol::repr_guard::enter(self) else {
            return Str::new(&format!("{name}(...)"));
        };
        let mut parts = Vec::new();
        for (key, value) in self.dict()?.to_vec() {
            if let Some(key) = key.cast::<Str>().filter(|key| !key.is_empty()) {
                let value = protocol::object::repr(&value)?.to_string_lossy();
                parts.push(format!("{}={value}", key.to_string_lossy()));
            }
        }
        Str::new(&format!("{name}({})", parts.join(", ")))
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        match other.cast::<Namespace>() {
            Some(other) => protocol::compare::rich_compare(&*self.dict()?, &*other.dict()?, op),
            None => Ok(none::not_implemented().to_ref()),
        }
    }

    #[method("__reduce__($self, /)", unchecked)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let class = self.as_object().class().as_object().to_ref();
        Tuple::from_array([class, Tuple::empty().upcast(), self.dict()?.upcast()])
    }

    #[method("__replace__($self, /, **changes)", raw)]
    fn replace(&self, args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        if !args.is_empty() {
            return Err(crate::raise!(TypeError, "__replace__() takes no positional arguments"));
        }
        let copy = protocol::call::call_no_args(self.as_object().class().as_object())?;
        let Some(new) = copy.cast::<Namespace>() else { return Err(crate::raise::bad_internal_call()) };
        let dict = new.dict()?;
        dict.merge(&*self.dict()?, true)?;
        kwargs.iter().try_for_each(|(name, value)| dict.set_item(name, value))?;
        Ok(copy)
    }
}
