//! `NameError` and `AttributeError`: exceptions that say which name was missing, for suggestions.

use super::base::{self, BaseExceptionObject};
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::typeobject::status;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::ffi::c_int;
use macros::{Trace, pytype};

/// `PyNameErrorObject`.
#[repr(C)]
#[derive(Trace)]
pub struct NameErrorObject {
    base: BaseExceptionObject,
    pub name: Slot,
}

#[pytype(
    name = "NameError", static_name = NameError, base = super::Exception, gc, flags = [BASETYPE],
    member("name", OBJECT, name),
)]
impl NameErrorObject {
    /// `tp_init` of this class and its subclasses.
    #[slot(tp_init)]
    pub(super) unsafe extern "C" fn init(this: &Object, args: &Tuple, kwargs: Option<&Object>) -> c_int {
        // SAFETY: the slot belongs to classes with this layout.
        let this = unsafe { this.cast_unchecked::<Self>() };
        status(this.set_up(args, kwargs.and_then(|kwargs| kwargs.cast::<Dict>())))
    }

    fn set_up(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let [name] = take_keywords("NameError", kwargs, ["name"])?;
        self.base.args.set(Some(args.to_ref()));
        self.name.set(name);
        Ok(())
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        base::text(&self.base)
    }
}

#[pytype(
    name = "UnboundLocalError", static_name = UnboundLocalError, base = NameError, gc, flags = [BASETYPE],
    no_instance, basicsize = size_of::<NameErrorObject>(), init = NameErrorObject::init,
)]
impl NameErrorObject {}

/// `PyAttributeErrorObject`.
#[repr(C)]
#[derive(Trace)]
pub struct AttributeErrorObject {
    base: BaseExceptionObject,
    pub obj: Slot,
    pub name: Slot,
}

#[pytype(
    name = "AttributeError", static_name = AttributeError, base = super::Exception, gc, flags = [BASETYPE],
    member("name", OBJECT, name), member("obj", OBJECT, obj),
)]
impl AttributeErrorObject {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let [name, obj] = take_keywords("AttributeError", kwargs, ["name", "obj"])?;
        self.base.args.set(Some(args.to_ref()));
        self.name.set(name);
        self.obj.set(obj);
        Ok(())
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        base::text(&self.base)
    }

    #[method("__getstate__($self, /)")]
    fn getstate(&self) -> Result<Ref> {
        // `obj` may not be picklable, so only the name goes along.
        let state = match self.base.dict.get() {
            Some(dict) => dict.copy()?,
            None if self.name.is_empty() => return Ok(crate::object::refs::none()),
            None => Dict::new()?,
        };
        if let Some(name) = self.name.get() {
            state.set_str(id!("name"), &name)?;
        }
        if !self.base.arguments().is_empty() {
            state.set_str(id!("args"), &self.base.arguments())?;
        }
        Ok(state.upcast())
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        Tuple::from_array([self.class().to_ref().upcast(), self.base.arguments().upcast(), self.getstate()?])
    }
}

impl AttributeErrorObject {
    /// Says which attribute of which object was missing.
    pub fn set_subject(&self, object: &Object, name: &Str) {
        self.obj.set(Some(object.to_ref()));
        self.name.set(Some(name.as_object().to_ref()));
    }
}

/// The values of keyword-only parameters that an exception's constructor knows.
///
/// # Errors
/// TypeError for any other keyword.
pub(super) fn take_keywords<const N: usize>(
    function: &str,
    kwargs: Option<&Dict>,
    names: [&str; N],
) -> Result<[Option<Ref>; N]> {
    let mut values = [const { None }; N];
    let Some(kwargs) = kwargs else { return Ok(values) };
    crate::args::check_keyword_count(function, kwargs.len(), N)?;
    for (key, value) in kwargs.to_vec() {
        let name = crate::types::str::expect_str(&key, "keywords")?;
        match names.iter().position(|known| name.equals_text(known)) {
            Some(index) => values[index] = Some(value),
            None => return Err(crate::args::unknown_keyword(function, name, names)),
        }
    }
    Ok(values)
}

const _: () = assert!(size_of::<NameErrorObject>() == 80 && size_of::<AttributeErrorObject>() == 88);
