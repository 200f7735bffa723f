//! What runs no code of a program: the keys whose hashing and comparing is the runtime's own.

use crate::object::Object;
use crate::typeobject::TypeObject;
use crate::types::bool::PyBool_Type;
use crate::types::bytes::methods::PyBytes_Type;
use crate::types::dict::iter::{ItemIterator, KeyIterator, ValueIterator};
use crate::types::float::PyFloat_Type;
use crate::types::functional::{Enumerate, Zip};
use crate::types::int::PyLong_Type;
use crate::types::list::iter::ListIterator;
use crate::types::none::_PyNone_Type;
use crate::types::object::PyBaseObject_Type;
use crate::types::range::iter::{PyRangeIter_Type, RangeIterator};
use crate::types::set::methods::SetIterator;
use crate::types::str::iter::{AsciiIterator, StrIterator};
use crate::types::str::{PyUnicode_Type, Str};
use crate::types::tuple::Tuple;
use crate::types::tuple::methods::TupleIterator;
use core::ptr;

/// How many tuples deep a key is looked through.
const DEPTH: u32 = 3;

/// Items of a tuple that is looked through.
const WIDTH: usize = 8;

/// Whether hashing the object and comparing it with another such one runs no code of a program: strings, numbers, None, tuples of
/// them, and what is equal to itself alone.
#[inline]
pub fn is_quiet_key(object: &Object) -> bool {
    object.is_exactly(&PyUnicode_Type) || object.is_exactly(&PyLong_Type) || is_quiet(object, DEPTH)
}

/// Strings, numbers, None: their instances are hashed and compared by the runtime alone.
const PLAIN: [*const TypeObject; 5] = [
    &raw const PyUnicode_Type,
    &raw const PyLong_Type,
    &raw const PyFloat_Type,
    &raw const PyBool_Type,
    &raw const _PyNone_Type,
];

/// Whether instances own nothing and end without running anything.
pub fn owns_nothing(class: *const TypeObject) -> bool {
    PLAIN.contains(&class) || [&raw const PyBytes_Type, &raw const PyRangeIter_Type].contains(&class)
}

fn is_quiet(object: &Object, depth: u32) -> bool {
    let class = object.class();
    if PLAIN.contains(&ptr::from_ref(class)) {
        return true;
    }
    if let Some(tuple) = object.cast_exact::<Tuple>() {
        return depth > 0
            && tuple.len() <= WIDTH
            && tuple.items().iter().all(|item| is_quiet(item, depth - 1));
    }
    let base = &PyBaseObject_Type;
    let same_hash = match (class.tp_hash.get(), base.tp_hash.get()) {
        (Some(own), Some(of_object)) => ptr::fn_addr_eq(own, of_object),
        _ => false,
    };
    let same_order = match (class.tp_richcompare.get(), base.tp_richcompare.get()) {
        (Some(own), Some(of_object)) => ptr::fn_addr_eq(own, of_object),
        _ => false,
    };
    same_hash && same_order
}

/// Whether two quiet keys are equal.
#[inline]
pub(crate) fn equal(left: &Object, right: &Object) -> bool {
    match (left.cast_exact::<Str>(), right.cast_exact::<Str>()) {
        (Some(left), Some(right)) => left.equals(right),
        // Only a lack of memory could keep them from being compared.
        _ => crate::protocol::compare::equal(left, right).unwrap_or_else(|raised| {
            raised.clear();
            false
        }),
    }
}

/// Whether the iterator is a built-in one that has a next item and runs no code of a program to give it.
pub fn goes_on(iterator: &Object) -> bool {
    gives(iterator, DEPTH)
}

fn gives(iterator: &Object, depth: u32) -> bool {
    if let Some(iterator) = iterator.cast_exact::<ListIterator>() {
        let (list, position) = iterator.state();
        // SAFETY: nothing runs here that could take the list away.
        return unsafe { list.peek() }.is_some_and(|list| (position.get() as usize) < list.len());
    }
    if let Some(iterator) = iterator.cast_exact::<TupleIterator>() {
        let (tuple, position) = iterator.state();
        // SAFETY: as above.
        return unsafe { tuple.peek() }.is_some_and(|tuple| (position.get() as usize) < tuple.len());
    }
    if let Some(range) = iterator.cast_exact::<RangeIterator>() {
        return range.len.get() > 0;
    }
    // A string may end with its iterator.
    if iterator.cast_exact::<AsciiIterator>().is_some() || iterator.cast_exact::<StrIterator>().is_some() {
        return true;
    }
    if let Some(iterator) = iterator.cast_exact::<KeyIterator>() {
        return iterator.goes_on_quietly();
    }
    if let Some(iterator) = iterator.cast_exact::<ValueIterator>() {
        return iterator.goes_on_quietly();
    }
    if let Some(iterator) = iterator.cast_exact::<ItemIterator>() {
        return iterator.goes_on_quietly();
    }
    if let Some(iterator) = iterator.cast_exact::<SetIterator>() {
        return iterator.goes_on();
    }
    if depth == 0 {
        return false;
    }
    if let Some(pairs) = iterator.cast_exact::<Enumerate>() {
        return pairs.quiet_source().is_some_and(|source| gives(source, depth - 1));
    }
    if let Some(zip) = iterator.cast_exact::<Zip>() {
        return zip.quiet_sources().is_some_and(|all| all.iter().all(|source| gives(source, depth - 1)));
    }
    false
}
