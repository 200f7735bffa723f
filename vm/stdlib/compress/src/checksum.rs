//! Checksums: the initial value as an argument, and long data without the GIL.

use core::ffi::{c_uint, c_ulong};
use objects::args::{At, FromArg};
use objects::protocol::number;
use objects::{Object, Result};

/// From this length on, others may run meanwhile.
const DETACH: usize = 5 * 1024;

/// The low 32 bits of any int.
#[derive(Clone, Copy)]
pub struct Low32(pub u32);

impl<'a> FromArg<'a> for Low32 {
    fn from_arg(argument: &'a Object, _at: At) -> Result<Low32> {
        let int = number::index(argument)?;
        let low =
            int.digits().iter().take(2).rev().fold(0u64, |value, &digit| value << 30 | u64::from(digit));
        let low = low as u32;
        Ok(Low32(if int.is_negative() { low.wrapping_neg() } else { low }))
    }
}

/// zlib's functions.
type Update = unsafe extern "C" fn(c_ulong, *const u8, c_uint) -> c_ulong;

/// CRC-32 of `data`, beginning with `value`.
pub fn crc32(value: Low32, data: &[u8]) -> u32 {
    update(libz_sys::crc32, value, data)
}

/// Adler-32 of `data`, beginning with `value`.
pub fn adler32(value: Low32, data: &[u8]) -> u32 {
    update(libz_sys::adler32, value, data)
}

fn update(function: Update, value: Low32, data: &[u8]) -> u32 {
    let work = || {
        data.chunks(c_uint::MAX as usize).fold(value.0, |value, chunk| {
            // SAFETY: the pointer and the length are those of a slice.
            unsafe { function(value.into(), chunk.as_ptr(), chunk.len() as c_uint) as u32 }
        })
    };
    if data.len() > DETACH { objects::state::detached(work) } else { work() }
}
