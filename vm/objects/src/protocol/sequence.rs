//! The sequence protocol.

use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, number};
use crate::raise::{self, Raised, Result};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::none::not_implemented;
use crate::types::tuple::Tuple;

/// `PySequence_Check`.
pub fn is_sequence(object: &Object) -> bool {
    object.cast::<Dict>().is_none()
        && object.class().sequence().is_some_and(|table| table.sq_item.get().is_some())
}

/// `PySequence_Size`: the length of what is indexed by position.
///
/// # Errors
/// TypeError when the object has none; what `__len__` raises.
pub fn len(object: &Object) -> Result<usize> {
    let class = object.class();
    let is_mapping = class.mapping().is_some_and(|table| table.mp_length.get().is_some());
    if is_mapping && class.sequence().is_none_or(|table| table.sq_length.get().is_none()) {
        return Err(crate::raise!(TypeError, "{} is not a sequence", class.full_name()));
    }
    super::object::len(object)
}

/// `PySequence_GetItem`: negative indices count from the end.
///
/// # Errors
/// IndexError; TypeError when the object has no items; what `__getitem__` raises.
pub fn get_item(object: &Object, index: isize) -> Result<Ref> {
    let Some(function) = object.class().sequence().and_then(|table| table.sq_item.get()) else {
        let name = object.class().full_name();
        if object.class().mapping().is_some_and(|table| table.mp_subscript.get().is_some()) {
            return Err(crate::raise!(TypeError, "{name} is not a sequence"));
        }
        return Err(crate::raise!(TypeError, "'{name}' object does not support indexing"));
    };
    let index = from_end(object, index)?;
    // SAFETY: the slot belongs to the object's class.
    unsafe { function(object, index) }
}

/// `PySequence_SetItem`; `None` deletes.
///
/// # Errors
/// IndexError; TypeError when items cannot be assigned; what `__setitem__` raises.
pub fn set_item(object: &Object, index: isize, value: Option<&Object>) -> Result<()> {
    let Some(function) = object.class().sequence().and_then(|table| table.sq_ass_item.get()) else {
        let what = if value.is_some() {
            "does not support item assignment"
        } else {
            "doesn't support item deletion"
        };
        return Err(crate::raise!(TypeError, "'{}' object {what}", object.class().full_name()));
    };
    let index = from_end(object, index)?;
    // SAFETY: the slot belongs to the object's class.
    match unsafe { function(object, index, value) } {
        0 => Ok(()),
        _ => Err(raise::pending()),
    }
}

fn from_end(object: &Object, index: isize) -> Result<isize> {
    match object.class().sequence().and_then(|table| table.sq_length.get()) {
        Some(length) if index < 0 => {
            // SAFETY: the slot belongs to the object's class.
            let length = unsafe { length(object) };
            if length < 0 { Err(raise::pending()) } else { Ok(index + length) }
        }
        _ => Ok(index),
    }
}

/// `PySequence_Contains`.
///
/// # Errors
/// TypeError when the object is not iterable; what comparing raises.
pub fn contains(container: &Object, item: &Object) -> Result<bool> {
    if let Some(function) = container.class().sequence().and_then(|table| table.sq_contains.get()) {
        // SAFETY: the slot belongs to the container's class.
        return match unsafe { function(container, item) } {
            answer if answer < 0 => Err(raise::pending()),
            answer => Ok(answer > 0),
        };
    }
    contains_by_iteration(container, item)
}

/// Membership by iterating and comparing (`_PySequence_IterSearch`).
///
/// # Errors
/// As [`contains`].
pub(crate) fn contains_by_iteration(container: &Object, item: &Object) -> Result<bool> {
    Ok(position(container, item)?.is_some())
}

/// The iterator of something that is searched.
fn iterate_searched(container: &Object) -> Result<Ref> {
    protocol::iter::get_iter(container).map_err(|raised| {
        if !raised.matches(&crate::types::exceptions::TypeError) || container.class().tp_iter.get().is_some()
        {
            return raised;
        }
        raised.clear();
        crate::raise!(TypeError, "argument of type '{}' is not iterable", container.class().full_name())
    })
}

/// How many items come before the first that equals `item`.
fn position(container: &Object, item: &Object) -> Result<Option<usize>> {
    let iterator = iterate_searched(container)?;
    let mut index = 0;
    while let Some(candidate) = protocol::iter::next(&iterator)? {
        if protocol::compare::equal(&candidate, item)? {
            return Ok(Some(index));
        }
        index += 1;
    }
    Ok(None)
}

/// `PySequence_Index`.
///
/// # Errors
/// ValueError when no item equals `item`; as [`contains`].
pub fn index(container: &Object, item: &Object) -> Result<usize> {
    match position(container, item)? {
        Some(index) => Ok(index),
        None => Err(crate::raise!(ValueError, "sequence.index(x): x not in sequence")),
    }
}

/// `PySequence_Count`.
///
/// # Errors
/// As [`contains`].
pub fn count(container: &Object, item: &Object) -> Result<usize> {
    let iterator = iterate_searched(container)?;
    let mut count = 0;
    while let Some(candidate) = protocol::iter::next(&iterator)? {
        count += usize::from(protocol::compare::equal(&candidate, item)?);
    }
    Ok(count)
}

/// `PySequence_Concat`.
///
/// # Errors
/// TypeError when the operands cannot be joined.
pub fn concat(left: &Object, right: &Object) -> Result<Ref> {
    if let Some(function) = left.class().sequence().and_then(|table| table.sq_concat.get()) {
        // SAFETY: the slot belongs to the operand's class.
        return unsafe { function(left, right) };
    }
    if is_sequence(left) && is_sequence(right) {
        let result = number::binary_op1(left, right, number::Binary::Add)?;
        if !result.is(not_implemented()) {
            return Ok(result);
        }
    }
    Err(cannot_concatenate(left))
}

/// `PySequence_InPlaceConcat`.
///
/// # Errors
/// TypeError when the operands cannot be joined.
pub fn inplace_concat(left: &Object, right: &Object) -> Result<Ref> {
    let table = left.class().sequence();
    let function = table.and_then(|table| table.sq_inplace_concat.get().or(table.sq_concat.get()));
    if let Some(function) = function {
        // SAFETY: the slot belongs to the operand's class.
        return unsafe { function(left, right) };
    }
    if is_sequence(left) && is_sequence(right) {
        let result = number::inplace_op1(left, right, number::Binary::Add)?;
        if !result.is(not_implemented()) {
            return Ok(result);
        }
    }
    Err(cannot_concatenate(left))
}

#[cold]
fn cannot_concatenate(object: &Object) -> Raised {
    crate::raise!(TypeError, "'{}' object can't be concatenated", object.class().full_name())
}

/// `PySequence_List`.
///
/// # Errors
/// What iterating raises.
pub fn to_list(iterable: &Object) -> Result<Ref<List>> {
    let list = List::new()?;
    list.extend(iterable)?;
    Ok(list)
}

/// `PySequence_Tuple`.
///
/// # Errors
/// What iterating raises.
pub fn to_tuple(iterable: &Object) -> Result<Ref<Tuple>> {
    if let Some(tuple) = iterable.cast_exact::<Tuple>() {
        return Ok(tuple.to_ref());
    }
    if let Some(list) = iterable.cast_exact::<List>() {
        // SAFETY: no code of a program runs while the items are copied.
        return Tuple::from_slice(unsafe { list.borrowed_items() });
    }
    Tuple::from_vec(protocol::iter::collect(iterable)?)
}
