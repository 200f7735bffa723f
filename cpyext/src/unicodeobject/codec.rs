//! Encoding and decoding.

use super::create::units;
use core::ffi::{CStr, c_char, c_int};
use macros::capi;
use objects::protocol::buffer::BytesLike;
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, codecs, id, protocol, raise};

type OptionalName<'a> = Option<&'a CStr>;

fn name(name: OptionalName<'_>) -> Option<String> {
    name.map(|name| name.to_string_lossy().into_owned())
}

fn text(object: &Object) -> Result<&Str> {
    object.cast().ok_or_else(raise::bad_argument)
}

#[unsafe(no_mangle)]
pub extern "C" fn PyUnicode_GetDefaultEncoding() -> *const c_char {
    c"utf-8".as_ptr()
}

#[capi]
pub fn PyUnicode_AsEncodedString(
    object: &Object,
    encoding: Option<&CStr>,
    errors: Option<&CStr>,
) -> Result<Ref<Bytes>> {
    codecs::encode(text(object)?, name(encoding).as_deref(), name(errors).as_deref())
}

/// The text of bytes that need no codec.
#[inline]
fn plain(bytes: &[u8], encoding: &str) -> Option<Result<Ref<Str>>> {
    match encoding {
        "utf-8" | "ascii" | "latin-1" if bytes.is_ascii() => Some(Str::from_ascii(bytes)),
        "utf-8" => core::str::from_utf8(bytes).ok().map(Str::new),
        "latin-1" => Some(Str::from_latin1(bytes)),
        _ => None,
    }
}

/// `data` decoded; `len` bytes.
///
/// # Safety
/// There are that many.
unsafe fn decode(
    data: *const u8,
    len: isize,
    encoding: Option<&str>,
    errors: OptionalName<'_>,
) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { units(data, len, "PyUnicode_Decode") }?;
    codecs::decode(&*Bytes::new(bytes)?, encoding, name(errors).as_deref())
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyUnicode_Decode(
    data: *const u8,
    len: isize,
    encoding: Option<&CStr>,
    errors: Option<&CStr>,
) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    unsafe { decode(data, len, name(encoding).as_deref(), errors) }
}

macro_rules! named_codecs {
    ($($encode:ident $decode:ident $encoding:literal;)*) => { $(
        #[capi]
        pub fn $encode(object: &Object) -> Result<Ref<Bytes>> {
            codecs::encode(text(object)?, Some($encoding), None)
        }
        /// # Safety
        /// A C function: `data` has `len` bytes.
        #[capi]
        pub unsafe fn $decode(data: *const u8, len: isize, errors: Option<&CStr>) -> Result<Ref<Str>> {
            // SAFETY: the caller's promise.
            let bytes = unsafe { units(data, len, "PyUnicode_Decode") }?;
            match plain(bytes, $encoding) {
                Some(text) => text,
                None => codecs::decode(&*Bytes::new(bytes)?, Some($encoding), name(errors).as_deref()),
            }
        }
    )* };
}

named_codecs! {
    PyUnicode_AsUTF8String PyUnicode_DecodeUTF8 "utf-8";
    PyUnicode_AsASCIIString PyUnicode_DecodeASCII "ascii";
    PyUnicode_AsLatin1String PyUnicode_DecodeLatin1 "latin-1";
    PyUnicode_AsUnicodeEscapeString PyUnicode_DecodeUnicodeEscape "unicode_escape";
    PyUnicode_AsRawUnicodeEscapeString PyUnicode_DecodeRawUnicodeEscape "raw_unicode_escape";
}

#[capi]
pub fn PyUnicode_AsUTF16String(object: &Object) -> Result<Ref<Bytes>> {
    codecs::encode(text(object)?, Some("utf-16"), None)
}

#[capi]
pub fn PyUnicode_AsUTF32String(object: &Object) -> Result<Ref<Bytes>> {
    codecs::encode(text(object)?, Some("utf-32"), None)
}

#[capi]
pub fn _PyUnicode_AsUTF8String(object: &Object, errors: Option<&CStr>) -> Result<Ref<Bytes>> {
    codecs::encode(text(object)?, Some("utf-8"), name(errors).as_deref())
}

/// The name of a codec for a byte order: -1 little, 0 native with a mark, 1 big.
fn ordered(base: &str, order: c_int) -> String {
    match order {
        ..0 => format!("{base}-le"),
        0 => base.to_owned(),
        1.. => format!("{base}-be"),
    }
}

#[capi]
pub fn _PyUnicode_EncodeUTF16(object: &Object, errors: Option<&CStr>, order: c_int) -> Result<Ref<Bytes>> {
    codecs::encode(text(object)?, Some(&ordered("utf-16", order)), name(errors).as_deref())
}

#[capi]
pub fn _PyUnicode_EncodeUTF32(object: &Object, errors: Option<&CStr>, order: c_int) -> Result<Ref<Bytes>> {
    codecs::encode(text(object)?, Some(&ordered("utf-32", order)), name(errors).as_deref())
}

/// Decodes as far as the bytes are complete, through the library's incremental functions in `_codecs`: the text and how many bytes.
fn stateful(
    function: &str,
    bytes: &[u8],
    errors: OptionalName<'_>,
    order: Option<c_int>,
    is_final: bool,
) -> Result<(Ref<Str>, usize, c_int)> {
    let module = (objects::hooks::IMPORT.get())("_codecs")?;
    let function = protocol::attr::get(&module, &*Str::new(function)?)?;
    let data = Bytes::new(bytes)?;
    let errors = Str::new(name(errors).as_deref().unwrap_or("strict"))?;
    let is_final = objects::types::bool::from_bool(is_final);
    let result = match order {
        None => protocol::call::call(&function, &[&*data, errors.as_object(), is_final])?,
        Some(order) => {
            let order = objects::types::int::new_int(order.into())?;
            protocol::call::call(&function, &[&*data, errors.as_object(), &*order, is_final])?
        }
    };
    let parts = result.downcast::<Tuple>().map_err(|_| raise::bad_internal_call())?;
    let (Some(text), Some(used)) = (
        parts.items().first().and_then(|text| text.cast::<Str>()),
        parts.items().get(1).map(|used| protocol::number::index_as_isize(used, None)).transpose()?,
    ) else {
        return Err(raise::bad_internal_call());
    };
    let order =
        parts.items().get(2).map(|order| protocol::number::index_as_isize(order, None)).transpose()?;
    Ok((text.to_ref(), used.max(0) as usize, order.unwrap_or(0) as c_int))
}

macro_rules! stateful_codecs {
    ($($decode:ident $encoding:literal $function:literal;)*) => { $(
        /// Decodes as far as the bytes are complete if `consumed` is given, else all.
        ///
        /// # Safety
        /// A C function: `data` has `len` bytes; `consumed` may be written to or is NULL.
        #[capi]
        pub unsafe fn $decode(
            data: *const u8,
            len: isize,
            errors: Option<&CStr>,
            consumed: *mut isize,
        ) -> Result<Ref<Str>> {
            // SAFETY: the caller's promise.
            let bytes = unsafe { units(data, len, stringify!($decode)) }?;
            let (text, used) = match plain(bytes, $encoding) {
                Some(text) => (text?, bytes.len()),
                None => {
                    let (text, used, _) = stateful($function, bytes, errors, None, consumed.is_null())?;
                    (text, used)
                }
            };
            if !consumed.is_null() {
                // SAFETY: the caller's promise.
                unsafe { consumed.write(used as isize) };
            }
            Ok(text)
        }
    )* };
}

stateful_codecs! {
    PyUnicode_DecodeUTF8Stateful "utf-8" "utf_8_decode";
    PyUnicode_DecodeUTF7Stateful "utf-7" "utf_7_decode";
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyUnicode_DecodeUTF7(data: *const u8, len: isize, errors: Option<&CStr>) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    unsafe { decode(data, len, Some("utf-7"), errors) }
}

macro_rules! ordered_codecs {
    ($($decode:ident $stateful:ident $function:literal;)*) => { $(
        /// Decodes as far as the bytes are complete if `consumed` is given, else all. `order` receives the byte order that a mark tells.
        ///
        /// # Safety
        /// A C function: `data` has `len` bytes; the places may be written to or are NULL.
        #[capi]
        pub unsafe fn $stateful(
            data: *const u8,
            len: isize,
            errors: Option<&CStr>,
            order: *mut c_int,
            consumed: *mut isize,
        ) -> Result<Ref<Str>> {
            // SAFETY (all): the caller's promise.
            let bytes = unsafe { units(data, len, stringify!($stateful)) }?;
            let wanted = unsafe { order.as_ref() }.copied().unwrap_or(0);
            let (text, used, found) = stateful($function, bytes, errors, Some(wanted), consumed.is_null())?;
            unsafe {
                if let Some(order) = order.as_mut() {
                    *order = found;
                }
                if let Some(consumed) = consumed.as_mut() {
                    *consumed = used as isize;
                }
            }
            Ok(text)
        }
        /// # Safety
        /// As the stateful function.
        #[capi]
        pub unsafe fn $decode(
            data: *const u8,
            len: isize,
            errors: Option<&CStr>,
            order: *mut c_int,
        ) -> Result<Ref<Str>> {
            let errors = errors.map_or(core::ptr::null(), CStr::as_ptr);
            // SAFETY: the caller's promise.
            match unsafe { $stateful(data, len, errors, order, core::ptr::null_mut()) } {
                Some(text) => Ok(text),
                None => Err(raise::pending()),
            }
        }
    )* };
}

ordered_codecs! {
    PyUnicode_DecodeUTF16 PyUnicode_DecodeUTF16Stateful "utf_16_ex_decode";
    PyUnicode_DecodeUTF32 PyUnicode_DecodeUTF32Stateful "utf_32_ex_decode";
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyUnicode_DecodeFSDefaultAndSize(data: *const u8, len: isize) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    codecs::decode_fs(unsafe { units(data, len, "PyUnicode_DecodeFSDefaultAndSize") }?)
}

#[capi]
pub fn PyUnicode_DecodeFSDefault(string: &CStr) -> Result<Ref<Str>> {
    codecs::decode_fs(string.to_bytes())
}

#[capi]
pub fn PyUnicode_EncodeFSDefault(object: &Object) -> Result<Ref<Bytes>> {
    codecs::encode_fs(text(object)?)
}

/// The locale's encoding is UTF-8; `errors` is strict or surrogateescape.
fn locale_errors(errors: OptionalName<'_>) -> Result<&'static str> {
    match errors.map(CStr::to_bytes) {
        None | Some(b"strict") => Ok("strict"),
        Some(b"surrogateescape") => Ok("surrogateescape"),
        Some(b"surrogatepass") => Ok("surrogatepass"),
        Some(_) => Err(objects::raise!(
            ValueError,
            "only 'strict' and 'surrogateescape' error handlers are supported, not '{}'",
            name(errors).unwrap_or_default()
        )),
    }
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyUnicode_DecodeLocaleAndSize(
    data: *const u8,
    len: isize,
    errors: Option<&CStr>,
) -> Result<Ref<Str>> {
    let errors = locale_errors(errors)?;
    // SAFETY: the caller's promise.
    let bytes = unsafe { units(data, len, "PyUnicode_DecodeLocaleAndSize") }?;
    codecs::decode(&*Bytes::new(bytes)?, Some("utf-8"), Some(errors))
}

#[capi]
pub fn PyUnicode_DecodeLocale(string: &CStr, errors: Option<&CStr>) -> Result<Ref<Str>> {
    codecs::decode(&*Bytes::new(string.to_bytes())?, Some("utf-8"), Some(locale_errors(errors)?))
}

#[capi]
pub fn PyUnicode_EncodeLocale(object: &Object, errors: Option<&CStr>) -> Result<Ref<Bytes>> {
    codecs::encode(text(object)?, Some("utf-8"), Some(locale_errors(errors)?))
}

#[capi]
pub fn PyUnicode_FromEncodedObject(
    object: &Object,
    encoding: Option<&CStr>,
    errors: Option<&CStr>,
) -> Result<Ref<Str>> {
    if object.cast::<Str>().is_some() {
        return Err(objects::raise!(TypeError, "decoding str is not supported"));
    }
    if object.cast::<Bytes>().is_none()
        && object.cast::<ByteArray>().is_none()
        && !protocol::buffer::is_exporter(object)
    {
        let name = object.class().full_name();
        return Err(objects::raise!(TypeError, "decoding to str: need a bytes-like object, {name} found"));
    }
    codecs::decode(object, name(encoding).as_deref(), name(errors).as_deref())
}

/// A path as bytes, for `O&`; called again with NULL to give them back.
///
/// # Safety
/// A C function: `place` holds NULL or owned bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_FSConverter(object: Option<&Object>, place: *mut *mut Object) -> c_int {
    convert_path(
        object,
        place,
        |path| match path.cast::<Str>() {
            Some(text) => codecs::encode_fs(text).map(Ref::upcast),
            None => Ok(path.to_ref()),
        },
        |bytes| bytes.cast::<Bytes>().is_some_and(|bytes| bytes.as_slice().contains(&0)),
        "embedded null byte",
    )
}

/// A path as a string, for `O&`; called again with NULL to give it back.
///
/// # Safety
/// A C function: `place` holds NULL or an owned string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_FSDecoder(object: Option<&Object>, place: *mut *mut Object) -> c_int {
    convert_path(
        object,
        place,
        |path| match path.cast::<Str>() {
            Some(text) => Ok(text.to_ref().upcast()),
            None => codecs::decode_fs(BytesLike::of(path)?.as_slice()).map(Ref::upcast),
        },
        |text| text.cast::<Str>().is_some_and(|text| text.chars().iter().any(|char| char == 0)),
        "embedded null character",
    )
}

/// `Py_CLEANUP_SUPPORTED`.
const CLEANUP_SUPPORTED: c_int = 0x20000;

fn convert_path(
    object: Option<&Object>,
    place: *mut *mut Object,
    convert: impl FnOnce(&Object) -> Result<Ref>,
    has_null: impl FnOnce(&Object) -> bool,
    message: &str,
) -> c_int {
    let Some(object) = object else {
        // SAFETY: the place owns what an earlier call stored.
        drop(unsafe { Ref::<Object>::from_nullable(place.replace(core::ptr::null_mut())) });
        return 1;
    };
    let make = || -> Result<Ref> {
        let path = protocol::path::fspath(object)?;
        let converted = convert(&path)?;
        if has_null(&converted) {
            return Err(objects::raise!(ValueError, "{message}"));
        }
        Ok(converted)
    };
    match make() {
        Ok(converted) => {
            // SAFETY: the caller's promise.
            unsafe { place.write(converted.into_ptr()) };
            CLEANUP_SUPPORTED
        }
        Err(raised) => {
            raised.leave();
            0
        }
    }
}

/// An encoding table for `codecs.charmap_encode`.
#[capi]
pub fn PyUnicode_BuildEncodingMap(object: &Object) -> Result<Ref> {
    let module = (objects::hooks::IMPORT.get())("_codecs")?;
    protocol::call::call_method(&module, id!("charmap_build"), &[object])
}

fn charmap(function: &str, data: &Object, errors: OptionalName<'_>, mapping: Option<&Object>) -> Result<Ref> {
    let module = (objects::hooks::IMPORT.get())("_codecs")?;
    let function = protocol::attr::get(&module, &*Str::new(function)?)?;
    let errors = Str::new(name(errors).as_deref().unwrap_or("strict"))?;
    let mapping = mapping.unwrap_or(objects::types::none::none());
    let result = protocol::call::call(&function, &[data, errors.as_object(), mapping])?;
    protocol::sequence::get_item(&result, 0)
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyUnicode_DecodeCharmap(
    data: *const u8,
    len: isize,
    mapping: Option<&Object>,
    errors: Option<&CStr>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let bytes = Bytes::new(unsafe { units(data, len, "PyUnicode_DecodeCharmap") }?)?;
    charmap("charmap_decode", &bytes, errors, mapping)
}

#[capi]
pub fn PyUnicode_AsCharmapString(object: &Object, mapping: Option<&Object>) -> Result<Ref> {
    let mapping = mapping.ok_or_else(raise::bad_argument)?;
    charmap("charmap_encode", text(object)?, None, Some(mapping))
}

/// As `PyUnicode_DecodeUnicodeEscape` without a warning: the places receive the first escape that means nothing and where it is, -1 and
/// NULL without one. With `consumed` the bytes may end within an escape.
///
/// # Safety
/// A C function: `data` has `len` bytes; the places may be written to, `consumed` may be NULL.
#[capi]
pub unsafe fn _PyUnicode_DecodeUnicodeEscapeInternal2(
    data: *const u8,
    len: isize,
    errors: Option<&CStr>,
    consumed: *mut isize,
    invalid_char: *mut c_int,
    invalid_at: *mut *const u8,
) -> Result<Ref<Str>> {
    // SAFETY (all): the caller's promise.
    let bytes = unsafe { units(data, len, "PyUnicode_DecodeUnicodeEscape") }?;
    let errors = name(errors);
    let (text, used, invalid) =
        codecs::escapes::decode_unicode_noting(bytes, errors.as_deref(), consumed.is_null())?;
    unsafe {
        if let Some(consumed) = consumed.as_mut() {
            *consumed = used as isize;
        }
        invalid_char.write(invalid.map_or(-1, |invalid| invalid.char as c_int));
        invalid_at.write(invalid.map_or(core::ptr::null(), |invalid| &raw const bytes[invalid.at]));
    }
    Ok(text)
}

/// As [`_PyUnicode_DecodeUnicodeEscapeInternal2`], without the escape itself.
///
/// # Safety
/// A C function: as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicode_DecodeUnicodeEscapeInternal(
    data: *const u8,
    len: isize,
    errors: *const c_char,
    consumed: *mut isize,
    invalid_at: *mut *const u8,
) -> Option<Ref<Str>> {
    let mut unused = 0;
    // SAFETY: the caller's promise.
    unsafe {
        _PyUnicode_DecodeUnicodeEscapeInternal2(data, len, errors, consumed, &raw mut unused, invalid_at)
    }
}
