//! What Python sees of a string.

use super::edit::{self, FillChar};
use super::split::{self, Ends};
use super::window::Window;
use super::{Chars, FULL_SIZE, Str, case, intern, iter, percent, repr, search, spec, template};
use crate::args::Kwargs;
use crate::object::refs::Ref;
use crate::object::{Instance, Object, heap};
use crate::protocol::{self, number};
use crate::raise;
use crate::raise::Result;
use crate::repeat::repeat_front;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bytes::Bytes;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::none::none;
use crate::types::slice::Slice;
use crate::types::tuple::Tuple;
use core::mem::MaybeUninit;
use macros::pytype;

/// `unicode_vectorcall`: without keywords as the constructor, with other words for too many arguments.
unsafe extern "C" fn str_vectorcall(
    class: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the vectorcall convention; the callable is the type.
    let (class, (args, keywords)) = unsafe {
        (
            class.cast_unchecked::<TypeObject>(),
            crate::args::vector(args.cast(), protocol::call::positional_count(nargsf), names),
        )
    };
    match args {
        _ if !keywords.is_empty() => {}
        [] => return Ok(intern::empty().upcast()),
        [object] => return Ok(protocol::object::str(object)?.upcast()),
        [_, _] | [_, _, _] => {}
        _ => {
            return Err(crate::raise!(TypeError, "str expected at most 3 arguments, got {}", args.len()));
        }
    }
    let new = PyUnicode_Type.tp_new.get().ok_or_else(raise::bad_internal_call)?;
    let (args, keywords) = (Tuple::from_slice(args)?, keywords.to_dict()?);
    // SAFETY: the slot of `str` itself.
    unsafe { new(class, &args, keywords.as_deref().map(Instance::as_object)) }
}

#[pytype(
    name = "str", symbol = PyUnicode_Type, basicsize = FULL_SIZE,
    flags = [BASETYPE, UNICODE_SUBCLASS, MATCH_SELF], vectorcall = str_vectorcall
)]
impl Str {
    #[new("(object='', encoding='utf-8', errors='strict')")]
    fn tp_new(
        class: &TypeObject,
        object: Option<&Object>,
        encoding: Option<&Str>,
        errors: Option<&Str>,
    ) -> Result<Ref<Str>> {
        let text = match object {
            None => intern::empty(),
            Some(object) if encoding.is_none() && errors.is_none() => protocol::object::str(object)?,
            Some(object) => {
                let encoding = encoding.map(Str::to_str).transpose()?;
                let errors = errors.map(Str::to_str).transpose()?;
                crate::codecs::decode_object(object, encoding, errors)?
            }
        };
        if core::ptr::eq(class, Str::class()) {
            return Ok(text);
        }
        let this = class.allocate(0)?;
        // SAFETY: made with a count of one, as an instance of a subclass of str; its destructor accepts zeroed fields.
        let owner = unsafe { Ref::<Str>::from_owned(this.cast()) };
        Str::init_subclass_instance(this, &text)?;
        heap::track_if_collected(class, this);
        Ok(owner)
    }

    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: a string that nobody refers to any more.
        unsafe {
            (*this).cast_unchecked::<Str>().drop_parts();
            if (*this).is_exactly(&PyUnicode_Type) {
                return crate::object::heap::free(this.cast());
            }
            crate::slots::free(this);
        }
    }

    #[slot(tp_repr)]
    fn tp_repr(&self) -> Result<Ref<Str>> {
        repr::repr(self)
    }

    #[slot(tp_str)]
    fn tp_str(&self) -> Result<Ref<Str>> {
        self.to_exact()
    }

    #[slot(tp_hash)]
    fn tp_hash(&self) -> isize {
        self.hash()
    }

    #[slot(tp_iter)]
    fn tp_iter(&self) -> Result<Ref> {
        iter::iterate(self)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Str>() else { return Ok(protocol::compare::unsupported()) };
        Ok(match op {
            CompareOp::Eq => crate::types::bool::new_bool(self.equals(other)),
            CompareOp::Ne => crate::types::bool::new_bool(!self.equals(other)),
            _ => protocol::compare::answer(op, self.compare(other)),
        })
    }

    #[slot(sq_length)]
    fn sq_length(&self) -> usize {
        self.len()
    }

    #[slot(mp_length)]
    fn mp_length(&self) -> usize {
        self.len()
    }

    #[slot(sq_concat)]
    fn sq_concat(&self, other: &Object) -> Result<Ref<Str>> {
        match other.cast::<Str>() {
            Some(other) => self.concat(other),
            None => {
                Err(raise!(TypeError, "can only concatenate str (not \"{}\") to str", other.class().name()))
            }
        }
    }

    #[slot(sq_repeat)]
    fn sq_repeat(&self, count: isize) -> Result<Ref<Str>> {
        self.repeat(count)
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<Ref<Str>> {
        match usize::try_from(index) {
            Ok(index) if index < self.len() => Str::from_char(self.at(index)),
            _ => Err(raise!(IndexError, "string index out of range")),
        }
    }

    #[slot(sq_contains)]
    fn sq_contains(&self, item: &Object) -> Result<bool> {
        match item.cast::<Str>() {
            Some(item) => Ok(search::find(self.chars(), item.chars()).is_some()),
            None => Err(raise!(
                TypeError,
                "'in <string>' requires string as left operand, not {}",
                item.class().name()
            )),
        }
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref<Str>> {
        if let Some(slice) = key.cast::<Slice>() {
            let indices = slice.indices_for(self.len())?;
            if indices.step == 1 {
                return self.substring(indices.start as usize, indices.start as usize + indices.count);
            }
            let taken = indices.iter();
            return match self.chars() {
                Chars::One(chars) => Str::from_latin1(&taken.map(|index| chars[index]).collect::<Vec<u8>>()),
                Chars::Two(chars) => Str::from_ucs2(&taken.map(|index| chars[index]).collect::<Vec<u16>>()),
                Chars::Four(chars) => Str::from_ucs4(&taken.map(|index| chars[index]).collect::<Vec<u32>>()),
            };
        }
        if !number::is_index(key) {
            return Err(raise!(TypeError, "string indices must be integers, not '{}'", key.class().name()));
        }
        let index = number::index_as_isize(key, Some(&crate::types::exceptions::IndexError))?;
        self.sq_item(if index < 0 { index + self.len() as isize } else { index })
    }

    #[slot(nb_remainder)]
    fn nb_remainder(left: &Object, right: &Object) -> Result<Ref> {
        match left.cast::<Str>() {
            Some(template) => Ok(percent::format(template, right)?.upcast()),
            None => Ok(protocol::compare::unsupported()),
        }
    }

    #[method("__format__($self, format_spec, /)")]
    fn py_format(&self, format_spec: &Str) -> Result<Ref<Str>> {
        spec::format(self, format_spec)
    }

    #[method("__getnewargs__($self, /)")]
    fn getnewargs(&self) -> Result<(Ref<Str>,)> {
        Ok((Str::from_chars(self.chars())?,))
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        self.memory_size()
    }

    #[method("capitalize($self, /)")]
    fn capitalize(&self) -> Result<Ref<Str>> {
        case::capitalize(self)
    }

    #[method("casefold($self, /)")]
    fn casefold(&self) -> Result<Ref<Str>> {
        case::casefold(self)
    }

    #[method("center($self, width, fillchar=' ', /)")]
    fn center(&self, width: isize, #[default(FillChar(0x20))] fillchar: FillChar) -> Result<Ref<Str>> {
        let width = usize::try_from(width).unwrap_or(0);
        let missing = width.saturating_sub(self.len());
        let left = edit::center_left(missing, width);
        edit::pad(self, left, missing - left, fillchar.0)
    }

    #[method("count($self, sub[, start[, end]], /)", raw)]
    fn count(&self, args: &[&Object]) -> Result<usize> {
        let (sub, start, end) = self.window("count", args)?;
        Ok(if start > end { 0 } else { search::count(self.chars().slice(start, end), sub.chars()) })
    }

    #[method("encode($self, /, encoding='utf-8', errors='strict')")]
    fn encode(&self, encoding: Option<&Str>, errors: Option<&Str>) -> Result<Ref<Bytes>> {
        let encoding = encoding.map(Str::to_str).transpose()?;
        let errors = errors.map(Str::to_str).transpose()?;
        crate::codecs::encode(self, encoding, errors)
    }

    #[method("endswith($self, suffix[, start[, end]], /)", raw)]
    fn endswith(&self, args: &[&Object]) -> Result<bool> {
        self.has_at_end("endswith", args, |chars, affix| {
            chars.len().checked_sub(affix.len()).is_some_and(|at| search::matches_at(chars, affix, at))
        })
    }

    #[method("expandtabs($self, /, tabsize=8)")]
    fn expandtabs(&self, tabsize: i32) -> Result<Ref<Str>> {
        edit::expandtabs(self, tabsize)
    }

    #[method("find($self, sub[, start[, end]], /)", raw)]
    fn find(&self, args: &[&Object]) -> Result<isize> {
        Ok(self.search("find", args, search::find)?.map_or(-1, |at| at as isize))
    }

    #[method("format($self, /, *args, **kwargs)")]
    fn format(&self, args: &[&Object], kwargs: Kwargs) -> Result<Ref<Str>> {
        template::fill(self, &template::Arguments { args, kwargs })
    }

    #[method("format_map($self, mapping, /)")]
    fn format_map(&self, mapping: &Object) -> Result<Ref<Str>> {
        template::fill(self, &template::Mapping(mapping))
    }

    #[method("index($self, sub[, start[, end]], /)", raw)]
    fn index(&self, args: &[&Object]) -> Result<usize> {
        self.search("index", args, search::find)?.ok_or_else(|| raise!(ValueError, "substring not found"))
    }

    #[method("isalnum($self, /)")]
    fn isalnum(&self) -> bool {
        self.all_are(unicode::is_alnum)
    }

    #[method("isalpha($self, /)")]
    fn isalpha(&self) -> bool {
        self.all_are(unicode::is_alpha)
    }

    #[method("isascii($self, /)")]
    fn isascii(&self) -> bool {
        self.is_ascii()
    }

    #[method("isdecimal($self, /)")]
    fn isdecimal(&self) -> bool {
        self.all_are(unicode::is_decimal)
    }

    #[method("isdigit($self, /)")]
    fn isdigit(&self) -> bool {
        self.all_are(unicode::is_digit)
    }

    #[method("isidentifier($self, /)")]
    fn isidentifier(&self) -> bool {
        self.is_identifier()
    }

    #[method("islower($self, /)")]
    fn islower(&self) -> bool {
        case::is_all(self, u8::is_ascii_lowercase, unicode::is_lower)
    }

    #[method("isnumeric($self, /)")]
    fn isnumeric(&self) -> bool {
        self.all_are(unicode::is_numeric)
    }

    #[method("isprintable($self, /)")]
    fn isprintable(&self) -> bool {
        self.chars().iter().all(unicode::is_printable)
    }

    #[method("isspace($self, /)")]
    fn isspace(&self) -> bool {
        self.all_are(unicode::is_space_fast)
    }

    #[method("istitle($self, /)")]
    fn istitle(&self) -> bool {
        let (mut in_word, mut any) = (false, false);
        for char in self.chars().iter() {
            let begins = unicode::is_upper(char) || unicode::is_title(char);
            let goes_on = unicode::is_lower(char);
            if begins && in_word || goes_on && !in_word {
                return false;
            }
            in_word = begins || goes_on;
            any |= in_word;
        }
        any
    }

    #[method("isupper($self, /)")]
    fn isupper(&self) -> bool {
        case::is_all(self, u8::is_ascii_uppercase, unicode::is_upper)
    }

    #[method("join($self, iterable, /)")]
    fn join(&self, iterable: &Object) -> Result<Ref<Str>> {
        split::join(self, iterable)
    }

    #[method("ljust($self, width, fillchar=' ', /)")]
    fn ljust(&self, width: isize, #[default(FillChar(0x20))] fillchar: FillChar) -> Result<Ref<Str>> {
        edit::pad(self, 0, self.missing(width), fillchar.0)
    }

    #[method("lower($self, /)")]
    fn lower(&self) -> Result<Ref<Str>> {
        case::lower(self)
    }

    #[method("lstrip($self, chars=None, /)")]
    fn lstrip(&self, chars: Option<&Object>) -> Result<Ref<Str>> {
        split::strip(self, chars.unwrap_or(none()), Ends::Left, "lstrip")
    }

    #[staticmethod("maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)")]
    fn maketrans(x: &Object, y: Option<&Str>, z: Option<&Str>) -> Result<Ref<Dict>> {
        edit::maketrans(x, y, z)
    }

    #[method("partition($self, sep, /)")]
    fn partition(&self, sep: &Object) -> Result<Ref<Tuple>> {
        split::partition(self, sep, false)
    }

    #[method("removeprefix($self, prefix, /)")]
    fn removeprefix(&self, prefix: &Str) -> Result<Ref<Str>> {
        let cut = if search::matches_at(self.chars(), prefix.chars(), 0) { prefix.len() } else { 0 };
        self.substring(cut, self.len())
    }

    #[method("removesuffix($self, suffix, /)")]
    fn removesuffix(&self, suffix: &Str) -> Result<Ref<Str>> {
        let end = self.len().checked_sub(suffix.len());
        let end = end.filter(|&end| search::matches_at(self.chars(), suffix.chars(), end));
        self.substring(0, end.unwrap_or(self.len()))
    }

    #[method("replace($self, old, new, /, count=-1)")]
    fn replace(&self, old: &Str, new: &Str, count: isize) -> Result<Ref<Str>> {
        edit::replace(self, old, new, count)
    }

    #[method("rfind($self, sub[, start[, end]], /)", raw)]
    fn rfind(&self, args: &[&Object]) -> Result<isize> {
        Ok(self.search("rfind", args, search::rfind)?.map_or(-1, |at| at as isize))
    }

    #[method("rindex($self, sub[, start[, end]], /)", raw)]
    fn rindex(&self, args: &[&Object]) -> Result<usize> {
        self.search("rindex", args, search::rfind)?.ok_or_else(|| raise!(ValueError, "substring not found"))
    }

    #[method("rjust($self, width, fillchar=' ', /)")]
    fn rjust(&self, width: isize, #[default(FillChar(0x20))] fillchar: FillChar) -> Result<Ref<Str>> {
        edit::pad(self, self.missing(width), 0, fillchar.0)
    }

    #[method("rpartition($self, sep, /)")]
    fn rpartition(&self, sep: &Object) -> Result<Ref<Tuple>> {
        split::partition(self, sep, true)
    }

    #[method("rsplit($self, /, sep=None, maxsplit=-1)")]
    fn rsplit(&self, sep: Option<&Object>, maxsplit: isize) -> Result<Ref<List>> {
        split::split(self, sep.unwrap_or(none()), maxsplit, true)
    }

    #[method("rstrip($self, chars=None, /)")]
    fn rstrip(&self, chars: Option<&Object>) -> Result<Ref<Str>> {
        split::strip(self, chars.unwrap_or(none()), Ends::Right, "rstrip")
    }

    #[method("split($self, /, sep=None, maxsplit=-1)")]
    fn split(&self, sep: Option<&Object>, maxsplit: isize) -> Result<Ref<List>> {
        split::split(self, sep.unwrap_or(none()), maxsplit, false)
    }

    #[method("splitlines($self, /, keepends=False)")]
    fn splitlines(&self, keepends: bool) -> Result<Ref<List>> {
        split::splitlines(self, keepends)
    }

    #[method("startswith($self, prefix[, start[, end]], /)", raw)]
    fn startswith(&self, args: &[&Object]) -> Result<bool> {
        self.has_at_end("startswith", args, |chars, affix| search::matches_at(chars, affix, 0))
    }

    #[method("strip($self, chars=None, /)")]
    fn strip(&self, chars: Option<&Object>) -> Result<Ref<Str>> {
        split::strip(self, chars.unwrap_or(none()), Ends::Both, "strip")
    }

    #[method("swapcase($self, /)")]
    fn swapcase(&self) -> Result<Ref<Str>> {
        case::swapcase(self)
    }

    #[method("title($self, /)")]
    fn title(&self) -> Result<Ref<Str>> {
        case::title(self)
    }

    #[method("translate($self, table, /)")]
    fn translate(&self, table: &Object) -> Result<Ref<Str>> {
        edit::translate(self, table)
    }

    #[method("upper($self, /)")]
    fn upper(&self) -> Result<Ref<Str>> {
        case::upper(self)
    }

    #[method("zfill($self, width, /)")]
    fn zfill(&self, width: isize) -> Result<Ref<Str>> {
        edit::zfill(self, width)
    }
}

/// The parts that several methods share.
impl Str {
    fn missing(&self, width: isize) -> usize {
        usize::try_from(width).unwrap_or(0).saturating_sub(self.len())
    }

    fn all_are(&self, question: fn(u32) -> bool) -> bool {
        !self.is_empty() && self.chars().iter().all(question)
    }

    /// The arguments of a searching method.
    fn window<'a>(&self, name: &str, args: &[&'a Object]) -> Result<(&'a Str, usize, usize)> {
        let window = Window::parse(name, args)?;
        let (start, end) = window.clip(self.len());
        match window.sub.cast::<Str>() {
            Some(sub) => Ok((sub, start, end)),
            None => {
                let class = bad_class_name(window.sub);
                Err(raise!(TypeError, "{name}() argument 1 must be str, not {class}"))
            }
        }
    }

    fn search(
        &self,
        name: &str,
        args: &[&Object],
        find: fn(Chars<'_>, Chars<'_>) -> Option<usize>,
    ) -> Result<Option<usize>> {
        let (sub, start, end) = self.window(name, args)?;
        if start > end {
            return Ok(None);
        }
        Ok(find(self.chars().slice(start, end), sub.chars()).map(|at| at + start))
    }

    fn has_at_end(
        &self,
        name: &str,
        args: &[&Object],
        has: fn(Chars<'_>, Chars<'_>) -> bool,
    ) -> Result<bool> {
        let window = Window::parse(name, args)?;
        let (start, end) = window.clip(self.len());
        let holds = |affix: &Str| start <= end && has(self.chars().slice(start, end), affix.chars());
        if let Some(affix) = window.sub.cast::<Str>() {
            return Ok(holds(affix));
        }
        let Some(affixes) = window.sub.cast::<Tuple>() else {
            return Err(raise!(
                TypeError,
                "{name} first arg must be str or a tuple of str, not {}",
                window.sub.class().name()
            ));
        };
        for affix in affixes.items() {
            let Some(affix) = affix.cast::<Str>() else {
                return Err(raise!(
                    TypeError,
                    "tuple for {name} must only contain str, not {}",
                    affix.class().name()
                ));
            };
            if holds(affix) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the string is an identifier (`PyUnicode_IsIdentifier`).
    pub fn is_identifier(&self) -> bool {
        let mut chars = self.chars().iter();
        let starts = |char: u32| char == u32::from(b'_') || unicode::is_identifier_start(char);
        chars.next().is_some_and(starts) && chars.all(unicode::is_identifier_continue)
    }
}

/// A class as `_PyArg_BadArgument` names it.
fn bad_class_name(object: &Object) -> &str {
    if object.is(none()) { "None" } else { object.class().full_name() }
}

impl Str {
    /// The string itself, or a copy of exactly the class `str`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn to_exact(&self) -> Result<Ref<Str>> {
        if self.is_exactly(Str::class()) { Ok(self.to_ref()) } else { Str::from_chars(self.chars()) }
    }

    /// The characters `start..end`, which must be in range.
    ///
    /// # Errors
    /// MemoryError.
    pub fn substring(&self, start: usize, end: usize) -> Result<Ref<Str>> {
        if start == 0 && end == self.len() {
            return self.to_exact();
        }
        match self.chars() {
            Chars::One(chars) if self.is_ascii() => Str::from_ascii(&chars[start..end]),
            chars => Str::from_chars(chars.slice(start, end)),
        }
    }

    /// The order of two strings by code points.
    pub fn compare(&self, other: &Str) -> core::cmp::Ordering {
        match (self.chars(), other.chars()) {
            (Chars::One(a), Chars::One(b)) => a.cmp(b),
            (Chars::Two(a), Chars::Two(b)) => a.cmp(b),
            (Chars::Four(a), Chars::Four(b)) => a.cmp(b),
            (a, b) => a.iter().cmp(b.iter()),
        }
    }

    /// `self + other`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn concat(&self, other: &Str) -> Result<Ref<Str>> {
        if self.is_empty() {
            return other.to_exact();
        }
        if other.is_empty() {
            return self.to_exact();
        }
        let result = Str::alloc(self.len() + other.len(), self.max_hint().max(other.max_hint()))?;
        result.write_at(0, self.chars());
        result.write_at(self.len(), other.chars());
        Ok(result)
    }

    /// The strings one behind the other.
    ///
    /// # Errors
    /// MemoryError.
    ///
    /// # Safety
    /// All pieces are strings.
    pub unsafe fn concat_all(pieces: &[&Object]) -> Result<Ref<Str>> {
        // SAFETY: the caller's promise.
        let strings = || pieces.iter().map(|piece| unsafe { piece.cast_unchecked::<Str>() });
        let (mut len, mut max) = (0usize, 0);
        for string in strings() {
            len = len.checked_add(string.len()).ok_or_else(crate::raise::no_memory)?;
            max = max.max(string.max_hint());
        }
        if len == 0 {
            return Ok(intern::empty());
        }
        let result = Str::alloc(len, max)?;
        let mut at = 0;
        for string in strings() {
            result.write_at(at, string.chars());
            at += string.len();
        }
        Ok(result)
    }

    /// `self * count`.
    ///
    /// # Errors
    /// OverflowError, MemoryError.
    pub fn repeat(&self, count: isize) -> Result<Ref<Str>> {
        let count = count.max(0) as usize;
        if count == 0 || self.is_empty() {
            return Ok(intern::empty());
        }
        if count == 1 {
            return self.to_exact();
        }
        let len = (self.len().checked_mul(count))
            .filter(|&len| len <= isize::MAX as usize)
            .ok_or_else(|| raise!(OverflowError, "repeated string is too long"))?;
        let result = Str::alloc(len, self.max_hint())?;
        if self.len() == 1 {
            result.fill_range(0, count, self.at(0));
            return Ok(result);
        }
        result.write_at(0, self.chars());
        let width = self.kind() as usize;
        // SAFETY: the characters of a string that nobody else sees yet.
        let places =
            unsafe { core::slice::from_raw_parts_mut(result.data().cast::<MaybeUninit<u8>>(), len * width) };
        repeat_front(places, self.len() * width);
        Ok(result)
    }
}

/// `left + right` for a caller that gives up its reference to `left`: when nobody else has one, the string grows in place, so that
/// building text piece by piece is linear (`PyUnicode_Append`).
///
/// # Errors
/// MemoryError.
pub fn append(left: Ref<Str>, right: &Str) -> Result<Ref<Str>> {
    let fits = left.refcnt() == 1
        && left.is_exactly(Str::class())
        && !left.is_interned()
        && right.kind() <= left.kind()
        && (right.is_ascii() || !left.is_ascii())
        && !right.is_empty()
        && !left.is_empty();
    if !fits {
        return left.concat(right);
    }
    Str::grow(left, right)
}
