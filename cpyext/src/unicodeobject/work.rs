//! What string methods do.

use core::ffi::{CStr, c_int};
use macros::capi;
use objects::protocol::compare;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::{Chars, Str, edit, numeric, percent, search, split};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, raise};

#[cold]
fn must_be_str(object: &Object) -> Raised {
    objects::raise!(TypeError, "must be str, not {}", object.class().full_name())
}

fn text(object: &Object) -> Result<&Str> {
    object.cast().ok_or_else(|| must_be_str(object))
}

#[capi]
pub fn PyUnicode_Concat(left: &Object, right: &Object) -> Result<Ref<Str>> {
    text(left)?.concat(text(right)?)
}

/// Replaces the string in a place by its concatenation with another; NULL after a failure.
///
/// # Safety
/// A C function: the place owns an object or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_Append(place: *mut *mut Object, right: Option<&Object>) {
    if place.is_null() {
        if !raise::occurred() {
            raise::bad_internal_call().leave();
        }
        return;
    }
    // SAFETY: the caller's promise.
    let left = unsafe { Ref::<Object>::from_nullable(place.replace(core::ptr::null_mut())) };
    let append = || -> Result<Ref<Str>> {
        let (Some(left), Some(right)) = (left, right) else {
            return Err(if raise::occurred() { raise::pending() } else { raise::bad_internal_call() });
        };
        match (left.downcast::<Str>(), right.cast::<Str>()) {
            (Ok(left), Some(right)) => objects::types::str::methods::append(left, right),
            _ => Err(raise::bad_internal_call()),
        }
    };
    match append() {
        // SAFETY: the caller's promise.
        Ok(text) => unsafe { place.write(text.upcast().into_ptr()) },
        Err(raised) => raised.leave(),
    }
}

/// As [`PyUnicode_Append`], taking over the right side.
///
/// # Safety
/// A C function: the place owns an object or is NULL; an owned object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_AppendAndDel(place: *mut *mut Object, right: Option<Ref>) {
    // SAFETY: the caller's promise.
    unsafe { PyUnicode_Append(place, right.as_deref()) }
}

#[capi]
pub fn PyUnicode_Contains(container: &Object, part: &Object) -> Result<bool> {
    let Some(part) = part.cast::<Str>() else {
        let name = part.class().full_name();
        return Err(objects::raise!(TypeError, "'in <string>' requires string as left operand, not {name}"));
    };
    let container = text(container)?;
    Ok(search::find(container.chars(), part.chars()).is_some())
}

/// Where a range of C indices, negative ones from the end, lies in a string.
fn range(text: &Str, start: isize, end: isize) -> (usize, usize) {
    let len = text.len() as isize;
    let adjust = |index: isize| if index < 0 { (index + len).max(0) } else { index };
    (adjust(start) as usize, adjust(end.min(len)) as usize)
}

fn part(text: &Str, start: isize, end: isize) -> Option<(usize, Chars<'_>)> {
    let (start, end) = range(text, start, end);
    (start <= end).then(|| (start, text.chars().slice(start, end)))
}

#[capi]
pub fn PyUnicode_Count(object: &Object, wanted: &Object, start: isize, end: isize) -> Result<isize> {
    let (object, wanted) = (text(object)?, text(wanted)?);
    Ok(part(object, start, end).map_or(0, |(_, chars)| search::count(chars, wanted.chars())) as isize)
}

/// The index of the first or, for a negative direction, of the last occurrence; -1 for none, -2 for an error.
#[unsafe(no_mangle)]
pub extern "C" fn PyUnicode_Find(
    object: &Object,
    wanted: &Object,
    start: isize,
    end: isize,
    direction: c_int,
) -> isize {
    let find = || -> Result<Option<usize>> {
        let (object, wanted) = (text(object)?, text(wanted)?);
        let Some((start, chars)) = part(object, start, end) else { return Ok(None) };
        let found = match direction > 0 {
            true => search::find(chars, wanted.chars()),
            false => search::rfind(chars, wanted.chars()),
        };
        Ok(found.map(|at| start + at))
    };
    match find() {
        Ok(found) => found.map_or(-1, |at| at as isize),
        Err(raised) => {
            raised.leave();
            -2
        }
    }
}

/// As [`PyUnicode_Find`], for one character.
#[unsafe(no_mangle)]
pub extern "C" fn PyUnicode_FindChar(
    object: &Str,
    char: u32,
    start: isize,
    end: isize,
    direction: c_int,
) -> isize {
    let Some((start, chars)) = part(object, start, end) else { return -1 };
    let mut places = chars.iter();
    let found = match direction > 0 {
        true => places.position(|other| other == char),
        false => places.rposition(|other| other == char),
    };
    found.map_or(-1, |at| (start + at) as isize)
}

/// Whether a part begins or, for a positive direction, ends with a text.
#[capi]
pub fn PyUnicode_Tailmatch(
    object: &Object,
    wanted: &Object,
    start: isize,
    end: isize,
    direction: c_int,
) -> Result<isize> {
    let (object, wanted) = (text(object)?, text(wanted)?);
    let (start, end) = range(object, start, end);
    let room = end.checked_sub(wanted.len()).filter(|room| *room >= start);
    let is_there = room.is_some_and(|last| {
        let at = if direction > 0 { last } else { start };
        search::matches_at(object.chars(), wanted.chars(), at)
    });
    Ok(isize::from(is_there))
}

/// A separator that may be NULL, which is None.
fn separator(object: Option<&Object>) -> &Object {
    object.unwrap_or(none())
}

#[capi]
pub fn PyUnicode_Split(object: &Object, sep: Option<&Object>, limit: isize) -> Result<Ref<List>> {
    split::split(text(object)?, separator(sep), limit, false)
}

#[capi]
pub fn PyUnicode_RSplit(object: &Object, sep: Option<&Object>, limit: isize) -> Result<Ref<List>> {
    split::split(text(object)?, separator(sep), limit, true)
}

#[capi]
pub fn PyUnicode_Splitlines(object: &Object, keep_ends: c_int) -> Result<Ref<List>> {
    split::splitlines(text(object)?, keep_ends != 0)
}

#[capi]
pub fn PyUnicode_Partition(object: &Object, sep: &Object) -> Result<Ref<Tuple>> {
    split::partition(text(object)?, sep, false)
}

#[capi]
pub fn PyUnicode_RPartition(object: &Object, sep: &Object) -> Result<Ref<Tuple>> {
    split::partition(text(object)?, sep, true)
}

/// A NULL separator is a blank.
#[capi]
pub fn PyUnicode_Join(sep: Option<&Object>, parts: &Object) -> Result<Ref<Str>> {
    let blank;
    let sep = match sep {
        Some(sep) => sep.cast::<Str>().ok_or_else(|| {
            objects::raise!(TypeError, "separator: expected str instance, {} found", sep.class().full_name())
        })?,
        None => {
            blank = Str::from_char(u32::from(b' '))?;
            &*blank
        }
    };
    split::join(sep, parts)
}

/// # Safety
/// A C function: `items` has `count` objects.
#[capi]
pub unsafe fn _PyUnicode_JoinArray(sep: &Str, items: *const &Object, count: isize) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    let items = (0..count.max(0) as usize).map(|at| unsafe { (*items.add(at)).to_ref() });
    split::join_items(sep, &items.collect::<Vec<_>>())
}

#[capi]
pub fn PyUnicode_Replace(object: &Object, old: &Object, new: &Object, limit: isize) -> Result<Ref<Str>> {
    edit::replace(text(object)?, text(old)?, text(new)?, limit)
}

#[capi]
pub fn PyUnicode_Format(template: &Object, arguments: &Object) -> Result<Ref<Str>> {
    percent::format(text(template)?, arguments)
}

#[capi]
pub fn PyUnicode_RichCompare(left: &Object, right: &Object, op: c_int) -> Result<Ref> {
    let op = objects::CompareOp::from_number(op).ok_or_else(raise::bad_internal_call)?;
    if left.cast::<Str>().is_none() || right.cast::<Str>().is_none() {
        return Ok(compare::unsupported());
    }
    compare::rich_compare(left, right, op)
}

/// Characters that the table maps to None are an error, which the handler of a name takes care of.
#[capi]
pub fn PyUnicode_Translate(
    object: &Object,
    table: Option<&Object>,
    errors: Option<&CStr>,
) -> Result<Ref<Str>> {
    let object = text(object)?;
    let table = table.ok_or_else(raise::bad_argument)?;
    let errors = errors.map(CStr::to_string_lossy);
    edit::translate_strictly(object, table, errors.as_deref())
}

/// How many characters at the beginning make an identifier.
#[capi]
pub fn _PyUnicode_ScanIdentifier(text: &Str) -> Result<isize> {
    let mut chars = text.chars().iter();
    let starts =
        chars.next().is_some_and(|char| char == u32::from(b'_') || unicode::is_identifier_start(char));
    Ok(if starts {
        1 + chars.take_while(|char| unicode::is_identifier_continue(*char)).count() as isize
    } else {
        0
    })
}

/// Decimal digits and blanks as those of ASCII; any other character outside of it is a question mark, with which the result ends.
#[capi]
pub fn _PyUnicode_TransformDecimalAndSpaceToASCII(text: &Str) -> Result<Ref<Str>> {
    if text.is_ascii() {
        return Ok(text.to_ref());
    }
    Str::from_latin1(&numeric::decimal_to_ascii(text))
}
