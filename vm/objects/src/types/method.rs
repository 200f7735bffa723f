//! `method`: a callable with the object it was taken from.

use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr, call};
use crate::raise::Result;
use crate::typeobject::flags::VECTORCALL_ARGUMENTS_OFFSET;
use crate::typeobject::slots::VectorcallFunc;
use crate::types::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::{CompareOp, TypeObject, id};
use core::cell::Cell;
use core::mem::offset_of;
use macros::pytype;

/// `PyMethodObject`.
#[repr(C)]
pub struct Method {
    ob_base: Object,
    pub im_func: Slot,
    pub im_self: Slot,
    im_weakreflist: Cell<*mut Object>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

const _: () = assert!(size_of::<Method>() == 48 && offset_of!(Method, vectorcall) == 40);

impl Trace for Method {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.im_func.trace(visitor)?;
        self.im_self.trace(visitor)
    }
    /// A method is in a cycle only through its function or object, which clear themselves.
    fn clear(&self) {}
}

/// The most arguments for which the array with the object in front lives on the native stack.
const SMALL: usize = 5;

unsafe extern "C" fn vectorcall(
    method: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    kwnames: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the entry belongs to methods; the arguments are as the vectorcall convention has them, and with the offset bit the
    // place before them may be overwritten for the time of the call.
    unsafe {
        let method = method.cast_unchecked::<Method>();
        let (function, object) = method.parts();
        let positional = call::positional_count(nargsf);
        let total = positional + kwnames.map_or(0, Tuple::len);
        let names = kwnames;
        if nargsf & VECTORCALL_ARGUMENTS_OFFSET != 0 {
            let first = args.cast_mut().sub(1);
            let saved = first.replace(Some(&*object));
            let all = core::slice::from_raw_parts(first.cast::<&Object>(), total + 1);
            let result = call::vectorcall(&function, all, 0, names);
            first.write(saved);
            return result;
        }
        let given = core::slice::from_raw_parts(
            if total == 0 { core::ptr::dangling() } else { args.cast::<&Object>() },
            total,
        );
        if total < SMALL {
            let mut all: [&Object; SMALL] = [&*object; SMALL];
            all[1..=total].copy_from_slice(given);
            return call::vectorcall(&function, &all[..=total], 0, names);
        }
        let mut all = Vec::with_capacity(total + 1);
        all.push(&*object);
        all.extend_from_slice(given);
        call::vectorcall(&function, &all, 0, names)
    }
}

impl Method {
    /// `PyMethod_New`.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new(function: &Object, object: &Object) -> Result<Ref<Method>> {
        Ref::new(Method {
            ob_base: Object::HEAD,
            im_func: Slot::new(function.to_ref()),
            im_self: Slot::new(object.to_ref()),
            im_weakreflist: Cell::new(core::ptr::null_mut()),
            vectorcall: Cell::new(Some(vectorcall)),
        })
    }

    /// The function and the object, borrowed.
    #[inline(always)]
    pub fn raw_parts(&self) -> (*mut Object, *mut Object) {
        (self.im_func.as_ptr(), self.im_self.as_ptr())
    }

    /// The function and the object, held.
    #[inline]
    pub fn parts(&self) -> (Ref, Ref) {
        let missing = || none::none().to_ref();
        (self.im_func.get().unwrap_or_else(missing), self.im_self.get().unwrap_or_else(missing))
    }
}

#[pytype(
    name = "method", symbol = PyMethod_Type, gc,
    weaklist = im_weakreflist, vectorcall_field = vectorcall, call = crate::protocol::call::vectorcall_call,
    member("__func__", OBJECT, im_func, READONLY),
    member("__self__", OBJECT, im_self, READONLY)
)]
impl Method {
    #[new("method(function, instance, /)")]
    fn py_new(_class: &TypeObject, function: &Object, instance: &Object) -> Result<Ref<Method>> {
        if !call::is_callable(function) {
            return Err(crate::raise!(TypeError, "first argument must be callable"));
        }
        if instance.is(none::none()) {
            return Err(crate::raise!(TypeError, "instance must not be None"));
        }
        Method::new(function, instance)
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result<Ref> {
        let name = crate::types::str::expect_str(name, "attribute name")?;
        let (function, _) = self.parts();
        match Method::class().lookup(name) {
            Some(found) => match found.class().tp_descr_get.get() {
                // SAFETY: the slot belongs to the attribute's class.
                Some(bind) => unsafe {
                    bind(&found, Some(self.as_object()), Some(Method::class().as_object()))
                },
                None => Ok(found),
            },
            None => attr::get(&function, name),
        }
    }

    #[getter("__doc__")]
    fn doc(&self) -> Result<Ref> {
        attr::get(&self.parts().0, id!("__doc__"))
    }

    #[slot(tp_descr_get)]
    fn bind(&self, _object: Option<&Object>, _class: Option<&Object>) -> Result<Ref> {
        Ok(self.to_ref().upcast())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let (function, object) = self.parts();
        let mut name = attr::get_optional(&function, id!("__qualname__"))?;
        if name.is_none() {
            name = attr::get_optional(&function, id!("__name__"))?;
        }
        let name = name
            .and_then(|name| name.downcast::<Str>().ok())
            .map_or_else(|| "?".into(), |name| name.to_string_lossy());
        let object = protocol::object::repr(&object)?.to_string_lossy();
        Str::new(&format!("<bound method {name} of {object}>"))
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let (function, object) = self.parts();
        let address = object.as_ptr() as usize;
        Ok(address.rotate_right(4) as isize ^ protocol::object::hash(&function)?)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.cast::<Method>(), op) else {
            return Ok(none::not_implemented().to_ref());
        };
        let ((function, object), (other_function, other_object)) = (self.parts(), other.parts());
        let equal = protocol::compare::equal(&function, &other_function)? && object.is(&other_object);
        Ok(crate::types::bool::new_bool(equal == (op == CompareOp::Eq)))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref> {
        let (function, object) = self.parts();
        let name = attr::get(&function, id!("__name__"))?;
        let builtins = crate::state::builtins().ok_or_else(crate::raise::null_result)?;
        let getattr = builtins.get_str(id!("getattr"))?.ok_or_else(crate::raise::null_result)?;
        Ok(Tuple::from_array([getattr, Tuple::from_array([object, name])?.upcast()])?.upcast())
    }
}
