//! The descriptors that readying a type puts into its dictionary: methods, class methods, members, getters and setters, and the
//! wrappers of filled slots.

pub mod member;
pub mod method;
pub mod wrapper;

use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::attr;
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub use member::{new_getset, new_member};
pub use method::{new_classmethod, new_method};
pub use wrapper::{new_wrapper, wraps};

/// `PyDescrObject`: the head of every descriptor here.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Descr {
    ob_base: Object,
    d_type: Slot<TypeObject>,
    d_name: Slot<Str>,
    d_qualname: Slot,
}

const _: () = assert!(size_of::<Descr>() == 40);

impl Descr {
    fn new(class: &TypeObject, name: Ref<Str>) -> Descr {
        Descr {
            ob_base: Object::HEAD,
            d_type: Slot::new(class.to_ref()),
            d_name: Slot::new(name),
            d_qualname: Slot::empty(),
        }
    }

    /// The class whose instances the descriptor is for.
    #[inline]
    pub fn class_of(&self) -> &TypeObject {
        // SAFETY: set once, for the descriptor's life.
        match unsafe { self.d_type.peek() } {
            Some(class) => class,
            None => crate::fatal("a descriptor without a type"),
        }
    }

    /// The attribute's name.
    #[inline]
    pub fn attribute(&self) -> &Str {
        // SAFETY: set once, for the descriptor's life.
        match unsafe { self.d_name.peek() } {
            Some(name) => name,
            None => crate::fatal("a descriptor without a name"),
        }
    }

    pub fn name(&self) -> String {
        self.attribute().to_string_lossy()
    }

    /// That `object` is an instance of the descriptor's class (`descr_check`).
    #[inline]
    fn check(&self, object: &Object) -> Result<()> {
        if object.class().is_subtype(self.class_of()) { Ok(()) } else { Err(self.does_not_apply(object)) }
    }

    #[cold]
    fn does_not_apply(&self, object: &Object) -> crate::Raised {
        crate::raise!(
            TypeError,
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            self.name(),
            self.class_of().full_name(),
            object.class().full_name()
        )
    }

    /// `<kind 'name' of 'class' objects>`.
    fn describe(&self, kind: &str) -> String {
        format!("<{kind} '{}' of '{}' objects>", self.name(), self.class_of().full_name())
    }

    /// `__qualname__`, made on first use.
    fn qualname(&self) -> Result<Ref> {
        if let Some(qualname) = self.d_qualname.get() {
            return Ok(qualname);
        }
        let class = attr::get(self.class_of(), id!("__qualname__"))?;
        let Some(class) = class.cast::<Str>() else {
            return Err(crate::raise!(
                TypeError,
                "<descriptor>.__objclass__.__qualname__ is not a unicode object"
            ));
        };
        let qualname = Str::new(&format!("{}.{}", class.to_string_lossy(), self.name()))?.upcast();
        self.d_qualname.set(Some(qualname.clone()));
        Ok(qualname)
    }

    /// `__reduce__`: the descriptor is what `getattr` finds.
    fn reduce(&self) -> Result<Ref<Tuple>> {
        reduce_as_getattr(self.class_of(), self.attribute())
    }
}

/// What `copyreg` calls to find `name` on `object` again.
pub(crate) fn reduce_as_getattr(object: &Object, name: &Str) -> Result<Ref<Tuple>> {
    let builtins = crate::state::builtins().ok_or_else(crate::raise::bad_internal_call)?;
    let Some(getattr) = builtins.get_str(id!("getattr"))? else {
        return Err(crate::raise!(AttributeError, "getattr"));
    };
    let arguments = Tuple::from_slice(&[object, name])?;
    Tuple::from_array([getattr, arguments.upcast()])
}

/// A docstring as an object; None where there is none, or nothing but a signature.
pub(crate) fn doc_object(name: &str, doc: *const core::ffi::c_char) -> Result<Option<Ref>> {
    if doc.is_null() {
        return Ok(None);
    }
    // SAFETY: docstrings are C strings.
    let text = unsafe { core::ffi::CStr::from_ptr(doc) }.to_string_lossy();
    match crate::typeobject::doc::split(name, &text).1 {
        "" => Ok(None),
        doc => Ok(Some(Str::new(doc)?.upcast())),
    }
}

/// The text signature in a docstring; without one, what the calling convention says if that is simple.
pub(crate) fn method_signature(
    name: &str,
    doc: *const core::ffi::c_char,
    flags: core::ffi::c_int,
) -> Result<Option<Ref>> {
    use crate::typeobject::flags::{METH_CLASS, METH_COEXIST, METH_NOARGS, METH_O, METH_STATIC};
    const NOARGS_CLASS: core::ffi::c_int = METH_NOARGS | METH_CLASS;
    const NOARGS_STATIC: core::ffi::c_int = METH_NOARGS | METH_STATIC;
    const O_CLASS: core::ffi::c_int = METH_O | METH_CLASS;
    const O_STATIC: core::ffi::c_int = METH_O | METH_STATIC;
    if let Some(signature) = text_signature(name, doc)? {
        return Ok(Some(signature));
    }
    let text = match flags & !METH_COEXIST {
        METH_NOARGS => "($self, /)",
        NOARGS_CLASS => "($type, /)",
        NOARGS_STATIC => "()",
        METH_O => "($self, object, /)",
        O_CLASS => "($type, object, /)",
        O_STATIC => "(object, /)",
        _ => return Ok(None),
    };
    Ok(Some(Str::new(text)?.upcast()))
}

/// The text signature in a docstring; None without one.
pub(crate) fn text_signature(name: &str, doc: *const core::ffi::c_char) -> Result<Option<Ref>> {
    if doc.is_null() {
        return Ok(None);
    }
    // SAFETY: docstrings are C strings.
    let text = unsafe { core::ffi::CStr::from_ptr(doc) }.to_string_lossy();
    match crate::typeobject::doc::split(name, &text).0 {
        Some(signature) => Ok(Some(Str::new(signature)?.upcast())),
        None => Ok(None),
    }
}
