//! `template % arguments`, for str and for bytes.

use super::build::Builder;
use super::{Chars, Str};
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::buffer::{self, Buffer};
use crate::protocol::{self, attr, number};
use crate::raise;
use crate::raise::{Catch, Result};
use crate::types::bytes::Bytes;
use crate::types::exceptions as exc;
use crate::types::int::Int;
use crate::types::tuple::Tuple;

/// One conversion: `%[(key)][flags][width][.precision][l]code`.
struct Directive {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    code: u32,
    /// Where the code is, for error texts.
    at: usize,
}

/// What is right of the `%`.
struct Arguments<'a> {
    all: &'a Object,
    /// The items when it is a tuple.
    items: Option<&'a [&'a Object]>,
    next: usize,
    is_mapping: bool,
    /// What the last key named; the next conversion takes it.
    keyed: Option<Ref>,
    /// Whether a key was used: then nothing else is left to convert.
    used_key: bool,
}

impl<'a> Arguments<'a> {
    fn new(all: &'a Object, is_text: fn(&Object) -> bool) -> Arguments<'a> {
        let items = all.cast::<Tuple>().map(Tuple::items);
        let subscripts = all.class().mapping().is_some_and(|table| table.mp_subscript.get().is_some());
        Arguments {
            all,
            is_mapping: subscripts && items.is_none() && !is_text(all),
            items,
            next: 0,
            keyed: None,
            used_key: false,
        }
    }

    fn take(&mut self) -> Result<Ref> {
        if let Some(value) = self.keyed.take() {
            return Ok(value);
        }
        let value = match self.items {
            _ if self.used_key => None,
            Some(items) => items.get(self.next).copied(),
            None => (self.next == 0).then_some(self.all),
        };
        self.next += 1;
        value.map(Object::to_ref).ok_or_else(|| raise!(TypeError, "not enough arguments for format string"))
    }

    fn look_up(&mut self, key: &Object) -> Result<()> {
        self.keyed = Some(protocol::mapping::get_item(self.all, key)?);
        self.used_key = true;
        Ok(())
    }

    /// A width or precision given as `*`.
    fn take_int(&mut self) -> Result<i32> {
        let value = self.take()?;
        let Some(int) = value.cast::<Int>() else { return Err(raise!(TypeError, "* wants int")) };
        (int.to_i64().and_then(|value| i32::try_from(value).ok()))
            .ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))
    }

    fn finish(&self, what: &str) -> Result<()> {
        let given = self.items.map_or(1, <[_]>::len);
        if self.next < given && !self.is_mapping {
            return Err(raise!(TypeError, "not all arguments converted during {what} formatting"));
        }
        Ok(())
    }
}

/// Reads a template.
struct Reader<'a> {
    chars: Chars<'a>,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The text up to the next `%`, which is skipped; whether there was one.
    fn literal(&mut self) -> (Chars<'a>, bool) {
        let start = self.at;
        let rest = self.chars.slice(start, self.chars.len());
        match super::search::find(rest, Chars::One(b"%")) {
            Some(len) => {
                self.at = start + len + 1;
                (self.chars.slice(start, start + len), true)
            }
            None => {
                self.at = self.chars.len();
                (rest, false)
            }
        }
    }

    fn peek(&self) -> Option<char> {
        (self.at < self.chars.len()).then(|| char::from_u32(self.chars.at(self.at)).unwrap_or('\u{fffd}'))
    }

    fn next(&mut self) -> Result<char> {
        match self.peek() {
            Some(char) => {
                self.at += 1;
                Ok(char)
            }
            None => Err(raise!(ValueError, "incomplete format")),
        }
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// The characters of `(key)`, behind its parenthesis.
    fn key(&mut self) -> Result<Chars<'a>> {
        let start = self.at;
        let mut depth = 1;
        while let Some(char) = self.peek() {
            self.at += 1;
            match char {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(self.chars.slice(start, self.at - 1));
            }
        }
        Err(raise!(ValueError, "incomplete format key"))
    }

    fn number(&mut self, what: &str, limit: usize) -> Result<usize> {
        let mut value = 0usize;
        while let Some(digit) = self.peek().and_then(|char| char.to_digit(10)) {
            self.at += 1;
            value = (value.checked_mul(10))
                .and_then(|value| value.checked_add(digit as usize))
                .filter(|&value| value <= limit)
                .ok_or_else(|| raise!(ValueError, "{what} too big"))?;
        }
        Ok(value)
    }

    /// What follows a `%`. `make_key` makes the object that a mapping is asked for.
    fn directive(
        &mut self,
        arguments: &mut Arguments<'_>,
        make_key: fn(Chars<'_>) -> Result<Ref>,
    ) -> Result<Directive> {
        if self.accept('(') {
            if !arguments.is_mapping {
                return Err(raise!(TypeError, "format requires a mapping"));
            }
            let key = make_key(self.key()?)?;
            arguments.look_up(&key)?;
        }
        let mut directive = Directive {
            left: false,
            plus: false,
            space: false,
            alternate: false,
            zero: false,
            width: 0,
            precision: None,
            code: 0,
            at: 0,
        };
        loop {
            match self.peek() {
                Some('-') => directive.left = true,
                Some('+') => directive.plus = true,
                Some(' ') => directive.space = true,
                Some('#') => directive.alternate = true,
                Some('0') => directive.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        if self.accept('*') {
            let width = arguments.take_int()?;
            directive.left |= width < 0;
            directive.width = width.unsigned_abs() as usize;
        } else {
            directive.width = self.number("width", isize::MAX as usize)?;
        }
        if self.accept('.') {
            directive.precision = Some(if self.accept('*') {
                usize::try_from(arguments.take_int()?).unwrap_or(0)
            } else {
                self.number("precision", i32::MAX as usize)?
            });
        }
        if matches!(self.peek(), Some('h' | 'l' | 'L')) {
            self.at += 1;
        }
        self.next()?;
        directive.at = self.at - 1;
        directive.code = self.chars.at(directive.at);
        Ok(directive)
    }
}

impl Directive {
    fn unsupported(&self) -> raise::Raised {
        let shown = char::from_u32(self.code).filter(|char| (' '..='~').contains(char)).unwrap_or('?');
        raise!(ValueError, "unsupported format character '{shown}' (0x{:x}) at index {}", self.code, self.at)
    }

    /// The code as an ASCII letter.
    fn letter(&self) -> char {
        char::from_u32(self.code).unwrap_or('\0')
    }

    /// A number as text, unpadded; `None` when the code is none for numbers. `real_only` is the message for what is no real number.
    fn number(&self, value: &Object, not_real: Option<&str>) -> Result<Option<String>> {
        let text = match self.letter() {
            'd' | 'i' | 'u' | 'o' | 'x' | 'X' => self.integer(value)?,
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                let float = number::as_f64(value).map_err(|raised| match not_real {
                    Some(text) if raised.matches(&exc::TypeError) => {
                        raised.clear();
                        raise!(TypeError, "{text}, not {}", value.class().name())
                    }
                    _ => raised,
                })?;
                crate::format::float_text(float, self.letter(), self.precision.unwrap_or(6), self.alternate)
            }
            _ => return Ok(None),
        };
        let sign = match text.as_bytes().first() {
            Some(b'-') => "",
            _ if self.plus => "+",
            _ if self.space => " ",
            _ => "",
        };
        Ok(Some(if sign.is_empty() { text } else { format!("{sign}{text}") }))
    }

    fn integer(&self, value: &Object) -> Result<String> {
        let letter = self.letter();
        let decimal = matches!(letter, 'd' | 'i' | 'u');
        let int = match value.cast::<Int>() {
            Some(int) => int.to_ref(),
            None => to_int(value, decimal).catch(&exc::TypeError)?.flatten().ok_or_else(|| {
                let wanted = if decimal { "a real number" } else { "an integer" };
                raise!(TypeError, "%{letter} format: {wanted} is required, not {}", value.class().name())
            })?,
        };
        let mut text = match letter {
            'o' => num::int::to_radix(int.view(), 8),
            'x' | 'X' => num::int::to_radix(int.view(), 16),
            _ => {
                let limit = crate::state::interpreter().int_max_str_digits.get() as usize;
                num::int::to_decimal(int.view(), limit).map_err(raise::arithmetic)?
            }
        };
        if letter == 'X' {
            text.make_ascii_uppercase();
        }
        if decimal && self.precision.is_none() {
            return Ok(text);
        }
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.as_str()),
        };
        let prefix = match letter {
            'o' if self.alternate => "0o",
            'x' if self.alternate => "0x",
            'X' if self.alternate => "0X",
            _ => "",
        };
        let precision = self.precision.unwrap_or(0);
        let zeros = precision.saturating_sub(digits.len());
        let mut result = String::new();
        result.try_reserve_exact(zeros + digits.len() + 3).map_err(|_| raise::no_memory())?;
        result.push_str(sign);
        result.push_str(prefix);
        result.extend(core::iter::repeat_n('0', zeros));
        result.push_str(digits);
        Ok(result)
    }

    /// Where the zeros go in a number's text: behind its sign and prefix.
    fn zero_split(&self, text: &str) -> usize {
        let sign = usize::from(text.starts_with(['-', '+', ' ']));
        let prefix = self.alternate && matches!(self.letter(), 'o' | 'x' | 'X');
        sign + if prefix { 2 } else { 0 }
    }

    /// Pads `len` characters: fill characters in front, and behind.
    fn padding(&self, len: usize) -> (usize, usize) {
        let missing = self.width.saturating_sub(len);
        if self.left { (0, missing) } else { (missing, 0) }
    }

    fn pad_number(&self, text: String) -> Result<String> {
        let (front, behind) = self.padding(text.len());
        if front + behind == 0 {
            return Ok(text);
        }
        let mut result = String::new();
        result.try_reserve_exact(text.len() + front + behind).map_err(|_| raise::no_memory())?;
        let split = if self.zero { self.zero_split(&text) } else { 0 };
        result.push_str(&text[..split]);
        result.extend(core::iter::repeat_n(if self.zero { '0' } else { ' ' }, front));
        result.push_str(&text[split..]);
        result.extend(core::iter::repeat_n(' ', behind));
        Ok(result)
    }
}

/// `int(value)` for `%d`, `value.__index__()` for the others; `None` when the value is no number.
fn to_int(value: &Object, decimal: bool) -> Result<Option<Ref<Int>>> {
    let Some(table) = value.class().number() else { return Ok(None) };
    if decimal && let Some(convert) = table.nb_int.get() {
        // SAFETY: the slot belongs to the object's class.
        return Ok(unsafe { convert(value) }?.downcast::<Int>().ok());
    }
    if table.nb_index.get().is_none() {
        return Ok(None);
    }
    number::index(value).map(Some)
}

/// `template % arguments` for strings.
///
/// # Errors
/// TypeError, ValueError, OverflowError; what converting raises.
pub fn format(template: &Str, arguments: &Object) -> Result<Ref<Str>> {
    let mut reader = Reader { chars: template.chars(), at: 0 };
    let mut arguments = Arguments::new(arguments, |object| object.cast::<Str>().is_some());
    let mut result = Builder::with_capacity(template.len());
    loop {
        let (literal, more) = reader.literal();
        if !more && literal.len() == template.len() {
            arguments.finish("string")?;
            return template.to_exact();
        }
        result.push_chars(literal);
        if !more {
            break;
        }
        if reader.accept('%') {
            result.push(u32::from(b'%'));
            continue;
        }
        let directive = reader.directive(&mut arguments, |key| Ok(Str::from_chars(key)?.upcast()))?;
        let value = arguments.take()?;
        let text = match directive.letter() {
            's' => protocol::object::str(&value)?,
            'r' => protocol::object::repr(&value)?,
            'a' => super::ascii(&value)?,
            'c' => character(&value)?,
            _ => match directive.number(&value, None)? {
                Some(number) => {
                    result.push_str(&directive.pad_number(number)?);
                    continue;
                }
                None => return Err(directive.unsupported()),
            },
        };
        let mut chars = text.chars();
        if let Some(precision) = directive.precision
            && precision < chars.len()
            && directive.letter() != 'c'
        {
            chars = chars.slice(0, precision);
        }
        let (front, behind) = directive.padding(chars.len());
        if result.is_empty() && reader.peek().is_none() && front + behind == 0 && chars.len() == text.len() {
            // The text is the whole result.
            arguments.finish("string")?;
            return Ok(text);
        }
        result.push_repeated(0x20, front)?;
        result.push_chars(chars);
        result.push_repeated(0x20, behind)?;
    }
    arguments.finish("string")?;
    result.finish()
}

/// The argument of `%c` for strings.
fn character(value: &Object) -> Result<Ref<Str>> {
    if let Some(text) = value.cast::<Str>() {
        return if text.len() == 1 {
            Ok(Ref::from_borrowed(text))
        } else {
            Err(raise!(TypeError, "%c requires int or char"))
        };
    }
    if !number::is_index(value) {
        return Err(raise!(TypeError, "%c requires int or char"));
    }
    match u32::try_from(number::index_as_isize(value, None)?) {
        Ok(char) if char <= 0x10_ffff => Str::from_char(char),
        _ => Err(raise!(OverflowError, "%c arg not in range(0x110000)")),
    }
}

/// `template % arguments` for bytes.
///
/// # Errors
/// As [`format`].
pub fn format_bytes(template: &[u8], arguments: &Object) -> Result<Vec<u8>> {
    let mut reader = Reader { chars: Chars::One(template), at: 0 };
    let is_text = |object: &Object| {
        object.cast::<Str>().is_some()
            || object.cast::<Bytes>().is_some()
            || object.cast::<crate::types::bytearray::ByteArray>().is_some()
    };
    let mut arguments = Arguments::new(arguments, is_text);
    let mut result = Vec::with_capacity(template.len());
    loop {
        let (literal, more) = reader.literal();
        result.extend_from_slice(literal.as_bytes());
        if !more {
            break;
        }
        if reader.accept('%') {
            result.push(b'%');
            continue;
        }
        let mut directive =
            reader.directive(&mut arguments, |key| Ok(Bytes::new(key.as_bytes())?.upcast()))?;
        if directive.letter() == 'i' {
            // Which is how messages name it.
            directive.code = u32::from(b'd');
        }
        let value = arguments.take()?;
        let mut bytes = match directive.letter() {
            's' | 'b' => bytes_of(&value)?,
            'r' | 'a' => super::ascii(&value)?.chars().as_bytes().to_vec(),
            'c' => vec![byte_of(&value)?],
            _ => match directive.number(&value, Some("float argument required"))? {
                Some(number) => {
                    result.extend_from_slice(directive.pad_number(number)?.as_bytes());
                    continue;
                }
                None => return Err(directive.unsupported()),
            },
        };
        if let Some(precision) = directive.precision
            && directive.letter() != 'c'
        {
            bytes.truncate(precision);
        }
        let (front, behind) = directive.padding(bytes.len());
        result.try_reserve(bytes.len() + front + behind).map_err(|_| raise::no_memory())?;
        result.extend(core::iter::repeat_n(b' ', front));
        result.extend_from_slice(&bytes);
        result.extend(core::iter::repeat_n(b' ', behind));
    }
    arguments.finish("bytes")?;
    Ok(result)
}

fn bytes_of(value: &Object) -> Result<Vec<u8>> {
    if let Some(bytes) = value.cast_exact::<Bytes>() {
        return Ok(bytes.as_slice().to_vec());
    }
    if let Some(method) = attr::lookup_special(value, id!("__bytes__"))? {
        let result = protocol::call::call_no_args(&method)?;
        return match result.cast::<Bytes>() {
            Some(bytes) => Ok(bytes.as_slice().to_vec()),
            None => Err(raise!(TypeError, "__bytes__ returned non-bytes (type {})", result.class().name())),
        };
    }
    if buffer::is_exporter(value) {
        return Ok(Buffer::of(value, buffer::FULL_RO)?.to_vec());
    }
    Err(raise!(
        TypeError,
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
        value.class().name()
    ))
}

/// The argument of `%c` for bytes.
fn byte_of(value: &Object) -> Result<u8> {
    let single = match value.cast::<Bytes>() {
        Some(bytes) => Some(bytes.as_slice().to_vec()),
        None => value.cast::<crate::types::bytearray::ByteArray>().map(|array| array.as_slice().to_vec()),
    };
    match single.as_deref() {
        Some([byte]) => return Ok(*byte),
        None if number::is_index(value) => {
            return u8::try_from(number::index_as_isize(value, None)?)
                .map_err(|_| raise!(OverflowError, "%c arg not in range(256)"));
        }
        _ => {}
    }
    Err(raise!(TypeError, "%c requires an integer in range(256) or a single byte"))
}
