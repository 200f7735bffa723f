//! What bytes and bytearray have in common, over slices. `shared_methods!` puts it into both types.

use super::source::byte_value;
use crate::args::{At, FromArg};
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol;
use crate::protocol::buffer::{self, Buffer, BytesLike};
use crate::protocol::number;
use crate::raise;
use crate::raise::{Catch, Result};
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::exceptions as exc;
use crate::types::list::List;
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::str::edit::center_left;
use crate::types::str::search;
use crate::types::str::split::{self, Ends};
use crate::types::str::window::Window;
use crate::types::tuple::Tuple;
use core::mem::MaybeUninit;
use core::ops::Range;

/// A type that holds bytes.
pub trait ByteString: Instance {
    fn as_slice(&self) -> &[u8];

    /// A new object of the base class.
    ///
    /// # Errors
    /// MemoryError.
    fn make(contents: &[u8]) -> Result<Ref<Self>>;

    /// A new object of the base class with `len` bytes, all of which `fill` writes.
    ///
    /// # Errors
    /// MemoryError.
    fn filled(len: usize, fill: impl FnOnce(&mut Filler<'_>)) -> Result<Ref<Self>>;

    /// An object with the same contents: itself when it cannot change.
    ///
    /// # Errors
    /// MemoryError.
    fn same(&self) -> Result<Ref<Self>>;

    /// A part of the contents.
    ///
    /// # Errors
    /// MemoryError.
    fn part(&self, range: Range<usize>) -> Result<Ref<Self>> {
        if range == (0..self.as_slice().len()) { self.same() } else { Self::make(&self.as_slice()[range]) }
    }
}

/// The bytes of a new object that are still to be written, from the left.
pub struct Filler<'a> {
    rest: &'a mut [MaybeUninit<u8>],
}

impl<'a> Filler<'a> {
    pub fn new(rest: &'a mut [MaybeUninit<u8>]) -> Filler<'a> {
        Filler { rest }
    }

    fn next(&mut self, len: usize) -> &'a mut [MaybeUninit<u8>] {
        let (next, rest) = core::mem::take(&mut self.rest).split_at_mut(len);
        self.rest = rest;
        next
    }

    /// Writes some bytes.
    pub fn copy(&mut self, bytes: &[u8]) {
        self.next(bytes.len()).write_copy_of_slice(bytes);
    }

    /// Writes the same byte `len` times.
    pub fn fill(&mut self, byte: u8, len: usize) {
        self.next(len).fill(MaybeUninit::new(byte));
    }

    /// Writes each of some bytes through `change`.
    pub fn map(&mut self, bytes: &[u8], mut change: impl FnMut(u8) -> u8) {
        for (place, byte) in self.next(bytes.len()).iter_mut().zip(bytes) {
            place.write(change(*byte));
        }
    }
}

/// One byte that pads.
#[derive(Clone, Copy)]
pub struct FillByte(pub u8);

impl<'a> FromArg<'a> for FillByte {
    fn from_arg(argument: &'a Object, at: At) -> Result<FillByte> {
        let contents = match (argument.cast::<Bytes>(), argument.cast::<ByteArray>()) {
            (Some(bytes), _) => bytes.as_slice(),
            (_, Some(array)) => array.as_slice(),
            _ => &[],
        };
        match contents {
            [byte] => Ok(FillByte(*byte)),
            _ => Err(at.bad_argument("a byte string of length 1", argument)),
        }
    }
}

/// What is looked for: some bytes, or one given as a number.
enum Needle<'a> {
    Byte([u8; 1]),
    Bytes(BytesLike<'a>),
}

impl<'a> Needle<'a> {
    fn of(object: &'a Object) -> Result<Needle<'a>> {
        if crate::protocol::buffer::is_exporter(object) {
            return BytesLike::of(object).map(Needle::Bytes);
        }
        if number::is_index(object) {
            return byte_value(object, "byte").map(|byte| Needle::Byte([byte]));
        }
        Err(raise!(
            TypeError,
            "argument should be integer or bytes-like object, not '{}'",
            object.class().name()
        ))
    }

    fn as_slice(&self) -> &[u8] {
        match self {
            Needle::Byte(byte) => byte,
            Needle::Bytes(bytes) => bytes,
        }
    }
}

/// `find` and its kin.
///
/// # Errors
/// TypeError, ValueError.
pub fn search(
    this: &impl ByteString,
    name: &str,
    args: &[&Object],
    find: fn(&[u8], &[u8]) -> Option<usize>,
) -> Result<Option<usize>> {
    let window = Window::parse(name, args)?;
    let needle = Needle::of(window.sub)?;
    let contents = this.as_slice();
    let (start, end) = window.clip(contents.len());
    if start > end {
        return Ok(None);
    }
    Ok(find(&contents[start..end], needle.as_slice()).map(|at| at + start))
}

/// `count`.
///
/// # Errors
/// TypeError, ValueError.
pub fn count(this: &impl ByteString, args: &[&Object]) -> Result<usize> {
    let window = Window::parse("count", args)?;
    let needle = Needle::of(window.sub)?;
    let contents = this.as_slice();
    let (start, end) = window.clip(contents.len());
    if start > end {
        return Ok(0);
    }
    Ok(search::count_units(&contents[start..end], needle.as_slice()))
}

/// `startswith` and `endswith`.
///
/// # Errors
/// TypeError.
pub fn has_at_end(
    this: &impl ByteString,
    name: &str,
    args: &[&Object],
    has: fn(&[u8], &[u8]) -> bool,
) -> Result<bool> {
    let window = Window::parse(name, args)?;
    let holds = |affix: &Object| -> Result<bool> {
        let affix = BytesLike::of(affix)?;
        let contents = this.as_slice();
        let (start, end) = window.clip(contents.len());
        Ok(start <= end && has(&contents[start..end], &affix))
    };
    if let Some(affixes) = window.sub.cast::<Tuple>() {
        for affix in affixes.items() {
            if holds(affix)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    match holds(window.sub).catch(&exc::TypeError)? {
        Some(answer) => Ok(answer),
        None => Err(raise!(
            TypeError,
            "{name} first arg must be bytes or a tuple of bytes, not {}",
            window.sub.class().name()
        )),
    }
}

/// White space in bytes.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// `split` and `rsplit`.
///
/// # Errors
/// TypeError, ValueError for an empty separator.
pub fn split<T: ByteString>(
    this: &T,
    separator: &Object,
    limit: isize,
    from_right: bool,
) -> Result<Ref<List>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if separator.is(none()) {
        let contents = this.as_slice();
        let list = List::new()?;
        split::at_spaces(
            contents.len(),
            |at| is_space(contents[at]),
            limit,
            from_right,
            |word| list.push(this.part(word)?.upcast()),
        )?;
        return Ok(list);
    }
    let separator = BytesLike::of(separator)?;
    if separator.is_empty() {
        return Err(raise!(ValueError, "empty separator"));
    }
    let contents = this.as_slice();
    let mut found = Vec::new();
    if from_right {
        let mut end = contents.len();
        while found.len() < limit
            && let Some(at) = search::rfind_units(&contents[..end], &separator)
        {
            found.push(at);
            end = at;
        }
        found.reverse();
    } else {
        found = search::positions(contents, &separator, limit);
    }
    parts(this, split::between(&found, separator.len(), contents.len()))
}

fn parts<T: ByteString>(this: &T, ranges: Vec<Range<usize>>) -> Result<Ref<List>> {
    let part = |range: Range<usize>| this.part(range).map(Ref::upcast);
    List::from_vec(ranges.into_iter().map(part).collect::<Result<Vec<Ref>>>()?)
}

/// `splitlines`.
///
/// # Errors
/// MemoryError.
pub fn splitlines<T: ByteString>(this: &T, keep_ends: bool) -> Result<Ref<List>> {
    let contents = this.as_slice();
    let is_break = |char| matches!(char, 0x0a | 0x0d);
    parts(this, split::lines(contents.len(), |index| contents[index].into(), is_break, keep_ends))
}

/// `partition` and `rpartition`.
///
/// # Errors
/// TypeError, ValueError for an empty separator.
pub fn partition<T: ByteString>(this: &T, separator: &Object, from_right: bool) -> Result<Ref<Tuple>> {
    let bytes = BytesLike::of(separator)?;
    if bytes.is_empty() {
        return Err(raise!(ValueError, "empty separator"));
    }
    let contents = this.as_slice();
    let find = if from_right { search::rfind_units::<u8> } else { search::find_units::<u8> };
    let parts = match find(contents, &bytes) {
        Some(at) => [
            T::make(&contents[..at])?.upcast(),
            // Bytes stand for themselves; a bytearray gets an array of its own.
            if separator.is_exactly(T::class()) && separator.cast_exact::<Bytes>().is_some() {
                separator.to_ref()
            } else {
                T::make(&bytes)?.upcast()
            },
            T::make(&contents[at + bytes.len()..])?.upcast(),
        ],
        None if from_right => [T::make(b"")?.upcast(), T::make(b"")?.upcast(), this.same()?.upcast()],
        None => [this.same()?.upcast(), T::make(b"")?.upcast(), T::make(b"")?.upcast()],
    };
    Tuple::from_array(parts)
}

/// `strip` and its kin.
///
/// # Errors
/// TypeError.
pub fn strip<T: ByteString>(this: &T, what: &Object, ends: Ends) -> Result<Ref<T>> {
    let range = if what.is(none()) {
        let contents = this.as_slice();
        split::stripped_units(contents, ends, is_space)
    } else {
        let what = BytesLike::of(what)?;
        let contents = this.as_slice();
        split::stripped_units(contents, ends, |byte| what.contains(&byte))
    };
    this.part(range)
}

/// The contents between padding.
///
/// # Errors
/// OverflowError, MemoryError.
pub fn pad<T: ByteString>(this: &T, left: usize, right: usize, fill: u8) -> Result<Ref<T>> {
    if left == 0 && right == 0 {
        return this.same();
    }
    let contents = this.as_slice();
    let len = contents.len().saturating_add(left).saturating_add(right);
    T::filled(len, |places| {
        places.fill(fill, left);
        places.copy(contents);
        places.fill(fill, right);
    })
}

/// `center`.
///
/// # Errors
/// OverflowError, MemoryError.
pub fn center<T: ByteString>(this: &T, width: isize, fill: u8) -> Result<Ref<T>> {
    let missing = missing(this, width);
    let left = center_left(missing, usize::try_from(width).unwrap_or(0));
    pad(this, left, missing - left, fill)
}

/// How much shorter than `width` the contents are.
pub fn missing(this: &impl ByteString, width: isize) -> usize {
    usize::try_from(width).unwrap_or(0).saturating_sub(this.as_slice().len())
}

/// `zfill`.
///
/// # Errors
/// MemoryError.
pub fn zfill<T: ByteString>(this: &T, width: isize) -> Result<Ref<T>> {
    let missing = missing(this, width);
    if missing == 0 {
        return this.same();
    }
    let contents = this.as_slice();
    let sign = usize::from(matches!(contents.first(), Some(b'+' | b'-')));
    T::filled(contents.len().saturating_add(missing), |places| {
        places.copy(&contents[..sign]);
        places.fill(b'0', missing);
        places.copy(&contents[sign..]);
    })
}

/// A vector with room for `len` bytes.
///
/// # Errors
/// MemoryError.
pub fn reserve(len: usize) -> Result<Vec<u8>> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(len).map_err(|_| raise::no_memory())?;
    Ok(vec)
}

/// `expandtabs`.
///
/// # Errors
/// MemoryError.
pub fn expandtabs<T: ByteString>(this: &T, tab: i32) -> Result<Ref<T>> {
    let tab = usize::try_from(tab).unwrap_or(0);
    let (mut result, mut column) = (Vec::new(), 0);
    for &byte in this.as_slice() {
        if byte == b'\t' {
            let spaces = if tab == 0 { 0 } else { tab - column % tab };
            column += spaces;
            result.try_reserve(spaces).map_err(|_| raise::no_memory())?;
            result.extend(core::iter::repeat_n(b' ', spaces));
            continue;
        }
        column = if matches!(byte, b'\n' | b'\r') { 0 } else { column + 1 };
        result.push(byte);
    }
    T::make(&result)
}

/// `replace`; a negative limit replaces all.
///
/// # Errors
/// OverflowError, MemoryError.
pub fn replace<T: ByteString>(this: &T, old: &[u8], new: &[u8], limit: isize) -> Result<Ref<T>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let contents = this.as_slice();
    let places: Vec<usize> = if old.is_empty() {
        (0..=contents.len()).take(limit).collect()
    } else {
        search::positions(contents, old, limit)
    };
    if places.is_empty() {
        return this.same();
    }
    let len = (new.len().checked_mul(places.len()))
        .and_then(|added| (contents.len() - places.len() * old.len()).checked_add(added))
        .filter(|&len| isize::try_from(len).is_ok())
        .ok_or_else(|| raise!(OverflowError, "replace bytes is too long"))?;
    T::filled(len, |result| {
        let mut start = 0;
        for at in places {
            result.copy(&contents[start..at]);
            result.copy(new);
            start = at + old.len();
        }
        result.copy(&contents[start..]);
    })
}

/// `translate`.
///
/// # Errors
/// TypeError, ValueError.
pub fn translate<T: ByteString>(this: &T, table: &Object, delete: Option<&Object>) -> Result<Ref<T>> {
    let table = if table.is(none()) { None } else { Some(BytesLike::of(table)?) };
    if table.as_ref().is_some_and(|table| table.len() != 256) {
        return Err(raise!(ValueError, "translation table must be 256 characters long"));
    }
    let delete = delete.map(BytesLike::of).transpose()?;
    let contents = this.as_slice();
    if let (Some(table), None) = (&table, &delete) {
        let result =
            T::filled(contents.len(), |places| places.map(contents, |byte| table[usize::from(byte)]))?;
        return if result.as_slice() == contents { this.same() } else { Ok(result) };
    }
    let mut deleted = [false; 256];
    for &byte in delete.iter().flat_map(|delete| delete.iter()) {
        deleted[usize::from(byte)] = true;
    }
    let kept = contents.iter().filter(|&&byte| !deleted[usize::from(byte)]);
    let result: Vec<u8> = match &table {
        Some(table) => kept.map(|&byte| table[usize::from(byte)]).collect(),
        None => kept.copied().collect(),
    };
    if result == contents { this.same() } else { T::make(&result) }
}

/// `maketrans`.
///
/// # Errors
/// ValueError.
pub fn maketrans(from: &[u8], to: &[u8]) -> Result<Ref<Bytes>> {
    if from.len() != to.len() {
        return Err(raise!(ValueError, "maketrans arguments must have same length"));
    }
    let mut table: [u8; 256] = core::array::from_fn(|byte| byte as u8);
    for (&from, &to) in from.iter().zip(to) {
        table[usize::from(from)] = to;
    }
    Bytes::new(&table)
}

/// `separator.join(iterable)`.
///
/// # Errors
/// TypeError when the argument is not iterable or an item shows no bytes; what iterating raises.
pub fn join<T: ByteString>(separator: &T, iterable: &Object) -> Result<Ref<T>> {
    // The iterator must not change a separator that can be changed.
    let _held = match separator.as_object().cast_exact::<Bytes>() {
        Some(_) => None,
        None => Some(Buffer::of(separator.as_object(), buffer::SIMPLE)?),
    };
    let items = protocol::iter::collect(iterable).map_err(|raised| {
        if !raised.matches(&exc::TypeError)
            || iterable.class().tp_iter.get().is_some()
            || protocol::sequence::is_sequence(iterable)
        {
            return raised;
        }
        raised.clear();
        raise!(TypeError, "can only join an iterable")
    })?;
    if let [only] = items.as_slice()
        && let Some(bytes) = only.cast_exact::<Bytes>()
        && core::ptr::eq(T::class(), Bytes::class())
    {
        // SAFETY: T's class is that of bytes.
        return Ok(unsafe { Ref::from_borrowed(bytes).downcast_unchecked() });
    }
    let mut views = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let view = BytesLike::of(item).map_err(|raised| {
            if !raised.matches(&exc::TypeError) {
                return raised;
            }
            raised.clear();
            raise!(
                TypeError,
                "sequence item {index}: expected a bytes-like object, {} found",
                item.class().name()
            )
        })?;
        views.push(view);
    }
    let between = separator.as_slice();
    let total =
        views.iter().map(|view| view.len()).sum::<usize>() + between.len() * views.len().saturating_sub(1);
    T::filled(total, |places| {
        for (index, view) in views.iter().enumerate() {
            if index > 0 {
                places.copy(between);
            }
            places.copy(view);
        }
    })
}

/// Each byte through `change`.
///
/// # Errors
/// MemoryError.
pub fn map<T: ByteString>(this: &T, change: impl Fn(u8) -> u8) -> Result<Ref<T>> {
    let contents = this.as_slice();
    T::filled(contents.len(), |places| places.map(contents, change))
}

/// Each byte through `change`, which is told whether the byte before was a letter.
///
/// # Errors
/// MemoryError.
pub fn map_words<T: ByteString>(this: &T, change: impl Fn(u8, bool) -> u8) -> Result<Ref<T>> {
    let mut in_word = false;
    let contents = this.as_slice();
    T::filled(contents.len(), |places| {
        places.map(contents, |byte| {
            let changed = change(byte, in_word);
            in_word = byte.is_ascii_alphabetic();
            changed
        });
    })
}

/// `capitalize`.
///
/// # Errors
/// MemoryError.
pub fn capitalize<T: ByteString>(this: &T) -> Result<Ref<T>> {
    let mut result = this.as_slice().to_ascii_lowercase();
    if let Some(first) = result.first_mut() {
        first.make_ascii_uppercase();
    }
    T::make(&result)
}

/// Whether there are bytes and all answer yes.
pub fn all_are(contents: &[u8], question: fn(u8) -> bool) -> bool {
    !contents.is_empty() && contents.iter().all(|&byte| question(byte))
}

/// `istitle`.
pub fn is_title(contents: &[u8]) -> bool {
    let (mut in_word, mut any) = (false, false);
    for byte in contents {
        let (upper, lower) = (byte.is_ascii_uppercase(), byte.is_ascii_lowercase());
        if upper && in_word || lower && !in_word {
            return false;
        }
        in_word = upper || lower;
        any |= in_word;
    }
    any
}

/// `hex`.
///
/// # Errors
/// TypeError, ValueError for a separator that is not one ASCII character.
pub fn hex(contents: &[u8], separator: Option<&Object>, group: i32) -> Result<Ref<Str>> {
    let separator = separator.map(separator_byte).transpose()?;
    if separator.is_some_and(|separator| !separator.is_ascii()) {
        return Err(raise!(ValueError, "sep must be ASCII."));
    }
    Str::from_latin1(&hex_digits(contents, separator, group)?)
}

/// Two digits for each byte, with the separator between groups.
///
/// # Errors
/// MemoryError.
pub fn hex_digits(contents: &[u8], separator: Option<u8>, group: i32) -> Result<Vec<u8>> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let group_len = group.unsigned_abs() as usize;
    let mut result = reserve(contents.len().saturating_mul(3))?;
    let digits = |byte: &u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    let Some(separator) = separator.filter(|_| group_len > 0) else {
        result.extend(contents.iter().flat_map(digits));
        return Ok(result);
    };
    // A positive group size counts from the right, so that the first group is what is left over.
    let first = match contents.len() % group_len {
        0 => group_len,
        rest if group > 0 => rest,
        _ => group_len,
    };
    let (head, rest) = contents.split_at(first.min(contents.len()));
    result.extend(head.iter().flat_map(digits));
    for group in rest.chunks(group_len) {
        result.push(separator);
        result.extend(group.iter().flat_map(digits));
    }
    Ok(result)
}

/// The character of a separator, which may be of Latin-1.
///
/// # Errors
/// TypeError, ValueError for what is no single character.
pub fn separator_byte(separator: &Object) -> Result<u8> {
    if protocol::object::len(separator)? != 1 {
        return Err(raise!(ValueError, "sep must be length 1."));
    }
    let byte = match (separator.cast::<Str>(), separator.cast::<Bytes>()) {
        (Some(text), _) => text.at(0),
        (_, Some(bytes)) => bytes.as_slice()[0].into(),
        _ => return Err(raise!(TypeError, "sep must be str or bytes.")),
    };
    u8::try_from(byte).map_err(|_| raise!(ValueError, "sep must be ASCII."))
}

/// The bytes that hexadecimal digits stand for, white space between them ignored.
///
/// # Errors
/// ValueError with the place of what is no digit.
pub fn from_hex(text: &Str) -> Result<Vec<u8>> {
    let chars = text.chars();
    let digit = |at: usize| match (at < chars.len()).then(|| chars.at(at)).and_then(char::from_u32) {
        Some(char) if char.is_ascii() => char.to_digit(16),
        _ => None,
    };
    let bad =
        |at: usize| raise!(ValueError, "non-hexadecimal number found in fromhex() arg at position {at}");
    let mut result = Vec::with_capacity(chars.len() / 2);
    let mut at = 0;
    while at < chars.len() {
        if u8::try_from(chars.at(at)).is_ok_and(is_space) {
            at += 1;
            continue;
        }
        let high = digit(at).ok_or_else(|| bad(at))?;
        let low = digit(at + 1).ok_or_else(|| bad(at + 1))?;
        result.push((high << 4 | low) as u8);
        at += 2;
    }
    Ok(result)
}

/// The methods that bytes and bytearray share, in one `impl` block with the type's own.
macro_rules! shared_methods {
    ($(#[$attribute:meta])* impl $this:ident { $($own:item)* }) => {
        $(#[$attribute])*
        impl $this {
            $($own)*

            #[slot(sq_length)]
            fn sq_length(&self) -> usize {
                self.as_slice().len()
            }

            #[slot(mp_length)]
            fn mp_length(&self) -> usize {
                self.as_slice().len()
            }

            #[slot(sq_contains)]
            fn sq_contains(&self, item: &Object) -> Result<bool> {
                if number::is_index(item) {
                    let byte = source::byte_value(item, "byte")?;
                    return Ok(memchr::memchr(byte, self.as_slice()).is_some());
                }
                let item = BytesLike::of(item)?;
                Ok(memchr::memmem::find(self.as_slice(), &item).is_some())
            }

            #[slot(nb_remainder)]
            fn nb_remainder(left: &Object, right: &Object) -> Result<Ref> {
                match left.cast::<$this>() {
                    Some(template) => {
                        Ok($this::make(&percent::format_bytes(&template.as_slice().to_vec(), right)?)?.upcast())
                    }
                    None => Ok(protocol::compare::unsupported()),
                }
            }

            #[method("capitalize($self, /)")]
            fn capitalize(&self) -> Result<Ref<$this>> {
                ops::capitalize(self)
            }

            #[method("center($self, width, fillchar=b' ', /)")]
            fn center(&self, width: isize, #[default(FillByte(b' '))] fillchar: FillByte) -> Result<Ref<$this>> {
                ops::center(self, width, fillchar.0)
            }

            #[method("count($self, sub[, start[, end]], /)", raw)]
            fn count(&self, args: &[&Object]) -> Result<usize> {
                ops::count(self, args)
            }

            #[method("decode($self, /, encoding='utf-8', errors='strict')")]
            fn decode(&self, encoding: Option<&Str>, errors: Option<&Str>) -> Result<Ref<Str>> {
                let encoding = encoding.map(Str::to_str).transpose()?;
                let errors = errors.map(Str::to_str).transpose()?;
                crate::codecs::decode(self, encoding, errors)
            }

            #[method("endswith($self, suffix[, start[, end]], /)", raw)]
            fn endswith(&self, args: &[&Object]) -> Result<bool> {
                ops::has_at_end(self, "endswith", args, <[u8]>::ends_with)
            }

            #[method("expandtabs($self, /, tabsize=8)")]
            fn expandtabs(&self, tabsize: i32) -> Result<Ref<$this>> {
                ops::expandtabs(self, tabsize)
            }

            #[method("find($self, sub[, start[, end]], /)", raw)]
            fn find(&self, args: &[&Object]) -> Result<isize> {
                Ok(ops::search(self, "find", args, find_units)?.map_or(-1, |at| at as isize))
            }

            #[method("hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)")]
            fn hex(&self, sep: Option<&Object>, bytes_per_sep: i32) -> Result<Ref<Str>> {
                ops::hex(self.as_slice(), sep, bytes_per_sep)
            }

            #[method("index($self, sub[, start[, end]], /)", raw)]
            fn index(&self, args: &[&Object]) -> Result<usize> {
                ops::search(self, "index", args, find_units)?
                    .ok_or_else(|| raise!(ValueError, "subsection not found"))
            }

            #[method("isalnum($self, /)")]
            fn isalnum(&self) -> bool {
                ops::all_are(self.as_slice(), |byte| byte.is_ascii_alphanumeric())
            }

            #[method("isalpha($self, /)")]
            fn isalpha(&self) -> bool {
                ops::all_are(self.as_slice(), |byte| byte.is_ascii_alphabetic())
            }

            #[method("isascii($self, /)")]
            fn isascii(&self) -> bool {
                self.as_slice().is_ascii()
            }

            #[method("isdigit($self, /)")]
            fn isdigit(&self) -> bool {
                ops::all_are(self.as_slice(), |byte| byte.is_ascii_digit())
            }

            #[method("islower($self, /)")]
            fn islower(&self) -> bool {
                let contents = self.as_slice();
                !contents.iter().any(u8::is_ascii_uppercase) && contents.iter().any(u8::is_ascii_lowercase)
            }

            #[method("isspace($self, /)")]
            fn isspace(&self) -> bool {
                ops::all_are(self.as_slice(), ops::is_space)
            }

            #[method("istitle($self, /)")]
            fn istitle(&self) -> bool {
                ops::is_title(self.as_slice())
            }

            #[method("isupper($self, /)")]
            fn isupper(&self) -> bool {
                let contents = self.as_slice();
                !contents.iter().any(u8::is_ascii_lowercase) && contents.iter().any(u8::is_ascii_uppercase)
            }

            #[method("join($self, iterable_of_bytes, /)")]
            fn join(&self, iterable: &Object) -> Result<Ref<$this>> {
                ops::join(self, iterable)
            }

            #[method("ljust($self, width, fillchar=b' ', /)")]
            fn ljust(&self, width: isize, #[default(FillByte(b' '))] fillchar: FillByte) -> Result<Ref<$this>> {
                ops::pad(self, 0, ops::missing(self, width), fillchar.0)
            }

            #[method("lower($self, /)")]
            fn lower(&self) -> Result<Ref<$this>> {
                ops::map(self, |byte| byte.to_ascii_lowercase())
            }

            #[method("lstrip($self, bytes=None, /)")]
            fn lstrip(&self, bytes: Option<&Object>) -> Result<Ref<$this>> {
                ops::strip(self, bytes.unwrap_or(none()), Ends::Left)
            }

            #[staticmethod("maketrans(frm, to, /)")]
            fn maketrans(frm: BytesLike<'_>, to: BytesLike<'_>) -> Result<Ref<Bytes>> {
                ops::maketrans(&frm, &to)
            }

            #[method("partition($self, sep, /)")]
            fn partition(&self, sep: &Object) -> Result<Ref<Tuple>> {
                ops::partition(self, sep, false)
            }

            #[method("removeprefix($self, prefix, /)")]
            fn removeprefix(&self, prefix: BytesLike<'_>) -> Result<Ref<$this>> {
                let contents = self.as_slice();
                let cut = if contents.starts_with(&prefix) { prefix.len() } else { 0 };
                self.part(cut..contents.len())
            }

            #[method("removesuffix($self, suffix, /)")]
            fn removesuffix(&self, suffix: BytesLike<'_>) -> Result<Ref<$this>> {
                let contents = self.as_slice();
                let cut = if contents.ends_with(&suffix) { suffix.len() } else { 0 };
                self.part(0..contents.len() - cut)
            }

            #[method("replace($self, old, new, count=-1, /)")]
            fn replace(&self, old: BytesLike<'_>, new: BytesLike<'_>, count: isize) -> Result<Ref<$this>> {
                ops::replace(self, &old, &new, count)
            }

            #[method("rfind($self, sub[, start[, end]], /)", raw)]
            fn rfind(&self, args: &[&Object]) -> Result<isize> {
                Ok(ops::search(self, "rfind", args, rfind_units)?.map_or(-1, |at| at as isize))
            }

            #[method("rindex($self, sub[, start[, end]], /)", raw)]
            fn rindex(&self, args: &[&Object]) -> Result<usize> {
                ops::search(self, "rindex", args, rfind_units)?
                    .ok_or_else(|| raise!(ValueError, "subsection not found"))
            }

            #[method("rjust($self, width, fillchar=b' ', /)")]
            fn rjust(&self, width: isize, #[default(FillByte(b' '))] fillchar: FillByte) -> Result<Ref<$this>> {
                ops::pad(self, ops::missing(self, width), 0, fillchar.0)
            }

            #[method("rpartition($self, sep, /)")]
            fn rpartition(&self, sep: &Object) -> Result<Ref<Tuple>> {
                ops::partition(self, sep, true)
            }

            #[method("rsplit($self, /, sep=None, maxsplit=-1)")]
            fn rsplit(&self, sep: Option<&Object>, maxsplit: isize) -> Result<Ref<List>> {
                ops::split(self, sep.unwrap_or(none()), maxsplit, true)
            }

            #[method("rstrip($self, bytes=None, /)")]
            fn rstrip(&self, bytes: Option<&Object>) -> Result<Ref<$this>> {
                ops::strip(self, bytes.unwrap_or(none()), Ends::Right)
            }

            #[method("split($self, /, sep=None, maxsplit=-1)")]
            fn split(&self, sep: Option<&Object>, maxsplit: isize) -> Result<Ref<List>> {
                ops::split(self, sep.unwrap_or(none()), maxsplit, false)
            }

            #[method("splitlines($self, /, keepends=False)")]
            fn splitlines(&self, keepends: bool) -> Result<Ref<List>> {
                ops::splitlines(self, keepends)
            }

            #[method("startswith($self, prefix[, start[, end]], /)", raw)]
            fn startswith(&self, args: &[&Object]) -> Result<bool> {
                ops::has_at_end(self, "startswith", args, <[u8]>::starts_with)
            }

            #[method("strip($self, bytes=None, /)")]
            fn strip(&self, bytes: Option<&Object>) -> Result<Ref<$this>> {
                ops::strip(self, bytes.unwrap_or(none()), Ends::Both)
            }

            #[method("swapcase($self, /)")]
            fn swapcase(&self) -> Result<Ref<$this>> {
                let swap = |byte: u8| if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { byte };
                ops::map(self, swap)
            }

            #[method("title($self, /)")]
            fn title(&self) -> Result<Ref<$this>> {
                ops::map_words(self, |byte, in_word| {
                    if in_word { byte.to_ascii_lowercase() } else { byte.to_ascii_uppercase() }
                })
            }

            #[method("translate($self, table, /, delete=b'')")]
            fn translate(&self, table: &Object, delete: Option<&Object>) -> Result<Ref<$this>> {
                ops::translate(self, table, delete)
            }

            #[method("upper($self, /)")]
            fn upper(&self) -> Result<Ref<$this>> {
                ops::map(self, |byte| byte.to_ascii_uppercase())
            }

            #[method("zfill($self, width, /)")]
            fn zfill(&self, width: isize) -> Result<Ref<$this>> {
                ops::zfill(self, width)
            }
        }
    };
}
pub(crate) use shared_methods;
