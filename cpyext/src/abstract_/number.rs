//! `PyNumber_…`.

use core::ffi::c_int;
use macros::capi;
use objects::protocol::number::{self, Binary};
use objects::typeobject::TypeObject;
use objects::types::exceptions;
use objects::types::float::{Float, new_float};
use objects::types::int::Int;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};

macro_rules! binary {
    ($($name:ident $inplace:ident $op:ident;)*) => { $(
        #[capi]
        pub fn $name(left: &Object, right: &Object) -> Result<Ref> {
            number::binary_op(left, right, Binary::$op)
        }
        #[capi]
        pub fn $inplace(left: &Object, right: &Object) -> Result<Ref> {
            number::inplace_op(left, right, Binary::$op)
        }
    )* };
}

binary! {
    PyNumber_Add PyNumber_InPlaceAdd Add;
    PyNumber_Subtract PyNumber_InPlaceSubtract Subtract;
    PyNumber_Multiply PyNumber_InPlaceMultiply Multiply;
    PyNumber_MatrixMultiply PyNumber_InPlaceMatrixMultiply MatrixMultiply;
    PyNumber_FloorDivide PyNumber_InPlaceFloorDivide FloorDivide;
    PyNumber_TrueDivide PyNumber_InPlaceTrueDivide TrueDivide;
    PyNumber_Remainder PyNumber_InPlaceRemainder Remainder;
    PyNumber_Lshift PyNumber_InPlaceLshift Lshift;
    PyNumber_Rshift PyNumber_InPlaceRshift Rshift;
    PyNumber_And PyNumber_InPlaceAnd And;
    PyNumber_Xor PyNumber_InPlaceXor Xor;
    PyNumber_Or PyNumber_InPlaceOr Or;
}

#[capi]
pub fn PyNumber_Divmod(left: &Object, right: &Object) -> Result<Ref> {
    number::binary_op(left, right, Binary::Divmod)
}

#[capi]
pub fn PyNumber_Power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
    number::power(base, exponent, modulus)
}

#[capi]
pub fn PyNumber_InPlacePower(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
    number::inplace_power(base, exponent, modulus)
}

#[capi]
pub fn PyNumber_Negative(object: &Object) -> Result<Ref> {
    number::negative(object)
}

#[capi]
pub fn PyNumber_Positive(object: &Object) -> Result<Ref> {
    number::positive(object)
}

#[capi]
pub fn PyNumber_Invert(object: &Object) -> Result<Ref> {
    number::invert(object)
}

#[capi]
pub fn PyNumber_Absolute(object: &Object) -> Result<Ref> {
    number::absolute(object)
}

/// Whether the object can be made an int, a float or a complex number.
#[capi]
pub fn PyNumber_Check(object: Option<&Object>) -> c_int {
    object.is_some_and(number::is_number).into()
}

#[capi]
pub fn PyIndex_Check(object: &Object) -> bool {
    number::is_index(object)
}

#[capi]
pub fn PyNumber_Index(object: &Object) -> Result<Ref> {
    let int = number::index(object)?;
    if int.is_exactly(Int::class()) { Ok(int.upcast()) } else { Int::new_in(Int::class(), &int) }
}

#[capi]
pub fn _PyNumber_Index(object: &Object) -> Result<Ref<Int>> {
    number::index(object)
}

#[capi]
pub fn PyNumber_Long(object: &Object) -> Result<Ref> {
    if let Some(int) = object.cast_exact::<Int>() {
        return Ok(int.to_ref().upcast());
    }
    objects::types::int::convert::from_object(object).map(Ref::upcast)
}

#[capi]
pub fn PyNumber_Float(object: &Object) -> Result<Ref> {
    if let Some(float) = object.cast_exact::<Float>() {
        return Ok(float.to_ref().upcast());
    }
    let is_number = object
        .class()
        .number()
        .is_some_and(|table| table.nb_float.get().is_some() || table.nb_index.get().is_some());
    if is_number {
        return new_float(number::as_f64(object)?);
    }
    objects::types::float::methods::from_object(object).and_then(new_float)
}

/// `overflow` is an exception class, or NULL to clip.
#[capi]
pub fn PyNumber_AsSsize_t(object: &Object, overflow: Option<&TypeObject>) -> Result<isize> {
    number::index_as_isize(object, overflow)
}

#[capi]
pub fn PyNumber_ToBase(object: &Object, base: c_int) -> Result<Ref<Str>> {
    if !matches!(base, 2 | 8 | 10 | 16) {
        return Err(objects::raise!(SystemError, "PyNumber_ToBase: base must be 2, 8, 10 or 16"));
    }
    number::index(object)?.to_base(base as u32)
}

/// The converter of `PyArg_ParseTuple` for an optional size: None leaves the default.
///
/// # Safety
/// `place` may be written to.
#[capi]
pub unsafe fn _Py_convert_optional_to_ssize_t(object: &Object, place: *mut isize) -> c_int {
    if object.is(objects::types::none::none()) {
        return 1;
    }
    if !number::is_index(object) {
        let name = object.class().name();
        let raised = objects::raise!(TypeError, "argument should be integer or None, not {name}");
        raised.leave();
        return 0;
    }
    match number::index_as_isize(object, Some(&exceptions::OverflowError)) {
        Ok(value) => {
            // SAFETY: the caller's promise.
            unsafe { place.write(value) };
            1
        }
        Err(raised) => {
            raise::Raised::leave(raised);
            0
        }
    }
}
