//! Iterators.

use core::ffi::c_int;
use macros::capi;
use objects::protocol::iter;
use objects::types::generator::Sent;
use objects::types::none::none;
use objects::{Instance, Object, Ref, Result, id, protocol, raise};

#[capi]
pub fn PyObject_GetIter(object: &Object) -> Result<Ref> {
    iter::get_iter(object)
}

#[capi]
pub fn PyObject_GetAIter(object: &Object) -> Result<Ref> {
    let class = object.class();
    let Some(function) = class.async_methods().and_then(|table| table.am_aiter.get()) else {
        return Err(objects::raise!(TypeError, "'{}' object is not an async iterable", class.name()));
    };
    // SAFETY: the slot belongs to the object's class.
    let iterator = unsafe { function(object) }?;
    if !is_async_iterator(&iterator) {
        let name = iterator.class().name();
        return Err(objects::raise!(TypeError, "aiter() returned not an async iterator of type '{name}'"));
    }
    Ok(iterator)
}

#[capi]
pub fn PyIter_Check(object: &Object) -> bool {
    iter::is_iterator(object)
}

fn is_async_iterator(object: &Object) -> bool {
    object.class().async_methods().is_some_and(|table| table.am_anext.get().is_some())
}

#[capi]
pub fn PyAIter_Check(object: &Object) -> bool {
    is_async_iterator(object)
}

#[capi]
pub fn PyIter_Next(iterator: &Object) -> Result<Option<Ref>> {
    iter::next(iterator)
}

/// Sends a value into an iterator: 1 with what it yields, 0 with what it returns, -1 for an error (`PySendResult`).
///
/// # Safety
/// A C function: `place` may be written to.
#[capi]
pub unsafe fn PyIter_Send(iterator: &Object, value: &Object, place: *mut *mut Object) -> c_int {
    let (result, status) = match send(iterator, value) {
        Ok(Sent::Yielded(value)) => (value.into_ptr(), 1),
        Ok(Sent::Returned(value)) => (value.into_ptr(), 0),
        Err(raised) => {
            raised.leave();
            (core::ptr::null_mut(), -1)
        }
    };
    // SAFETY: the caller's promise.
    unsafe { place.write(result) };
    status
}

fn send(iterator: &Object, value: &Object) -> Result<Sent> {
    if let Some(function) = iterator.class().async_methods().and_then(|table| table.am_send.get()) {
        let mut result = None;
        // SAFETY: the slot belongs to the iterator's class.
        let status = unsafe { function(iterator, value, &raw mut result) };
        return match (status, result) {
            (1, Some(value)) => Ok(Sent::Yielded(value)),
            (0, Some(value)) => Ok(Sent::Returned(value)),
            _ => Err(raise::pending()),
        };
    }
    let next = if value.is(none()) && iterator.class().tp_iternext.get().is_some() {
        iter::next(iterator)
    } else {
        match protocol::call::call_method(iterator, id!("send"), &[value]) {
            Ok(value) => Ok(Some(value)),
            Err(raised) if raised.matches(&objects::types::exceptions::StopIteration) => {
                return Ok(Sent::Returned(objects::types::exceptions::value::stop_value(&raised.take())));
            }
            Err(raised) => Err(raised),
        }
    };
    match next? {
        Some(value) => Ok(Sent::Yielded(value)),
        None => Ok(Sent::Returned(none().to_ref())),
    }
}
