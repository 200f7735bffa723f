//! `None`, `NotImplemented` and `Ellipsis`.

use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::dict::Dict;
use crate::types::exceptions as exc;
use crate::types::tuple::Tuple;
use macros::pytype;

#[unsafe(no_mangle)]
pub static _Py_NoneStruct: Object = Object::immortal(&_PyNone_Type);

#[unsafe(no_mangle)]
pub static _Py_NotImplementedStruct: Object = Object::immortal(&_PyNotImplemented_Type);

#[unsafe(no_mangle)]
pub static _Py_EllipsisObject: Object = Object::immortal(&PyEllipsis_Type);

/// The object `None`.
#[inline]
pub fn none() -> &'static Object {
    &_Py_NoneStruct
}

/// The object `NotImplemented`.
#[inline]
pub fn not_implemented() -> &'static Object {
    &_Py_NotImplementedStruct
}

/// The object `...`.
#[inline]
pub fn ellipsis() -> &'static Object {
    &_Py_EllipsisObject
}

/// The singleton that calling its class gives; arguments are an error.
fn singleton(name: &str, object: &Object, args: &Tuple, kwargs: Option<&Dict>) -> Result {
    if !args.is_empty() || kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
        return Err(crate::raise!(TypeError, "{name} takes no arguments"));
    }
    Ok(object.to_ref())
}

/// Where the methods of `None` are declared.
struct NoneMethods;

#[pytype(name = "NoneType", symbol = _PyNone_Type, no_instance)]
impl NoneMethods {
    #[slot(tp_new)]
    fn make(_class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        singleton("NoneType", none(), args, kwargs)
    }
    #[slot(tp_repr)]
    fn repr(_this: &Object) -> &'static str {
        "None"
    }
    /// Constant, so that sets of None have the same order in every process.
    #[slot(tp_hash)]
    fn hash(_this: &Object) -> isize {
        0xfca8_6420
    }
    #[slot(tp_richcompare)]
    fn compare(this: &Object, other: &Object, op: CompareOp) -> Result {
        crate::types::object::compare_by_identity(this, other, op)
    }
    #[slot(nb_bool)]
    fn is_true(_this: &Object) -> bool {
        false
    }
}

/// Where the methods of `NotImplemented` are declared.
struct NotImplementedMethods;

#[pytype(name = "NotImplementedType", symbol = _PyNotImplemented_Type, no_instance)]
impl NotImplementedMethods {
    #[slot(tp_new)]
    fn make(_class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        singleton("NotImplementedType", not_implemented(), args, kwargs)
    }
    #[slot(tp_repr)]
    fn repr(_this: &Object) -> &'static str {
        "NotImplemented"
    }
    #[slot(nb_bool)]
    fn is_true(_this: &Object) -> Result<bool> {
        let text = "NotImplemented should not be used in a boolean context";
        crate::hooks::WARN.get()(&exc::DeprecationWarning, text, 1)?;
        Ok(true)
    }
    #[method("__reduce__($self, /)")]
    fn reduce(_this: &Object) -> &'static str {
        "NotImplemented"
    }
}

/// Where the methods of `...` are declared.
struct EllipsisMethods;

#[pytype(name = "ellipsis", symbol = PyEllipsis_Type, no_instance)]
impl EllipsisMethods {
    #[slot(tp_new)]
    fn make(_class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        singleton("EllipsisType", ellipsis(), args, kwargs)
    }
    #[slot(tp_repr)]
    fn repr(_this: &Object) -> &'static str {
        "Ellipsis"
    }
    #[method("__reduce__($self, /)")]
    fn reduce(_this: &Object) -> &'static str {
        "Ellipsis"
    }
}
