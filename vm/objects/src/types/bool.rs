//! `bool`: two static ints.

use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::int::{Int, PyLong_Type, methods};
use crate::types::str::Str;
use macros::pytype;

/// The exported `False`.
#[unsafe(no_mangle)]
pub static _Py_FalseStruct: Int = Int::fixed(&PyBool_Type, 0);

/// The exported `True`.
#[unsafe(no_mangle)]
pub static _Py_TrueStruct: Int = Int::fixed(&PyBool_Type, 1);

/// The object `True` or `False`.
#[inline]
pub fn from_bool(value: bool) -> &'static Object {
    if value { &_Py_TrueStruct } else { &_Py_FalseStruct }
}

/// A new reference to `True` or `False`.
#[inline]
pub fn new_bool(value: bool) -> Ref {
    Ref::from_borrowed(from_bool(value))
}

/// `true` or `false` if `object` is one of the two.
#[inline]
fn value_of(object: &Object) -> Option<bool> {
    match object {
        _ if object.is(&_Py_TrueStruct) => Some(true),
        _ if object.is(&_Py_FalseStruct) => Some(false),
        _ => None,
    }
}

/// A bitwise operator: bool for two bools, otherwise int's.
fn bitwise(
    left: &Object,
    right: &Object,
    bools: fn(bool, bool) -> bool,
    ints: fn(&Object, &Object) -> Result<Ref>,
) -> Result<Ref> {
    match (value_of(left), value_of(right)) {
        (Some(left), Some(right)) => Ok(new_bool(bools(left, right))),
        _ => ints(left, right),
    }
}

#[pytype(
    name = "bool", symbol = PyBool_Type, base = PyLong_Type, no_instance, no_dealloc,
    basicsize = size_of::<Int>() - 8, itemsize = 4,
)]
impl Int {
    #[new("(object=False, /)", vectorcall)]
    fn bool_new(_class: &TypeObject, object: Option<&Object>) -> Result<Ref> {
        match object {
            None => Ok(new_bool(false)),
            Some(object) => Ok(new_bool(protocol::object::is_true(object)?)),
        }
    }

    #[slot(tp_repr)]
    fn bool_repr(&self) -> Result<Ref<Str>> {
        Ok(if self.is_zero() { crate::id!("False") } else { crate::id!("True") }.to_ref())
    }

    #[slot(nb_and)]
    fn bool_and(left: &Object, right: &Object) -> Result<Ref> {
        bitwise(left, right, |a, b| a & b, methods::and)
    }

    #[slot(nb_or)]
    fn bool_or(left: &Object, right: &Object) -> Result<Ref> {
        bitwise(left, right, |a, b| a | b, methods::or)
    }

    #[slot(nb_xor)]
    fn bool_xor(left: &Object, right: &Object) -> Result<Ref> {
        bitwise(left, right, |a, b| a ^ b, methods::xor)
    }

    #[slot(nb_invert)]
    fn bool_invert(&self) -> Result<Ref> {
        let text = "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise \
                    inversion of the underlying int object and is usually not what you expect from negating a bool. Use the \
                    'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying \
                    int.";
        crate::hooks::WARN.get()(&crate::types::exceptions::DeprecationWarning, text, 1)?;
        crate::types::int::new_int(!self.compact_value())
    }
}
