//! `floatobject.h` and `cpython/floatobject.h`.

use core::ffi::c_int;
use macros::capi;
use objects::protocol::number;
use objects::types::float::{self, Float};
use objects::types::memoryview::format::{half_from_f64, half_to_f64};
use objects::{Object, Raised, Ref, Result, raise, state};

#[capi]
pub fn PyFloat_FromDouble(value: f64) -> Result<Ref<Float>> {
    Float::new(value)
}

/// A float from a text or bytes, or from a number.
#[capi]
pub fn PyFloat_FromString(object: &Object) -> Result<Ref<Float>> {
    Float::new(float::methods::from_text(object)?)
}

#[capi]
pub fn PyFloat_AsDouble(object: Option<&Object>) -> Result<f64> {
    number::as_f64(object.ok_or_else(raise::bad_argument)?)
}

#[unsafe(no_mangle)]
pub extern "C" fn PyFloat_GetMax() -> f64 {
    f64::MAX
}

#[unsafe(no_mangle)]
pub extern "C" fn PyFloat_GetMin() -> f64 {
    f64::MIN_POSITIVE
}

/// `sys.float_info`.
#[capi]
pub fn PyFloat_GetInfo() -> Result<Ref> {
    state::sys_get("float_info").ok_or_else(|| objects::raise!(RuntimeError, "lost sys.float_info"))
}

#[cold]
fn too_large(format: char) -> Raised {
    objects::raise!(OverflowError, "float too large to pack with {format} format")
}

/// Stores a float's bytes in one of the orders.
///
/// # Safety
/// `place` has room for them.
unsafe fn store<const N: usize>(place: *mut u8, mut native: [u8; N], little: c_int) {
    if (little != 0) != cfg!(target_endian = "little") {
        native.reverse();
    }
    // SAFETY: the caller's promise.
    unsafe { place.cast::<[u8; N]>().write(native) };
}

/// Reads a float's bytes in one of the orders.
///
/// # Safety
/// `place` has as many.
unsafe fn fetch<const N: usize>(place: *const u8, little: c_int) -> [u8; N] {
    // SAFETY: the caller's promise.
    let mut native = unsafe { place.cast::<[u8; N]>().read() };
    if (little != 0) != cfg!(target_endian = "little") {
        native.reverse();
    }
    native
}

/// # Safety
/// A C function: `place` has room for two bytes.
#[capi]
pub unsafe fn PyFloat_Pack2(value: f64, place: *mut u8, little: c_int) -> Result<()> {
    let bits = half_from_f64(value).ok_or_else(|| too_large('e'))?;
    // SAFETY: the caller's promise.
    unsafe { store(place, bits.to_ne_bytes(), little) };
    Ok(())
}

/// # Safety
/// A C function: `place` has room for four bytes.
#[capi]
pub unsafe fn PyFloat_Pack4(value: f64, place: *mut u8, little: c_int) -> Result<()> {
    let narrow = value as f32;
    if narrow.is_infinite() && value.is_finite() {
        return Err(too_large('f'));
    }
    // SAFETY: the caller's promise.
    unsafe { store(place, narrow.to_ne_bytes(), little) };
    Ok(())
}

/// # Safety
/// A C function: `place` has room for eight bytes.
#[capi]
pub unsafe fn PyFloat_Pack8(value: f64, place: *mut u8, little: c_int) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { store(place, value.to_ne_bytes(), little) };
    Ok(())
}

/// # Safety
/// A C function: two bytes.
#[capi]
pub unsafe fn PyFloat_Unpack2(place: *const u8, little: c_int) -> Result<f64> {
    // SAFETY: the caller's promise.
    Ok(half_to_f64(u16::from_ne_bytes(unsafe { fetch(place, little) })))
}

/// # Safety
/// A C function: four bytes.
#[capi]
pub unsafe fn PyFloat_Unpack4(place: *const u8, little: c_int) -> Result<f64> {
    // SAFETY: the caller's promise.
    Ok(f32::from_ne_bytes(unsafe { fetch(place, little) }).into())
}

/// # Safety
/// A C function: eight bytes.
#[capi]
pub unsafe fn PyFloat_Unpack8(place: *const u8, little: c_int) -> Result<f64> {
    // SAFETY: the caller's promise.
    Ok(f64::from_ne_bytes(unsafe { fetch(place, little) }))
}

/// Frees an exact float whose last reference is gone.
///
/// # Safety
/// A C function: such a float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyFloat_ExactDealloc(object: *mut Object) {
    // SAFETY: the caller's promise.
    unsafe { objects::object::dealloc(object) }
}
