//! Converters for `O&`: unsigned C integers.

use super::bytes::put;
use core::ffi::{c_int, c_void};
use macros::capi;
use objects::types::int::Int;
use objects::{Object, Result};

/// A value that is not negative, converted by one of the functions for 64 bits, and not above a limit.
fn unsigned(object: &Object, convert: Convert, limit: u64, target: &str) -> Result<u64> {
    if object.cast::<Int>().is_some_and(Int::is_negative) {
        return Err(objects::raise!(ValueError, "value must be positive"));
    }
    match convert(Some(object))? {
        value if value > limit => Err(objects::raise!(OverflowError, "Python int too large for {target}")),
        value => Ok(value),
    }
}

type Convert = fn(Option<&Object>) -> Result<u64>;

macro_rules! converters {
    ($($name:ident $type:ty, $convert:path, $target:literal;)*) => { $(
        /// 1, or 0 with an exception.
        ///
        /// # Safety
        /// A C function: `place` has room for the value.
        #[capi]
        pub unsafe fn $name(object: &Object, place: *mut c_void) -> c_int {
            match unsigned(object, $convert, <$type>::MAX as u64, $target) {
                Ok(value) => {
                    // SAFETY: the caller's promise.
                    unsafe { put(place, value as $type) };
                    1
                }
                Err(raised) => {
                    raised.leave();
                    0
                }
            }
        }
    )* };
}

converters! {
    _PyLong_UnsignedShort_Converter u16, super::to_unsigned_long, "C unsigned short";
    _PyLong_UnsignedInt_Converter u32, super::to_unsigned_long, "C unsigned int";
    _PyLong_UnsignedLong_Converter u64, super::to_unsigned_long, "C unsigned long";
    _PyLong_UnsignedLongLong_Converter u64, super::to_unsigned_long_long, "C unsigned long long";
    _PyLong_Size_t_Converter usize, super::to_size, "C size_t";
}
