//! Iteration.

use crate::args::Sent;
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::call;
use crate::raise::{self, Catch, Result};
use crate::state;
use crate::typeobject::slots::IterNextFunc;
use crate::types::exceptions as exc;
use crate::types::list::List;
use crate::types::none::none;
use crate::types::tuple::Tuple;

/// `PyObject_GetIter`.
///
/// # Errors
/// TypeError when the object is not iterable; what `__iter__` raises.
pub fn get_iter(object: &Object) -> Result<Ref> {
    let Some(function) = object.class().tp_iter.get() else {
        if crate::protocol::sequence::is_sequence(object) {
            return crate::types::iter::sequence_iterator(object);
        }
        return Err(crate::raise!(TypeError, "'{}' object is not iterable", object.class().full_name()));
    };
    // SAFETY: the slot belongs to the object's class.
    let iterator = unsafe { function(object) }?;
    if !is_iterator(&iterator) {
        return Err(crate::raise!(
            TypeError,
            "iter() returned non-iterator of type '{}'",
            iterator.class().full_name()
        ));
    }
    Ok(iterator)
}

/// `PyIter_Check`: whether an object's class has `__next__`.
#[inline]
pub fn is_iterator(object: &Object) -> bool {
    let missing = crate::typeobject::dunder::next_not_implemented as IterNextFunc;
    object.class().tp_iternext.get().is_some_and(|next| !core::ptr::fn_addr_eq(next, missing))
}

/// `PyIter_Next`: `None` when the iterator is exhausted.
///
/// # Errors
/// What `__next__` raises, other than StopIteration; TypeError for something that is no iterator.
#[inline]
pub fn next(iterator: &Object) -> Result<Option<Ref>> {
    state::check_stack(" while iterating")?;
    let Some(function) = iterator.class().tp_iternext.get() else {
        return Err(crate::raise!(TypeError, "'{}' object is not an iterator", iterator.class().full_name()));
    };
    // SAFETY: the slot belongs to the iterator's class.
    match unsafe { function(iterator) } {
        Some(item) => Ok(Some(item)),
        None if !raise::occurred() => Ok(None),
        None => Err(raise::pending()).catch(&exc::StopIteration),
    }
}

/// Resumes a generator or an iterator with a value (`PyIter_Send`).
///
/// # Errors
/// What it raises.
pub fn send(receiver: &Object, value: &Object) -> Result<Sent> {
    let class = receiver.class();
    if let Some(function) = class.async_methods().and_then(|table| table.am_send.get()) {
        let mut place = None;
        // SAFETY: the slot belongs to the receiver's class.
        let answer = unsafe { function(receiver, value, &raw mut place) };
        return match (answer, place) {
            (0, Some(value)) => Ok(Sent::Return(value)),
            (1, Some(value)) => Ok(Sent::Next(value)),
            _ => Err(raise::pending()),
        };
    }
    match class.tp_iternext.get().filter(|_| is_iterator(receiver)) {
        // SAFETY: the slot belongs to the receiver's class.
        Some(function) if value.is(none()) => match unsafe { function(receiver) } {
            Some(item) => Ok(Sent::Next(item)),
            None if !raise::occurred() => Ok(Sent::Return(none().to_ref())),
            None => sent_by_call(Err(raise::pending())),
        },
        _ => sent_by_call(call::call_method(receiver, id!("send"), &[value])),
    }
}

/// What a call of a generator's method says: StopIteration is the end.
///
/// # Errors
/// Any other exception.
pub fn sent_by_call(result: Result) -> Result<Sent> {
    match result {
        Ok(value) => Ok(Sent::Next(value)),
        Err(raised) if raised.matches(&exc::StopIteration) => {
            Ok(Sent::Return(exc::value::stop_value(&raised.take())))
        }
        Err(raised) => Err(raised),
    }
}

/// Calls `each` with every item of an iterable. Exact lists and tuples are walked without an iterator; a list may change meanwhile.
///
/// # Errors
/// What iterating or `each` raises.
pub fn for_each(iterable: &Object, mut each: impl FnMut(Ref) -> Result<()>) -> Result<()> {
    if let Some(list) = iterable.cast_exact::<List>() {
        let mut index = 0;
        while let Some(item) = list.get(index) {
            each(item)?;
            index += 1;
        }
        return Ok(());
    }
    if let Some(tuple) = iterable.cast_exact::<Tuple>() {
        return tuple.items().iter().try_for_each(|item| each(item.to_ref()));
    }
    drain(&*get_iter(iterable)?, each)
}

/// Calls `each` with what is left in an iterator.
///
/// # Errors
/// What iterating or `each` raises.
pub fn drain(iterator: &Object, mut each: impl FnMut(Ref) -> Result<()>) -> Result<()> {
    state::check_stack(" while iterating")?;
    let Some(function) = iterator.class().tp_iternext.get() else {
        return Err(crate::raise!(TypeError, "'{}' object is not an iterator", iterator.class().full_name()));
    };
    // SAFETY: the slot belongs to the iterator's class, and suits every class that the object may be given meanwhile.
    while let Some(item) = unsafe { function(iterator) } {
        each(item)?;
    }
    if raise::occurred() {
        Err(raise::pending()).catch(&exc::StopIteration).map(|_: Option<()>| ())
    } else {
        Ok(())
    }
}

/// All items of an iterable.
///
/// # Errors
/// What iterating raises.
pub fn collect(iterable: &Object) -> Result<Vec<Ref>> {
    let known = iterable.cast_exact::<List>().map(List::len);
    let known = known.or_else(|| iterable.cast_exact::<Tuple>().map(Tuple::len));
    let mut items = Vec::with_capacity(known.unwrap_or_default());
    for_each(iterable, |item| {
        items.push(item);
        Ok(())
    })?;
    Ok(items)
}
