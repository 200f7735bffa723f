//! `property`.

use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr, call};
use crate::raise::{Catch, Raised, Result};
use crate::types::bool::new_bool;
use crate::types::exceptions as exc;
use crate::types::none;
use crate::types::staticmethod::is_abstract;
use core::cell::Cell;
use macros::pytype;

/// The C struct of `property`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Property {
    ob_base: Object,
    fget: Slot,
    fset: Slot,
    fdel: Slot,
    doc: Slot,
    /// The attribute's name, from `__set_name__`.
    name: Slot,
    /// Whether the docstring is the getter's.
    getter_doc: Cell<bool>,
}

fn present(object: Option<&Object>) -> Option<Ref> {
    object.filter(|object| !object.is(none::none())).map(Instance::to_ref)
}

#[pytype(
    name = "property",
    getattro = crate::attrs::generic_getattro,
    symbol = PyProperty_Type,
    flags = [BASETYPE],
    gc,
    new = crate::typeobject::generic_new,
    member("fget", OBJECT, fget, READONLY),
    member("fset", OBJECT, fset, READONLY),
    member("fdel", OBJECT, fdel, READONLY),
    member("__doc__", OBJECT, doc)
)]
impl Property {
    /// The getter, for code that calls it without the descriptor.
    pub fn getter(&self) -> Option<Ref> {
        self.fget.get()
    }

    /// The getter if it is a plain Python function, borrowed; else NULL.
    #[inline(always)]
    pub fn getter_pointer(&self) -> *mut crate::types::function::Function {
        let getter = self.fget.as_ptr();
        // SAFETY: the field holds NULL or a live object.
        match unsafe { getter.as_ref() } {
            Some(function) if function.is_exactly(&crate::types::function::PyFunction_Type) => getter.cast(),
            _ => core::ptr::null_mut(),
        }
    }

    #[init("property(fget=None, fset=None, fdel=None, doc=None)")]
    fn init(
        &self,
        fget: Option<&Object>,
        fset: Option<&Object>,
        fdel: Option<&Object>,
        doc: Option<&Object>,
    ) -> Result<()> {
        self.fget.set(present(fget));
        self.fset.set(present(fset));
        self.fdel.set(present(fdel));
        self.doc.set(None);
        self.name.set(None);
        self.getter_doc.set(false);
        let mut doc = present(doc);
        if doc.is_none()
            && let Some(fget) = self.fget.get()
        {
            doc = attr::get_optional(&fget, id!("__doc__"))?.and_then(|doc| present(Some(&doc)));
            self.getter_doc.set(doc.is_some());
        }
        if self.as_object().is_exactly(&PyProperty_Type) {
            self.doc.set(doc);
            return Ok(());
        }
        // A subclass has its docstring in its own attributes, where the class's does not hide it.
        let doc = doc.unwrap_or_else(crate::object::refs::none);
        let set = attr::set(self, id!("__doc__"), Some(&doc));
        if self.getter_doc.get() {
            return set;
        }
        // Where there is no room for it, a docstring of its own is dropped.
        set.catch(&exc::AttributeError).map(drop)
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result {
        let Some(instance) = instance.filter(|instance| !instance.is(none::none())) else {
            return Ok(self.as_object().to_ref());
        };
        match self.fget.get() {
            Some(fget) => call::call(&fget, &[instance]),
            None => Err(self.lacks("getter", instance)?),
        }
    }

    #[slot(tp_descr_set)]
    fn set(&self, instance: &Object, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => match self.fset.get() {
                Some(fset) => call::call(&fset, &[instance, value]).map(drop),
                None => Err(self.lacks("setter", instance)?),
            },
            None => match self.fdel.get() {
                Some(fdel) => call::call(&fdel, &[instance]).map(drop),
                None => Err(self.lacks("deleter", instance)?),
            },
        }
    }

    #[method("getter($self, object, /)")]
    fn with_getter(&self, object: &Object) -> Result {
        self.copy(Some(object), None, None)
    }

    #[method("setter($self, object, /)")]
    fn with_setter(&self, object: &Object) -> Result {
        self.copy(None, Some(object), None)
    }

    #[method("deleter($self, object, /)")]
    fn with_deleter(&self, object: &Object) -> Result {
        self.copy(None, None, Some(object))
    }

    #[method("__set_name__", raw)]
    fn set_name(&self, args: &[&Object], _kwargs: crate::args::Kwargs) -> Result<()> {
        let [_, name] = args else {
            return Err(crate::raise!(
                TypeError,
                "__set_name__() takes 2 positional arguments but {} were given",
                args.len()
            ));
        };
        self.name.set(Some(name.to_ref()));
        Ok(())
    }

    #[getter("__name__")]
    fn name(&self) -> Result {
        match self.own_name()? {
            Some(name) => Ok(name),
            None => Err(attr::missing(self, id!("__name__"))),
        }
    }

    #[setter("__name__")]
    fn assign_name(&self, value: Option<&Object>) -> Result<()> {
        self.name.set(value.map(Instance::to_ref));
        Ok(())
    }

    #[getter("__isabstractmethod__")]
    fn is_abstract(&self) -> Result {
        for function in [&self.fget, &self.fset, &self.fdel] {
            if is_abstract(function.get().as_deref())? {
                return Ok(new_bool(true));
            }
        }
        Ok(new_bool(false))
    }

    fn own_name(&self) -> Result<Option<Ref>> {
        if let Some(name) = self.name.get() {
            return Ok(Some(name));
        }
        match self.fget.get() {
            Some(fget) => attr::get_optional(&fget, id!("__name__")),
            None => Ok(None),
        }
    }

    /// A property of the same class with one function replaced (`property_copy`).
    fn copy(&self, fget: Option<&Object>, fset: Option<&Object>, fdel: Option<&Object>) -> Result {
        let pick = |new: Option<&Object>, old: &Slot| {
            let new = new.filter(|new| !new.is(none::none())).map(Instance::to_ref);
            new.or_else(|| old.get()).unwrap_or_else(crate::object::refs::none)
        };
        let getter = pick(fget, &self.fget);
        let from_getter = self.getter_doc.get() && !getter.is(none::none());
        let doc = if from_getter { None } else { self.doc.get() };
        let doc = doc.unwrap_or_else(crate::object::refs::none);
        let arguments = [&*getter, &*pick(fset, &self.fset), &*pick(fdel, &self.fdel), &*doc];
        let copy = call::call(self.as_object().class(), &arguments)?;
        if let Some(copy) = copy.cast::<Property>() {
            copy.name.set(self.name.get());
        }
        Ok(copy)
    }

    /// AttributeError for a property without the function that is needed.
    #[cold]
    fn lacks(&self, what: &str, instance: &Object) -> Result<Raised> {
        let qualname = attr::get(instance.class(), id!("__qualname__"))?;
        let qualname = protocol::object::repr(&qualname)?.to_string_lossy();
        Ok(match self.own_name()? {
            Some(name) => {
                let name = protocol::object::repr(&name)?.to_string_lossy();
                crate::raise!(AttributeError, "property {name} of {qualname} object has no {what}")
            }
            None => crate::raise!(AttributeError, "property of {qualname} object has no {what}"),
        })
    }
}
