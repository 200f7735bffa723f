//! `float`.

pub mod methods;

use crate::object::Object;
use crate::object::refs::Ref;
use crate::raise::{self, Result};
use core::cell::Cell;
use num::float::PowError;

pub use methods::PyFloat_Type;

/// `PyFloatObject`.
#[repr(C)]
pub struct Float {
    ob_base: Object,
    ob_fval: Cell<f64>,
}

impl Float {
    /// A new float.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new(value: f64) -> Result<Ref<Float>> {
        Ref::new(Float { ob_base: Object::HEAD, ob_fval: Cell::new(value) })
    }

    #[inline(always)]
    pub fn value(&self) -> f64 {
        self.ob_fval.get()
    }

    /// A new float from the page in use; NULL when that page is full. For code that must not call anything.
    #[inline(always)]
    pub fn quick(value: f64) -> *mut Object {
        let block = crate::object::heap::alloc_quick::<{ size_of::<Float>() }>().cast::<Float>();
        if !block.is_null() {
            // SAFETY: a fresh block of the size.
            unsafe {
                Object::init(block.cast(), &PyFloat_Type);
                (&raw mut (*block).ob_fval).write(Cell::new(value));
            }
        }
        block.cast()
    }

    /// Overwrites the value of a float that only the caller refers to.
    #[inline]
    pub fn overwrite(&self, value: f64) {
        debug_assert!(self.refcnt() == 1);
        self.ob_fval.set(value);
    }
}

/// A new float as a plain object.
///
/// # Errors
/// MemoryError.
#[inline]
pub fn new_float(value: f64) -> Result {
    Ok(Float::new(value)?.upcast())
}

/// `base ** exponent`, which is complex for a negative base and a fractional exponent.
///
/// # Errors
/// ZeroDivisionError; OverflowError.
pub fn power(base: f64, exponent: f64) -> Result {
    match num::float::pow(base, exponent) {
        Ok(value) => new_float(value),
        Err(PowError::ZeroToNegative) => {
            Err(crate::raise!(ZeroDivisionError, "{}", PowError::ZERO_TO_NEGATIVE))
        }
        Err(PowError::Complex) => {
            let (base, exponent) =
                (num::complex::Complex::new(base, 0.0), num::complex::Complex::new(exponent, 0.0));
            crate::types::complex::Complex::new(base.pow(exponent).map_err(raise::arithmetic)?)
        }
        Err(PowError::Overflow) => Err(overflow_with_errno()),
    }
}

/// OverflowError(ERANGE, strerror), as the C library's functions report it.
fn overflow_with_errno() -> crate::Raised {
    let make = || -> Result {
        let text = crate::types::exceptions::errno_text(libc::ERANGE);
        let arguments = crate::types::tuple::Tuple::from_array([
            crate::types::int::new_int(libc::ERANGE.into())?,
            crate::types::str::Str::new(&text)?.upcast(),
        ])?;
        Ok(arguments.upcast())
    };
    match make() {
        Ok(arguments) => raise::set(&crate::types::exceptions::OverflowError, Some(&arguments)),
        Err(raised) => raised,
    }
}
