//! Complex functions in the usual floating-point care: branch cuts by signed zeros, no overflow before the result overflows
//! (Kahan: "Branch cuts for complex elementary functions"). Infinities and NaNs follow the C standard's annex G, which the
//! system's C library implements.

use crate::libm;
use core::f64::consts::{E, FRAC_PI_2, LN_2, LN_10};
use num::complex::Complex;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Failure {
    Domain,
    Range,
}

pub(super) type Answer = Result<Complex, Failure>;

mod c {
    use num::complex::Complex;
    // A pair of doubles is passed and returned as C's `double complex` is, on both architectures.
    unsafe extern "C" {
        pub safe fn cacos(z: Complex) -> Complex;
        pub safe fn cacosh(z: Complex) -> Complex;
        pub safe fn casinh(z: Complex) -> Complex;
        pub safe fn catanh(z: Complex) -> Complex;
        pub safe fn ccosh(z: Complex) -> Complex;
        pub safe fn cexp(z: Complex) -> Complex;
        pub safe fn clog(z: Complex) -> Complex;
        pub safe fn csinh(z: Complex) -> Complex;
        pub safe fn csqrt(z: Complex) -> Complex;
        pub safe fn ctanh(z: Complex) -> Complex;
    }
}

/// Beyond this, squares and sums might overflow.
const LARGE: f64 = f64::MAX / 4.0;
/// Scaling of square roots of subnormal numbers, in powers of two.
const SCALE_UP: i32 = 53;
const SCALE_DOWN: i32 = -27;

fn complex(real: f64, imag: f64) -> Complex {
    Complex::new(real, imag)
}

fn finite(z: Complex) -> bool {
    z.real.is_finite() && z.imag.is_finite()
}

/// The same number with NaNs of positive sign, so that none reaches a result's other part.
fn unsigned(z: Complex) -> Complex {
    let part = |part: f64| if part.is_nan() { f64::NAN } else { part };
    complex(part(z.real), part(z.imag))
}

fn large(z: Complex) -> bool {
    z.real.abs() > LARGE || z.imag.abs() > LARGE
}

/// The logarithm of a large number's size.
fn log_of_large(z: Complex) -> f64 {
    libm::log(libm::hypot(z.real / 2.0, z.imag / 2.0))
}

/// i*z.
fn turned(z: Complex) -> Complex {
    complex(-z.imag, z.real)
}

/// -i*z.
fn turned_back(z: Complex) -> Complex {
    complex(z.imag, -z.real)
}

/// The exponent from which `exp` is computed in two steps.
fn log_large() -> f64 {
    libm::log(LARGE)
}

fn in_range(z: Complex) -> Answer {
    if z.real.is_infinite() || z.imag.is_infinite() { Err(Failure::Range) } else { Ok(z) }
}

pub(super) fn acos(z: Complex) -> Answer {
    if !finite(z) {
        let value = c::cacos(unsigned(z));
        return Ok(if z.imag.is_nan() { complex(value.real, value.imag.abs()) } else { value });
    }
    if large(z) {
        let size = log_of_large(z) + LN_2 * 2.0;
        let imag = if z.real < 0.0 { -size.copysign(z.imag) } else { size.copysign(-z.imag) };
        return Ok(complex(libm::atan2(z.imag.abs(), z.real), imag));
    }
    let (a, b) = (sqrt(complex(1.0 - z.real, -z.imag)), sqrt(complex(1.0 + z.real, z.imag)));
    Ok(complex(2.0 * libm::atan2(a.real, b.real), libm::asinh(b.real * a.imag - b.imag * a.real)))
}

pub(super) fn acosh(z: Complex) -> Answer {
    if !finite(z) {
        if z.real == 0.0 && z.imag.is_nan() {
            return Ok(complex(f64::NAN, f64::NAN));
        }
        return Ok(c::cacosh(unsigned(z)));
    }
    if large(z) {
        return Ok(complex(log_of_large(z) + LN_2 * 2.0, libm::atan2(z.imag, z.real)));
    }
    let (a, b) = (sqrt(complex(z.real - 1.0, z.imag)), sqrt(complex(z.real + 1.0, z.imag)));
    Ok(complex(libm::asinh(a.real * b.real + a.imag * b.imag), 2.0 * libm::atan2(a.imag, b.real)))
}

pub(super) fn asin(z: Complex) -> Answer {
    Ok(turned_back(asinh(turned(z))?))
}

pub(super) fn asinh(z: Complex) -> Answer {
    if !finite(z) {
        return Ok(c::casinh(unsigned(z)));
    }
    if large(z) {
        let size = log_of_large(z) + LN_2 * 2.0;
        let real = if z.imag >= 0.0 { size.copysign(z.real) } else { -size.copysign(-z.real) };
        return Ok(complex(real, libm::atan2(z.imag, z.real.abs())));
    }
    let (a, b) = (sqrt(complex(1.0 + z.imag, -z.real)), sqrt(complex(1.0 - z.imag, z.real)));
    Ok(complex(
        libm::asinh(a.real * b.imag - b.real * a.imag),
        libm::atan2(z.imag, a.real * b.real - a.imag * b.imag),
    ))
}

pub(super) fn atan(z: Complex) -> Answer {
    Ok(turned_back(atanh(turned(z))?))
}

pub(super) fn atanh(z: Complex) -> Answer {
    if !finite(z) {
        return Ok(c::catanh(unsigned(z)));
    }
    if z.real.is_sign_negative() {
        let opposite = atanh(complex(-z.real, -z.imag))?;
        return Ok(complex(-opposite.real, -opposite.imag));
    }
    let height = z.imag.abs();
    let limit = LARGE.sqrt();
    if z.real > limit || height > limit {
        let size = libm::hypot(z.real / 2.0, z.imag / 2.0);
        return Ok(complex(z.real / 4.0 / size / size, -FRAC_PI_2.copysign(-z.imag)));
    }
    if z.real == 1.0 && height < f64::MIN_POSITIVE.sqrt() {
        if height == 0.0 {
            return Err(Failure::Domain);
        }
        let real = -libm::log(height.sqrt() / libm::hypot(height, 2.0).sqrt());
        return Ok(complex(real, (libm::atan2(2.0, -height) / 2.0).copysign(z.imag)));
    }
    let rest = 1.0 - z.real;
    Ok(complex(
        libm::log1p(4.0 * z.real / (rest * rest + height * height)) / 4.0,
        -libm::atan2(-2.0 * z.imag, rest * (1.0 + z.real) - height * height) / 2.0,
    ))
}

pub(super) fn cos(z: Complex) -> Answer {
    cosh(turned(z))
}

pub(super) fn cosh(z: Complex) -> Answer {
    if !finite(z) {
        // The angle of an infinite imaginary part is undefined.
        if z.imag.is_infinite() && !z.real.is_nan() {
            return Err(Failure::Domain);
        }
        let value = c::ccosh(unsigned(z));
        // The sign of a zero beside a NaN is not told by anything.
        return Ok(if z.real.is_nan() && z.imag == 0.0 { complex(value.real, 0.0) } else { value });
    }
    let (sin, cos) = (libm::sin(z.imag), libm::cos(z.imag));
    in_range(if z.real.abs() > log_large() {
        let less = z.real - 1f64.copysign(z.real);
        complex(cos * libm::cosh(less) * E, sin * libm::sinh(less) * E)
    } else {
        complex(cos * libm::cosh(z.real), sin * libm::sinh(z.real))
    })
}

pub(super) fn exp(z: Complex) -> Answer {
    if !finite(z) {
        if z.imag.is_infinite() && (z.real.is_finite() || z.real == f64::INFINITY) {
            return Err(Failure::Domain);
        }
        if z.real == f64::NEG_INFINITY && !z.imag.is_finite() {
            return Ok(complex(0.0, 0.0));
        }
        return Ok(c::cexp(unsigned(z)));
    }
    let (sin, cos) = (libm::sin(z.imag), libm::cos(z.imag));
    in_range(if z.real > log_large() {
        let size = libm::exp(z.real - 1.0);
        complex(size * cos * E, size * sin * E)
    } else {
        let size = libm::exp(z.real);
        complex(size * cos, size * sin)
    })
}

pub(super) fn log(z: Complex) -> Answer {
    if !finite(z) {
        return Ok(c::clog(unsigned(z)));
    }
    let (x, y) = (z.real.abs(), z.imag.abs());
    let real = if large(z) {
        log_of_large(z) + LN_2
    } else if x < f64::MIN_POSITIVE && y < f64::MIN_POSITIVE {
        if x == 0.0 && y == 0.0 {
            return Err(Failure::Domain);
        }
        libm::log(libm::hypot(libm::ldexp(x, 53), libm::ldexp(y, 53))) - 53.0 * LN_2
    } else {
        let size = libm::hypot(x, y);
        if (0.71..=1.73).contains(&size) {
            let (most, least) = if x > y { (x, y) } else { (y, x) };
            libm::log1p((most - 1.0) * (most + 1.0) + least * least) / 2.0
        } else {
            libm::log(size)
        }
    };
    Ok(complex(real, libm::atan2(z.imag, z.real)))
}

pub(super) fn log10(z: Complex) -> Answer {
    let log = log(z)?;
    Ok(complex(log.real / LN_10, log.imag / LN_10))
}

pub(super) fn sin(z: Complex) -> Answer {
    Ok(turned_back(sinh(turned(z))?))
}

pub(super) fn sinh(z: Complex) -> Answer {
    if !finite(z) {
        if z.imag.is_infinite() && !z.real.is_nan() {
            return Err(Failure::Domain);
        }
        let value = c::csinh(unsigned(z));
        return Ok(if z.real == 0.0 { complex(0.0, value.imag) } else { value });
    }
    let (sin, cos) = (libm::sin(z.imag), libm::cos(z.imag));
    in_range(if z.real.abs() > log_large() {
        let less = z.real - 1f64.copysign(z.real);
        complex(cos * libm::sinh(less) * E, sin * libm::cosh(less) * E)
    } else {
        complex(cos * libm::sinh(z.real), sin * libm::cosh(z.real))
    })
}

pub(super) fn sqrt(z: Complex) -> Complex {
    if !finite(z) {
        return c::csqrt(unsigned(z));
    }
    if z.real == 0.0 && z.imag == 0.0 {
        return complex(0.0, z.imag);
    }
    let (x, y) = (z.real.abs(), z.imag.abs());
    let root = if x < f64::MIN_POSITIVE && y < f64::MIN_POSITIVE {
        let x = libm::ldexp(x, SCALE_UP);
        libm::ldexp((x + libm::hypot(x, libm::ldexp(y, SCALE_UP))).sqrt(), SCALE_DOWN)
    } else {
        let x = x / 8.0;
        2.0 * (x + libm::hypot(x, y / 8.0)).sqrt()
    };
    let other = y / (2.0 * root);
    if z.real >= 0.0 { complex(root, other.copysign(z.imag)) } else { complex(other, root.copysign(z.imag)) }
}

pub(super) fn tan(z: Complex) -> Answer {
    Ok(turned_back(tanh(turned(z))?))
}

pub(super) fn tanh(z: Complex) -> Answer {
    if !finite(z) {
        if z.imag.is_infinite() && z.real.is_finite() {
            return Err(Failure::Domain);
        }
        if z.real == 0.0 {
            return Ok(complex(f64::NAN, f64::NAN));
        }
        if z.real.is_infinite() && !z.imag.is_finite() {
            return Ok(complex(1f64.copysign(z.real), 0.0));
        }
        return Ok(c::ctanh(unsigned(z)));
    }
    if z.real.abs() > log_large() {
        let imag = 4.0 * libm::sin(z.imag) * libm::cos(z.imag) * libm::exp(-2.0 * z.real.abs());
        return Ok(complex(1f64.copysign(z.real), imag));
    }
    let (tanh, tan, inverse) = (libm::tanh(z.real), libm::tan(z.imag), 1.0 / libm::cosh(z.real));
    let product = tanh * tan;
    let denominator = 1.0 + product * product;
    Ok(complex(tanh * (1.0 + tan * tan) / denominator, tan / denominator * inverse * inverse))
}

/// The size, infinite if a part is.
pub(super) fn size(z: Complex) -> Result<f64, Failure> {
    let size = libm::hypot(z.real, z.imag);
    if size.is_infinite() && finite(z) { Err(Failure::Range) } else { Ok(size) }
}

/// From polar coordinates.
pub(super) fn rect(r: f64, phi: f64) -> Answer {
    if r.is_finite() && phi.is_finite() {
        // A zero angle keeps its sign.
        return Ok(if phi == 0.0 {
            complex(r, phi * r)
        } else {
            complex(r * libm::cos(phi), r * libm::sin(phi))
        });
    }
    if r != 0.0 && !r.is_nan() && phi.is_infinite() {
        return Err(Failure::Domain);
    }
    if r.is_infinite() && phi.is_finite() && phi != 0.0 {
        let part = |part: f64| f64::INFINITY.copysign(part) * 1f64.copysign(r);
        return Ok(complex(part(libm::cos(phi)), part(libm::sin(phi))));
    }
    Ok(if phi == 0.0 {
        // An infinite or undefined size on the real axis.
        complex(r, if r.is_nan() { 0.0 } else { phi * 1f64.copysign(r) })
    } else if r == 0.0 {
        complex(0.0, 0.0)
    } else if r.is_infinite() {
        complex(f64::INFINITY, f64::NAN)
    } else {
        complex(f64::NAN, f64::NAN)
    })
}
