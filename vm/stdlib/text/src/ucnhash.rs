//! `_ucnhash_CAPI`: the table by which C code asks for characters' names (`_PyUnicode_Name_CAPI`).

use core::ffi::{c_char, c_int};
use objects::types::capsule::Capsule;
use objects::{Ref, Result};
use unicode::names::{self, Named};

/// `_PyUnicode_Name_CAPI`.
#[repr(C)]
struct Api {
    name: unsafe extern "C" fn(u32, *mut c_char, c_int, c_int) -> c_int,
    code: unsafe extern "C" fn(*const c_char, c_int, *mut u32, c_int) -> c_int,
}

static API: Api = Api { name, code };

/// Writes the name of a character with a NUL behind it: 1, or 0 without a name or room. Characters have one name, whatever the last
/// parameter says.
///
/// # Safety
/// Room for as many bytes as it says.
unsafe extern "C" fn name(code: u32, place: *mut c_char, room: c_int, _with_aliases: c_int) -> c_int {
    let Some(name) = names::name(code).filter(|name| name.len() < room.max(0) as usize) else { return 0 };
    // SAFETY: the caller's promise.
    unsafe {
        place.cast::<u8>().copy_from_nonoverlapping(name.as_ptr(), name.len());
        place.add(name.len()).write(0);
    }
    1
}

/// The character of a name or an alias: 1, or 0 where there is none. Sequences have no code to tell of.
///
/// # Safety
/// As many bytes as it says; the code may be written to.
unsafe extern "C" fn code(name: *const c_char, len: c_int, code: *mut u32, _with_sequences: c_int) -> c_int {
    // SAFETY: the caller's promise.
    let name = unsafe { core::slice::from_raw_parts(name.cast::<u8>(), len.max(0) as usize) };
    match core::str::from_utf8(name).ok().and_then(names::lookup) {
        Some(Named::Character(found) | Named::Alias(found)) => {
            // SAFETY: the caller's promise.
            unsafe { code.write(found) };
            1
        }
        _ => 0,
    }
}

/// The capsule that the module has.
///
/// # Errors
/// MemoryError.
pub fn capsule() -> Result<Ref<Capsule>> {
    Capsule::new((&raw const API).cast_mut().cast(), c"unicodedata._ucnhash_CAPI".as_ptr(), None)
}
