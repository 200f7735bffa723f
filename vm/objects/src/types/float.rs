//! `float`.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::raise::Result;
use crate::typeobject::{TypeObject, flags};
use core::cell::Cell;

#[unsafe(no_mangle)]
pub static PyFloat_Type: TypeObject =
    TypeObject::new(c"float", size_of::<Float>(), flags::BASETYPE | flags::MATCH_SELF);

/// `PyFloatObject`.
#[repr(C)]
pub struct Float {
    ob_base: Object,
    ob_fval: Cell<f64>,
}

instance!(Float, PyFloat_Type);

impl Float {
    /// A new float.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new(value: f64) -> Result<Ref<Float>> {
        Ref::new(Float { ob_base: Object::HEAD, ob_fval: Cell::new(value) })
    }

    #[inline]
    pub fn value(&self) -> f64 {
        self.ob_fval.get()
    }
}

/// `float ** float` of finite operands, whose result may be complex.
///
/// # Errors
/// ZeroDivisionError for a negative power of zero; OverflowError.
pub fn power(base: f64, exponent: f64) -> Result<Ref> {
    if base == 0.0 && exponent < 0.0 {
        return Err(crate::raise!(ZeroDivisionError, "0.0 cannot be raised to a negative power"));
    }
    Ok(Float::new(base.powf(exponent))?.upcast())
}
