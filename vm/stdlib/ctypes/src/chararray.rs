//! Arrays of characters are strings too: their attributes `value` and `raw`.

use crate::code::{wide_length, wide_text, write_wide};
use crate::data::CData;
use core::ffi::{c_int, c_void};
use core::ptr;
use objects::protocol::buffer::BytesLike;
use objects::typeobject::{GetSetDef, TypeObject, ready, status};
use objects::types::bytes::Bytes;
use objects::types::descr;
use objects::types::str::{Str, intern};
use objects::{Object, Result, raise};

static RAW: GetSetDef = GetSetDef {
    name: c"raw".as_ptr(),
    get: Some(get_raw),
    set: Some(set_raw),
    doc: c"value".as_ptr(),
    closure: ptr::null_mut(),
};
static BYTES: GetSetDef = GetSetDef {
    name: c"value".as_ptr(),
    get: Some(get_bytes),
    set: Some(set_bytes),
    doc: c"string value".as_ptr(),
    closure: ptr::null_mut(),
};
static TEXT: GetSetDef = GetSetDef {
    name: c"value".as_ptr(),
    get: Some(get_text),
    set: Some(set_text),
    doc: c"string value".as_ptr(),
    closure: ptr::null_mut(),
};

fn add(class: &TypeObject, definition: &'static GetSetDef, name: &str) -> Result<()> {
    let attribute = descr::new_getset(class, definition)?;
    ready::dict_of(class)?.set_str(&*intern::intern_text(name)?, &attribute)?;
    class.modified();
    Ok(())
}

/// For arrays of `c_char`.
///
/// # Errors
/// MemoryError.
pub fn add_bytes_attributes(class: &TypeObject) -> Result<()> {
    add(class, &RAW, "raw")?;
    add(class, &BYTES, "value")
}

/// For arrays of `c_wchar`.
///
/// # Errors
/// MemoryError.
pub fn add_text_attributes(class: &TypeObject) -> Result<()> {
    add(class, &TEXT, "value")
}

/// # Safety
/// The descriptor has seen that it is an instance of the class.
unsafe fn array(this: &Object) -> &CData {
    // SAFETY: the caller's promise.
    unsafe { this.cast_unchecked() }
}

fn deleted() -> objects::Raised {
    raise!(TypeError, "can't delete attribute")
}

unsafe extern "C" fn get_raw(this: &Object, _: *mut c_void) -> Result {
    // SAFETY: a getter's contract.
    Ok(Bytes::new(unsafe { array(this) }.as_slice())?.upcast())
}

unsafe extern "C" fn set_raw(this: &Object, value: Option<&Object>, _: *mut c_void) -> c_int {
    let set = |this: &CData| {
        let Some(value) = value else { return Err(raise!(AttributeError, "cannot delete attribute")) };
        let bytes = BytesLike::of(value)?;
        if bytes.len() > this.size() {
            return Err(raise!(ValueError, "byte string too long"));
        }
        // SAFETY: there is room for so many; they may be the array's own.
        unsafe { ptr::copy(bytes.as_ptr(), this.place(), bytes.len()) };
        Ok(())
    };
    // SAFETY: a setter's contract.
    status(set(unsafe { array(this) }))
}

unsafe extern "C" fn get_bytes(this: &Object, _: *mut c_void) -> Result {
    // SAFETY: a getter's contract.
    let bytes = unsafe { array(this) }.as_slice();
    Ok(Bytes::new(bytes.split(|&byte| byte == 0).next().unwrap_or_default())?.upcast())
}

unsafe extern "C" fn set_bytes(this: &Object, value: Option<&Object>, _: *mut c_void) -> c_int {
    let set = |this: &CData| {
        let value = value.ok_or_else(deleted)?;
        let Some(bytes) = value.cast::<Bytes>() else {
            let got = value.class().full_name();
            return Err(raise!(TypeError, "bytes expected instead of {got} instance"));
        };
        let count = bytes.len();
        if count > this.size() {
            return Err(raise!(ValueError, "byte string too long"));
        }
        // SAFETY: there is room for so many, and for the NUL where they are fewer.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_slice().as_ptr(), this.place(), count);
            if count < this.size() {
                this.place().add(count).write(0);
            }
        }
        Ok(())
    };
    // SAFETY: a setter's contract.
    status(set(unsafe { array(this) }))
}

unsafe extern "C" fn get_text(this: &Object, _: *mut c_void) -> Result {
    // SAFETY: a getter's contract; the array has so many characters.
    unsafe {
        let this = array(this);
        Ok(wide_text(this.place(), wide_length(this.place(), this.size() / 4))?.upcast())
    }
}

unsafe extern "C" fn set_text(this: &Object, value: Option<&Object>, _: *mut c_void) -> c_int {
    let set = |this: &CData| {
        let value = value.ok_or_else(deleted)?;
        let Some(text) = value.cast::<Str>() else {
            let got = value.class().full_name();
            return Err(raise!(TypeError, "unicode string expected instead of {got} instance"));
        };
        let room = this.size() / 4;
        if text.len() > room {
            return Err(raise!(ValueError, "string too long"));
        }
        // SAFETY: there is room for so many, and for the NUL where they are fewer.
        unsafe {
            write_wide(this.place(), text, room);
            if text.len() < room {
                this.place().cast::<u32>().add(text.len()).write_unaligned(0);
            }
        }
        Ok(())
    };
    // SAFETY: a setter's contract.
    status(set(unsafe { array(this) }))
}
