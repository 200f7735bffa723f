//! New classes of exceptions.

use core::ffi::CStr;
use macros::capi;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::{Instance, Object, Ref, Result, TypeObject};

/// A class named with its module; `base` is a class or a tuple of them, `Exception` without one.
#[capi]
pub fn PyErr_NewException(
    name: &CStr,
    base: Option<&Object>,
    dict: Option<&Dict>,
) -> Result<Ref<TypeObject>> {
    made(name, None, base, dict)
}

#[capi]
pub fn PyErr_NewExceptionWithDoc(
    name: &CStr,
    doc: Option<&CStr>,
    base: Option<&Object>,
    dict: Option<&Dict>,
) -> Result<Ref<TypeObject>> {
    made(name, doc, base, dict)
}

fn made(
    name: &CStr,
    doc: Option<&CStr>,
    base: Option<&Object>,
    dict: Option<&Dict>,
) -> Result<Ref<TypeObject>> {
    let own;
    let namespace = match dict {
        Some(dict) => dict,
        None => {
            own = Dict::new()?;
            &own
        }
    };
    if let Some(doc) = doc {
        namespace.set_text("__doc__", &*crate::abstract_::text(doc)?)?;
    }
    let name = name.to_string_lossy();
    exc::new_exception_with(&name, base.unwrap_or(exc::Exception.as_object()), namespace)
}
