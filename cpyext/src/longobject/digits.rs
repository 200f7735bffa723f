//! Ints as their digits, and their arithmetic.

use core::ffi::c_int;
use macros::capi;
use num::int::{self, Integer};
use objects::types::int::Int;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

/// An int of `count` digits, which the caller fills in before anybody else sees it.
#[capi]
pub fn _PyLong_New(count: isize) -> Result<Ref<Int>> {
    const MOST: isize = isize::MAX / 4 - 6;
    match usize::try_from(count) {
        Ok(len) if count <= MOST => Int::alloc(len),
        _ => Err(objects::raise!(OverflowError, "too many digits in integer")),
    }
}

#[capi]
pub fn _PyLong_Copy(int: &Int) -> Result<Ref<Int>> {
    Int::from_digits(int.is_negative(), int.digits())
}

/// # Safety
/// A C function: `digits` has `count` digits.
#[capi]
pub unsafe fn _PyLong_FromDigits(negative: c_int, count: isize, digits: *const u32) -> Result<Ref<Int>> {
    let count = count.max(0) as usize;
    // SAFETY: the caller's promise.
    let digits = if count == 0 { &[] } else { unsafe { core::slice::from_raw_parts(digits, count) } };
    Int::from_digits(negative != 0, digits)
}

fn result(value: Integer) -> Result<Ref<Int>> {
    Int::from_integer(&value)
}

#[capi]
pub fn _PyLong_Add(left: &Int, right: &Int) -> Result<Ref<Int>> {
    result(int::add(left.view(), right.view()))
}

#[capi]
pub fn _PyLong_Subtract(left: &Int, right: &Int) -> Result<Ref<Int>> {
    result(int::sub(left.view(), right.view()))
}

#[capi]
pub fn _PyLong_Multiply(left: &Int, right: &Int) -> Result<Ref<Int>> {
    result(int::mul(left.view(), right.view()))
}

#[capi]
pub fn _PyLong_GCD(left: &Int, right: &Int) -> Result<Ref<Int>> {
    result(int::gcd(left.view(), right.view()))
}

#[capi]
pub fn _PyLong_Lshift(int: &Int, by: usize) -> Result<Ref<Int>> {
    let by = Int::from_usize(by)?;
    result(int::shift_left(int.view(), by.view()).map_err(raise::arithmetic)?)
}

#[capi]
pub fn _PyLong_Rshift(int: &Int, by: usize) -> Result<Ref<Int>> {
    let by = Int::from_usize(by)?;
    result(int::shift_right(int.view(), by.view()).map_err(raise::arithmetic)?)
}

/// The quotient rounded to the nearest int, halves to the even one, and the remainder that goes with it.
#[capi]
pub fn _PyLong_DivmodNear(left: &Object, right: &Object) -> Result<Ref<Tuple>> {
    let (Some(left), Some(right)) = (left.cast::<Int>(), right.cast::<Int>()) else {
        return Err(objects::raise!(TypeError, "non-integer arguments in division"));
    };
    let (mut quotient, mut remainder) = int::divmod(left.view(), right.view()).map_err(raise::arithmetic)?;
    let twice = int::add(remainder.view(), remainder.view());
    let order = int::compare_magnitudes(&twice.digits, right.digits());
    if order.is_gt() || order.is_eq() && quotient.view().is_odd() {
        let one = Integer::from(1);
        quotient = int::add(quotient.view(), one.view());
        remainder = int::sub(remainder.view(), right.view());
    }
    Tuple::from_array([result(quotient)?.upcast(), result(remainder)?.upcast()])
}

/// The int as a fraction from 0.5 up to 1 and a power of two.
///
/// # Safety
/// A C function: `exponent` may be written to.
#[capi]
pub unsafe fn _PyLong_Frexp(int: &Int, exponent: *mut isize) -> Result<f64> {
    let (fraction, power) = int::frexp(int.view());
    // SAFETY: the caller's promise.
    unsafe { exponent.write(power as isize) };
    Ok(fraction)
}

/// `sys.int_info`.
#[capi]
pub fn PyLong_GetInfo() -> Result<Ref> {
    objects::state::sys_get("int_info").ok_or_else(|| objects::raise!(RuntimeError, "lost sys.int_info"))
}

/// What an ASCII character stands for as a digit of a base up to 36; 37 for those that are none.
#[unsafe(no_mangle)]
pub static _PyLong_DigitValue: [u8; 256] = {
    let mut table = [37; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            digit @ b'0'..=b'9' => digit - b'0',
            letter @ b'a'..=b'z' => letter - b'a' + 10,
            letter @ b'A'..=b'Z' => letter - b'A' + 10,
            _ => 37,
        };
        byte += 1;
    }
    table
};
