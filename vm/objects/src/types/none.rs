//! `None`, `NotImplemented` and `Ellipsis`.

use crate::object::Object;
use crate::typeobject::{TypeObject, flags};

#[unsafe(no_mangle)]
pub static _PyNone_Type: TypeObject = TypeObject::new(c"NoneType", size_of::<Object>(), 0);

#[unsafe(no_mangle)]
pub static _PyNotImplemented_Type: TypeObject =
    TypeObject::new(c"NotImplementedType", size_of::<Object>(), 0);

#[unsafe(no_mangle)]
pub static PyEllipsis_Type: TypeObject = TypeObject::new(c"ellipsis", size_of::<Object>(), flags::BASETYPE);

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
