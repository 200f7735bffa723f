//! `method_descriptor` and `classmethod_descriptor`: the methods of built-in types.

use super::Descr;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol;
use crate::protocol::call::positional_count;
use crate::raise::Result;
use crate::state;
use crate::typeobject::flags::{
    METH_FASTCALL, METH_KEYWORDS, METH_METHOD, METH_NOARGS, METH_O, METH_VARARGS,
};
use crate::typeobject::slots::VectorcallFunc;
use crate::typeobject::{MethodDef, TypeObject, ready};
use crate::types::cfunction::{self, Function, convention};
use crate::types::dict::Dict;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::mem::transmute;
use macros::pytype;

/// `PyMethodDescrObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct MethodDescr {
    common: Descr,
    d_method: Cell<*const MethodDef>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

/// `method_descriptor` of `def` for instances of `class` (`PyDescr_NewMethod`).
///
/// # Errors
/// SystemError for flags that name no calling convention; MemoryError.
pub fn new_method(class: &TypeObject, def: &'static MethodDef) -> Result<Ref> {
    let vectorcall: VectorcallFunc = match convention(def.ml_flags) {
        METH_NOARGS => call_no_args,
        METH_O => call_one,
        METH_FASTCALL => call_fast,
        c if c == METH_FASTCALL | METH_KEYWORDS => call_fast_keywords,
        c if c == METH_METHOD | METH_FASTCALL | METH_KEYWORDS => call_method,
        METH_VARARGS => call_varargs,
        c if c == METH_VARARGS | METH_KEYWORDS => call_varargs,
        _ => return Err(cfunction::bad_flags(def)),
    };
    let descr = MethodDescr {
        common: Descr::new(class, ready::name_of(def.ml_name)?),
        d_method: Cell::new(def),
        vectorcall: Cell::new(Some(vectorcall)),
    };
    Ok(Ref::new(descr)?.upcast())
}

#[pytype(
    name = "method_descriptor",
    symbol = PyMethodDescr_Type,
    flags = [METHOD_DESCRIPTOR],
    gc,
    no_clear,
    no_new,
    vectorcall_field = vectorcall,
    call = protocol::call::vectorcall_call,
    member("__objclass__", OBJECT, common.d_type, READONLY),
    member("__name__", OBJECT, common.d_name, READONLY)
)]
impl MethodDescr {
    /// The definition behind the descriptor.
    #[inline]
    pub fn def(&self) -> &'static MethodDef {
        // SAFETY: a definition lives as long as its type, which the descriptor keeps.
        unsafe { &*self.d_method.get() }
    }

    /// What all descriptors have.
    #[inline]
    pub fn common(&self) -> &Descr {
        &self.common
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        self.common.describe("method")
    }

    #[slot(tp_descr_get)]
    fn bind(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result {
        let Some(instance) = instance else { return Ok(self.as_object().to_ref()) };
        self.common.check(instance)?;
        if self.def().ml_flags & METH_METHOD != 0 {
            let class = self.common.class_of();
            return Ok(Function::with_class(self.def(), Some(instance), None, class)?.upcast());
        }
        Ok(Function::new(self.def(), Some(instance), None)?.upcast())
    }

    #[getter("__doc__")]
    fn doc(&self) -> Result<Option<Ref>> {
        super::doc_object(&self.common.name(), self.def().ml_doc)
    }

    #[getter("__qualname__")]
    fn qualname(&self) -> Result {
        self.common.qualname()
    }

    #[getter("__text_signature__")]
    fn text_signature(&self) -> Result<Option<Ref>> {
        super::method_signature(&self.common.name(), self.def().ml_doc, self.def().ml_flags)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        self.common.reduce()
    }
}

/// "list.append()".
fn display(descr: &MethodDescr) -> String {
    format!("{}.{}()", descr.common.class_of().name(), descr.common.name())
}

/// The receiver, checked to be there and of the class; the arguments behind it (`method_check_args`).
///
/// # Safety
/// `args` is a vectorcall's.
#[inline]
unsafe fn receiver<'a>(
    descr: &MethodDescr,
    args: *const Option<&'a Object>,
    nargs: usize,
    kwnames: Option<&Tuple>,
) -> Result<(&'a Object, *const Option<&'a Object>)> {
    // SAFETY: the caller's promise.
    let Some(this) = (nargs > 0).then(|| unsafe { *args }).flatten() else {
        return Err(crate::raise!(TypeError, "unbound method {} needs an argument", display(descr)));
    };
    descr.common.check(this)?;
    if kwnames.is_some_and(|names| !names.is_empty()) {
        return Err(crate::raise!(TypeError, "{} takes no keyword arguments", display(descr)));
    }
    // SAFETY: there is one argument at least.
    Ok((this, unsafe { args.add(1) }))
}

const RECURSION: &str = " while calling a Python object";

/// Declares a vectorcall entry of `method_descriptor`.
macro_rules! entries {
    ($(fn $name:ident($descr:ident, $this:ident, $args:ident, $nargs:ident, $kwnames:ident; keywords $keywords:tt) $body:block)*) => { $(
        unsafe extern "C" fn $name(
            callable: &Object,
            args: *const Option<&Object>,
            nargsf: usize,
            kwnames: Option<&Tuple>,
        ) -> Result<Ref> {
            // SAFETY: the entry is only stored in method descriptors whose flags name the signature used below.
            unsafe {
                let $descr = callable.cast_unchecked::<MethodDescr>();
                let $nargs = positional_count(nargsf);
                let $kwnames = if $keywords { kwnames } else { None };
                let ($this, $args) = receiver($descr, args, $nargs, if $keywords { None } else { kwnames })?;
                $body
            }
        }
    )* };
}

entries! {
    fn call_no_args(descr, this, _args, nargs, _kwnames; keywords false) {
        if nargs != 1 {
            return Err(crate::raise!(TypeError, "{} takes no arguments ({} given)", display(descr), nargs - 1));
        }
        let function: unsafe extern "C" fn(&Object, Option<&Object>) -> Result<Ref> = transmute(descr.def().ml_meth);
        let _depth = state::enter_recursive_call(RECURSION)?;
        function(this, None)
    }
    fn call_one(descr, this, args, nargs, _kwnames; keywords false) {
        if nargs != 2 {
            let given = nargs - 1;
            return Err(crate::raise!(TypeError, "{} takes exactly one argument ({given} given)", display(descr)));
        }
        let function: unsafe extern "C" fn(&Object, Option<&Object>) -> Result<Ref> = transmute(descr.def().ml_meth);
        let _depth = state::enter_recursive_call(RECURSION)?;
        function(this, *args)
    }
    fn call_fast(descr, this, args, nargs, _kwnames; keywords false) {
        let function: unsafe extern "C" fn(&Object, *const Option<&Object>, usize) -> Result<Ref> =
            transmute(descr.def().ml_meth);
        let _depth = state::enter_recursive_call(RECURSION)?;
        function(this, args, nargs - 1)
    }
    fn call_fast_keywords(descr, this, args, nargs, kwnames; keywords true) {
        type Code = unsafe extern "C" fn(&Object, *const Option<&Object>, usize, Option<&Tuple>) -> Result<Ref>;
        let function: Code = transmute(descr.def().ml_meth);
        let _depth = state::enter_recursive_call(RECURSION)?;
        function(this, args, nargs - 1, kwnames)
    }
    fn call_method(descr, this, args, nargs, kwnames; keywords true) {
        type Code =
            unsafe extern "C" fn(&Object, &TypeObject, *const Option<&Object>, usize, Option<&Tuple>) -> Result<Ref>;
        let function: Code = transmute(descr.def().ml_meth);
        let _depth = state::enter_recursive_call(RECURSION)?;
        function(this, descr.common.class_of(), args, nargs - 1, kwnames)
    }
    fn call_varargs(descr, this, args, nargs, kwnames; keywords true) {
        let takes_keywords = descr.def().ml_flags & METH_KEYWORDS != 0;
        if !takes_keywords && kwnames.is_some_and(|names| !names.is_empty()) {
            return Err(crate::raise!(TypeError, "{} takes no keyword arguments", display(descr)));
        }
        let (tuple, kwargs) = protocol::call::pack(args, nargs - 1, kwnames)?;
        let _depth = state::enter_recursive_call(RECURSION)?;
        if takes_keywords {
            let function: unsafe extern "C" fn(&Object, &Tuple, Option<&Dict>) -> Result<Ref> =
                transmute(descr.def().ml_meth);
            return function(this, &tuple, kwargs.as_deref());
        }
        let function: unsafe extern "C" fn(&Object, &Tuple) -> Result<Ref> = transmute(descr.def().ml_meth);
        function(this, &tuple)
    }
}

/// `PyMethodDescrObject` again, for methods that are bound to a class.
#[repr(C)]
#[derive(macros::Trace)]
pub struct ClassMethodDescr {
    common: Descr,
    d_method: Cell<*const MethodDef>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

/// `classmethod_descriptor` of `def` for `class` (`PyDescr_NewClassMethod`).
///
/// # Errors
/// MemoryError.
pub fn new_classmethod(class: &TypeObject, def: &'static MethodDef) -> Result<Ref> {
    let descr = ClassMethodDescr {
        common: Descr::new(class, ready::name_of(def.ml_name)?),
        d_method: Cell::new(def),
        vectorcall: Cell::new(None),
    };
    Ok(Ref::new(descr)?.upcast())
}

#[pytype(
    name = "classmethod_descriptor",
    symbol = PyClassMethodDescr_Type,
    gc,
    no_clear,
    no_new,
    member("__objclass__", OBJECT, common.d_type, READONLY),
    member("__name__", OBJECT, common.d_name, READONLY)
)]
impl ClassMethodDescr {
    fn def(&self) -> &'static MethodDef {
        // SAFETY: a definition lives as long as its type, which the descriptor keeps.
        unsafe { &*self.d_method.get() }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        self.common.describe("method")
    }

    #[slot(tp_descr_get)]
    fn bind(&self, instance: Option<&Object>, owner: Option<&Object>) -> Result {
        let common = &self.common;
        let class = common.class_of();
        let Some(owner) = owner.or(instance.map(|instance| instance.class().as_object())) else {
            return Err(crate::raise!(
                TypeError,
                "descriptor '{}' for type '{}' needs either an object or a type",
                common.name(),
                class.full_name()
            ));
        };
        let Some(owner) = owner.cast::<TypeObject>() else {
            return Err(crate::raise!(
                TypeError,
                "descriptor '{}' for type '{}' needs a type, not a '{}' as arg 2",
                common.name(),
                class.full_name(),
                owner.class().full_name()
            ));
        };
        if !owner.is_subtype(class) {
            return Err(crate::raise!(
                TypeError,
                "descriptor '{}' requires a subtype of '{}' but received '{}'",
                common.name(),
                class.full_name(),
                owner.full_name()
            ));
        }
        if self.def().ml_flags & METH_METHOD != 0 {
            return Ok(Function::with_class(self.def(), Some(owner), None, class)?.upcast());
        }
        Ok(Function::new(self.def(), Some(owner), None)?.upcast())
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        let [owner, rest @ ..] = args.items() else {
            return Err(crate::raise!(
                TypeError,
                "descriptor '{}' of '{}' object needs an argument",
                self.common.name(),
                self.common.class_of().full_name()
            ));
        };
        let bound = self.bind(None, Some(owner))?;
        protocol::call::call_with_tuple(&bound, &*Tuple::from_slice(rest)?, kwargs)
    }

    #[getter("__doc__")]
    fn doc(&self) -> Result<Option<Ref>> {
        super::doc_object(&self.common.name(), self.def().ml_doc)
    }

    #[getter("__qualname__")]
    fn qualname(&self) -> Result {
        self.common.qualname()
    }

    #[getter("__text_signature__")]
    fn text_signature(&self) -> Result<Option<Ref>> {
        super::method_signature(&self.common.name(), self.def().ml_doc, self.def().ml_flags)
    }
}
