//! `complexobject.h` and `cpython/complexobject.h`.

use macros::capi;
use num::Exception;
use num::complex::Complex as Value;
use objects::types::complex::{self, Complex};
use objects::{Object, Ref, Result};

#[capi]
pub fn PyComplex_FromCComplex(value: Value) -> Result<Ref> {
    Complex::new(value)
}

#[capi]
pub fn PyComplex_FromDoubles(real: f64, imag: f64) -> Result<Ref> {
    Complex::new(Value::new(real, imag))
}

#[capi]
pub fn PyComplex_RealAsDouble(object: &Object) -> Result<f64> {
    Ok(complex::as_complex(object)?.real)
}

#[capi]
pub fn PyComplex_ImagAsDouble(object: &Object) -> Result<f64> {
    Ok(complex::as_complex(object)?.imag)
}

#[capi]
pub fn PyComplex_AsCComplex(object: &Object) -> Result<Value> {
    complex::as_complex(object)
}

#[unsafe(no_mangle)]
pub extern "C" fn _Py_c_sum(left: Value, right: Value) -> Value {
    left + right
}

#[unsafe(no_mangle)]
pub extern "C" fn _Py_c_diff(left: Value, right: Value) -> Value {
    left - right
}

#[unsafe(no_mangle)]
pub extern "C" fn _Py_c_neg(value: Value) -> Value {
    -value
}

#[unsafe(no_mangle)]
pub extern "C" fn _Py_c_prod(left: Value, right: Value) -> Value {
    left * right
}

fn set_errno(number: i32) {
    // SAFETY: the calling thread's own.
    unsafe { *libc::__errno_location() = number };
}

/// `errno` is EDOM for a division by zero, whose result is 0.
#[unsafe(no_mangle)]
pub extern "C" fn _Py_c_quot(left: Value, right: Value) -> Value {
    left.divide(right).unwrap_or_else(|_| {
        set_errno(libc::EDOM);
        Value::new(0.0, 0.0)
    })
}

/// `errno` is EDOM for a negative power of zero, ERANGE for what is too large.
#[unsafe(no_mangle)]
pub extern "C" fn _Py_c_pow(base: Value, exponent: Value) -> Value {
    let (power, error) = base.pow_by_angle(exponent);
    match error {
        None => {}
        Some(Exception::Overflow) => set_errno(libc::ERANGE),
        Some(_) => set_errno(libc::EDOM),
    }
    power
}

/// `errno` is ERANGE for what is too large, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn _Py_c_abs(value: Value) -> f64 {
    match value.abs() {
        Ok(size) => {
            set_errno(0);
            size
        }
        Err(_) => {
            set_errno(libc::ERANGE);
            f64::INFINITY
        }
    }
}
