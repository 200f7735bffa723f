//! `sysmodule.h`, `cpython/sysmodule.h` and the exported parts of `pycore_sysmodule.h`.

pub mod audit;
pub mod options;
pub mod perf;
pub mod write;

use crate::abstract_::{optional, text};
use core::ffi::{CStr, c_int, c_void};
use macros::capi;
use objects::protocol::{attr, call};
use objects::types::dict::Dict;
use objects::types::str::Str;
use objects::{Object, Raised, Ref, Result, id, raise, state};

fn sys() -> Result<Ref<Dict>> {
    state::interpreter().sysdict.get().ok_or_else(|| objects::raise!(RuntimeError, "no sys module"))
}

/// An attribute of `sys`, borrowed; NULL without an exception where there is none. An exception that was pending stays so.
#[capi]
pub fn PySys_GetObject(name: &CStr) -> Option<&'static Object> {
    let pending = raise::take_pending();
    let found = sys().and_then(|sys| sys.get_item(&*text(name)?)).unwrap_or_else(|raised| {
        crate::pyerrors::write_unraisable_in(raised, "PySys_GetObject()");
        None
    });
    if let Some(pending) = pending {
        raise::restore(pending).leave();
    }
    found.map(borrowed)
}

/// An object that `sys` keeps.
fn borrowed(object: Ref) -> &'static Object {
    // SAFETY: the dict owns it as well; the caller may use it only as long as that is so.
    unsafe { &*core::ptr::from_ref(&*object) }
}

/// A NULL deletes.
#[capi]
pub fn PySys_SetObject(name: &CStr, value: Option<&Object>) -> Result<()> {
    let (sys, name) = (sys()?, text(name)?);
    match value {
        Some(value) => sys.set_item(&name, value),
        None if sys.get_item(&name)?.is_none() => Ok(()),
        None => sys.del_item(&name).map(drop),
    }
}

/// As [`PySys_GetObject`], by a string object.
#[capi]
pub fn _PySys_GetAttr(_state: *const c_void, name: &Str) -> Option<&'static Object> {
    let found = sys().and_then(|sys| sys.get_item(name));
    found
        .unwrap_or_else(|raised: Raised| {
            raised.clear();
            None
        })
        .map(borrowed)
}

/// 1 and a new reference, 0 and NULL, or -1 with an exception.
///
/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn _PySys_GetOptionalAttr(name: &Str, place: *mut *mut Object) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { optional(sys().and_then(|sys| sys.get_item(name)), place) }
}

/// As [`_PySys_GetOptionalAttr`], by a C string.
///
/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn _PySys_GetOptionalAttrString(name: &CStr, place: *mut *mut Object) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { optional(text(name).and_then(|name| sys()?.get_item(&name)), place) }
}

fn required(name: &Str) -> Result<Ref> {
    let found = sys()?.get_item(name)?;
    found.ok_or_else(|| objects::raise!(RuntimeError, "lost sys.{}", name.to_string_lossy()))
}

#[capi]
pub fn _PySys_GetRequiredAttr(name: &Object) -> Result<Ref> {
    required(objects::types::str::expect_str(name, "attribute name")?)
}

#[capi]
pub fn _PySys_GetRequiredAttrString(name: &CStr) -> Result<Ref> {
    required(&*text(name)?)
}

/// `sys.getsizeof`; `usize::MAX` with an exception.
#[capi]
pub fn _PySys_GetSizeOf(object: &Object) -> Result<usize> {
    let size = match attr::lookup_special(object, id!("__sizeof__"))? {
        Some(method) => call::call_no_args(&method)?,
        None => {
            let name = object.class().full_name();
            return Err(objects::raise!(TypeError, "Type {name} doesn't define __sizeof__"));
        }
    };
    let size =
        objects::protocol::number::index_as_isize(&size, Some(&objects::types::exceptions::OverflowError))?;
    usize::try_from(size).map_err(|_| objects::raise!(ValueError, "__sizeof__() should return >= 0"))
}
