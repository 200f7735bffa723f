//! Functions that traces call where no code of a program runs for certain, which they find out themselves: one that is not sure has done
//! nothing and says so, and the trace leaves the instruction to the interpreter.

use crate::death;
use crate::helpers::{answer, pointer};
use objects::attrs::{self, Storage};
use objects::protocol::{self, mapping};
use objects::quiet::{is_quiet_key, owns_nothing};
use objects::typeobject::flags::{METH_FASTCALL, METH_KEYWORDS, METH_NOARGS, METH_O};
use objects::types::bytearray::methods::PyByteArray_Type;
use objects::types::bytes::methods::PyBytes_Type;
use objects::types::dict::Dict;
use objects::types::dict::methods::PyDict_Type;
use objects::types::int::PyLong_Type;
use objects::types::list::List;
use objects::types::list::methods::PyList_Type;
use objects::types::none::none;
use objects::types::range::PyRange_Type;
use objects::types::set::methods::{PyFrozenSet_Type, PySet_Type};
use objects::types::set::{Set, any_exact_set};
use objects::types::slice::{Bounds, Slice};
use objects::types::str::{PyUnicode_Type, Str};
use objects::types::tuple::Tuple;
use objects::types::tuple::methods::PyTuple_Type;
use objects::{Object, Ref, Result, TypeObject, raise};

/// What a function gives that is not sure: no object, no exception.
pub const UNSURE: i64 = 2;

/// Items of a sequence that are compared with something.
const LONGEST: usize = 64;

fn unsure() -> *mut Object {
    core::ptr::without_provenance_mut(UNSURE as usize)
}

/// The containers whose items and slices are taken by the runtime alone.
pub const SEQUENCES: [&TypeObject; 6] =
    [&PyList_Type, &PyTuple_Type, &PyUnicode_Type, &PyBytes_Type, &PyByteArray_Type, &PyRange_Type];

/// The containers that [`has`] looks into.
pub const SEARCHED: [&TypeObject; 6] =
    [&PyDict_Type, &PySet_Type, &PyFrozenSet_Type, &PyList_Type, &PyTuple_Type, &PyUnicode_Type];

/// The hash of a quiet key.
fn hash_of(key: &Object) -> Option<isize> {
    if !is_quiet_key(key) {
        return None;
    }
    protocol::object::hash(key).map_err(raise::Raised::clear).ok()
}

/// Gives up what a container held, as compiled code does.
fn give_up(gone: Option<Ref>) {
    if let Some(gone) = gone {
        let gone = gone.into_ptr();
        // SAFETY: the reference was ours.
        unsafe {
            if Object::release(gone) {
                death::die(gone);
            }
        }
    }
}

/// An error that the interpreter will come to again.
fn forgotten(raised: raise::Raised) -> i64 {
    raised.clear();
    UNSURE
}

/// `key in container`; never an exception.
pub extern "C" fn has(key: &Object, container: &Object) -> i64 {
    if let Some(dict) = container.cast_exact::<Dict>() {
        let found = hash_of(key).and_then(|hash| dict.find_quietly(key, hash));
        return found.map_or(UNSURE, |found| i64::from(found.is_some()));
    }
    if let Some(set) = any_exact_set(container) {
        return hash_of(key).and_then(|hash| set.has_quietly(key, hash)).map_or(UNSURE, i64::from);
    }
    if let (Some(_), Some(_)) = (container.cast_exact::<Str>(), key.cast_exact::<Str>()) {
        return protocol::sequence::contains(container, key).map_or_else(forgotten, i64::from);
    }
    let items = match (container.cast_exact::<List>(), container.cast_exact::<Tuple>()) {
        (Some(list), _) if list.is_empty() => &[],
        // SAFETY: nothing runs here that could change the list.
        (Some(list), _) => unsafe {
            core::slice::from_raw_parts(list.raw_items().cast::<&Object>(), list.len())
        },
        (_, Some(tuple)) => tuple.items(),
        _ => return UNSURE,
    };
    if items.len() > LONGEST || !is_quiet_key(key) {
        return UNSURE;
    }
    for item in items {
        if core::ptr::eq(*item, key) {
            return 1;
        }
        if !is_quiet_key(item) {
            return UNSURE;
        }
        match protocol::compare::equal(item, key) {
            Ok(false) => {}
            found => return found.map_or_else(forgotten, i64::from),
        }
    }
    0
}

/// Whether a slice may have it for a field: an int or None.
fn is_bound(object: &Object) -> bool {
    object.is(none()) || object.is_exactly(&PyLong_Type)
}

/// Whether it is an int, or a slice with such fields.
fn is_plain_index(key: &Object) -> bool {
    key.is_exactly(&PyLong_Type)
        || key.cast_exact::<Slice>().is_some_and(|slice| slice.parts().iter().all(|part| is_bound(part)))
}

/// `container[key]`, of a dictionary or one of [`SEQUENCES`].
pub extern "C" fn item(container: &Object, key: &Object) -> *mut Object {
    if let Some(dict) = container.cast_exact::<Dict>() {
        let Some(found) = hash_of(key).and_then(|hash| dict.find_quietly(key, hash)) else { return unsure() };
        let value = found.and_then(|index| dict.value_of_entry(index));
        return pointer(value.ok_or_else(|| raise::key_error(key)));
    }
    if is_plain_index(key) { pointer(mapping::get_item(container, key)) } else { unsure() }
}

/// `container[start:stop]`, of one of [`SEQUENCES`].
pub extern "C" fn part(container: &Object, start: &Object, stop: &Object) -> *mut Object {
    if !is_bound(start) || !is_bound(stop) {
        return unsure();
    }
    let slice = Slice::new(start, stop, none());
    pointer(slice.and_then(|slice| mapping::get_item(container, &slice)))
}

/// `dict[key] = value`.
pub extern "C" fn set_item(dict: &Dict, key: &Object, value: &Object) -> i64 {
    let Some(hash) = hash_of(key) else { return UNSURE };
    match dict.set_quietly(key, hash, value) {
        Ok(None) => UNSURE,
        Ok(Some(old)) => {
            give_up(old);
            0
        }
        Err(raised) => answer(Err(raised)),
    }
}

/// `del dict[key]`.
pub extern "C" fn del_item(dict: &Dict, key: &Object) -> i64 {
    let removed = hash_of(key).and_then(|hash| dict.remove_quietly(key, hash));
    match removed {
        None => UNSURE,
        Some(None) => answer(Err(raise::key_error(key))),
        Some(Some((key, value))) => {
            give_up(key);
            give_up(value);
            0
        }
    }
}

/// `dict.get(key, default)`.
pub extern "C" fn dict_get(dict: &Dict, key: &Object, default: &Object) -> *mut Object {
    let Some(found) = hash_of(key).and_then(|hash| dict.find_quietly(key, hash)) else { return unsure() };
    let value = found.and_then(|index| dict.value_of_entry(index));
    value.unwrap_or_else(|| Ref::from_borrowed(default)).into_ptr()
}

/// `dict.setdefault(key, default)`.
pub extern "C" fn dict_set_default(dict: &Dict, key: &Object, default: &Object) -> *mut Object {
    let Some(hash) = hash_of(key) else { return unsure() };
    match dict.find_quietly(key, hash) {
        Some(Some(index)) => dict.value_of_entry(index).map_or_else(unsure, Ref::into_ptr),
        Some(None) => match dict.set_quietly(key, hash, default) {
            Ok(Some(_)) => Ref::from_borrowed(default).into_ptr(),
            Ok(None) => unsure(),
            Err(raised) => pointer(Err(raised)),
        },
        None => unsure(),
    }
}

/// `set.add(item)`; None.
pub extern "C" fn set_add(set: &Set, item: &Object) -> *mut Object {
    let Some(hash) = hash_of(item) else { return unsure() };
    match set.add_quietly(item, hash) {
        Ok(true) => Ref::from_borrowed(none()).into_ptr(),
        Ok(false) => unsure(),
        Err(raised) => pointer(Err(raised)),
    }
}

/// `set.discard(item)`; None.
pub extern "C" fn set_discard(set: &Set, item: &Object) -> *mut Object {
    match hash_of(item).and_then(|hash| set.discard_quietly(item, hash)) {
        None => unsure(),
        Some(gone) => {
            give_up(gone);
            Ref::from_borrowed(none()).into_ptr()
        }
    }
}

/// The dictionary in which an instance's attributes are, if no look-up of a name in it runs code.
fn attributes(owner: &Object) -> Option<Ref<Dict>> {
    let Storage::Managed(managed) = attrs::storage(owner) else { return None };
    managed.dict().filter(|dict| dict.has_exact_str_keys())
}

/// An instance's own attribute, where they are in a dictionary; not sure if it is not there.
pub extern "C" fn own_attribute(owner: &Object, name: &Str) -> *mut Object {
    match attributes(owner).map(|dict| dict.get_str(name)) {
        Some(Ok(Some(value))) => value.into_ptr(),
        _ => unsure(),
    }
}

/// Whether an instance's attributes are in a dictionary that has none of that name.
pub extern "C" fn has_not(owner: &Object, name: &Str) -> i64 {
    i64::from(attributes(owner).is_some_and(|dict| dict.place_of(name).is_none()))
}

/// Sets an instance's own attribute, where they are in a dictionary.
pub extern "C" fn set_own_attribute(owner: &Object, name: &Str, value: &Object) -> i64 {
    attributes(owner).map_or(UNSURE, |dict| set_item(&dict, name.as_ref(), value))
}

/// The text of an exact string, int or float by a format, or NULL for none.
pub extern "C" fn format(value: &Object, spec: Option<&Str>) -> *mut Object {
    let made: Result<Ref> = match spec {
        Some(spec) => protocol::object::format(value, Some(spec)).map(Ref::upcast),
        None => protocol::object::str(value).map(Ref::upcast),
    };
    pointer(made)
}

/// Joins strings, the first operand being how many.
pub unsafe extern "C" fn join(
    count: i64,
    a: *mut Object,
    b: *mut Object,
    c: *mut Object,
    d: *mut Object,
    e: *mut Object,
) -> *mut Object {
    let all = [a, b, c, d, e];
    // SAFETY: as many strings as counted.
    let pieces = unsafe { core::slice::from_raw_parts(all.as_ptr().cast::<&Object>(), count as usize) };
    // SAFETY: as above.
    pointer(unsafe { Str::concat_all(pieces) }.map(Ref::upcast))
}

/// A slice.
pub extern "C" fn new_slice(start: &Object, stop: &Object, step: &Object) -> *mut Object {
    pointer(Slice::new(start, stop, step).map(Ref::upcast))
}

/// `list[start:stop] = value` with a list, where what goes owns nothing.
pub extern "C" fn assign_part(list: &Object, start: &Object, stop: &Object, value: &Object) -> i64 {
    let (Some(list), Some(_)) = (list.cast_exact::<List>(), value.cast_exact::<List>()) else {
        return UNSURE;
    };
    if !is_bound(start) || !is_bound(stop) {
        return UNSURE;
    }
    let bounds = match Bounds::of(start, stop, none()) {
        Ok(bounds) => bounds,
        Err(raised) => return forgotten(raised),
    };
    let indices = bounds.for_len(list.len());
    let items = list.raw_items();
    // SAFETY: the items of the list within its length.
    let mut going = (indices.start..indices.stop).map(|index| unsafe { &**items.add(index as usize) });
    if !going.all(|item| owns_nothing(item.class())) {
        return UNSURE;
    }
    answer(list.assign_slice(bounds, value).map(|()| true))
}

/// The next item of a built-in iterator that has one.
pub extern "C" fn next(iterator: &Object) -> *mut Object {
    if !objects::quiet::goes_on(iterator) {
        return unsure();
    }
    match protocol::iter::next(iterator) {
        // The string of an iterator over one may end.
        Ok(item) => item.map_or(core::ptr::null_mut(), Ref::into_ptr),
        Err(raised) => pointer(Err(raised)),
    }
}

/// A function of native code by its convention, with what C gets as `self`.
#[derive(Clone, Copy, Debug)]
pub struct Native {
    pub address: u64,
    pub flags: i32,
}

impl Native {
    /// Whether it takes so many arguments.
    pub fn takes(self, count: usize) -> bool {
        match self.flags {
            METH_NOARGS => count == 0,
            METH_O => count == 1,
            _ => self.is_fast() && count <= 4,
        }
    }

    /// Whether its arguments are in memory.
    pub fn is_fast(self) -> bool {
        self.flags == METH_FASTCALL || self.is_named()
    }

    /// Whether it would take names too.
    pub fn is_named(self) -> bool {
        self.flags == METH_FASTCALL | METH_KEYWORDS
    }
}

/// How many of the arguments there are.
fn count(args: &[*mut Object; 4]) -> isize {
    args.iter().take_while(|arg| !arg.is_null()).count() as isize
}

/// Calls a METH_FASTCALL function with up to four arguments.
pub unsafe extern "C" fn call_fast(
    function: unsafe extern "C" fn(*mut Object, *const *mut Object, isize) -> *mut Object,
    this: *mut Object,
    a: *mut Object,
    b: *mut Object,
    c: *mut Object,
    d: *mut Object,
) -> *mut Object {
    let args = [a, b, c, d];
    // SAFETY: a function of that convention, with what it takes.
    unsafe { function(this, args.as_ptr(), count(&args)) }
}

/// Calls a METH_FASTCALL function that would take names too.
pub unsafe extern "C" fn call_fast_named(
    function: unsafe extern "C" fn(*mut Object, *const *mut Object, isize, *mut Object) -> *mut Object,
    this: *mut Object,
    a: *mut Object,
    b: *mut Object,
    c: *mut Object,
    d: *mut Object,
) -> *mut Object {
    let args = [a, b, c, d];
    // SAFETY: as above; no names.
    unsafe { function(this, args.as_ptr(), count(&args), core::ptr::null_mut()) }
}
