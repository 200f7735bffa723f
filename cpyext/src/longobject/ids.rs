//! Numbers of users and groups, as `posixmodule.h` converts them.

use super::bytes::put;
use core::ffi::{c_int, c_void};
use macros::capi;
use objects::protocol::number;
use objects::types::int::Int;
use objects::{Object, Ref, Result};

/// -1 for the number that stands for none.
#[capi]
pub fn _PyLong_FromGid(gid: libc::gid_t) -> Result<Ref<Int>> {
    if gid == libc::gid_t::MAX { Int::from_i64(-1) } else { Int::from_i64(gid.into()) }
}

/// A number of a user or group, which may be -1 for none.
fn id(object: &Object, what: &str) -> Result<u32> {
    if !number::is_index(object) {
        let class = object.class().full_name();
        return Err(objects::raise!(TypeError, "{what} should be integer, not {class}"));
    }
    let int = number::index(object)?;
    match int.to_i64() {
        Some(-1) => Ok(u32::MAX),
        Some(value) if value < -1 => Err(objects::raise!(OverflowError, "{what} is less than minimum")),
        Some(value) => {
            u32::try_from(value).map_err(|_| objects::raise!(OverflowError, "{what} is greater than maximum"))
        }
        None if int.is_negative() => Err(objects::raise!(OverflowError, "{what} is less than minimum")),
        None => Err(objects::raise!(OverflowError, "{what} is greater than maximum")),
    }
}

macro_rules! converters {
    ($($name:ident $what:literal;)*) => { $(
        /// 1, or 0 with an exception.
        ///
        /// # Safety
        /// A C function: `place` has room for the number.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(object: &Object, place: *mut c_void) -> c_int {
            match id(object, $what) {
                Ok(id) => {
                    // SAFETY: the caller's promise.
                    unsafe { put(place, id) };
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
    _Py_Uid_Converter "uid";
    _Py_Gid_Converter "gid";
}
