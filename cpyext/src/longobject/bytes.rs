//! Ints as bytes, and back.

use core::ffi::{c_int, c_void};
use macros::capi;
use objects::protocol::number;
use objects::types::int::Int;
use objects::{Instance, Object, Ref, Result, raise};

/// Flags of the functions for native bytes; -1 is the machine's order, into a place that may be of an unsigned type.
const LITTLE_ENDIAN: c_int = 1;
const NATIVE_ENDIAN: c_int = 2;
const UNSIGNED_BUFFER: c_int = 4;
const REJECT_NEGATIVE: c_int = 8;
const ALLOW_INDEX: c_int = 16;
const DEFAULTS: c_int = -1;

fn is_little(flags: c_int) -> bool {
    match flags {
        DEFAULTS => cfg!(target_endian = "little"),
        flags if flags & NATIVE_ENDIAN != 0 => cfg!(target_endian = "little"),
        flags => flags & LITTLE_ENDIAN != 0,
    }
}

fn has(flags: c_int, flag: c_int) -> bool {
    flags != DEFAULTS && flags & flag != 0
}

/// Whether the value can be told from `bits` bits in two's complement, or, for an unsigned place, from its plain bits.
fn fits(int: &Int, bits: u64, unsigned: bool) -> bool {
    let view = int.view();
    let needed = view.bit_length();
    if needed < bits || unsigned && !view.negative && needed <= bits {
        return true;
    }
    view.negative && needed == bits && view.trailing_zeros() + 1 == bits
}

/// Writes an int's lowest bytes; how many bytes the value needs, `len` where it fits.
///
/// # Safety
/// A C function: `place` has room for `len` bytes.
#[capi]
pub unsafe fn PyLong_AsNativeBytes(
    object: Option<&Object>,
    place: *mut u8,
    len: isize,
    flags: c_int,
) -> Result<isize> {
    let object = object.filter(|_| len >= 0).ok_or_else(raise::bad_internal_call)?;
    let int = match object.cast::<Int>() {
        Some(int) => int.to_ref(),
        None if has(flags, ALLOW_INDEX) => number::index(object)?,
        None => {
            let name = object.class().full_name();
            return Err(objects::raise!(TypeError, "expect int, got {name}"));
        }
    };
    if has(flags, REJECT_NEGATIVE) && int.is_negative() {
        return Err(objects::raise!(ValueError, "Cannot convert negative int"));
    }
    let is_written = len > 0 && !place.is_null();
    if is_written {
        // SAFETY: the caller's promise.
        let out = unsafe { core::slice::from_raw_parts_mut(place, len as usize) };
        num::int::to_low_bytes(int.view(), out, is_little(flags));
    }
    let unsigned = flags == DEFAULTS || flags & UNSIGNED_BUFFER != 0;
    let is_within = |unsigned| is_written && fits(&int, len as u64 * 8, unsigned);
    let needed = match int.is_compact() {
        // Only the bit for the sign is missing.
        true if is_within(true) && !is_within(false) => len + 1,
        true => size_of::<isize>() as isize,
        false => (int.view().bit_length() / 8) as isize + 1,
    };
    Ok(if is_within(unsigned) { needed.min(len) } else { needed })
}

/// # Safety
/// `data` has `len` bytes.
unsafe fn from_bytes(data: *const u8, len: usize, little: bool, signed: bool) -> Result<Ref<Int>> {
    // SAFETY: the caller's promise.
    let bytes = if len == 0 { &[] } else { unsafe { core::slice::from_raw_parts(data, len) } };
    Int::from_integer(&num::int::from_bytes(bytes, little, signed))
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyLong_FromNativeBytes(data: *const u8, len: usize, flags: c_int) -> Result<Ref<Int>> {
    if data.is_null() {
        return Err(raise::bad_internal_call());
    }
    // SAFETY: the caller's promise.
    unsafe { from_bytes(data, len, is_little(flags), !has(flags, UNSIGNED_BUFFER)) }
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyLong_FromUnsignedNativeBytes(data: *const u8, len: usize, flags: c_int) -> Result<Ref<Int>> {
    if data.is_null() {
        return Err(raise::bad_internal_call());
    }
    // SAFETY: the caller's promise.
    unsafe { from_bytes(data, len, is_little(flags), false) }
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn _PyLong_FromByteArray(
    data: *const u8,
    len: usize,
    little: c_int,
    signed: c_int,
) -> Result<Ref<Int>> {
    // SAFETY: the caller's promise.
    unsafe { from_bytes(data, len, little != 0, signed != 0) }
}

/// Writes an int's lowest bytes. One that does not fit is an error: -1, with an exception if so asked.
///
/// # Safety
/// A C function: an int, and room for `len` bytes.
#[capi]
pub unsafe fn _PyLong_AsByteArray(
    int: &Int,
    place: *mut u8,
    len: usize,
    little: c_int,
    signed: c_int,
    with_exceptions: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    let out = if len == 0 { &mut [] } else { unsafe { core::slice::from_raw_parts_mut(place, len) } };
    let Err(error) = num::int::to_bytes(int.view(), out, little != 0, signed != 0) else { return 0 };
    // A negative int for an unsigned place is refused, the bytes of one that is too big are written.
    if signed != 0 || !int.is_negative() {
        num::int::to_low_bytes(int.view(), out, little != 0);
    }
    if with_exceptions != 0 {
        raise::arithmetic(error).leave();
    }
    -1
}

/// The address behind an untyped converter's place.
///
/// # Safety
/// Room for a value of the type.
pub(super) unsafe fn put<T>(place: *mut c_void, value: T) {
    // SAFETY: the caller's promise.
    unsafe { place.cast::<T>().write(value) };
}
