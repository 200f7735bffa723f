//! `ImportError` and `ModuleNotFoundError`.

use super::base::BaseExceptionObject;
use super::name::take_keywords;
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::{Raised, Result};
use crate::typeobject::status;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::ffi::c_int;
use macros::{Trace, pytype};

/// `PyImportErrorObject`.
#[repr(C)]
#[derive(Trace)]
pub struct ImportErrorObject {
    base: BaseExceptionObject,
    pub msg: Slot,
    pub name: Slot,
    pub path: Slot,
    pub name_from: Slot,
}

const _: () = assert!(size_of::<ImportErrorObject>() == 104);

#[pytype(
    name = "ImportError", static_name = ImportError, base = super::Exception, gc, flags = [BASETYPE],
    member("msg", OBJECT, msg), member("name", OBJECT, name), member("path", OBJECT, path),
    member("name_from", OBJECT, name_from),
)]
impl ImportErrorObject {
    /// `tp_init` of this class and its subclasses.
    #[slot(tp_init)]
    pub(super) unsafe extern "C" fn init(this: &Object, args: &Tuple, kwargs: Option<&Object>) -> c_int {
        // SAFETY: the slot belongs to classes with this layout.
        let this = unsafe { this.cast_unchecked::<Self>() };
        status(this.set_up(args, kwargs.and_then(|kwargs| kwargs.cast::<Dict>())))
    }

    fn set_up(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let [name, path, name_from] = take_keywords("ImportError", kwargs, ["name", "path", "name_from"])?;
        self.base.args.set(Some(args.to_ref()));
        self.name.set(name);
        self.path.set(path);
        self.name_from.set(name_from);
        self.msg.set(match args.items() {
            [only] => Some(only.to_ref()),
            _ => None,
        });
        Ok(())
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        match self.msg.get().filter(|msg| msg.is_exactly(Str::class())) {
            Some(msg) => protocol::object::str(&msg),
            None => super::base::text(&self.base),
        }
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let (class, args) = (self.class().to_ref().upcast(), self.base.arguments().upcast());
        let state = self.base.dict.get().map(|dict| dict.copy()).transpose()?;
        if self.name.is_empty() && self.path.is_empty() && self.name_from.is_empty() {
            return match state {
                Some(state) => Tuple::from_array([class, args, state.upcast()]),
                None => Tuple::from_array([class, args]),
            };
        }
        let state = match state {
            Some(state) => state,
            None => Dict::new()?,
        };
        for (key, slot) in
            [(id!("name"), &self.name), (id!("path"), &self.path), (id!("name_from"), &self.name_from)]
        {
            if let Some(value) = slot.get() {
                state.set_str(key, &value)?;
            }
        }
        Tuple::from_array([class, args, state.upcast()])
    }
}

#[pytype(
    name = "ModuleNotFoundError", static_name = ModuleNotFoundError, base = ImportError, gc, flags = [BASETYPE],
    no_instance, basicsize = size_of::<ImportErrorObject>(), init = ImportErrorObject::init,
)]
impl ImportErrorObject {}

/// `PyErr_SetImportErrorSubclass`: an ImportError about `name`, whose file is `path`.
pub fn raise(text: &str, name: Option<&Str>, path: Option<&crate::Object>) -> Raised {
    let raised = crate::raise!(ImportError, "{text}");
    let exception = raised.take();
    if let Some(error) = exception.cast::<ImportErrorObject>() {
        error.name.set(name.map(|name| name.as_object().to_ref()));
        error.path.set(path.map(Instance::to_ref));
    }
    crate::raise::restore(exception)
}
