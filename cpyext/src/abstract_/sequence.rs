//! `PySequence_…`.

use core::ffi::CStr;
use macros::capi;
use objects::protocol::{compare, iter, mapping, number, sequence};
use objects::types::list::List;
use objects::types::slice::Slice;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result};

#[capi]
pub fn PySequence_Check(object: &Object) -> bool {
    sequence::is_sequence(object)
}

#[capi]
pub fn PySequence_Size(object: &Object) -> Result<isize> {
    size(object)
}

#[capi]
pub fn PySequence_Length(object: &Object) -> Result<isize> {
    size(object)
}

fn size(object: &Object) -> Result<isize> {
    sequence::len(object).map(|len| len as isize)
}

#[capi]
pub fn PySequence_Concat(left: &Object, right: &Object) -> Result<Ref> {
    sequence::concat(left, right)
}

#[capi]
pub fn PySequence_Repeat(object: &Object, count: isize) -> Result<Ref> {
    repeat(object, count, false)
}

#[capi]
pub fn PySequence_InPlaceRepeat(object: &Object, count: isize) -> Result<Ref> {
    repeat(object, count, true)
}

fn repeat(object: &Object, count: isize, inplace: bool) -> Result<Ref> {
    let table = object.class().sequence();
    let slot = table.and_then(|table| {
        table.sq_inplace_repeat.get().filter(|_| inplace).or_else(|| table.sq_repeat.get())
    });
    if let Some(function) = slot {
        // SAFETY: the slot belongs to the object's class.
        return unsafe { function(object, count) };
    }
    if sequence::is_sequence(object) {
        let count = objects::types::int::new_int(count as i64)?;
        return if inplace {
            number::inplace_op(object, &count, number::Binary::Multiply)
        } else {
            number::binary_op(object, &count, number::Binary::Multiply)
        };
    }
    Err(objects::raise!(TypeError, "'{}' object can't be repeated", object.class().name()))
}

#[capi]
pub fn PySequence_InPlaceConcat(left: &Object, right: &Object) -> Result<Ref> {
    if let Some(function) = left.class().sequence().and_then(|table| table.sq_inplace_concat.get()) {
        // SAFETY: the slot belongs to the object's class.
        return unsafe { function(left, right) };
    }
    if sequence::is_sequence(left)
        && sequence::is_sequence(right)
        && let Some(function) = left.class().number().and_then(|table| table.nb_inplace_add.get())
    {
        // SAFETY: the slot belongs to the object's class.
        let result = unsafe { function(left, right) }?;
        if !result.is(objects::types::none::not_implemented()) {
            return Ok(result);
        }
    }
    sequence::concat(left, right)
}

#[capi]
pub fn PySequence_GetItem(object: &Object, index: isize) -> Result<Ref> {
    sequence::get_item(object, index)
}

#[capi]
pub fn PySequence_SetItem(object: &Object, index: isize, value: Option<&Object>) -> Result<()> {
    sequence::set_item(object, index, value)
}

#[capi]
pub fn PySequence_DelItem(object: &Object, index: isize) -> Result<()> {
    sequence::set_item(object, index, None)
}

/// The slice `start:stop` for an object that takes slices.
fn slice(object: &Object, start: isize, stop: isize, assigns: bool, what: &str) -> Result<Ref<Slice>> {
    let is_supported = object.class().mapping().is_some_and(|table| match assigns {
        true => table.mp_ass_subscript.get().is_some(),
        false => table.mp_subscript.get().is_some(),
    });
    if !is_supported {
        return Err(objects::raise!(TypeError, "'{}' object {what}", object.class().name()));
    }
    Slice::from_indices(start, stop)
}

#[capi]
pub fn PySequence_GetSlice(object: &Object, start: isize, stop: isize) -> Result<Ref> {
    let slice = slice(object, start, stop, false, "is unsliceable")?;
    mapping::get_item(object, &slice)
}

#[capi]
pub fn PySequence_SetSlice(object: &Object, start: isize, stop: isize, value: Option<&Object>) -> Result<()> {
    let slice = slice(object, start, stop, true, "doesn't support slice assignment")?;
    mapping::set_item(object, &slice, value)
}

#[capi]
pub fn PySequence_DelSlice(object: &Object, start: isize, stop: isize) -> Result<()> {
    let slice = slice(object, start, stop, true, "doesn't support slice deletion")?;
    mapping::set_item(object, &slice, None)
}

#[capi]
pub fn PySequence_Tuple(iterable: &Object) -> Result<Ref<Tuple>> {
    sequence::to_tuple(iterable)
}

#[capi]
pub fn PySequence_List(iterable: &Object) -> Result<Ref<List>> {
    sequence::to_list(iterable)
}

/// The object itself if it is a list or a tuple, else a list of its items; `message` is the TypeError's text when it has none.
#[capi]
pub fn PySequence_Fast(iterable: &Object, message: &CStr) -> Result<Ref> {
    if iterable.cast::<List>().is_some() || iterable.cast::<Tuple>().is_some() {
        return Ok(iterable.to_ref());
    }
    let iterator = iter::get_iter(iterable).map_err(|raised| {
        if !raised.matches(&objects::types::exceptions::TypeError) {
            return raised;
        }
        raised.clear();
        objects::raise!(TypeError, "{}", message.to_string_lossy())
    })?;
    Ok(sequence::to_list(&iterator)?.upcast())
}

/// What searching by iteration looks for.
#[derive(Clone, Copy, PartialEq)]
enum Search {
    Count,
    Index,
}

/// Counts the items that equal `value`, or finds the first.
fn search(object: &Object, value: &Object, search: Search) -> Result<isize> {
    let iterator = iter::get_iter(object).map_err(|raised| {
        if !raised.matches(&objects::types::exceptions::TypeError) {
            return raised;
        }
        raised.clear();
        objects::raise!(TypeError, "argument of type '{}' is not iterable", object.class().name())
    })?;
    let mut number = 0isize;
    while let Some(item) = iter::next(&iterator)? {
        let is_equal = compare::equal(&item, value)?;
        if is_equal && search == Search::Index {
            return Ok(number);
        }
        if is_equal || search == Search::Index {
            number = number.checked_add(1).ok_or_else(|| too_large(search))?;
        }
    }
    if search == Search::Index {
        return Err(objects::raise!(ValueError, "sequence.index(x): x not in sequence"));
    }
    Ok(number)
}

#[cold]
fn too_large(search: Search) -> Raised {
    match search {
        Search::Count => objects::raise!(OverflowError, "count exceeds C integer size"),
        Search::Index => objects::raise!(OverflowError, "index exceeds C integer size"),
    }
}

#[capi]
pub fn PySequence_Count(object: &Object, value: &Object) -> Result<isize> {
    search(object, value, Search::Count)
}

#[capi]
pub fn PySequence_Index(object: &Object, value: &Object) -> Result<isize> {
    search(object, value, Search::Index)
}

#[capi]
pub fn PySequence_Contains(object: &Object, value: Option<&Object>) -> Result<bool> {
    match value {
        Some(value) => sequence::contains(object, value),
        // A list without items compares nothing.
        None if object.cast::<List>().is_some_and(List::is_empty) => Ok(false),
        None => Err(crate::abstract_::null_error()),
    }
}

#[capi]
pub fn PySequence_In(object: &Object, value: &Object) -> Result<bool> {
    sequence::contains(object, value)
}
