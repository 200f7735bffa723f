//! `bytesobject.h`, `cpython/bytesobject.h` and the exported parts of `pycore_bytesobject.h`.

pub mod format;
pub mod writer;

use crate::unicodeobject::create::units;
use core::ffi::{CStr, c_char, c_int};
use macros::capi;
use objects::codecs::escapes;
use objects::protocol::buffer::{self, Buffer};
use objects::types::bytes::{Bytes, ops, source};
use objects::types::str::Str;
use objects::types::str::repr::{Quotes, bytes_repr};
use objects::{Instance, Object, Raised, Ref, Result, raise};

/// Bytes of a length, which are undefined without `data`.
///
/// # Safety
/// A C function: `data` has `len` bytes or is NULL.
#[capi]
pub unsafe fn PyBytes_FromStringAndSize(data: *const u8, len: isize) -> Result<Ref<Bytes>> {
    let Ok(len) = usize::try_from(len) else {
        return Err(objects::raise!(SystemError, "Negative size passed to PyBytes_FromStringAndSize"));
    };
    if data.is_null() {
        return if len <= MAX_LEN { Bytes::alloc(len).map(|(bytes, _)| bytes) } else { Err(too_large()) };
    }
    // SAFETY: the caller's promise.
    Bytes::new(if len == 0 { &[] } else { unsafe { core::slice::from_raw_parts(data, len) } })
}

const MAX_LEN: usize = isize::MAX as usize - objects::types::bytes::HEAD_SIZE - 1;

#[cold]
fn too_large() -> Raised {
    objects::raise!(OverflowError, "byte string is too large")
}

#[capi]
pub fn PyBytes_FromString(string: &CStr) -> Result<Ref<Bytes>> {
    Bytes::new(string.to_bytes())
}

/// The bytes of a buffer or an iterable of ints.
#[capi]
pub fn PyBytes_FromObject(object: Option<&Object>) -> Result<Ref<Bytes>> {
    let object = object.ok_or_else(raise::bad_internal_call)?;
    if object.cast::<Str>().is_some() {
        return Err(objects::raise!(
            TypeError,
            "cannot convert '{}' object to bytes",
            object.class().full_name()
        ));
    }
    source::contents_of_object(object, "bytes")?.downcast_exact().or_else(|contents| Bytes::new(&contents))
}

fn expect(object: &Object) -> Result<&Bytes> {
    object
        .cast()
        .ok_or_else(|| objects::raise!(TypeError, "expected bytes, {} found", object.class().full_name()))
}

fn contents(bytes: &Bytes) -> *mut c_char {
    bytes.as_slice().as_ptr().cast_mut().cast()
}

#[capi]
pub fn PyBytes_Size(object: &Object) -> Result<isize> {
    Ok(expect(object)?.len() as isize)
}

/// The contents with a NUL behind them.
#[capi]
pub fn PyBytes_AsString(object: &Object) -> Result<*mut c_char> {
    expect(object).map(contents)
}

/// As [`PyBytes_AsString`], and the length; without a place for that there must be no NUL among the bytes.
///
/// # Safety
/// A C function: the places may be written to or are NULL.
#[capi]
pub unsafe fn PyBytes_AsStringAndSize(
    object: &Object,
    place: *mut *mut c_char,
    len: *mut isize,
) -> Result<()> {
    if place.is_null() {
        return Err(raise::bad_internal_call());
    }
    let bytes = expect(object)?;
    // SAFETY (both): the caller's promise.
    unsafe { place.write(contents(bytes)) };
    match unsafe { len.as_mut() } {
        Some(len) => *len = bytes.len() as isize,
        None if bytes.as_slice().contains(&0) => {
            return Err(objects::raise!(ValueError, "embedded null byte"));
        }
        None => {}
    }
    Ok(())
}

/// What two objects' bytes make together, of either kind.
pub fn concatenated<T>(left: &Object, right: &Object, make: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
    let of = |object| Buffer::of(object, buffer::SIMPLE);
    let (Ok(first), Ok(second)) = (of(left), of(right)) else {
        return Err(objects::raise!(
            TypeError,
            "can't concat {} to {}",
            right.class().full_name(),
            left.class().full_name()
        ));
    };
    let mut bytes = ops::reserve(first.len().checked_add(second.len()).ok_or_else(raise::no_memory)?)?;
    bytes.extend_from_slice(first.as_slice());
    bytes.extend_from_slice(second.as_slice());
    make(&bytes)
}

/// Replaces the bytes in a place by their concatenation with others; NULL after a failure.
///
/// # Safety
/// A C function: the place owns an object or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_Concat(place: *mut *mut Object, right: Option<&Object>) {
    // SAFETY: the caller's promise.
    let Some(left) = (unsafe { Ref::<Object>::from_nullable(place.replace(core::ptr::null_mut())) }) else {
        return;
    };
    let Some(right) = right else { return };
    let is_own = left.refcnt() == 1 && left.is_exactly(Bytes::class());
    let joined = match right.cast::<Bytes>().filter(|right| is_own && !right.is(&left)) {
        Some(right) => match left.downcast::<Bytes>() {
            Ok(left) => extended(left, right.as_slice()),
            Err(_) => return,
        },
        None => concatenated(&left, right, Bytes::new),
    };
    match joined {
        // SAFETY: the caller's promise.
        Ok(bytes) => unsafe { place.write(bytes.upcast().into_ptr()) },
        Err(raised) => raised.leave(),
    }
}

/// Bytes that nobody else has seen, made longer.
fn extended(bytes: Ref<Bytes>, more: &[u8]) -> Result<Ref<Bytes>> {
    let start = bytes.len();
    let len = start.checked_add(more.len()).ok_or_else(raise::no_memory)?;
    let bytes = Bytes::resized(bytes, len)?;
    // SAFETY: the room that was added; only the caller has the bytes.
    unsafe { contents(&bytes).cast::<u8>().add(start).copy_from_nonoverlapping(more.as_ptr(), more.len()) };
    Ok(bytes)
}

/// As [`PyBytes_Concat`], taking over the right side.
///
/// # Safety
/// A C function: the place owns an object or is NULL; an owned object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_ConcatAndDel(place: *mut *mut Object, right: Option<Ref>) {
    // SAFETY: the caller's promise.
    unsafe { PyBytes_Concat(place, right.as_deref()) }
}

/// Gives bytes another length; they may move, and are copied if somebody else has them. NULL stays in the place after a failure.
///
/// # Safety
/// A C function: `place` owns an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytes_Resize(place: *mut *mut Object, len: isize) -> c_int {
    // SAFETY: the caller's promise.
    let object = unsafe { Ref::<Object>::from_nullable(place.replace(core::ptr::null_mut())) };
    let resize = || -> Result<Ref<Bytes>> {
        let bytes = object.and_then(|object| object.downcast::<Bytes>().ok());
        let bytes = bytes.ok_or_else(raise::bad_internal_call)?;
        let len = usize::try_from(len).map_err(|_| raise::bad_internal_call())?;
        if len == bytes.len() {
            return Ok(bytes);
        }
        if bytes.is_empty() {
            return Bytes::alloc(len).map(|(bytes, _)| bytes);
        }
        if bytes.refcnt() == 1 && bytes.is_exactly(Bytes::class()) {
            return Bytes::resized(bytes, len);
        }
        let (copy, place) = Bytes::alloc(len)?;
        let kept = &bytes.as_slice()[..len.min(bytes.len())];
        // SAFETY: room for `len` bytes.
        unsafe { place.as_ptr().copy_from_nonoverlapping(kept.as_ptr(), kept.len()) };
        Ok(copy)
    };
    match resize() {
        Ok(bytes) => {
            // SAFETY: the caller's promise.
            unsafe { place.write(bytes.upcast().into_ptr()) };
            0
        }
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

#[capi]
pub fn PyBytes_Repr(bytes: &Bytes, chosen_quotes: c_int) -> Result<Ref<Str>> {
    let quotes = if chosen_quotes != 0 { Quotes::Chosen } else { Quotes::Single };
    Str::new(&bytes_repr(bytes.as_slice(), quotes))
}

/// The inside of a bytes literal.
///
/// # Safety
/// `data` has `len` bytes.
unsafe fn escaped<'a>(data: *const u8, len: isize) -> Result<&'a [u8]> {
    if len > MAX_LEN as isize {
        return Err(too_large());
    }
    // SAFETY: the caller's promise.
    unsafe { units(data, len, "PyBytes_DecodeEscape") }
}

/// The bytes that the inside of a bytes literal stands for; the last two parameters have had no meaning since Python 3.
///
/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyBytes_DecodeEscape(
    data: *const u8,
    len: isize,
    errors: Option<&CStr>,
    _unicode: isize,
    _recode_encoding: *const c_char,
) -> Result<Ref<Bytes>> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { escaped(data, len) }?;
    let errors = errors.map(CStr::to_string_lossy);
    Bytes::new(&escapes::decode_bytes(bytes, errors.as_deref())?)
}

/// As [`PyBytes_DecodeEscape`] without a warning: the places receive the first escape that means nothing and where it is, -1 and NULL
/// without one.
///
/// # Safety
/// A C function: `data` has `len` bytes; the places may be written to.
#[capi]
pub unsafe fn _PyBytes_DecodeEscape2(
    data: *const u8,
    len: isize,
    errors: Option<&CStr>,
    invalid_char: *mut c_int,
    invalid_at: *mut *const u8,
) -> Result<Ref<Bytes>> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { escaped(data, len) }?;
    let errors = errors.map(CStr::to_string_lossy);
    let (decoded, invalid) = escapes::decode_bytes_noting(bytes, errors.as_deref())?;
    // SAFETY: the caller's promise.
    unsafe {
        invalid_char.write(invalid.map_or(-1, |invalid| invalid.char as c_int));
        invalid_at.write(invalid.map_or(core::ptr::null(), |invalid| &raw const bytes[invalid.at]));
    }
    Bytes::new(&decoded)
}

/// As [`_PyBytes_DecodeEscape2`], without the escape itself.
///
/// # Safety
/// A C function: as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytes_DecodeEscape(
    data: *const u8,
    len: isize,
    errors: *const c_char,
    invalid_at: *mut *const u8,
) -> Option<Ref<Bytes>> {
    let mut unused = 0;
    // SAFETY: the caller's promise.
    unsafe { _PyBytes_DecodeEscape2(data, len, errors, &raw mut unused, invalid_at) }
}

#[capi]
pub fn _PyBytes_Join(separator: &Bytes, iterable: &Object) -> Result<Ref<Bytes>> {
    ops::join(separator, iterable)
}

/// Where a part is within bytes, plus `offset`; -1 where it is not.
///
/// # Safety
/// Both have their lengths.
unsafe fn find(
    haystack: *const u8,
    haystack_len: isize,
    needle: *const u8,
    needle_len: isize,
    offset: isize,
    search: impl FnOnce(&[u8], &[u8]) -> Option<usize>,
) -> isize {
    // SAFETY: the caller's promise.
    let slice = |data: *const u8, len: isize| match len {
        ..=0 => &[][..],
        len => unsafe { core::slice::from_raw_parts(data, len as usize) },
    };
    let found = search(slice(haystack, haystack_len), slice(needle, needle_len));
    found.map_or(-1, |at| at as isize + offset)
}

/// # Safety
/// A C function: both have their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytes_Find(
    haystack: *const u8,
    haystack_len: isize,
    needle: *const u8,
    needle_len: isize,
    offset: isize,
) -> isize {
    // SAFETY: the caller's promise.
    unsafe { find(haystack, haystack_len, needle, needle_len, offset, memchr::memmem::find) }
}

/// # Safety
/// A C function: both have their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytes_ReverseFind(
    haystack: *const u8,
    haystack_len: isize,
    needle: *const u8,
    needle_len: isize,
    offset: isize,
) -> isize {
    // SAFETY: the caller's promise.
    unsafe { find(haystack, haystack_len, needle, needle_len, offset, memchr::memmem::rfind) }
}

/// Fills memory with copies of some bytes; the last one may be cut.
///
/// # Safety
/// A C function: both have their lengths and do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyBytes_Repeat(place: *mut u8, place_len: isize, data: *const u8, data_len: isize) {
    let (Ok(room), Ok(len @ 1..)) = (usize::try_from(place_len), usize::try_from(data_len)) else { return };
    let mut done = 0;
    while done < room {
        let count = len.min(room - done);
        // SAFETY: the caller's promise.
        unsafe { place.add(done).copy_from_nonoverlapping(data, count) };
        done += count;
    }
}
