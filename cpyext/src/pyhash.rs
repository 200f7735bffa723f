//! `pyhash.h`: hashes of bytes, doubles and addresses.

use core::ffi::{c_char, c_int, c_void};
use core::sync::atomic::{AtomicU64, Ordering};
use objects::hash;

#[unsafe(no_mangle)]
pub extern "C" fn Py_HashPointer(pointer: *const c_void) -> isize {
    hash::pointer(pointer)
}

/// The hash of an object by its identity.
#[unsafe(no_mangle)]
pub extern "C" fn PyObject_GenericHash(object: *const c_void) -> isize {
    hash::pointer(object)
}

/// # Safety
/// A C function: that many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_HashBytes(bytes: *const c_void, len: isize) -> isize {
    match usize::try_from(len) {
        // SAFETY: the caller's promise.
        Ok(len) if len > 0 => hash::bytes(unsafe { core::slice::from_raw_parts(bytes.cast(), len) }),
        _ => 0,
    }
}

/// The hash of a number; of `object`, which may be NULL, by its identity where it is no number.
#[unsafe(no_mangle)]
pub extern "C" fn _Py_HashDouble(object: *const c_void, value: f64) -> isize {
    num::float::hash(value).map_or_else(|| hash::pointer(object), |hash| hash as isize)
}

/// `PyHash_FuncDef`.
#[repr(C)]
pub struct FuncDef {
    hash: unsafe extern "C" fn(*const c_void, isize) -> isize,
    name: *const c_char,
    hash_bits: c_int,
    seed_bits: c_int,
}

// SAFETY: constants.
unsafe impl Sync for FuncDef {}

/// The hash without the rule that 0 and -1 are never a result.
unsafe extern "C" fn siphash13(bytes: *const c_void, len: isize) -> isize {
    // SAFETY: the caller's: that many bytes.
    let bytes = unsafe { core::slice::from_raw_parts(bytes.cast(), usize::try_from(len).unwrap_or(0)) };
    hash::siphash13(hash::secret(), bytes) as isize
}

static SIPHASH: FuncDef =
    FuncDef { hash: siphash13, name: c"siphash13".as_ptr(), hash_bits: 64, seed_bits: 128 };

#[unsafe(no_mangle)]
pub extern "C" fn PyHash_GetFuncDef() -> &'static FuncDef {
    &SIPHASH
}

/// `_Py_HashSecret_t`: what hashes are made with. Expat's is in the last word.
#[repr(C)]
pub struct Secret([AtomicU64; 3]);

const _: () = assert!(size_of::<Secret>() == 24);

#[unsafe(no_mangle)]
pub static _Py_HashSecret: Secret = Secret([const { AtomicU64::new(0) }; 3]);

/// Tells C code of the secret, once it is there.
pub fn publish_secret() {
    let [first, second] = hash::secret();
    // Without a secret, all words are zero.
    let third = if first | second == 0 { 0 } else { hash::siphash13([first, second], b"expat") };
    for (place, word) in _Py_HashSecret.0.iter().zip([first, second, third]) {
        place.store(word, Ordering::Relaxed);
    }
}
