//! The module `cmath`.

mod functions;

use crate::libm;
use crate::math::{domain_error, range_error};
use functions::{Answer, Failure};
use macros::pymodule;
use num::complex::Complex;
use objects::types::complex::{self, as_complex};
use objects::{Object, Raised, Ref, Result, raise};

fn error(failure: Failure) -> Raised {
    match failure {
        Failure::Domain => domain_error(),
        Failure::Range => range_error(),
    }
}

/// A function of one complex number.
fn apply(function: fn(Complex) -> Answer, z: &Object) -> Result<Ref> {
    complex::Complex::new(function(as_complex(z)?).map_err(error)?)
}

/// `a / b` as C's complex division of logarithms has it.
fn quotient(a: Complex, b: Complex) -> Result<Ref> {
    complex::Complex::new(a.divide(b).map_err(|_| domain_error())?)
}

#[pymodule(name = "cmath")]
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

    #[attr("infj")]
    fn infj() -> Result<Ref> {
        complex::Complex::new(Complex::new(0.0, f64::INFINITY))
    }

    #[attr("nanj")]
    fn nanj() -> Result<Ref> {
        complex::Complex::new(Complex::new(0.0, f64::NAN))
    }

    #[function("acos($module, z, /)", pure)]
    fn acos(z: &Object) -> Result<Ref> {
        apply(functions::acos, z)
    }

    #[function("acosh($module, z, /)", pure)]
    fn acosh(z: &Object) -> Result<Ref> {
        apply(functions::acosh, z)
    }

    #[function("asin($module, z, /)", pure)]
    fn asin(z: &Object) -> Result<Ref> {
        apply(functions::asin, z)
    }

    #[function("asinh($module, z, /)", pure)]
    fn asinh(z: &Object) -> Result<Ref> {
        apply(functions::asinh, z)
    }

    #[function("atan($module, z, /)", pure)]
    fn atan(z: &Object) -> Result<Ref> {
        apply(functions::atan, z)
    }

    #[function("atanh($module, z, /)", pure)]
    fn atanh(z: &Object) -> Result<Ref> {
        apply(functions::atanh, z)
    }

    #[function("cos($module, z, /)", pure)]
    fn cos(z: &Object) -> Result<Ref> {
        apply(functions::cos, z)
    }

    #[function("cosh($module, z, /)", pure)]
    fn cosh(z: &Object) -> Result<Ref> {
        apply(functions::cosh, z)
    }

    #[function("exp($module, z, /)", pure)]
    fn exp(z: &Object) -> Result<Ref> {
        apply(functions::exp, z)
    }

    #[function("isclose($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(a: &Object, b: &Object, rel_tol: f64, abs_tol: f64) -> Result<bool> {
        let (a, b) = (as_complex(a)?, as_complex(b)?);
        if rel_tol < 0.0 || abs_tol < 0.0 {
            return Err(raise!(ValueError, "tolerances must be non-negative"));
        }
        if a == b {
            return Ok(true);
        }
        let infinite = |z: Complex| z.real.is_infinite() || z.imag.is_infinite();
        if infinite(a) || infinite(b) {
            return Ok(false);
        }
        let size = |z: Complex| libm::hypot(z.real, z.imag);
        let difference = size(Complex::new(a.real - b.real, a.imag - b.imag));
        Ok(difference <= rel_tol * size(b) || difference <= rel_tol * size(a) || difference <= abs_tol)
    }

    #[function("isfinite($module, z, /)", pure)]
    fn isfinite(z: &Object) -> Result<bool> {
        let z = as_complex(z)?;
        Ok(z.real.is_finite() && z.imag.is_finite())
    }

    #[function("isinf($module, z, /)", pure)]
    fn isinf(z: &Object) -> Result<bool> {
        let z = as_complex(z)?;
        Ok(z.real.is_infinite() || z.imag.is_infinite())
    }

    #[function("isnan($module, z, /)", pure)]
    fn isnan(z: &Object) -> Result<bool> {
        let z = as_complex(z)?;
        Ok(z.real.is_nan() || z.imag.is_nan())
    }

    #[function("log($module, z, base=<unrepresentable>, /)")]
    fn log(z: &Object, #[default(None)] base: Option<&Object>) -> Result<Ref> {
        let z = as_complex(z)?;
        let Some(base) = base else { return complex::Complex::new(functions::log(z).map_err(error)?) };
        let base = as_complex(base)?;
        quotient(functions::log(z).map_err(error)?, functions::log(base).map_err(error)?)
    }

    #[function("log10($module, z, /)", pure)]
    fn log10(z: &Object) -> Result<Ref> {
        apply(functions::log10, z)
    }

    #[function("phase($module, z, /)", pure)]
    fn phase(z: &Object) -> Result<f64> {
        let z = as_complex(z)?;
        Ok(libm::atan2(z.imag, z.real))
    }

    #[function("polar($module, z, /)", pure)]
    fn polar(z: &Object) -> Result<(f64, f64)> {
        let z = as_complex(z)?;
        Ok((functions::size(z).map_err(error)?, libm::atan2(z.imag, z.real)))
    }

    #[function("rect($module, r, phi, /)", pure)]
    fn rect(r: f64, phi: f64) -> Result<Ref> {
        complex::Complex::new(functions::rect(r, phi).map_err(error)?)
    }

    #[function("sin($module, z, /)", pure)]
    fn sin(z: &Object) -> Result<Ref> {
        apply(functions::sin, z)
    }

    #[function("sinh($module, z, /)", pure)]
    fn sinh(z: &Object) -> Result<Ref> {
        apply(functions::sinh, z)
    }

    #[function("sqrt($module, z, /)", pure)]
    fn sqrt(z: &Object) -> Result<Ref> {
        apply(|z| Ok(functions::sqrt(z)), z)
    }

    #[function("tan($module, z, /)", pure)]
    fn tan(z: &Object) -> Result<Ref> {
        apply(functions::tan, z)
    }

    #[function("tanh($module, z, /)", pure)]
    fn tanh(z: &Object) -> Result<Ref> {
        apply(functions::tanh, z)
    }
}
