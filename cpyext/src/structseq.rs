//! `structseq.h`.

use core::ffi::{CStr, c_char, c_int};
use macros::capi;
use objects::object::heap;
use objects::types::structseq;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, TypeObject};

/// `PyStructSequence_Field`.
#[repr(C)]
pub struct Field {
    name: *const c_char,
    doc: *const c_char,
}

/// `PyStructSequence_Desc`.
#[repr(C)]
pub struct Description {
    name: *const c_char,
    doc: *const c_char,
    fields: *const Field,
    n_in_sequence: c_int,
}

/// A pointer that C code compares and copies.
#[repr(transparent)]
pub struct Text(*const c_char);

// SAFETY: a constant string.
unsafe impl Sync for Text {}

/// What the name of a field without one points to.
#[unsafe(no_mangle)]
pub static PyStructSequence_UnnamedField: Text = Text(c"unnamed field".as_ptr());

/// # Safety
/// NULL or a C string that lives as long as the result is used.
unsafe fn text<'a>(text: *const c_char) -> &'a str {
    match text.is_null() {
        true => "",
        // SAFETY: the caller's promise.
        false => unsafe { CStr::from_ptr(text) }.to_str().unwrap_or(""),
    }
}

impl Description {
    /// Names and docstrings; the table ends with a field without either. A name that is `PyStructSequence_UnnamedField` is empty here.
    ///
    /// # Safety
    /// The description is as the C API wants it.
    unsafe fn fields(&self) -> Vec<(&str, &str)> {
        let mut fields = Vec::new();
        let mut next = self.fields;
        // SAFETY: the caller's promise.
        unsafe {
            while !(*next).name.is_null() {
                let unnamed = core::ptr::eq((*next).name, PyStructSequence_UnnamedField.0);
                fields.push((if unnamed { "" } else { text((*next).name) }, text((*next).doc)));
                next = next.add(1);
            }
        }
        fields
    }
}

/// # Safety
/// A C function: the description is as the C API wants it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyStructSequence_NewType(description: &Description) -> Option<Ref<TypeObject>> {
    // SAFETY: the caller's promise.
    unsafe { _PyStructSequence_NewType(description, 0) }
}

/// As [`PyStructSequence_NewType`], with more flags.
///
/// # Safety
/// As there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyStructSequence_NewType(
    description: &Description,
    flags: core::ffi::c_ulong,
) -> Option<Ref<TypeObject>> {
    let visible = description.n_in_sequence.max(0) as usize;
    // SAFETY: the caller's promise.
    let class = unsafe {
        let (name, doc) = (text(description.name), text(description.doc));
        structseq::new_class_with(name, doc, &description.fields(), visible, flags)
    };
    class.map_err(objects::Raised::leave).ok()
}

/// # Safety
/// A C function: a static type that nobody uses yet; its description lives as long.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyStructSequence_InitType2(class: &TypeObject, description: &Description) -> c_int {
    let visible = description.n_in_sequence.max(0) as usize;
    // SAFETY: the caller's promise.
    objects::typeobject::status(unsafe {
        structseq::init_static(class, description.name, description.doc, &description.fields(), visible, 0)
    })
}

/// # Safety
/// As [`PyStructSequence_InitType2`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyStructSequence_InitType(class: &TypeObject, description: &Description) {
    // SAFETY: the caller's promise.
    unsafe { PyStructSequence_InitType2(class, description) };
}

/// An instance whose fields are to be set; the collector does not look at it.
#[capi]
pub fn PyStructSequence_New(class: &TypeObject) -> Result<Ref> {
    let record = structseq::instance(class, Vec::new())?;
    heap::untrack(&record);
    Ok(record)
}

/// # Safety
/// A C function: a struct sequence with such a field, which takes the value over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyStructSequence_SetItem(object: &Tuple, index: isize, value: Option<Ref>) {
    // SAFETY: the caller's promise.
    unsafe { structseq::set_field(object, index as usize, value) };
}

/// Borrowed.
///
/// # Safety
/// A C function: a struct sequence with such a field.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyStructSequence_GetItem(object: &Tuple, index: isize) -> Option<&Object> {
    // SAFETY: the caller's promise.
    unsafe { structseq::field(object, index as usize) }
}
