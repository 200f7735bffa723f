//! `make_scanner`: from a document to objects.

use super::read_string::{Unit, end_of_plain, read_units};
use super::{decode_error, expect_str};
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{attr, call, object};
use objects::types::dict::Dict;
use objects::types::float::{Float, new_float};
use objects::types::int::{Int, convert, new_int};
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::{Chars, Str};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, id, raise, state};

/// `PyScannerObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Scanner {
    ob_base: Object,
    strict: Cell<bool>,
    object_hook: Slot,
    object_pairs_hook: Slot,
    parse_float: Slot,
    parse_int: Slot,
    parse_constant: Slot,
}

#[pytype(
    name = "Scanner", module = "_json", static_name = SCANNER, gc,
    member("strict", BOOL, strict, READONLY),
    member("object_hook", OBJECT, object_hook, READONLY),
    member("object_pairs_hook", OBJECT, object_pairs_hook, READONLY),
    member("parse_float", OBJECT, parse_float, READONLY),
    member("parse_int", OBJECT, parse_int, READONLY),
    member("parse_constant", OBJECT, parse_constant, READONLY)
)]
impl Scanner {
    #[new("make_scanner(context)")]
    fn tp_new(class: &TypeObject, context: &Object) -> Result<Ref<Scanner>> {
        let strict = object::is_true(&*attr::get(context, id!("strict"))?)?;
        let field = |name| Ok(Slot::new(attr::get(context, name)?));
        let scanner = Scanner {
            ob_base: Object::HEAD,
            strict: Cell::new(strict),
            object_hook: field(id!("object_hook"))?,
            object_pairs_hook: field(id!("object_pairs_hook"))?,
            parse_float: field(id!("parse_float"))?,
            parse_int: field(id!("parse_int"))?,
            parse_constant: field(id!("parse_constant"))?,
        };
        Ref::new_in(class, scanner)
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<(Ref, usize)> {
        let named = |name: &str| -> Result<Option<Ref>> {
            let name = objects::types::str::intern::intern_text(name)?;
            kwargs.map_or(Ok(None), |kwargs| kwargs.get_str(&name))
        };
        let given = args.len() + kwargs.map_or(0, Dict::len);
        if given > 2 {
            return Err(raise!(TypeError, "scan_once() takes at most 2 arguments ({given} given)"));
        }
        let missing =
            |name: &str, at| raise!(TypeError, "scan_once() missing required argument '{name}' (pos {at})");
        let mut places = [None, None];
        for (at, name) in ["string", "idx"].into_iter().enumerate() {
            places[at] = match args.items().get(at) {
                Some(value) => Some(value.to_ref()),
                None => named(name)?,
            };
        }
        let [document, index] = places;
        let document = document.ok_or_else(|| missing("string", 1))?;
        let index = index.ok_or_else(|| missing("idx", 2))?;
        let index = objects::protocol::number::index_as_isize(
            &index,
            Some(&objects::types::exceptions::OverflowError),
        )?;
        let document = expect_str(&document)?;
        let Ok(index) = usize::try_from(index) else {
            return Err(raise!(ValueError, "idx cannot be negative"));
        };
        match document.chars() {
            Chars::One(chars) => self.scan(document, chars, index),
            Chars::Two(chars) => self.scan(document, chars, index),
            Chars::Four(chars) => self.scan(document, chars, index),
        }
    }
}

impl Scanner {
    fn scan<T: Unit>(&self, document: &Str, chars: &[T], index: usize) -> Result<(Ref, usize)> {
        let hook = |slot: &Slot| slot.get().filter(|hook| !hook.is(none()));
        let needed = |slot: &Slot| slot.get().ok_or_else(objects::raise::bad_internal_call);
        let (parse_float, parse_int) = (needed(&self.parse_float)?, needed(&self.parse_int)?);
        let mut scan = Scan {
            document,
            chars,
            strict: self.strict.get(),
            object_hook: hook(&self.object_hook),
            object_pairs_hook: hook(&self.object_pairs_hook),
            parse_float: Some(parse_float).filter(|parse| !parse.is(Float::class())),
            parse_int: Some(parse_int).filter(|parse| !parse.is(Int::class())),
            parse_constant: needed(&self.parse_constant)?,
            keys: core::iter::repeat_with(|| None).take(KEYS).collect(),
        };
        scan.value(index)
    }
}

/// How many keys of objects are remembered, so that equal ones are one object.
const KEYS: usize = 256;

/// One run over a document. Functions of the user's are called with nothing of it borrowed but the document, which is immutable.
struct Scan<'a, T> {
    document: &'a Str,
    chars: &'a [T],
    strict: bool,
    object_hook: Option<Ref>,
    object_pairs_hook: Option<Ref>,
    /// `None` for `float` and `int` themselves.
    parse_float: Option<Ref>,
    parse_int: Option<Ref>,
    parse_constant: Ref,
    keys: Box<[Option<Ref<Str>>]>,
}

/// StopIteration with an index: there is no value.
#[cold]
fn no_value(index: usize) -> Raised {
    match new_int(index as i64) {
        Ok(index) => objects::raise::stop_iteration(Some(&index)),
        Err(raised) => raised,
    }
}

impl<T: Unit> Scan<'_, T> {
    #[inline]
    fn char(&self, index: usize) -> u32 {
        self.chars.get(index).map_or(u32::MAX, |char| char.code())
    }

    #[inline]
    fn is(&self, index: usize, char: u8) -> bool {
        self.char(index) == u32::from(char)
    }

    fn is_digit(&self, index: usize) -> bool {
        (u32::from('0')..=u32::from('9')).contains(&self.char(index))
    }

    #[inline]
    fn skip_space(&self, mut index: usize) -> usize {
        while matches!(self.char(index), 0x20 | 0x09 | 0x0a | 0x0d) {
            index += 1;
        }
        index
    }

    fn begins(&self, index: usize, word: &str) -> bool {
        word.bytes().enumerate().all(|(offset, byte)| self.is(index + offset, byte))
    }

    #[cold]
    fn error(&self, message: &str, index: usize) -> Raised {
        decode_error(message, self.document, index as isize)
    }

    /// The value at an index, and the index behind it.
    fn value(&mut self, index: usize) -> Result<(Ref, usize)> {
        let Ok(first) = u8::try_from(self.char(index)) else { return Err(no_value(index)) };
        match first {
            b'"' => {
                let (text, end) = read_units(self.document, self.chars, index + 1, self.strict)?;
                Ok((text.upcast(), end))
            }
            b'{' => {
                let _depth =
                    state::enter_recursive_call(" while decoding a JSON object from a unicode string")?;
                self.object(index + 1)
            }
            b'[' => {
                let _depth =
                    state::enter_recursive_call(" while decoding a JSON array from a unicode string")?;
                self.array(index + 1)
            }
            b'n' if self.begins(index, "null") => Ok((none().to_ref(), index + 4)),
            b't' if self.begins(index, "true") => Ok((objects::types::bool::new_bool(true), index + 4)),
            b'f' if self.begins(index, "false") => Ok((objects::types::bool::new_bool(false), index + 5)),
            b'N' if self.begins(index, "NaN") => self.constant("NaN", index),
            b'I' if self.begins(index, "Infinity") => self.constant("Infinity", index),
            b'-' if self.begins(index, "-Infinity") => self.constant("-Infinity", index),
            _ => self.number(index),
        }
    }

    fn constant(&self, name: &str, index: usize) -> Result<(Ref, usize)> {
        let text = objects::types::str::intern::intern_text(name)?;
        Ok((call::call_one_arg(&self.parse_constant, &text)?, index + name.len()))
    }

    fn array(&mut self, index: usize) -> Result<(Ref, usize)> {
        let mut items = Vec::new();
        let mut index = self.skip_space(index);
        if self.is(index, b']') {
            return Ok((List::new()?.upcast(), index + 1));
        }
        loop {
            let (item, end) = self.value(index)?;
            items.push(item);
            index = self.skip_space(end);
            if self.is(index, b']') {
                return Ok((List::from_vec(items)?.upcast(), index + 1));
            }
            if !self.is(index, b',') {
                return Err(self.error("Expecting ',' delimiter", index));
            }
            let comma = index;
            index = self.skip_space(index + 1);
            if self.is(index, b']') {
                return Err(self.error("Illegal trailing comma before end of array", comma));
            }
        }
    }

    fn object(&mut self, index: usize) -> Result<(Ref, usize)> {
        let mut pairs = Vec::new();
        let dict = match &self.object_pairs_hook {
            Some(_) => None,
            None => Some(Dict::new()?),
        };
        let mut index = self.skip_space(index);
        if !self.is(index, b'}') {
            loop {
                if !self.is(index, b'"') {
                    return Err(self.error("Expecting property name enclosed in double quotes", index));
                }
                let (key, end) = self.key(index + 1)?;
                index = self.skip_space(end);
                if !self.is(index, b':') {
                    return Err(self.error("Expecting ':' delimiter", index));
                }
                index = self.skip_space(index + 1);
                let (value, end) = self.value(index)?;
                match &dict {
                    Some(dict) => dict.set_item_known_hash(&key, key.hash(), value)?,
                    None => pairs.push(Tuple::from_array([key.upcast(), value])?.upcast()),
                }
                index = self.skip_space(end);
                if self.is(index, b'}') {
                    break;
                }
                if !self.is(index, b',') {
                    return Err(self.error("Expecting ',' delimiter", index));
                }
                let comma = index;
                index = self.skip_space(index + 1);
                if self.is(index, b'}') {
                    return Err(self.error("Illegal trailing comma before end of object", comma));
                }
            }
        }
        let object = match (dict, &self.object_pairs_hook, &self.object_hook) {
            (Some(dict), _, None) => dict.upcast(),
            (Some(dict), _, Some(hook)) => call::call_one_arg(hook, &dict)?,
            (None, Some(hook), _) => call::call_one_arg(hook, &*List::from_vec(pairs)?)?,
            (None, None, _) => return Err(objects::raise::bad_internal_call()),
        };
        Ok((object, index + 1))
    }

    /// A key of an object: one that came before, or a new string.
    fn key(&mut self, begin: usize) -> Result<(Ref<Str>, usize)> {
        let plain = end_of_plain(self.chars, begin, self.strict).filter(|&end| self.is(end, b'"'));
        let Some(end) = plain else { return read_units(self.document, self.chars, begin, self.strict) };
        let text = &self.chars[begin..end];
        let hash = text
            .iter()
            .fold(0u32, |hash, char| (hash.rotate_left(5) ^ char.code()).wrapping_mul(0x9e37_79b9));
        let place = &mut self.keys[hash as usize >> 8 & (KEYS - 1)];
        if let Some(known) = place.as_ref().filter(|known| same(known, text)) {
            return Ok((known.clone(), end + 1));
        }
        let key = Str::from_chars(T::chars(text))?;
        *place = Some(key.clone());
        Ok((key, end + 1))
    }

    fn number(&self, start: usize) -> Result<(Ref, usize)> {
        let mut index = start + usize::from(self.is(start, b'-'));
        if self.is(index, b'0') {
            index += 1;
        } else if self.is_digit(index) {
            while self.is_digit(index) {
                index += 1;
            }
        } else {
            return Err(no_value(start));
        }
        let mut is_float = false;
        if self.is(index, b'.') && self.is_digit(index + 1) {
            is_float = true;
            index += 2;
            while self.is_digit(index) {
                index += 1;
            }
        }
        if self.is(index, b'e') || self.is(index, b'E') {
            let mut end = index + 1;
            end += usize::from(self.is(end, b'-') || self.is(end, b'+'));
            if self.is_digit(end) {
                is_float = true;
                while self.is_digit(end) {
                    end += 1;
                }
                index = end;
            }
        }
        let text = &self.chars[start..index];
        let value = match (is_float, &self.parse_float, &self.parse_int) {
            (true, Some(parse), _) | (false, _, Some(parse)) => {
                call::call_one_arg(parse, &*Str::from_chars(T::chars(text))?)?
            }
            (true, None, _) => {
                let mut ascii = [0u8; 64];
                let value = match ascii.get_mut(..text.len()) {
                    Some(ascii) => num::float::parse(narrow(text, ascii)),
                    None => num::float::parse(narrow(text, &mut vec![0; text.len()])),
                };
                match value {
                    Some(value) => new_float(value)?,
                    None => return Err(raise!(ValueError, "could not convert string to float")),
                }
            }
            (false, _, None) if text.len() <= 18 => {
                let digits = text.iter().filter(|char| char.code() != u32::from('-'));
                let value = digits.fold(0i64, |value, char| value * 10 + i64::from(char.code() & 15));
                new_int(if self.is(start, b'-') { -value } else { value })?
            }
            (false, _, None) => convert::from_str(&*Str::from_chars(T::chars(text))?, 10)?.upcast(),
        };
        Ok((value, index))
    }
}

/// ASCII characters as bytes.
fn narrow<'b, T: Unit>(text: &[T], bytes: &'b mut [u8]) -> &'b [u8] {
    for (byte, char) in bytes.iter_mut().zip(text) {
        *byte = char.code() as u8;
    }
    bytes
}

fn same<T: Unit>(known: &Str, text: &[T]) -> bool {
    match (known.chars(), T::chars(text)) {
        (Chars::One(known), Chars::One(text)) => known == text,
        (known, text) => known.len() == text.len() && known.iter().eq(text.iter()),
    }
}
