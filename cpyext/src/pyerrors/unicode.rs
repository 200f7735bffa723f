//! The parts of a UnicodeError.

use core::ffi::CStr;
use macros::capi;
use objects::protocol::call;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::exceptions::unicode::{self, UnicodeErrorObject};
use objects::types::int::new_int;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, Slot};

fn expect(object: &Object) -> Result<&UnicodeErrorObject> {
    unicode::of(object).ok_or_else(|| {
        let name = object.class().full_name();
        objects::raise!(TypeError, "expecting a UnicodeError object, got {name}")
    })
}

/// A field, which must hold an object of a class.
fn field<T: Instance>(slot: &Slot, name: &str, kind: &str) -> Result<Ref<T>> {
    let Some(object) = slot.get() else {
        return Err(objects::raise!(TypeError, "{name} attribute not set"));
    };
    object.downcast().map_err(|_| objects::raise!(TypeError, "{name} attribute must be {kind}"))
}

fn text(slot: &Slot, name: &str) -> Result<Ref<Str>> {
    field(slot, name, "unicode")
}

/// How many items the object has that could not be coded.
type Len = fn(&UnicodeErrorObject) -> Result<usize>;

fn text_len(error: &UnicodeErrorObject) -> Result<usize> {
    Ok(text(&error.object, "object")?.len())
}

fn bytes_len(error: &UnicodeErrorObject) -> Result<usize> {
    Ok(field::<Bytes>(&error.object, "object", "bytes")?.len())
}

fn start(object: &Object, len: Len) -> Result<isize> {
    let error = expect(object)?;
    let len = len(error)? as isize;
    let start = error.start.get().max(0);
    Ok(if start >= len { len - 1 } else { start })
}

fn end(object: &Object, len: Len) -> Result<isize> {
    let error = expect(object)?;
    Ok(error.end.get().max(1).min(len(error)? as isize))
}

macro_rules! parts {
    ($($len:ident $get_start:ident $set_start:ident $get_end:ident $set_end:ident $get_reason:ident $set_reason:ident;)*) => { $(
        /// Where the problem begins, within the object.
        ///
        /// # Safety
        /// A C function: `place` may be written to.
        #[capi]
        pub unsafe fn $get_start(object: &Object, place: *mut isize) -> Result<()> {
            let start = start(object, $len)?;
            // SAFETY: the caller's promise.
            unsafe { place.write(start) };
            Ok(())
        }
        #[capi]
        pub fn $set_start(object: &Object, start: isize) -> Result<()> {
            expect(object)?.start.set(start);
            Ok(())
        }
        /// Where the problem ends, within the object.
        ///
        /// # Safety
        /// A C function: `place` may be written to.
        #[capi]
        pub unsafe fn $get_end(object: &Object, place: *mut isize) -> Result<()> {
            let end = end(object, $len)?;
            // SAFETY: the caller's promise.
            unsafe { place.write(end) };
            Ok(())
        }
        #[capi]
        pub fn $set_end(object: &Object, end: isize) -> Result<()> {
            expect(object)?.end.set(end);
            Ok(())
        }
        #[capi]
        pub fn $get_reason(object: &Object) -> Result<Ref<Str>> {
            text(&expect(object)?.reason, "reason")
        }
        #[capi]
        pub fn $set_reason(object: &Object, reason: &CStr) -> Result<()> {
            expect(object)?.reason.set(Some(crate::abstract_::text(reason)?.upcast()));
            Ok(())
        }
    )* };
}

parts! {
    text_len PyUnicodeEncodeError_GetStart PyUnicodeEncodeError_SetStart PyUnicodeEncodeError_GetEnd
        PyUnicodeEncodeError_SetEnd PyUnicodeEncodeError_GetReason PyUnicodeEncodeError_SetReason;
    bytes_len PyUnicodeDecodeError_GetStart PyUnicodeDecodeError_SetStart PyUnicodeDecodeError_GetEnd
        PyUnicodeDecodeError_SetEnd PyUnicodeDecodeError_GetReason PyUnicodeDecodeError_SetReason;
    text_len PyUnicodeTranslateError_GetStart PyUnicodeTranslateError_SetStart PyUnicodeTranslateError_GetEnd
        PyUnicodeTranslateError_SetEnd PyUnicodeTranslateError_GetReason PyUnicodeTranslateError_SetReason;
}

#[capi]
pub fn PyUnicodeEncodeError_GetEncoding(object: &Object) -> Result<Ref<Str>> {
    text(&expect(object)?.encoding, "encoding")
}

#[capi]
pub fn PyUnicodeDecodeError_GetEncoding(object: &Object) -> Result<Ref<Str>> {
    text(&expect(object)?.encoding, "encoding")
}

#[capi]
pub fn PyUnicodeEncodeError_GetObject(object: &Object) -> Result<Ref<Str>> {
    text(&expect(object)?.object, "object")
}

#[capi]
pub fn PyUnicodeTranslateError_GetObject(object: &Object) -> Result<Ref<Str>> {
    text(&expect(object)?.object, "object")
}

#[capi]
pub fn PyUnicodeDecodeError_GetObject(object: &Object) -> Result<Ref<Bytes>> {
    field(&expect(object)?.object, "object", "bytes")
}

/// # Safety
/// A C function: `data` has `len` bytes.
#[capi]
pub unsafe fn PyUnicodeDecodeError_Create(
    encoding: &CStr,
    data: *const u8,
    len: isize,
    start: isize,
    end: isize,
    reason: &CStr,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let data = unsafe { crate::unicodeobject::create::units(data, len, "PyUnicodeDecodeError_Create") }?;
    call::call(
        exc::UnicodeDecodeError.as_object(),
        &[
            &*crate::abstract_::text(encoding)?,
            &*Bytes::new(data)?,
            &*new_int(start as i64)?,
            &*new_int(end as i64)?,
            &*crate::abstract_::text(reason)?,
        ],
    )
}
