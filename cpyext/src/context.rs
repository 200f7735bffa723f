//! `cpython/context.h`.

use core::ffi::{CStr, c_int};
use macros::capi;
use objects::types::context::Context;
use objects::types::context::var::{ContextVar, Token};
use objects::{Instance, Object, Ref, Result};

fn expect<'a, T: Instance>(object: &'a Object, what: &str) -> Result<&'a T> {
    object.cast_exact().ok_or_else(|| objects::raise!(TypeError, "an instance of {what} was expected"))
}

#[capi]
pub fn PyContext_New() -> Result<Ref<Context>> {
    Context::new()
}

#[capi]
pub fn PyContext_Copy(context: &Object) -> Result<Ref<Context>> {
    expect::<Context>(context, "Context")?.copy()
}

#[capi]
pub fn PyContext_CopyCurrent() -> Result<Ref<Context>> {
    Context::copy_current()
}

#[capi]
pub fn PyContext_Enter(context: &Object) -> Result<()> {
    expect::<Context>(context, "Context")?.enter()
}

#[capi]
pub fn PyContext_Exit(context: &Object) -> Result<()> {
    expect::<Context>(context, "Context")?.exit()
}

#[capi]
pub fn PyContextVar_New(name: &CStr, default: Option<&Object>) -> Result<Ref<ContextVar>> {
    ContextVar::new(&*crate::abstract_::text(name)?, default)
}

/// The value, or `default`, or the variable's own default, or NULL.
///
/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn PyContextVar_Get(
    var: &Object,
    default: Option<&Object>,
    place: *mut *mut Object,
) -> Result<()> {
    // SAFETY (both): the caller's promise.
    unsafe { place.write(core::ptr::null_mut()) };
    let var = expect::<ContextVar>(var, "ContextVar")?;
    let value = match default {
        Some(default) => Some(var.own_value().unwrap_or_else(|| default.to_ref())),
        None => var.value(),
    };
    unsafe { place.write(value.map_or(core::ptr::null_mut(), Ref::into_ptr)) };
    Ok(())
}

#[capi]
pub fn PyContextVar_Set(var: &Object, value: &Object) -> Result<Ref<Token>> {
    expect::<ContextVar>(var, "ContextVar")?.set_value(value)
}

#[capi]
pub fn PyContextVar_Reset(var: &Object, token: &Object) -> Result<c_int> {
    let var = expect::<ContextVar>(var, "ContextVar")?;
    var.reset_to(expect(token, "Token")?)?;
    Ok(0)
}
