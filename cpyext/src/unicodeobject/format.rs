//! `PyUnicode_FromFormat`'s formats, which `PyErr_Format` and others share.

use crate::varargs::VaList;
use core::ffi::{CStr, c_char, c_int};
use objects::protocol::object;
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::types::str::build::Builder;
use objects::{Object, Raised, Ref, Result, TypeObject, codecs};

/// What stands between `%` and the conversion.
#[derive(Default)]
struct Spec {
    alternate: bool,
    left: bool,
    zeros: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// A precision may stand there without being one.
    has_point: bool,
    length: Length,
}

impl Spec {
    fn has_size(&self) -> bool {
        self.width.is_some() || self.has_point
    }
}

/// The size of an integer or of a string's characters.
#[derive(Clone, Copy, Default, PartialEq)]
enum Length {
    #[default]
    Int,
    Long,
    /// As long, but no size of a character.
    Other,
}

/// A format that is being read.
struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn eat(&mut self, wanted: u8) -> bool {
        let is_there = self.rest.first() == Some(&wanted);
        if is_there {
            self.rest = &self.rest[1..];
        }
        is_there
    }

    /// Digits, or `*` for an argument.
    ///
    /// # Safety
    /// The list has the argument.
    unsafe fn number(&mut self, what: &str, list: &mut VaList) -> Result<Option<c_int>> {
        if self.eat(b'*') {
            // SAFETY: the caller's promise.
            return Ok(Some(unsafe { list.arg::<c_int>() }));
        }
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        if digits.is_empty() {
            return Ok(None);
        }
        let text = core::str::from_utf8(digits).unwrap_or_default();
        match text.parse::<c_int>() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(objects::raise!(ValueError, "{what} too big")),
        }
    }

    /// # Safety
    /// The list has what `*` asks for.
    unsafe fn spec(&mut self, list: &mut VaList) -> Result<Spec> {
        let mut spec = Spec::default();
        loop {
            match self.rest.first() {
                Some(b'#') => spec.alternate = true,
                Some(b'-') => spec.left = true,
                Some(b'0') => spec.zeros = true,
                _ => break,
            }
            self.next();
        }
        // SAFETY (both): the caller's promise.
        if let Some(width) = unsafe { self.number("width", list) }? {
            spec.left |= width < 0;
            spec.width = Some(width.unsigned_abs() as usize);
        }
        if self.eat(b'.') {
            spec.has_point = true;
            // A precision without digits is none, a negative one is as if it were not there.
            let precision = unsafe { self.number("precision", list) }?.unwrap_or(0);
            spec.precision = usize::try_from(precision).ok();
        }
        if self.eat(b'l') {
            spec.length = if self.eat(b'l') { Length::Other } else { Length::Long };
        } else if self.eat(b'z') || self.eat(b'j') || self.eat(b't') {
            spec.length = Length::Other;
        }
        Ok(spec)
    }
}

/// The text of a format.
///
/// # Safety
/// The list has what the format asks for.
///
/// # Errors
/// SystemError for a bad format; what making a part raises.
pub unsafe fn format(format: &CStr, list: &mut VaList) -> Result<Ref<Str>> {
    let mut reader = Reader { rest: format.to_bytes() };
    let mut builder = Builder::new();
    while !reader.rest.is_empty() {
        let plain = memchr::memchr(b'%', reader.rest).unwrap_or(reader.rest.len());
        let (text, rest) = reader.rest.split_at(plain);
        push_plain(&mut builder, text)?;
        reader.rest = rest;
        let whole = reader.rest;
        if reader.next().is_none() {
            break;
        }
        if reader.eat(b'%') {
            builder.push(u32::from(b'%'));
            continue;
        }
        // SAFETY: the caller's promise.
        unsafe {
            let spec = reader.spec(list)?;
            part(&mut builder, &spec, reader.next(), list, whole)?;
        }
    }
    builder.finish()
}

/// What stands outside of conversions: ASCII.
fn push_plain(builder: &mut Builder, text: &[u8]) -> Result<()> {
    match text.iter().find(|byte| !byte.is_ascii()) {
        None => {
            builder.push_str(core::str::from_utf8(text).unwrap_or_default());
            Ok(())
        }
        Some(byte) => Err(objects::raise!(
            ValueError,
            "PyUnicode_FromFormatV() expects an ASCII-encoded format string, got a non-ASCII byte: 0x{byte:02x}"
        )),
    }
}

/// One conversion.
///
/// # Safety
/// The list has what it asks for.
unsafe fn part(
    builder: &mut Builder,
    spec: &Spec,
    conversion: Option<u8>,
    list: &mut VaList,
    whole: &[u8],
) -> Result<()> {
    let sized: &[u8] = match spec.length {
        Length::Int => b"",
        Length::Long => b"diouxXsV",
        Length::Other => b"diouxX",
    };
    if spec.length != Length::Int && !conversion.is_some_and(|conversion| sized.contains(&conversion)) {
        return Err(bad_format(whole));
    }
    if matches!(conversion, Some(b'c' | b'p')) && spec.has_size() {
        return Err(bad_format(whole));
    }
    // SAFETY (whole body): the caller's promise.
    unsafe {
        match conversion {
            Some(b'c') => match u32::try_from(list.arg::<c_int>()) {
                Ok(char) if char <= 0x10_ffff => builder.push(char),
                _ => {
                    return Err(objects::raise!(OverflowError, "character argument not in range(0x110000)"));
                }
            },
            Some(b'd' | b'i') => {
                let value = match spec.length {
                    Length::Int => i64::from(list.arg::<c_int>()),
                    Length::Long | Length::Other => list.arg::<i64>(),
                };
                push_number(builder, spec, value < 0, &value.unsigned_abs().to_string());
            }
            Some(unit @ (b'u' | b'x' | b'X' | b'o')) => {
                let value = match spec.length {
                    Length::Int => u64::from(list.arg::<u32>()),
                    Length::Long | Length::Other => list.arg::<u64>(),
                };
                let digits = match unit {
                    b'u' => format!("{value}"),
                    b'x' => format!("{value:x}"),
                    b'X' => format!("{value:X}"),
                    _ => format!("{value:o}"),
                };
                push_number(builder, spec, false, &digits);
            }
            Some(b'p') => {
                // The C library's text of a NULL, after the prefix that is put before what lacks it.
                let text = match list.arg::<*const u8>() as usize {
                    0 => "0x(nil)".to_owned(),
                    address => format!("{address:#x}"),
                };
                push_str(builder, spec, &*Str::new(&text)?);
            }
            Some(b's') => push_c_string(builder, spec, list.arg::<*const c_char>())?,
            Some(b'U') => push_object(builder, spec, list.arg(), expect_text)?,
            Some(b'V') => {
                let object = list.arg::<Option<&Object>>();
                let fallback = list.arg::<*const c_char>();
                match object {
                    Some(object) => push_str(builder, spec, &*expect_text(object)?),
                    None => push_c_string(builder, spec, fallback)?,
                }
            }
            Some(b'S') => push_object(builder, spec, list.arg(), object::str)?,
            Some(b'R') => push_object(builder, spec, list.arg(), object::repr)?,
            Some(b'A') => push_object(builder, spec, list.arg(), object::ascii)?,
            Some(b'T') => push_object(builder, spec, list.arg(), |object| {
                object.class().fully_qualified_name(separator(spec))
            })?,
            Some(b'N') => {
                push_object(builder, spec, list.arg(), |object| match object.cast::<TypeObject>() {
                    Some(class) => class.fully_qualified_name(separator(spec)),
                    None => Err(objects::raise!(TypeError, "%N argument must be a type")),
                })?
            }
            _ => return Err(bad_format(whole)),
        }
    }
    Ok(())
}

fn separator(spec: &Spec) -> char {
    if spec.alternate { ':' } else { '.' }
}

#[cold]
fn bad_format(whole: &[u8]) -> Raised {
    objects::raise!(SystemError, "invalid format string: {}", String::from_utf8_lossy(whole))
}

fn expect_text(object: &Object) -> Result<Ref<Str>> {
    object.cast::<Str>().map(objects::Instance::to_ref).ok_or_else(objects::raise::bad_internal_call)
}

/// A part made of an object, which must be there.
fn push_object(
    builder: &mut Builder,
    spec: &Spec,
    object: Option<&Object>,
    text: impl FnOnce(&Object) -> Result<Ref<Str>>,
) -> Result<()> {
    let object = object.ok_or_else(crate::abstract_::null_error)?;
    push_str(builder, spec, &*text(object)?);
    Ok(())
}

/// A text, cut to the precision and padded to the width.
fn push_str(builder: &mut Builder, spec: &Spec, text: &Str) {
    let len = spec.precision.map_or(text.len(), |precision| precision.min(text.len()));
    let padding = spec.width.map_or(0, |width| width.saturating_sub(len));
    if !spec.left {
        (0..padding).for_each(|_| builder.push(u32::from(b' ')));
    }
    builder.push_chars(text.chars().slice(0, len));
    if spec.left {
        (0..padding).for_each(|_| builder.push(u32::from(b' ')));
    }
}

/// A number with its sign, at least as many digits as the precision says, padded to the width.
fn push_number(builder: &mut Builder, spec: &Spec, is_negative: bool, digits: &str) {
    let missing = spec.precision.map_or(0, |precision| precision.saturating_sub(digits.len()));
    let sign = usize::from(is_negative);
    let len = sign + missing + digits.len();
    let padding = spec.width.map_or(0, |width| width.saturating_sub(len));
    let fills = spec.zeros && !spec.left;
    let zeros = missing + if fills { padding } else { 0 };
    let spaces = if fills { 0 } else { padding };
    let blank = |builder: &mut Builder| (0..spaces).for_each(|_| builder.push(u32::from(b' ')));
    if !spec.left {
        blank(builder);
    }
    if is_negative {
        builder.push(u32::from(b'-'));
    }
    (0..zeros).for_each(|_| builder.push(u32::from(b'0')));
    builder.push_str(digits);
    if spec.left {
        blank(builder);
    }
}

/// A C string in UTF-8, of which no more than the precision is read; what is not UTF-8 becomes U+FFFD.
///
/// # Safety
/// A C string, or as many bytes as the precision says; wide characters with `l`.
unsafe fn push_c_string(builder: &mut Builder, spec: &Spec, string: *const c_char) -> Result<()> {
    if string.is_null() {
        return Err(crate::abstract_::null_error());
    }
    let limit = spec.precision.unwrap_or(usize::MAX);
    if spec.length == Length::Long {
        let wide = string.cast::<u32>();
        // SAFETY: the caller's promise.
        let chars: Vec<u32> =
            unsafe { (0..limit).map(|at| *wide.add(at)).take_while(|&char| char != 0).collect() };
        push_str(builder, spec, &*Str::from_ucs4(&chars)?);
        return Ok(());
    }
    // SAFETY: the caller's promise; no byte behind the end or the precision is read.
    let bytes = unsafe {
        let len = (0..limit).take_while(|&at| *string.add(at) != 0).count();
        core::slice::from_raw_parts(string.cast::<u8>(), len)
    };
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => Str::new(text)?,
        Err(_) => codecs::decode(&*Bytes::new(bytes)?, Some("utf-8"), Some("replace"))?,
    };
    push_str(builder, spec, &text);
    Ok(())
}
