//! The module `math`: functions of one or two floats here; `integers`, `sums`, `gamma` and `steps` have the rest.

mod combinatorics;
mod gamma;
mod integers;
mod steps;
mod sums;

use crate::libm;
use core::ffi::c_int;
use macros::pymodule;
use objects::protocol::{attr, call, number};
use objects::types::float::{Float, PyFloat_Type};
use objects::types::int::{self, Int};
use objects::{Object, Ref, Result, id, raise};

/// ValueError for an argument outside a function's domain.
#[cold]
pub(crate) fn domain_error() -> objects::Raised {
    raise!(ValueError, "math domain error")
}

/// OverflowError for a result that no float can hold.
#[cold]
pub(crate) fn range_error() -> objects::Raised {
    raise!(OverflowError, "math range error")
}

/// A result of a function that gives infinities only for infinities and at poles.
#[inline]
fn checked(x: f64, result: f64) -> Result<f64> {
    if result.is_nan() && !x.is_nan() || result.is_infinite() && x.is_finite() {
        return Err(domain_error());
    }
    Ok(result)
}

/// A result of a function that can grow beyond the largest float.
#[inline]
fn bounded(x: f64, result: f64) -> Result<f64> {
    if result.is_nan() && !x.is_nan() {
        return Err(domain_error());
    }
    if result.is_infinite() && x.is_finite() {
        return Err(range_error());
    }
    Ok(result)
}

/// A logarithm, defined for positive numbers.
#[inline]
fn logarithm(function: libm::Function, x: f64) -> Result<f64> {
    if x <= 0.0 {
        return Err(domain_error());
    }
    Ok(function(x))
}

/// A logarithm of anything; ints may exceed the largest float.
fn logarithm_of(function: libm::Function, argument: &Object) -> Result<f64> {
    let Some(int) = argument.cast::<Int>() else { return logarithm(function, number::as_f64(argument)?) };
    if int.is_negative() || int.is_zero() {
        return Err(domain_error());
    }
    match num::int::to_f64(int.view()) {
        Ok(value) => Ok(function(value)),
        Err(_) => {
            let (significand, exponent) = num::int::frexp(int.view());
            Ok(function(significand) + function(2.0) * exponent as f64)
        }
    }
}

/// The integral part that `rounding` gives, as an int.
fn rounded(argument: &Object, method: &objects::types::str::Str, rounding: fn(f64) -> f64) -> Result<Ref> {
    let value = match argument.cast_exact::<Float>() {
        Some(float) => float.value(),
        None => {
            if let Some(method) = attr::lookup_special(argument, method)? {
                return call::call_no_args(&method);
            }
            number::as_f64(argument)?
        }
    };
    Ok(objects::types::float::methods::from_f64(rounding(value))?.upcast())
}

#[pymodule(
    name = "math",
    parts(
        super::integers::functions,
        super::sums::functions,
        super::gamma::functions,
        super::steps::functions
    )
)]
pub mod module {
    use super::*;

    #[constant("pi")]
    const PI: f64 = core::f64::consts::PI;
    #[constant("e")]
    const E: f64 = core::f64::consts::E;
    #[constant("tau")]
    const TAU: f64 = core::f64::consts::TAU;
    #[constant("inf")]
    const INFINITY: f64 = f64::INFINITY;
    #[constant("nan")]
    const NAN: f64 = f64::NAN;

    #[function("acos($module, x, /)", pure)]
    fn acos(x: f64) -> Result<f64> {
        checked(x, libm::acos(x))
    }

    #[function("acosh($module, x, /)", pure)]
    fn acosh(x: f64) -> Result<f64> {
        checked(x, libm::acosh(x))
    }

    #[function("asin($module, x, /)", pure)]
    fn asin(x: f64) -> Result<f64> {
        checked(x, libm::asin(x))
    }

    #[function("asinh($module, x, /)", pure)]
    fn asinh(x: f64) -> Result<f64> {
        checked(x, libm::asinh(x))
    }

    #[function("atan($module, x, /)", pure)]
    fn atan(x: f64) -> Result<f64> {
        checked(x, libm::atan(x))
    }

    #[function("atan2($module, y, x, /)", pure)]
    fn atan2(y: f64, x: f64) -> f64 {
        libm::atan2(y, x)
    }

    #[function("atanh($module, x, /)", pure)]
    fn atanh(x: f64) -> Result<f64> {
        checked(x, libm::atanh(x))
    }

    #[function("cbrt($module, x, /)", pure)]
    fn cbrt(x: f64) -> Result<f64> {
        checked(x, libm::cbrt(x))
    }

    #[function("ceil($module, x, /)")]
    fn ceil(x: &Object) -> Result<Ref> {
        rounded(x, id!("__ceil__"), f64::ceil)
    }

    #[function("copysign($module, x, y, /)", pure)]
    fn copysign(x: f64, y: f64) -> f64 {
        x.copysign(y)
    }

    #[function("cos($module, x, /)", pure)]
    fn cos(x: f64) -> Result<f64> {
        checked(x, libm::cos(x))
    }

    #[function("cosh($module, x, /)", pure)]
    fn cosh(x: f64) -> Result<f64> {
        bounded(x, libm::cosh(x))
    }

    #[function("degrees($module, x, /)", pure)]
    fn degrees(x: f64) -> f64 {
        x * (180.0 / core::f64::consts::PI)
    }

    #[function("erf($module, x, /)", pure)]
    fn erf(x: f64) -> Result<f64> {
        checked(x, libm::erf(x))
    }

    #[function("erfc($module, x, /)", pure)]
    fn erfc(x: f64) -> Result<f64> {
        checked(x, libm::erfc(x))
    }

    #[function("exp($module, x, /)", pure)]
    fn exp(x: f64) -> Result<f64> {
        bounded(x, libm::exp(x))
    }

    #[function("exp2($module, x, /)", pure)]
    fn exp2(x: f64) -> Result<f64> {
        bounded(x, libm::exp2(x))
    }

    #[function("expm1($module, x, /)", pure)]
    fn expm1(x: f64) -> Result<f64> {
        bounded(x, libm::expm1(x))
    }

    #[function("fabs($module, x, /)", pure)]
    fn fabs(x: f64) -> f64 {
        x.abs()
    }

    #[function("floor($module, x, /)")]
    fn floor(x: &Object) -> Result<Ref> {
        rounded(x, id!("__floor__"), f64::floor)
    }

    #[function("fma($module, x, y, z, /)", pure)]
    fn fma(x: f64, y: f64, z: f64) -> Result<f64> {
        let result = libm::fma(x, y, z);
        if result.is_finite() {
            return Ok(result);
        }
        if result.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
            return Err(raise!(ValueError, "invalid operation in fma"));
        }
        if result.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
            return Err(raise!(OverflowError, "overflow in fma"));
        }
        Ok(result)
    }

    #[function("fmod($module, x, y, /)", pure)]
    fn fmod(x: f64, y: f64) -> Result<f64> {
        if y.is_infinite() && x.is_finite() {
            return Ok(x);
        }
        let result = libm::fmod(x, y);
        if result.is_nan() && !x.is_nan() && !y.is_nan() {
            return Err(domain_error());
        }
        Ok(result)
    }

    #[function("frexp($module, x, /)")]
    fn frexp(x: f64) -> (f64, i32) {
        if x.is_finite() { libm::frexp(x) } else { (x, 0) }
    }

    #[function("isclose($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(a: f64, b: f64, rel_tol: f64, abs_tol: f64) -> Result<bool> {
        if rel_tol < 0.0 || abs_tol < 0.0 {
            return Err(raise!(ValueError, "tolerances must be non-negative"));
        }
        if a == b {
            return Ok(true);
        }
        if a.is_infinite() || b.is_infinite() {
            return Ok(false);
        }
        let difference = (b - a).abs();
        Ok(difference <= (rel_tol * b).abs() || difference <= (rel_tol * a).abs() || difference <= abs_tol)
    }

    #[function("isfinite($module, x, /)", pure)]
    fn isfinite(x: f64) -> bool {
        x.is_finite()
    }

    #[function("isinf($module, x, /)", pure)]
    fn isinf(x: f64) -> bool {
        x.is_infinite()
    }

    #[function("isnan($module, x, /)", pure)]
    fn isnan(x: f64) -> bool {
        x.is_nan()
    }

    #[function("ldexp($module, x, i, /)")]
    fn ldexp(x: f64, i: &Object) -> Result<f64> {
        let Some(exponent) = i.cast::<Int>() else {
            return Err(raise!(TypeError, "Expected an int as second argument to ldexp."));
        };
        if x == 0.0 || !x.is_finite() {
            return Ok(x);
        }
        let limit = if exponent.is_negative() { c_int::MIN } else { c_int::MAX };
        let exponent = exponent.to_i64().and_then(|value| c_int::try_from(value).ok()).unwrap_or(limit);
        let result = libm::ldexp(x, exponent);
        if result.is_infinite() { Err(range_error()) } else { Ok(result) }
    }

    #[function("log", raw)]
    fn log(args: &[&Object]) -> Result<Ref> {
        match *args {
            [x] => objects::types::float::new_float(logarithm_of(libm::log, x)?),
            [x, base] => {
                let (numerator, denominator) = (logarithm_of(libm::log, x)?, logarithm_of(libm::log, base)?);
                if denominator == 0.0 {
                    return Err(raise!(ZeroDivisionError, "float division by zero"));
                }
                objects::types::float::new_float(numerator / denominator)
            }
            [] => Err(raise!(TypeError, "log expected at least 1 argument, got 0")),
            _ => Err(raise!(TypeError, "log expected at most 2 arguments, got {}", args.len())),
        }
    }

    #[function("log10($module, x, /)", pure)]
    fn log10(x: &Object) -> Result<f64> {
        logarithm_of(libm::log10, x)
    }

    #[function("log1p($module, x, /)", pure)]
    fn log1p(x: f64) -> Result<f64> {
        checked(x, libm::log1p(x))
    }

    #[function("log2($module, x, /)", pure)]
    fn log2(x: &Object) -> Result<f64> {
        logarithm_of(libm::log2, x)
    }

    #[function("modf($module, x, /)")]
    fn modf(x: f64) -> (f64, f64) {
        if x.is_infinite() {
            return (0f64.copysign(x), x);
        }
        if x.is_nan() {
            return (x, x);
        }
        let integral = x.trunc();
        ((x - integral).copysign(x), integral)
    }

    #[function("pow($module, x, y, /)", pure)]
    fn pow(x: f64, y: f64) -> Result<f64> {
        let result = libm::pow(x, y);
        if result.is_finite() || !x.is_finite() || !y.is_finite() {
            return Ok(result);
        }
        // A power of zero is infinite at a pole, any other by its size.
        if result.is_nan() || x == 0.0 { Err(domain_error()) } else { Err(range_error()) }
    }

    #[function("radians($module, x, /)", pure)]
    fn radians(x: f64) -> f64 {
        x * (core::f64::consts::PI / 180.0)
    }

    #[function("remainder($module, x, y, /)", pure)]
    fn remainder(x: f64, y: f64) -> Result<f64> {
        let result = libm::remainder(x, y);
        if result.is_nan() && !x.is_nan() && !y.is_nan() {
            return Err(domain_error());
        }
        Ok(result)
    }

    #[function("sin($module, x, /)", pure)]
    fn sin(x: f64) -> Result<f64> {
        checked(x, libm::sin(x))
    }

    #[function("sinh($module, x, /)", pure)]
    fn sinh(x: f64) -> Result<f64> {
        bounded(x, libm::sinh(x))
    }

    #[function("sqrt($module, x, /)", pure)]
    fn sqrt(x: f64) -> Result<f64> {
        checked(x, x.sqrt())
    }

    #[function("tan($module, x, /)", pure)]
    fn tan(x: f64) -> Result<f64> {
        checked(x, libm::tan(x))
    }

    #[function("tanh($module, x, /)", pure)]
    fn tanh(x: f64) -> Result<f64> {
        checked(x, libm::tanh(x))
    }

    #[function("trunc($module, x, /)")]
    fn trunc(x: &Object) -> Result<Ref> {
        if x.is_exactly(&PyFloat_Type) {
            return Ok(int::convert::from_object(x)?.upcast());
        }
        match attr::lookup_special(x, id!("__trunc__"))? {
            Some(method) => call::call_no_args(&method),
            None => Err(raise!(TypeError, "type {} doesn't define __trunc__ method", x.class().full_name())),
        }
    }
}
