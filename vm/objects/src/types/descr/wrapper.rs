//! `wrapper_descriptor` and `method-wrapper`: a type's slots as methods.

use super::Descr;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::typeobject::slotdefs::{KEYWORDS, SlotDef};
use crate::typeobject::slots::CompareOp;
use crate::types::dict::Dict;
use crate::types::none::not_implemented;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use macros::pytype;

/// `PyWrapperDescrObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct WrapperDescr {
    common: Descr,
    d_base: Cell<*const SlotDef>,
    d_wrapped: Cell<*const c_void>,
}

const _: () = assert!(size_of::<WrapperDescr>() == 56);

/// The wrapper of the slot function `wrapped`, found on `class` (`PyDescr_NewWrapper`).
///
/// # Errors
/// MemoryError.
pub fn new_wrapper(class: &TypeObject, def: &'static SlotDef, wrapped: *const c_void) -> Result<Ref> {
    let descr = WrapperDescr {
        common: Descr::new(class, def.name().to_ref()),
        d_base: Cell::new(def),
        d_wrapped: Cell::new(wrapped),
    };
    Ok(Ref::new(descr)?.upcast())
}

/// Whether `object` is the wrapper of exactly the slot function `function`.
pub fn wraps(object: &Object, function: *const c_void) -> bool {
    object.cast_exact::<WrapperDescr>().is_some_and(|descr| descr.d_wrapped.get() == function)
}

#[pytype(
    name = "wrapper_descriptor",
    symbol = PyWrapperDescr_Type,
    flags = [METHOD_DESCRIPTOR],
    gc,
    no_clear,
    no_new,
    member("__objclass__", OBJECT, common.d_type, READONLY),
    member("__name__", OBJECT, common.d_name, READONLY)
)]
impl WrapperDescr {
    /// The row of the slot table.
    #[inline]
    pub fn def(&self) -> &SlotDef {
        // SAFETY: a row of the static table, or an extension's copy that lives for ever.
        unsafe { &*self.d_base.get() }
    }

    /// The slot function.
    #[inline]
    pub fn wrapped(&self) -> *const c_void {
        self.d_wrapped.get()
    }

    /// What all descriptors have.
    #[inline]
    pub fn common(&self) -> &Descr {
        &self.common
    }

    /// Calls the slot function of `this`, which is of the right class (`wrapperdescr_raw_call`).
    fn call_slot(&self, this: &Object, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        let def = self.def();
        let kwargs = kwargs.filter(|kwargs| !kwargs.is_empty());
        if def.flags & KEYWORDS == 0 && kwargs.is_some() {
            return Err(crate::raise!(
                TypeError,
                "wrapper {}() takes no keyword arguments",
                self.common.name()
            ));
        }
        match def.wrapper {
            // SAFETY: the table pairs the wrapper with the slot that `wrapped` was found in.
            Some(wrapper) => unsafe { wrapper(this, args, self.wrapped(), kwargs) },
            None => Err(crate::raise::bad_internal_call()),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        self.common.describe("slot wrapper")
    }

    #[slot(tp_descr_get)]
    fn bind(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result {
        let Some(instance) = instance else { return Ok(self.as_object().to_ref()) };
        self.common.check(instance)?;
        Ok(Ref::new(MethodWrapper {
            ob_base: Object::HEAD,
            descr: Slot::new(self.to_ref()),
            this: Slot::new(instance.to_ref()),
        })?
        .upcast())
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        let class = self.common.class_of();
        let [this, rest @ ..] = args.items() else {
            return Err(crate::raise!(
                TypeError,
                "descriptor '{}' of '{}' object needs an argument",
                self.common.name(),
                class.full_name()
            ));
        };
        if !this.class().is_subtype(class) {
            return Err(crate::raise!(
                TypeError,
                "descriptor '{}' requires a '{}' object but received a '{}'",
                self.common.name(),
                class.full_name(),
                this.class().full_name()
            ));
        }
        self.call_slot(this, &*Tuple::from_slice(rest)?, kwargs)
    }

    #[getter("__doc__")]
    fn doc(&self) -> Result<Option<Ref>> {
        super::doc_object(&self.common.name(), self.def().doc)
    }

    #[getter("__qualname__")]
    fn qualname(&self) -> Result {
        self.common.qualname()
    }

    #[getter("__text_signature__")]
    fn text_signature(&self) -> Result<Option<Ref>> {
        super::text_signature(&self.common.name(), self.def().doc)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        self.common.reduce()
    }
}

/// A slot wrapper bound to an object.
#[repr(C)]
#[derive(macros::Trace)]
pub struct MethodWrapper {
    ob_base: Object,
    descr: Slot<WrapperDescr>,
    this: Slot,
}

#[pytype(
    name = "method-wrapper", symbol = _PyMethodWrapper_Type, gc, no_clear, no_new,
    member("__self__", OBJECT, this, READONLY)
)]
impl MethodWrapper {
    fn descr(&self) -> &WrapperDescr {
        // SAFETY: set once, for the wrapper's life.
        match unsafe { self.descr.peek() } {
            Some(descr) => descr,
            None => crate::fatal("a method-wrapper without a descriptor"),
        }
    }

    fn receiver(&self) -> &Object {
        // SAFETY: set once, for the wrapper's life.
        match unsafe { self.this.peek() } {
            Some(this) => this,
            None => crate::fatal("a method-wrapper without an object"),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let this = self.receiver();
        format!(
            "<method-wrapper '{}' of {} object at {:p}>",
            self.descr().common.name(),
            this.class().full_name(),
            this
        )
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        self.descr().call_slot(self.receiver(), args, kwargs)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        // Objects are at multiples of 8, so the addresses' low bits say nothing.
        let rotate = |pointer: *mut Object| (pointer as usize).rotate_right(4);
        (rotate(self.receiver().as_ptr()) ^ rotate(self.descr().as_ptr())) as isize
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result {
        let Some(other) = other.cast::<MethodWrapper>() else { return Ok(not_implemented().to_ref()) };
        let equal = ptr::eq(self.descr(), other.descr()) && self.receiver().is(other.receiver());
        match op {
            CompareOp::Eq => Ok(crate::types::bool::new_bool(equal)),
            CompareOp::Ne => Ok(crate::types::bool::new_bool(!equal)),
            _ => Ok(not_implemented().to_ref()),
        }
    }

    #[getter("__objclass__")]
    fn objclass(&self) -> Ref<TypeObject> {
        self.descr().common.class_of().to_ref()
    }

    #[getter("__name__")]
    fn name(&self) -> Ref<crate::types::str::Str> {
        self.descr().common.attribute().to_ref()
    }

    #[getter("__qualname__")]
    fn qualname(&self) -> Result {
        self.descr().common.qualname()
    }

    #[getter("__doc__")]
    fn doc(&self) -> Result<Option<Ref>> {
        self.descr().doc()
    }

    #[getter("__text_signature__")]
    fn text_signature(&self) -> Result<Option<Ref>> {
        self.descr().text_signature()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        super::reduce_as_getattr(self.receiver(), self.descr().common.attribute())
    }
}
