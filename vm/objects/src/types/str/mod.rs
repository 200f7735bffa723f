//! `str`: PEP 393 storage of one, two or four bytes a character.

pub mod build;
pub mod case;
pub mod edit;
pub mod intern;
pub mod iter;
pub mod methods;
pub mod numeric;
pub mod percent;
pub mod repr;
pub mod search;
pub mod spec;
pub mod split;
pub mod template;
pub mod window;

use crate::object::refs::Ref;
use crate::object::{Object, heap, ref_tracer};
use crate::raise::{self, Result};
use core::cell::Cell;
use core::ptr::{self, NonNull};

pub use methods::PyUnicode_Type;

/// Offset of the characters of a compact ASCII string (`PyASCIIObject`).
const ASCII_SIZE: usize = 40;
/// Offset of the characters of a compact string (`PyCompactUnicodeObject`).
const COMPACT_SIZE: usize = 56;
/// Size of a string whose characters are elsewhere (`PyUnicodeObject`): an instance of a subclass.
const FULL_SIZE: usize = 64;

/// `PyASCIIObject`, the beginning of every string. `state`, from bit 0: interned (2 bits), kind (3), compact (1), ascii (1),
/// statically allocated (1). A string that is not ASCII goes on with its UTF-8 cache, one that is not compact with a pointer
/// to its characters.
#[repr(C)]
pub struct Str {
    ob_base: Object,
    length: Cell<isize>,
    hash: Cell<isize>,
    state: Cell<u32>,
}

/// The part of a non-ASCII string behind [`Str`]: the UTF-8 form, made on demand, and in a string that is not compact its data.
#[repr(C)]
struct Tail {
    utf8_length: Cell<isize>,
    utf8: Cell<*mut u8>,
    data: Cell<*mut u8>,
}

const KIND_SHIFT: u32 = 2;
const COMPACT: u32 = 1 << 5;
const ASCII: u32 = 1 << 6;
const INTERNED: u32 = 3;

/// Width of a character in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u32)]
pub enum Kind {
    One = 1,
    Two = 2,
    Four = 4,
}

impl Kind {
    /// The narrowest kind that holds `max`.
    #[inline]
    pub fn of(max: u32) -> Kind {
        match max {
            0..=0xff => Kind::One,
            0x100..=0xffff => Kind::Two,
            _ => Kind::Four,
        }
    }
}

/// The characters of a string, by width.
#[derive(Clone, Copy)]
pub enum Chars<'a> {
    One(&'a [u8]),
    Two(&'a [u16]),
    Four(&'a [u32]),
}

impl Chars<'_> {
    /// The code point at `index`, which must be in range.
    #[inline]
    pub fn at(self, index: usize) -> u32 {
        match self {
            Chars::One(chars) => chars[index].into(),
            Chars::Two(chars) => chars[index].into(),
            Chars::Four(chars) => chars[index],
        }
    }

    #[inline(always)]
    pub fn len(self) -> usize {
        match self {
            Chars::One(chars) => chars.len(),
            Chars::Two(chars) => chars.len(),
            Chars::Four(chars) => chars.len(),
        }
    }

    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Bytes a character.
    #[inline]
    pub fn width(self) -> usize {
        match self {
            Chars::One(_) => 1,
            Chars::Two(_) => 2,
            Chars::Four(_) => 4,
        }
    }
}

impl<'a> Chars<'a> {
    /// The characters `start..end`, which must be in range.
    #[inline]
    pub fn slice(self, start: usize, end: usize) -> Chars<'a> {
        match self {
            Chars::One(chars) => Chars::One(&chars[start..end]),
            Chars::Two(chars) => Chars::Two(&chars[start..end]),
            Chars::Four(chars) => Chars::Four(&chars[start..end]),
        }
    }

    /// The raw bytes.
    pub fn as_bytes(self) -> &'a [u8] {
        let (data, len) = match self {
            Chars::One(chars) => return chars,
            Chars::Two(chars) => (chars.as_ptr().cast::<u8>(), chars.len() * 2),
            Chars::Four(chars) => (chars.as_ptr().cast::<u8>(), chars.len() * 4),
        };
        // SAFETY: the same memory, seen as bytes.
        unsafe { core::slice::from_raw_parts(data, len) }
    }

    /// The code points in order.
    #[inline]
    pub fn iter(self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + Clone + 'a {
        (0..self.len()).map(move |index| self.at(index))
    }
}

impl Str {
    /// The string of some UTF-8 text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(text: &str) -> Result<Ref<Str>> {
        if text.is_ascii() {
            return Str::from_ascii(text.as_bytes());
        }
        let max = text.chars().max().map_or(0, u32::from);
        let string = Str::alloc(text.chars().count(), max)?;
        string.fill(text.chars().map(u32::from));
        Ok(string)
    }

    /// The string of bytes that are code points.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_latin1(chars: &[u8]) -> Result<Ref<Str>> {
        match *chars {
            [] => return Ok(intern::empty()),
            [char] => return Ok(intern::latin1(char)),
            _ => {}
        }
        let string = Str::alloc(chars.len(), if chars.is_ascii() { 0x7f } else { 0xff })?;
        // SAFETY: a fresh string of that many one-byte characters.
        unsafe { string.data().copy_from_nonoverlapping(chars.as_ptr(), chars.len()) };
        Ok(string)
    }

    /// [`Str::from_latin1`] for bytes that are known to be ASCII.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_ascii(chars: &[u8]) -> Result<Ref<Str>> {
        debug_assert!(chars.is_ascii());
        match *chars {
            [] => return Ok(intern::empty()),
            [char] => return Ok(intern::latin1(char)),
            _ => {}
        }
        let string = Str::alloc(chars.len(), 0x7f)?;
        // SAFETY: a fresh string of that many one-byte characters.
        unsafe { string.data().copy_from_nonoverlapping(chars.as_ptr(), chars.len()) };
        Ok(string)
    }

    /// The string of 16-bit code points, in the narrowest storage.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_ucs2(chars: &[u16]) -> Result<Ref<Str>> {
        Str::from_code_points(chars.len(), || chars.iter().map(|&char| char.into()))
    }

    /// The string of code points, in the narrowest storage; lone surrogates are allowed.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_ucs4(chars: &[u32]) -> Result<Ref<Str>> {
        Str::from_code_points(chars.len(), || chars.iter().copied())
    }

    /// The string of one code point.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_char(char: u32) -> Result<Ref<Str>> {
        Str::from_ucs4(&[char])
    }

    /// The string of some characters of another one.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_chars(chars: Chars<'_>) -> Result<Ref<Str>> {
        match chars {
            Chars::One(chars) => Str::from_latin1(chars),
            Chars::Two(chars) => Str::from_ucs2(chars),
            Chars::Four(chars) => Str::from_ucs4(chars),
        }
    }

    /// `len` code points from an iterator that can be made twice: once for the width, once for the contents.
    fn from_code_points<I: Iterator<Item = u32>>(len: usize, chars: impl Fn() -> I) -> Result<Ref<Str>> {
        let max = chars().max().unwrap_or(0);
        if len == 0 {
            return Ok(intern::empty());
        }
        if len == 1 && max <= 0xff {
            return Ok(intern::latin1(max as u8));
        }
        let string = Str::alloc(len, max)?;
        string.fill(chars());
        Ok(string)
    }

    /// A string of `len` undefined characters up to `max`, to be filled before anybody else sees it.
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc(len: usize, max: u32) -> Result<Ref<Str>> {
        let kind = Kind::of(max);
        let ascii = max < 0x80;
        let head = if ascii { ASCII_SIZE } else { COMPACT_SIZE };
        let width = kind as usize;
        let size = (len.checked_add(1))
            .and_then(|n| n.checked_mul(width))
            .and_then(|n| n.checked_add(head))
            .filter(|&n| n <= isize::MAX as usize)
            .ok_or_else(raise::no_memory)?;
        let block = heap::alloc_object(&PyUnicode_Type, size, false).ok_or_else(raise::no_memory)?;
        let state = (kind as u32) << KIND_SHIFT | COMPACT | if ascii { ASCII } else { 0 };
        // SAFETY: a fresh block with room for the head, the characters and a NUL.
        unsafe {
            let this = block.cast::<Str>();
            Object::init(this.as_ptr().cast(), &PyUnicode_Type);
            (&raw mut (*this.as_ptr()).length).write(Cell::new(len as isize));
            (&raw mut (*this.as_ptr()).hash).write(Cell::new(-1));
            (&raw mut (*this.as_ptr()).state).write(Cell::new(state));
            if !ascii {
                let tail = block.add(ASCII_SIZE).cast::<Tail>();
                (&raw mut (*tail.as_ptr()).utf8_length).write(Cell::new(0));
                (&raw mut (*tail.as_ptr()).utf8).write(Cell::new(ptr::null_mut()));
            }
            let end = block.add(head + len * width);
            match kind {
                Kind::One => end.write(0),
                Kind::Two => end.cast::<u16>().write(0),
                Kind::Four => end.cast::<u32>().write(0),
            }
            Ok(Ref::from_owned(this))
        }
    }

    /// Appends `more`, moving the string if it must. It is compact, not interned and nobody else refers to it; `more` fits its storage.
    ///
    /// # Errors
    /// MemoryError.
    fn grow(string: Ref<Str>, more: &Str) -> Result<Ref<Str>> {
        let (old, width) = (string.len(), string.kind() as usize);
        let head = if string.is_ascii() { ASCII_SIZE } else { COMPACT_SIZE };
        let len = old.checked_add(more.len()).ok_or_else(raise::no_memory)?;
        let size = (len.checked_add(1))
            .and_then(|n| n.checked_mul(width))
            .and_then(|n| n.checked_add(head))
            .filter(|&n| n <= isize::MAX as usize)
            .ok_or_else(raise::no_memory)?;
        if !string.is_ascii() {
            // SAFETY: not ASCII, so the tail is there; the UTF-8 form of a compact string is a block of its own.
            unsafe {
                let tail = string.tail();
                let utf8 = tail.utf8.replace(ptr::null_mut());
                tail.utf8_length.set(0);
                if !utf8.is_null() {
                    heap::free(utf8);
                }
            }
        }
        let block = NonNull::new(string.as_ptr().cast::<u8>()).ok_or_else(raise::no_memory)?;
        // A string that grows once will grow again: with an eighth to spare, building text piece by piece is linear.
        let room = if size <= heap::usable_size(block) { size } else { size.saturating_add(size >> 3) };
        // SAFETY: the string's own block; the only reference to it moves along.
        let block = unsafe { ref_tracer::realloc_object(block, room) }.ok_or_else(raise::no_memory)?;
        core::mem::forget(string);
        // SAFETY: the moved string with room for the new length and a NUL.
        unsafe {
            let this = Ref::from_owned(block.cast::<Str>());
            this.length.set(len as isize);
            this.hash.set(-1);
            this.write_at(old, more.chars());
            this.data().add(len * width).write_bytes(0, width);
            Ok(this)
        }
    }

    /// Writes the characters of a string that [`Str::alloc`] just made; more than its length are ignored.
    pub fn fill(&self, chars: impl Iterator<Item = u32>) {
        debug_assert!(self.refcnt() == 1 || self.is_empty());
        let data = self.data();
        let chars = chars.take(self.len()).enumerate();
        // SAFETY: within the string, which nobody else sees yet.
        unsafe {
            match self.kind() {
                Kind::One => chars.for_each(|(index, char)| data.add(index).write(char as u8)),
                Kind::Two => chars.for_each(|(index, char)| data.cast::<u16>().add(index).write(char as u16)),
                Kind::Four => chars.for_each(|(index, char)| data.cast::<u32>().add(index).write(char)),
            }
        }
    }

    /// Copies `chars` into a string that is being made, at `at`.
    pub fn write_at(&self, at: usize, chars: Chars<'_>) {
        debug_assert!(self.refcnt() == 1 && at + chars.len() <= self.len());
        let (own, width) = (self.kind() as usize, chars.width());
        // SAFETY: within the string, which nobody else sees yet; its kind is wide enough for the characters.
        unsafe {
            let data = self.data().add(at * own);
            if own == width {
                data.copy_from_nonoverlapping(chars.as_bytes().as_ptr(), chars.len() * width);
            } else if own == 2 {
                let data = data.cast::<u16>();
                chars.iter().enumerate().for_each(|(index, char)| data.add(index).write(char as u16));
            } else {
                let data = data.cast::<u32>();
                chars.iter().enumerate().for_each(|(index, char)| data.add(index).write(char));
            }
        }
    }

    /// Writes `count` times the same character into a string that is being made, at `at`.
    pub fn fill_range(&self, at: usize, count: usize, char: u32) {
        debug_assert!(self.refcnt() == 1 && at + count <= self.len());
        let data = self.data();
        // SAFETY: within the string, which nobody else sees yet.
        unsafe {
            match self.kind() {
                Kind::One => data.add(at).write_bytes(char as u8, count),
                Kind::Two => (at..at + count).for_each(|at| data.cast::<u16>().add(at).write(char as u16)),
                Kind::Four => (at..at + count).for_each(|at| data.cast::<u32>().add(at).write(char)),
            }
        }
    }

    /// A bound of the characters that leads to the same storage, for [`Str::alloc`].
    #[inline]
    pub fn max_hint(&self) -> u32 {
        match self.kind() {
            _ if self.is_ascii() => 0x7f,
            Kind::One => 0xff,
            Kind::Two => 0xffff,
            Kind::Four => 0x10_ffff,
        }
    }

    /// Where the characters are. Writable only while the string is being made.
    #[inline(always)]
    pub fn data(&self) -> *mut u8 {
        let this = ptr::from_ref(self).cast_mut().cast::<u8>();
        let state = self.state.get();
        // SAFETY: the layouts that the state names.
        unsafe {
            if state & COMPACT == 0 {
                self.tail().data.get()
            } else if state & ASCII != 0 {
                this.add(ASCII_SIZE)
            } else {
                this.add(COMPACT_SIZE)
            }
        }
    }

    /// # Safety
    /// The string is not compact ASCII; `data` is there only when it is not compact at all.
    #[inline]
    unsafe fn tail(&self) -> &Tail {
        // SAFETY: the caller's promise.
        unsafe { &*ptr::from_ref(self).cast::<u8>().add(ASCII_SIZE).cast::<Tail>() }
    }

    /// Number of characters.
    #[inline]
    pub fn len(&self) -> usize {
        self.length.get() as usize
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.length.get() == 0
    }

    /// Width of the characters.
    #[inline(always)]
    pub fn kind(&self) -> Kind {
        match self.state.get() >> KIND_SHIFT & 7 {
            1 => Kind::One,
            2 => Kind::Two,
            _ => Kind::Four,
        }
    }

    /// Whether all characters are ASCII.
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.state.get() & ASCII != 0
    }

    /// The characters.
    #[inline]
    pub fn chars(&self) -> Chars<'_> {
        let (data, len) = (self.data(), self.len());
        // SAFETY: `len` characters of the kind, never changed once the string is shared.
        unsafe {
            match self.kind() {
                Kind::One => Chars::One(core::slice::from_raw_parts(data, len)),
                Kind::Two => Chars::Two(core::slice::from_raw_parts(data.cast(), len)),
                Kind::Four => Chars::Four(core::slice::from_raw_parts(data.cast(), len)),
            }
        }
    }

    /// The code point at `index`, which must be in range.
    #[inline]
    pub fn at(&self, index: usize) -> u32 {
        self.chars().at(index)
    }

    /// [`Str::at`] without a check.
    ///
    /// # Safety
    /// `index` is below the length.
    #[inline(always)]
    pub unsafe fn at_unchecked(&self, index: usize) -> u32 {
        let data = self.data();
        // SAFETY: the caller's promise; the kind says how wide a character is.
        unsafe {
            match self.kind() {
                Kind::One => (*data.add(index)).into(),
                Kind::Two => (*data.cast::<u16>().add(index)).into(),
                Kind::Four => *data.cast::<u32>().add(index),
            }
        }
    }

    /// The text of an ASCII string.
    #[inline]
    pub fn as_ascii(&self) -> Option<&str> {
        match self.chars() {
            // SAFETY: ASCII is UTF-8.
            Chars::One(chars) if self.is_ascii() => Some(unsafe { core::str::from_utf8_unchecked(chars) }),
            _ => None,
        }
    }

    /// The UTF-8 form, which the string keeps (`PyUnicode_AsUTF8AndSize`).
    ///
    /// # Errors
    /// UnicodeEncodeError for a lone surrogate; MemoryError.
    pub fn to_str(&self) -> Result<&str> {
        if let Some(text) = self.as_ascii() {
            return Ok(text);
        }
        // SAFETY: not ASCII, so the tail is there.
        let tail = unsafe { self.tail() };
        if tail.utf8.get().is_null() {
            let text = self.encode_utf8()?;
            let block = heap::alloc(text.len() + 1, false).ok_or_else(raise::no_memory)?;
            // SAFETY: room for the text and a NUL.
            unsafe {
                block.as_ptr().copy_from_nonoverlapping(text.as_ptr(), text.len());
                block.add(text.len()).write(0);
            }
            tail.utf8.set(block.as_ptr());
            tail.utf8_length.set(text.len() as isize);
        }
        // SAFETY: made above, or by C code, from valid text; freed with the string.
        unsafe {
            let bytes = core::slice::from_raw_parts(tail.utf8.get(), tail.utf8_length.get() as usize);
            Ok(core::str::from_utf8_unchecked(bytes))
        }
    }

    fn encode_utf8(&self) -> Result<String> {
        let mut text = String::with_capacity(self.len() * 2);
        for (index, char) in self.chars().iter().enumerate() {
            match char::from_u32(char) {
                Some(char) => text.push(char),
                None => {
                    let surrogates =
                        self.chars().iter().skip(index).take_while(|&char| char::from_u32(char).is_none());
                    return Err(crate::types::exceptions::set_unicode_encode_error(
                        "utf-8",
                        self,
                        index,
                        index + surrogates.count(),
                        "surrogates not allowed",
                    ));
                }
            }
        }
        Ok(text)
    }

    /// The text for messages: lone surrogates become U+FFFD.
    pub fn to_string_lossy(&self) -> String {
        if let Some(text) = self.as_ascii() {
            return text.to_owned();
        }
        self.chars().iter().map(|char| char::from_u32(char).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }

    /// Whether both strings have the same characters.
    #[inline]
    pub fn equals(&self, other: &Str) -> bool {
        if ptr::eq(self, other) {
            return true;
        }
        if self.len() != other.len() || self.kind() != other.kind() {
            return false;
        }
        self.chars().as_bytes() == other.chars().as_bytes()
    }

    /// Whether the string is exactly `text`.
    pub fn equals_text(&self, text: &str) -> bool {
        match self.as_ascii() {
            Some(own) => own == text,
            None => self.chars().iter().eq(text.chars().map(u32::from)),
        }
    }

    /// Whether the hash has been computed.
    pub fn has_hash(&self) -> bool {
        self.hash.get() != -1
    }

    /// The hash, computed once.
    #[inline]
    pub fn hash(&self) -> isize {
        match self.hash.get() {
            -1 => {
                let hash = crate::hash::bytes(self.chars().as_bytes());
                self.hash.set(hash);
                hash
            }
            hash => hash,
        }
    }

    /// Whether the string is interned.
    #[inline(always)]
    pub fn is_interned(&self) -> bool {
        self.state.get() & INTERNED != 0
    }

    /// `tp_dealloc`'s part: frees what hangs on the string.
    pub(crate) fn drop_parts(&self) {
        if self.is_interned() {
            intern::forget(self);
        }
        if !self.is_ascii() || self.state.get() & COMPACT == 0 {
            // SAFETY: not compact ASCII. The UTF-8 form is either NULL, ours, or the characters themselves.
            unsafe {
                let tail = self.tail();
                let compact = self.state.get() & COMPACT != 0;
                let utf8 = tail.utf8.get();
                if !utf8.is_null() && (compact || utf8 != tail.data.get()) {
                    heap::free(utf8);
                }
                if !compact && !tail.data.get().is_null() {
                    heap::free(tail.data.get());
                }
            }
        }
    }

    /// The bytes that the string takes, its UTF-8 form included.
    pub fn memory_size(&self) -> usize {
        let state = self.state.get();
        let head = match (state & COMPACT != 0, self.is_ascii()) {
            (true, true) => return ASCII_SIZE + self.len() + 1,
            (true, false) => COMPACT_SIZE,
            (false, _) => FULL_SIZE,
        };
        // SAFETY: not compact ASCII.
        let tail = unsafe { self.tail() };
        let (utf8, compact) = (tail.utf8.get(), state & COMPACT != 0);
        let own = !utf8.is_null() && (compact || utf8 != tail.data.get());
        let cache = if own { tail.utf8_length.get() as usize + 1 } else { 0 };
        head + (self.len() + 1) * self.kind() as usize + cache
    }

    /// Makes `this`, a fresh instance of a subclass, a copy of `source`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn init_subclass_instance(this: NonNull<Object>, source: &Str) -> Result<()> {
        let width = source.kind() as usize;
        let size = (source.len() + 1) * width;
        let block = heap::alloc(size, false).ok_or_else(raise::no_memory)?;
        // SAFETY: an instance of a subclass is FULL_SIZE bytes long; the source ends in a NUL character.
        unsafe {
            block.as_ptr().copy_from_nonoverlapping(source.data(), size);
            let this = this.cast::<Str>().as_ref();
            this.length.set(source.length.get());
            this.hash.set(source.hash.get());
            this.state.set(source.state.get() & !(COMPACT | INTERNED));
            let tail = this.tail();
            tail.data.set(block.as_ptr());
            let ascii = source.is_ascii();
            tail.utf8.set(if ascii { block.as_ptr() } else { ptr::null_mut() });
            tail.utf8_length.set(if ascii { source.length.get() } else { 0 });
        }
        Ok(())
    }
}

/// `self` as a string, or TypeError naming what was wanted.
///
/// # Errors
/// TypeError "`what` must be str, not X".
pub fn expect_str<'a>(object: &'a Object, what: &str) -> Result<&'a Str> {
    object
        .cast::<Str>()
        .ok_or_else(|| crate::raise!(TypeError, "{what} must be str, not {}", object.class().name()))
}

/// `ascii(object)`: its repr with everything beyond ASCII escaped (`PyObject_ASCII`).
///
/// # Errors
/// What the repr raises.
pub fn ascii(object: &Object) -> Result<Ref<Str>> {
    let text = crate::protocol::object::repr(object)?;
    if text.is_ascii() {
        return Ok(text);
    }
    let mut result = String::with_capacity(text.len() * 2);
    for char in text.chars().iter() {
        match u8::try_from(char) {
            Ok(byte) if byte.is_ascii() => result.push(byte.into()),
            _ => result.push_str(&repr::escape(char)),
        }
    }
    Str::new(&result)
}
