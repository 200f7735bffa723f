//! `marshal.h`.

use core::ffi::{c_char, c_int, c_long, c_short};
use interp::modules::marshal;
use macros::capi;
use objects::types::bytes::Bytes;
use objects::{Object, Raised, Ref, Result};

/// `marshal.dumps`.
#[capi]
pub fn PyMarshal_WriteObjectToString(object: &Object, version: c_int) -> Result<Ref<Bytes>> {
    Bytes::new(&marshal::dump(object, version, true)?)
}

/// `marshal.loads`.
///
/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyMarshal_ReadObjectFromString(data: *const c_char, len: isize) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let bytes =
        if len <= 0 { &[] } else { unsafe { core::slice::from_raw_parts(data.cast(), len as usize) } };
    marshal::load(bytes, true).map(|(object, _)| object)
}

/// # Safety
/// A C function: a file that is open for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMarshal_WriteLongToFile(value: c_long, file: *mut libc::FILE, _version: c_int) {
    let bytes = (value as i32).to_le_bytes();
    // SAFETY: the caller's promise.
    unsafe { libc::fwrite(bytes.as_ptr().cast(), 1, bytes.len(), file) };
}

/// What goes wrong is left for `PyErr_Occurred`.
///
/// # Safety
/// A C function: a file that is open for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMarshal_WriteObjectToFile(object: &Object, file: *mut libc::FILE, version: c_int) {
    match marshal::dump(object, version, true) {
        // SAFETY: the caller's promise.
        Ok(bytes) => unsafe {
            libc::fwrite(bytes.as_ptr().cast(), 1, bytes.len(), file);
        },
        Err(raised) => raised.leave(),
    }
}

#[cold]
fn too_short() -> Raised {
    objects::raise!(EOFError, "EOF read where not expected")
}

/// # Safety
/// A file that is open for reading.
unsafe fn read<const N: usize>(file: *mut libc::FILE) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    // SAFETY: the caller's promise.
    match unsafe { libc::fread(bytes.as_mut_ptr().cast(), 1, N, file) } {
        count if count == N => Ok(bytes),
        _ => Err(too_short()),
    }
}

/// A number of two bytes; -1 with an exception at the end of the file.
///
/// # Safety
/// A C function: a file that is open for reading.
#[capi]
pub unsafe fn PyMarshal_ReadShortFromFile(file: *mut libc::FILE) -> c_int {
    // SAFETY: the caller's promise.
    match unsafe { read(file) } {
        Ok(bytes) => c_short::from_le_bytes(bytes).into(),
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

/// A number of four bytes; -1 with an exception at the end of the file.
///
/// # Safety
/// A C function: a file that is open for reading.
#[capi]
pub unsafe fn PyMarshal_ReadLongFromFile(file: *mut libc::FILE) -> Result<c_long> {
    // SAFETY: the caller's promise.
    Ok(i32::from_le_bytes(unsafe { read(file) }?).into())
}

/// The object that the file goes on with. Where a file can be positioned, it is left behind the object; a pipe is read to its end.
///
/// # Safety
/// A C function: a file that is open for reading.
#[capi]
pub unsafe fn PyMarshal_ReadObjectFromFile(file: *mut libc::FILE) -> Result<Ref> {
    let mut bytes = Vec::new();
    // SAFETY: the caller's promise.
    unsafe {
        let start = libc::ftell(file);
        read_to_end(file, &mut bytes);
        let (object, used) = marshal::load(&bytes, true)?;
        if start >= 0 {
            libc::fseek(file, start + used as c_long, libc::SEEK_SET);
        }
        Ok(object)
    }
}

/// # Safety
/// A file that is open for reading.
unsafe fn read_to_end(file: *mut libc::FILE, bytes: &mut Vec<u8>) {
    let mut chunk = [0u8; 8192];
    loop {
        // SAFETY: the caller's promise.
        match unsafe { libc::fread(chunk.as_mut_ptr().cast(), 1, chunk.len(), file) } {
            0 => return,
            count => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

/// An object that is the last thing in its file.
///
/// # Safety
/// A C function: a file that is open for reading.
#[capi]
pub unsafe fn PyMarshal_ReadLastObjectFromFile(file: *mut libc::FILE) -> Result<Ref> {
    let mut bytes = Vec::new();
    // SAFETY: the caller's promise.
    unsafe { read_to_end(file, &mut bytes) };
    marshal::load(&bytes, true).map(|(object, _)| object)
}

/// The module `marshal`.
#[capi]
pub fn PyMarshal_Init() -> Result<Ref> {
    objects::hooks::IMPORT.get()("marshal")
}
