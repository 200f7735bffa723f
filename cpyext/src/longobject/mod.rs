//! `longobject.h`, `cpython/longobject.h`, `cpython/longintrepr.h` and the exported parts of `pycore_long.h`.

pub mod bytes;
pub mod convert;
pub mod digits;
pub mod ids;
pub mod strtol;

use core::ffi::{CStr, c_char, c_int, c_void};
use macros::capi;
use objects::protocol::number;
use objects::types::int::{self, Int};
use objects::types::str::Str;
use objects::{Object, Raised, Ref, Result, raise};

#[capi]
pub fn PyLong_FromLong(value: i64) -> Result<Ref<Int>> {
    Int::from_i64(value)
}

#[capi]
pub fn PyLong_FromLongLong(value: i64) -> Result<Ref<Int>> {
    Int::from_i64(value)
}

#[capi]
pub fn PyLong_FromSsize_t(value: isize) -> Result<Ref<Int>> {
    Int::from_i64(value as i64)
}

#[capi]
pub fn PyLong_FromUnsignedLong(value: u64) -> Result<Ref<Int>> {
    Int::from_u64(value)
}

#[capi]
pub fn PyLong_FromUnsignedLongLong(value: u64) -> Result<Ref<Int>> {
    Int::from_u64(value)
}

#[capi]
pub fn PyLong_FromSize_t(value: usize) -> Result<Ref<Int>> {
    Int::from_usize(value)
}

#[capi]
pub fn PyLong_FromVoidPtr(pointer: *mut c_void) -> Result<Ref<Int>> {
    Int::from_usize(pointer as usize)
}

#[capi]
pub fn PyLong_FromDouble(value: f64) -> Result<Ref<Int>> {
    Int::from_integer(&num::int::from_f64(value).map_err(raise::arithmetic)?)
}

/// An int from a text, which must be one but for blanks around it; `end` receives where the int ends, unless it is NULL.
///
/// # Safety
/// A C function: a C string; `end` may be written to or is NULL.
#[capi]
pub unsafe fn PyLong_FromString(string: &CStr, end: *mut *const c_char, base: c_int) -> Result<Ref<Int>> {
    if base != 0 && !(2..=36).contains(&base) {
        return Err(objects::raise!(ValueError, "int() arg 2 must be >= 2 and <= 36"));
    }
    let text = string.to_bytes();
    let literal = num::int::literal_len(text, base as u32);
    let is_blank = |byte: &u8| matches!(byte, b' ' | 9..=13);
    let len = literal + text[literal..].iter().take_while(|byte| is_blank(byte)).count();
    if !end.is_null() {
        // SAFETY: the caller's promise.
        unsafe { end.write(string.as_ptr().add(len)) };
    }
    int::convert::from_ascii(text, base as u32)
}

#[capi]
pub fn PyLong_FromUnicodeObject(text: &Object, base: c_int) -> Result<Ref<Int>> {
    let text = text.cast::<Str>().ok_or_else(raise::bad_internal_call)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(objects::raise!(ValueError, "int() base must be >= 2 and <= 36, or 0"));
    }
    int::convert::from_str(text, base as u32)
}

/// The int of an object, through `__index__`; a NULL is a SystemError.
fn index(object: Option<&Object>) -> Result<Ref<Int>> {
    number::index(object.ok_or_else(raise::bad_internal_call)?)
}

/// An int itself: these functions do not ask for `__index__`.
fn int_itself(object: Option<&Object>) -> Result<&Int> {
    let object = object.ok_or_else(raise::bad_internal_call)?;
    object.cast().ok_or_else(|| objects::raise!(TypeError, "an integer is required"))
}

#[cold]
fn too_large(target: &str) -> Raised {
    objects::raise!(OverflowError, "Python int too large to convert to {target}")
}

#[cold]
fn negative(target: &str) -> Raised {
    objects::raise!(OverflowError, "can't convert negative value to {target}")
}

#[capi]
pub fn PyLong_AsLong(object: Option<&Object>) -> Result<i64> {
    index(object)?.to_i64().ok_or_else(|| too_large("C long"))
}

#[capi]
pub fn PyLong_AsInt(object: Option<&Object>) -> Result<i32> {
    index(object)?.to_i64().and_then(|value| value.try_into().ok()).ok_or_else(|| too_large("C int"))
}

#[capi]
pub fn PyLong_AsLongLong(object: Option<&Object>) -> Result<i64> {
    index(object)?.to_i64().ok_or_else(|| objects::raise!(OverflowError, "int too big to convert"))
}

/// The value, or -1 with 1 or -1 in `overflow` for an int that is too large or too small.
///
/// # Safety
/// `overflow` may be written to.
unsafe fn and_overflow(object: Option<&Object>, overflow: *mut c_int) -> Result<i64> {
    // SAFETY: the caller's promise.
    unsafe { overflow.write(0) };
    let int = index(object)?;
    match int.to_i64() {
        Some(value) => Ok(value),
        None => {
            // SAFETY: the caller's promise.
            unsafe { overflow.write(if int.is_negative() { -1 } else { 1 }) };
            Ok(-1)
        }
    }
}

/// # Safety
/// A C function: `overflow` may be written to.
#[capi]
pub unsafe fn PyLong_AsLongAndOverflow(object: Option<&Object>, overflow: *mut c_int) -> Result<i64> {
    // SAFETY: the caller's promise.
    unsafe { and_overflow(object, overflow) }
}

/// # Safety
/// A C function: `overflow` may be written to.
#[capi]
pub unsafe fn PyLong_AsLongLongAndOverflow(object: Option<&Object>, overflow: *mut c_int) -> Result<i64> {
    // SAFETY: the caller's promise.
    unsafe { and_overflow(object, overflow) }
}

#[capi]
pub fn PyLong_AsSsize_t(object: Option<&Object>) -> Result<isize> {
    int_itself(object)?.to_i64().map(|value| value as isize).ok_or_else(|| too_large("C ssize_t"))
}

/// The value of an int that is not negative and fits.
fn to_unsigned_long(object: Option<&Object>) -> Result<u64> {
    let int = int_itself(object)?;
    if int.is_negative() {
        return Err(negative("unsigned int"));
    }
    int.to_u64().ok_or_else(|| too_large("C unsigned long"))
}

/// [`to_unsigned_long`], but what does not fit is told of as the bytes of an int are.
fn to_unsigned_long_long(object: Option<&Object>) -> Result<u64> {
    let int = int_itself(object)?;
    if int.is_negative() && int.is_compact() {
        return Err(negative("unsigned int"));
    }
    let mut bytes = [0; 8];
    num::int::to_bytes(int.view(), &mut bytes, true, false).map_err(raise::arithmetic)?;
    Ok(u64::from_le_bytes(bytes))
}

/// [`to_unsigned_long`] for `size_t`.
fn to_size(object: Option<&Object>) -> Result<u64> {
    let int = int_itself(object)?;
    if int.is_negative() {
        return Err(negative("size_t"));
    }
    int.to_u64().ok_or_else(|| too_large("C size_t"))
}

#[capi]
pub fn PyLong_AsUnsignedLong(object: Option<&Object>) -> Result<u64> {
    to_unsigned_long(object)
}

#[capi]
pub fn PyLong_AsUnsignedLongLong(object: Option<&Object>) -> Result<u64> {
    to_unsigned_long_long(object)
}

#[capi]
pub fn PyLong_AsSize_t(object: Option<&Object>) -> Result<usize> {
    to_size(object).map(|value| value as usize)
}

/// The lowest 64 bits in two's complement.
pub fn low_bits(int: &Int) -> u64 {
    let magnitude = int.digits().iter().rev().fold(0u64, |value, &digit| value << 30 | u64::from(digit));
    if int.is_negative() { magnitude.wrapping_neg() } else { magnitude }
}

fn mask(object: Option<&Object>) -> Result<u64> {
    Ok(low_bits(&*index(object)?))
}

#[capi]
pub fn PyLong_AsUnsignedLongMask(object: Option<&Object>) -> Result<u64> {
    mask(object)
}

#[capi]
pub fn PyLong_AsUnsignedLongLongMask(object: Option<&Object>) -> Result<u64> {
    mask(object)
}

#[capi]
pub fn PyLong_AsVoidPtr(object: Option<&Object>) -> Result<*mut c_void> {
    let int = int_itself(object)?;
    let address = if int.is_negative() { int.to_i64().map(|value| value as u64) } else { int.to_u64() };
    address.map(|address| address as usize as *mut c_void).ok_or_else(|| too_large("C long"))
}

#[capi]
pub fn PyLong_AsDouble(object: Option<&Object>) -> Result<f64> {
    int::to_f64(int_itself(object)?)
}

#[capi]
pub fn _PyLong_Format(int: &Int, base: c_int) -> Result<Ref<Str>> {
    int.to_base(base as u32)
}

#[capi]
pub fn _PyLong_Sign(int: &Int) -> Result<i32> {
    Ok(if int.is_negative() { -1 } else { i32::from(!int.is_zero()) })
}

#[capi]
pub fn _PyLong_NumBits(int: &Int) -> Result<usize> {
    let digits = int.digits();
    let top = digits.last().map_or(0, |&digit| 32 - digit.leading_zeros() as usize);
    Ok(digits.len().saturating_sub(1) * 30 + top)
}

#[capi]
pub fn PyUnstable_Long_IsCompact(int: &Int) -> bool {
    int.is_compact()
}

#[capi]
pub fn PyUnstable_Long_CompactValue(int: &Int) -> Result<isize> {
    Ok(int.compact_value() as isize)
}
