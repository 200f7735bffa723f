//! `cpython/classobject.h`: bound methods, and callables that become methods.

use macros::capi;
use objects::types::instance_method::InstanceMethod;
use objects::types::method::Method;
use objects::{Object, Ref, Result};

#[capi]
pub fn PyMethod_New(function: &Object, object: Option<&Object>) -> Result<Ref<Method>> {
    match object {
        Some(object) => Method::new(function, object),
        None => Err(objects::raise::bad_internal_call()),
    }
}

/// Borrowed from the method.
#[capi]
pub fn PyMethod_Function(method: &Method) -> Result<*mut Object> {
    Ok(method.raw_parts().0)
}

/// Borrowed from the method.
#[capi]
pub fn PyMethod_Self(method: &Method) -> Result<*mut Object> {
    Ok(method.raw_parts().1)
}

#[capi]
pub fn PyInstanceMethod_New(function: &Object) -> Result<Ref<InstanceMethod>> {
    InstanceMethod::new(function)
}

/// Borrowed from the method.
#[capi]
pub fn PyInstanceMethod_Function(method: &InstanceMethod) -> Result<&Object> {
    Ok(method.function())
}
