//! Taking strings apart and joining them.

use super::{Chars, Str, intern, search};
use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol;
use crate::raise;
use crate::raise::Result;
use crate::types::list::List;
use crate::types::none::none;
use crate::types::tuple::Tuple;
use core::ops::{Deref, Range};

/// `str.split` and `str.rsplit`.
///
/// # Errors
/// TypeError, ValueError for an empty separator, MemoryError.
pub fn split(text: &Str, separator: &Object, limit: isize, from_right: bool) -> Result<Ref<List>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let chars = text.chars();
    let mut pieces = Pieces::new(text)?;
    if separator.is(none()) {
        let is_space = |char: u32| unicode::is_space_fast(char);
        match chars {
            Chars::One(chars) => at_spaces(
                chars.len(),
                |at| is_space(chars[at].into()),
                limit,
                from_right,
                |word| pieces.push(word),
            ),
            _ => at_spaces(
                chars.len(),
                |at| is_space(chars.at(at)),
                limit,
                from_right,
                |word| pieces.push(word),
            ),
        }?;
        return Ok(pieces.list);
    }
    let Some(separator) = separator.cast::<Str>() else {
        return Err(raise!(TypeError, "must be str or None, not {}", separator.class().name()));
    };
    if separator.is_empty() {
        return Err(raise!(ValueError, "empty separator"));
    }
    let (mut start, width) = (0, separator.len());
    let between = |at| {
        pieces.push(start..at)?;
        start = at + width;
        Ok(())
    };
    if from_right {
        positions_from_right(chars, separator.chars(), limit).into_iter().try_for_each(between)?;
    } else {
        search::try_each_in(chars, separator.chars(), limit, between)?;
    }
    pieces.push(start..text.len())?;
    Ok(pieces.list)
}

/// A list that gets parts of a string.
struct Pieces<'a> {
    text: &'a Str,
    list: Ref<List>,
}

impl<'a> Pieces<'a> {
    fn new(text: &'a Str) -> Result<Pieces<'a>> {
        /// Most strings have a few parts only.
        const ROOM: usize = 5;
        let list = List::new()?;
        list.reserve(ROOM)?;
        Ok(Pieces { text, list })
    }

    fn push(&mut self, part: Range<usize>) -> Result<()> {
        self.list.push(self.text.substring(part.start, part.end)?.upcast())
    }
}

/// The occurrences that do not overlap, counted from the right, in ascending order.
fn positions_from_right(chars: Chars<'_>, separator: Chars<'_>, limit: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut end = chars.len();
    while found.len() < limit
        && let Some(at) = search::rfind(chars.slice(0, end), separator)
    {
        found.push(at);
        end = at;
    }
    found.reverse();
    found
}

/// What is left and right of separators of `width` at the given places.
pub fn between(separators: &[usize], width: usize, len: usize) -> Vec<Range<usize>> {
    let mut ranges = Vec::with_capacity(separators.len() + 1);
    let mut start = 0;
    for &at in separators {
        ranges.push(start..at);
        start = at + width;
    }
    ranges.push(start..len);
    ranges
}

/// Calls `each` with the words between white space; when `limit` splits are made the rest is one word, trimmed on its outer side
/// only.
///
/// # Errors
/// The first that `each` gives.
pub fn at_spaces(
    len: usize,
    is_space: impl Fn(usize) -> bool,
    limit: usize,
    from_right: bool,
    mut each: impl FnMut(Range<usize>) -> Result<()>,
) -> Result<()> {
    if from_right {
        return at_spaces_from_right(len, is_space, limit).into_iter().try_for_each(each);
    }
    let (mut start, mut count) = (0, 0);
    loop {
        while start < len && is_space(start) {
            start += 1;
        }
        if start == len {
            return Ok(());
        }
        if count == limit {
            return each(start..len);
        }
        let mut end = start + 1;
        while end < len && !is_space(end) {
            end += 1;
        }
        each(start..end)?;
        count += 1;
        start = end;
    }
}

/// The words of [`at_spaces`] when the splits are made from the right.
fn at_spaces_from_right(len: usize, is_space: impl Fn(usize) -> bool, limit: usize) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut end = len;
    loop {
        while end > 0 && is_space(end - 1) {
            end -= 1;
        }
        if end == 0 {
            break;
        }
        let mut start = end - 1;
        if words.len() == limit {
            words.push(0..end);
            break;
        }
        while start > 0 && !is_space(start - 1) {
            start -= 1;
        }
        words.push(start..end);
        end = start;
    }
    words.reverse();
    words
}

/// The lines of something, with or without their ends.
pub fn lines(
    len: usize,
    at: impl Fn(usize) -> u32,
    is_break: impl Fn(u32) -> bool,
    keep_ends: bool,
) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < len {
        let mut end = start;
        while end < len && !is_break(at(end)) {
            end += 1;
        }
        let mut next = end;
        if next < len {
            next += 1 + usize::from(at(end) == 0x0d && end + 1 < len && at(end + 1) == 0x0a);
        }
        lines.push(start..if keep_ends { next } else { end });
        start = next;
    }
    lines
}

/// `str.splitlines`.
///
/// # Errors
/// MemoryError.
pub fn splitlines(text: &Str, keep_ends: bool) -> Result<Ref<List>> {
    let chars = text.chars();
    let mut pieces = Pieces::new(text)?;
    let lines = match chars {
        Chars::One(chars) => lines(chars.len(), |at| chars[at].into(), unicode::is_linebreak, keep_ends),
        _ => lines(chars.len(), |at| chars.at(at), unicode::is_linebreak, keep_ends),
    };
    lines.into_iter().try_for_each(|line| pieces.push(line))?;
    Ok(pieces.list)
}

/// `str.partition` and `str.rpartition`.
///
/// # Errors
/// TypeError, ValueError for an empty separator, MemoryError.
pub fn partition(text: &Str, separator: &Object, from_right: bool) -> Result<Ref<Tuple>> {
    let Some(separator) = separator.cast::<Str>() else {
        return Err(raise!(TypeError, "must be str, not {}", separator.class().name()));
    };
    if separator.is_empty() {
        return Err(raise!(ValueError, "empty separator"));
    }
    let find = if from_right { search::rfind } else { search::find };
    let parts = match find(text.chars(), separator.chars()) {
        Some(at) => [
            text.substring(0, at)?,
            Ref::from_borrowed(separator),
            text.substring(at + separator.len(), text.len())?,
        ],
        None if from_right => [intern::empty(), intern::empty(), text.to_exact()?],
        None => [text.to_exact()?, intern::empty(), intern::empty()],
    };
    Tuple::from_array(parts.map(Ref::upcast))
}

/// `separator.join(iterable)` (`PyUnicode_Join`).
///
/// # Errors
/// TypeError when the argument is not iterable or an item is no string; what iterating raises.
pub fn join(separator: &Str, iterable: &Object) -> Result<Ref<Str>> {
    if let Some(tuple) = iterable.cast_exact::<Tuple>() {
        return join_items(separator, tuple.items());
    }
    if let Some(list) = iterable.cast_exact::<List>() {
        // SAFETY: joining runs no code of a program, so that the list stays as it is.
        return join_items(separator, unsafe { list.borrowed_items() });
    }
    let items = protocol::iter::collect(iterable).map_err(|raised| {
        if !raised.matches(&crate::types::exceptions::TypeError)
            || iterable.class().tp_iter.get().is_some()
            || protocol::sequence::is_sequence(iterable)
        {
            return raised;
        }
        raised.clear();
        raise!(TypeError, "can only join an iterable")
    })?;
    join_items(separator, &items)
}

/// [`join`] of items at hand.
///
/// # Errors
/// TypeError when an item is no string; OverflowError; MemoryError.
pub fn join_items<T: Deref<Target = Object>>(separator: &Str, items: &[T]) -> Result<Ref<Str>> {
    let (mut len, mut max) = (0usize, 0);
    for (index, item) in items.iter().enumerate() {
        let Some(item) = item.cast::<Str>() else {
            return Err(raise!(
                TypeError,
                "sequence item {index}: expected str instance, {} found",
                item.class().name()
            ));
        };
        len = len.saturating_add(item.len());
        max = max.max(item.max_hint());
    }
    // SAFETY: all are strings, as the loop above has seen.
    let parts = || items.iter().map(|item| unsafe { item.cast_unchecked::<Str>() });
    match items.len() {
        0 => return Ok(intern::empty()),
        1 => {
            if let Some(only) = items[0].cast_exact::<Str>() {
                return Ok(Ref::from_borrowed(only));
            }
        }
        count => {
            len = len.saturating_add(separator.len().saturating_mul(count - 1));
            max = max.max(separator.max_hint());
        }
    }
    if isize::try_from(len).is_err() {
        return Err(raise!(OverflowError, "join() result is too long for a Python string"));
    }
    if len == 0 {
        return Ok(intern::empty());
    }
    let result = Str::alloc(len, max)?;
    let mut at = 0;
    for (index, part) in parts().enumerate() {
        if index > 0 && !separator.is_empty() {
            result.write_at(at, separator.chars());
            at += separator.len();
        }
        result.write_at(at, part.chars());
        at += part.len();
    }
    Ok(result)
}

/// Which ends are stripped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    Left,
    Right,
    Both,
}

/// The range that is left when the units that `strip` holds for are taken off the ends.
pub fn stripped_units<T: Copy>(units: &[T], ends: Ends, strip: impl Fn(T) -> bool) -> Range<usize> {
    let stays = |&unit: &T| !strip(unit);
    let start = match ends {
        Ends::Right => 0,
        _ => units.iter().position(stays).unwrap_or(units.len()),
    };
    let end = match ends {
        Ends::Left => units.len(),
        _ => units[start..].iter().rposition(stays).map_or(start, |last| start + last + 1),
    };
    start..end
}

/// [`stripped_units`] of characters of any width.
fn stripped(chars: Chars<'_>, ends: Ends, strip: impl Fn(u32) -> bool) -> Range<usize> {
    match chars {
        Chars::One(chars) => stripped_units(chars, ends, |char| strip(char.into())),
        Chars::Two(chars) => stripped_units(chars, ends, |char| strip(char.into())),
        Chars::Four(chars) => stripped_units(chars, ends, strip),
    }
}

/// `str.strip` and its kin.
///
/// # Errors
/// TypeError, MemoryError.
pub fn strip(text: &Str, what: &Object, ends: Ends, name: &str) -> Result<Ref<Str>> {
    let chars = text.chars();
    let range = if what.is(none()) {
        stripped(chars, ends, unicode::is_space_fast)
    } else {
        let Some(what) = what.cast::<Str>() else {
            return Err(raise!(TypeError, "{name} arg must be None or str"));
        };
        let what = what.chars();
        stripped(chars, ends, |char| what.iter().any(|other| other == char))
    };
    text.substring(range.start, range.end)
}
