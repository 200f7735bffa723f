//! `warnings.h` and `cpython/warnings.h`.

use crate::unicodeobject::format::format;
use crate::varargs::VaList;
use crate::variadic;
use core::ffi::{CStr, c_char, c_int};
use interp::modules::warnings::{self, Place};
use macros::capi;
use objects::types::exceptions as exc;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, codecs};

/// A NULL is RuntimeWarning.
fn warn(category: Option<&Object>, text: &Str, level: isize, source: Option<&Object>) -> Result<()> {
    let category = category.unwrap_or(exc::RuntimeWarning.as_object());
    warnings::warn_unchecked(category, text, level, source, None)
}

#[capi]
pub fn PyErr_WarnEx(category: Option<&Object>, text: &CStr, level: isize) -> Result<()> {
    warn(category, &*crate::abstract_::text(text)?, level, None)
}

unsafe extern "C" fn warn_format(
    category: Option<&Object>,
    level: isize,
    text: *const c_char,
    list: &mut VaList,
) -> c_int {
    // SAFETY: the caller keeps the C function's contract.
    let text = unsafe { format(CStr::from_ptr(text), list) };
    objects::args::status(text.and_then(|text| warn(category, &text, level, None)))
}

variadic!(PyErr_WarnFormat, warn_format, 3);

unsafe extern "C" fn resource_warning(
    source: Option<&Object>,
    level: isize,
    text: *const c_char,
    list: &mut VaList,
) -> c_int {
    // SAFETY: the caller keeps the C function's contract.
    let text = unsafe { format(CStr::from_ptr(text), list) };
    let category = Some(exc::ResourceWarning.as_object());
    objects::args::status(text.and_then(|text| warn(category, &text, level, source)))
}

variadic!(PyErr_ResourceWarning, resource_warning, 3);

fn warn_explicit(
    category: Option<&Object>,
    message: &Object,
    file: &Object,
    line: c_int,
    module: Option<&Object>,
    registry: Option<&Object>,
) -> Result<()> {
    let category = category.unwrap_or(exc::RuntimeWarning.as_object());
    let filename = objects::types::str::expect_str(file, "filename")?;
    let place = Place { filename, line: line.into(), module, registry, source_line: None };
    warnings::explicit(message, category, &place, None)
}

#[capi]
pub fn PyErr_WarnExplicitObject(
    category: Option<&Object>,
    message: &Object,
    file: &Object,
    line: c_int,
    module: Option<&Object>,
    registry: Option<&Object>,
) -> Result<()> {
    warn_explicit(category, message, file, line, module, registry)
}

fn warn_text(
    category: Option<&Object>,
    message: &Str,
    file: &CStr,
    line: c_int,
    module: Option<&CStr>,
    registry: Option<&Object>,
) -> Result<()> {
    let file = codecs::decode_fs(file.to_bytes())?;
    let module = module.map(crate::abstract_::text).transpose()?;
    warn_explicit(category, message, &file, line, module.as_deref().map(Instance::as_object), registry)
}

#[capi]
pub fn PyErr_WarnExplicit(
    category: Option<&Object>,
    message: &CStr,
    file: &CStr,
    line: c_int,
    module: Option<&CStr>,
    registry: Option<&Object>,
) -> Result<()> {
    warn_text(category, &*crate::abstract_::text(message)?, file, line, module, registry)
}

unsafe extern "C" fn warn_explicit_format(
    category: Option<&Object>,
    file: *const c_char,
    line: c_int,
    module: *const c_char,
    registry: Option<&Object>,
    text: *const c_char,
    list: &mut VaList,
) -> c_int {
    // SAFETY (whole body): the caller keeps the C function's contract.
    let warned = unsafe { format(CStr::from_ptr(text), list) }.and_then(|message| {
        let module = (!module.is_null()).then(|| unsafe { CStr::from_ptr(module) });
        warn_text(category, &message, unsafe { CStr::from_ptr(file) }, line, module, registry)
    });
    objects::args::status(warned)
}

variadic!(PyErr_WarnExplicitFormat, warn_explicit_format, 6);

/// The module `_warnings`.
#[capi]
pub fn _PyWarnings_Init() -> Result<Ref> {
    objects::hooks::IMPORT.get()("_warnings")
}
