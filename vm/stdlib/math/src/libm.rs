//! The functions of the system's C library that CPython calls, so that results agree to the last bit.

use core::ffi::c_int;
use std::sync::OnceLock;

mod c {
    use core::ffi::c_int;
    unsafe extern "C" {
        pub safe fn acos(x: f64) -> f64;
        pub safe fn acosh(x: f64) -> f64;
        pub safe fn asin(x: f64) -> f64;
        pub safe fn asinh(x: f64) -> f64;
        pub safe fn atan(x: f64) -> f64;
        pub safe fn atan2(y: f64, x: f64) -> f64;
        pub safe fn atanh(x: f64) -> f64;
        pub safe fn cos(x: f64) -> f64;
        pub safe fn cosh(x: f64) -> f64;
        pub safe fn erf(x: f64) -> f64;
        pub safe fn erfc(x: f64) -> f64;
        pub safe fn exp(x: f64) -> f64;
        pub safe fn exp2(x: f64) -> f64;
        pub safe fn expm1(x: f64) -> f64;
        pub safe fn fma(x: f64, y: f64, z: f64) -> f64;
        pub safe fn fmod(x: f64, y: f64) -> f64;
        pub safe fn hypot(x: f64, y: f64) -> f64;
        pub safe fn ldexp(x: f64, exponent: c_int) -> f64;
        pub safe fn log(x: f64) -> f64;
        pub safe fn log10(x: f64) -> f64;
        pub safe fn log1p(x: f64) -> f64;
        pub safe fn log2(x: f64) -> f64;
        pub safe fn pow(x: f64, y: f64) -> f64;
        pub safe fn remainder(x: f64, y: f64) -> f64;
        pub safe fn sin(x: f64) -> f64;
        pub safe fn sinh(x: f64) -> f64;
        pub safe fn tan(x: f64) -> f64;
        pub safe fn tanh(x: f64) -> f64;
        pub fn frexp(x: f64, exponent: *mut c_int) -> f64;
    }
}

pub use c::{
    acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, erf, erfc, exp, exp2, expm1, fma, fmod, hypot,
    ldexp, log, log1p, log2, log10, pow, remainder, sin, sinh, tan, tanh,
};

/// The significand in [0.5, 1) and the exponent.
pub fn frexp(x: f64) -> (f64, c_int) {
    let mut exponent = 0;
    // SAFETY: our variable.
    let significand = unsafe { c::frexp(x, &raw mut exponent) };
    (significand, exponent)
}

/// The cube root. The compiler's own library has one too, with other roundings, and linking would prefer that.
pub fn cbrt(x: f64) -> f64 {
    static SYSTEM: OnceLock<Option<Function>> = OnceLock::new();
    let system = SYSTEM.get_or_init(|| {
        // SAFETY: a function of the C standard, looked up by its name.
        unsafe {
            let found = libc::dlsym(libc::RTLD_DEFAULT, c"cbrt".as_ptr());
            core::mem::transmute::<*mut core::ffi::c_void, Option<Function>>(found)
        }
    });
    system.map_or_else(|| x.cbrt(), |system| system(x))
}

/// A function of one number.
pub type Function = extern "C" fn(f64) -> f64;
