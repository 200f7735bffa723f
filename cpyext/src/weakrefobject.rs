//! `weakrefobject.h` and `cpython/weakrefobject.h`.

use crate::abstract_::optional;
use core::ffi::c_int;
use interp::modules::weakref::proxy;
use macros::capi;
use objects::types::none::none;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result};

#[capi]
pub fn PyWeakref_NewRef(referent: &Object, callback: Option<&Object>) -> Result<Ref<WeakReference>> {
    WeakReference::new(WeakReference::class(), referent, callback)
}

#[capi]
pub fn PyWeakref_NewProxy(referent: &Object, callback: Option<&Object>) -> Result<Ref> {
    proxy::new(referent, callback)
}

/// 1 with the referent, 0 with NULL when it is gone.
///
/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn PyWeakref_GetRef(reference: Option<&Object>, place: *mut *mut Object) -> c_int {
    let found = match reference {
        None => Err(objects::raise::bad_internal_call()),
        Some(reference) => match proxy::as_reference(reference) {
            Some(reference) => Ok(reference.referent()),
            None => Err(objects::raise!(TypeError, "expected a weakref")),
        },
    };
    // SAFETY: the caller's promise.
    unsafe { optional(found, place) }
}

/// The referent, borrowed; None when it is gone.
#[capi]
pub fn PyWeakref_GetObject(reference: Option<&Object>) -> Result<*mut Object> {
    match reference.and_then(proxy::as_reference) {
        // Somebody else keeps a living referent.
        Some(reference) => Ok(reference.referent().map_or(none().as_ptr(), |referent| referent.as_ptr())),
        None => Err(objects::raise::bad_internal_call()),
    }
}

/// # Safety
/// A C function: a weak reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyWeakref_IsDead(reference: &WeakReference) -> c_int {
    reference.referent().is_none().into()
}

/// # Safety
/// A C function: a weak reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyWeakref_ClearRef(reference: &WeakReference) {
    reference.forget_referent();
}
