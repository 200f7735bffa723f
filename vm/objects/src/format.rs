//! `format(value, spec)` of the built-in numbers (Python/formatter_unicode.c's behaviour).

use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol;
use crate::raise::{self, Result};
use crate::types::int::Int;
use crate::types::str::Str;
use crate::types::str::build::Builder;
use num::complex::Complex;
use num::float::{self, Code, Style};
use num::format_spec::{self, Align, FormatSpec, Grouping, Sign};
use std::borrow::Cow;

/// A formatted number before padding: sign, prefix such as `0x`, digits to be grouped, and the rest.
struct Parts<'a> {
    negative: bool,
    prefix: &'static str,
    /// Whole digits.
    digits: &'a str,
    /// From the decimal point or the exponent on, and `%`.
    rest: Cow<'a, str>,
}

/// How digits are grouped: the separators, from the right, and the decimal point.
pub struct Conventions {
    pub separator: Cow<'static, str>,
    /// Sizes of groups from the right; the last repeats, 0 or an end means no more.
    pub sizes: Cow<'static, [usize]>,
    pub point: Cow<'static, str>,
}

impl Conventions {
    /// Digits are not grouped.
    const PLAIN: Conventions =
        Conventions { separator: Cow::Borrowed(""), sizes: Cow::Borrowed(&[0]), point: Cow::Borrowed(".") };

    /// Those that a specification asks for: the locale's for the type `n`.
    pub fn for_spec(spec: &FormatSpec) -> Conventions {
        let presentation = spec.presentation.and_then(char::from_u32);
        if presentation == Some('n') {
            return Conventions::from_locale();
        }
        let (separator, sizes): (_, &'static [usize]) = match spec.grouping {
            None => return Conventions::PLAIN,
            Some(Grouping::Comma) => (",", &[3]),
            Some(Grouping::Underscore) if matches!(presentation, Some('b' | 'o' | 'x' | 'X')) => ("_", &[4]),
            Some(Grouping::Underscore) => ("_", &[3]),
        };
        Conventions { separator: separator.into(), sizes: sizes.into(), ..Conventions::PLAIN }
    }

    fn from_locale() -> Conventions {
        // SAFETY: localeconv returns a struct of C strings that stays until the next setlocale.
        unsafe {
            let conventions = &*libc::localeconv();
            let text = |pointer: *const core::ffi::c_char| {
                core::ffi::CStr::from_ptr(pointer).to_string_lossy().into_owned()
            };
            let sizes = core::ffi::CStr::from_ptr(conventions.grouping)
                .to_bytes()
                .iter()
                .map(|&size| if size == i8::MAX as u8 { 0 } else { usize::from(size) })
                .collect();
            Conventions {
                separator: text(conventions.thousands_sep).into(),
                sizes,
                point: text(conventions.decimal_point).into(),
            }
        }
    }

    fn group_nothing(&self) -> bool {
        self.separator.is_empty() || self.sizes.first().is_none_or(|&size| size == 0)
    }

    /// The digits with separators, led by zeros until the whole is `width` wide.
    fn group(&self, digits: &str, width: usize) -> String {
        if self.group_nothing() {
            let zeros = width.saturating_sub(digits.len());
            return "0".repeat(zeros) + digits;
        }
        let separator_len = self.separator.chars().count();
        let mut groups: Vec<String> = Vec::new();
        let (mut length, mut left, mut index) = (0, digits, 0);
        loop {
            let size = self.sizes.get(index).or(self.sizes.last()).copied().unwrap_or(0);
            index += 1;
            let size = if size == 0 { usize::MAX } else { size };
            let gap = if groups.is_empty() { 0 } else { separator_len };
            let take = left.len().min(size);
            let zeros_wanted = width.saturating_sub(length + gap + take);
            // A group after the last digit has at least one zero.
            let zeros_wanted = zeros_wanted.max(usize::from(take == 0));
            let zeros = if left.len() > size { 0 } else { zeros_wanted.min(size - take) };
            let (rest, group) = left.split_at(left.len() - take);
            groups.push("0".repeat(zeros) + group);
            length += gap + take + zeros;
            left = rest;
            if left.is_empty() && length >= width {
                break;
            }
        }
        groups.reverse();
        groups.join(&self.separator)
    }
}

/// How many fill characters go before, between sign and digits, and behind.
fn spread(align: Align, padding: usize) -> (usize, usize, usize) {
    match align {
        Align::Left => (0, 0, padding),
        Align::Right => (padding, 0, 0),
        Align::Center => (padding / 2, 0, padding - padding / 2),
        Align::AfterSign => (0, padding, 0),
    }
}

/// Puts sign, prefix, grouped digits, rest and padding together.
fn assemble(parts: &Parts<'_>, spec: &FormatSpec, conventions: &Conventions) -> Result<Ref<Str>> {
    let sign = match (parts.negative, spec.sign) {
        (true, _) => "-",
        (false, Some(Sign::Plus)) => "+",
        (false, Some(Sign::Space)) => " ",
        (false, _) => "",
    };
    let (align, width) = (spec.align.unwrap_or(Align::Right), spec.width.unwrap_or(0));
    let zero_fill = align == Align::AfterSign && spec.fill == u32::from('0');
    if conventions.group_nothing() && parts.rest.is_ascii() && spec.fill < 0x80 {
        let length = sign.len() + parts.prefix.len() + parts.digits.len() + parts.rest.len();
        if let Some(text) = assemble_short(parts, sign, spec.fill as u8, align, length.max(width))? {
            return Ok(text);
        }
    }
    if Vec::<u8>::new().try_reserve_exact(width).is_err() {
        return Err(crate::raise::no_memory());
    }
    let around = sign.len() + parts.prefix.len() + parts.rest.chars().count();
    let wanted = if zero_fill { width.saturating_sub(around) } else { 0 };
    // Leading zeros are made before anything else could refuse their number.
    Vec::<u8>::new().try_reserve_exact(wanted).map_err(|_| raise::no_memory())?;
    let digits = conventions.group(parts.digits, wanted);
    let length = around + digits.chars().count();
    let (before, middle, after) = spread(align, width.saturating_sub(length));
    let mut text = Builder::new();
    text.push_repeated(spec.fill, before)?;
    text.push_str(sign);
    text.push_str(parts.prefix);
    text.push_repeated(spec.fill, middle)?;
    text.push_str(&digits);
    text.push_str(&parts.rest);
    text.push_repeated(spec.fill, after)?;
    text.finish()
}

/// [`assemble`] of ASCII without groups, in all `length` long; `None` when that is too long for a place on the native stack. Zeros that
/// fill behind the sign are the digits' own.
fn assemble_short(
    parts: &Parts<'_>,
    sign: &str,
    fill: u8,
    align: Align,
    length: usize,
) -> Result<Option<Ref<Str>>> {
    let mut text = [fill; 128];
    if length > text.len() {
        return Ok(None);
    }
    let taken = sign.len() + parts.prefix.len() + parts.digits.len() + parts.rest.len();
    let (before, middle, _) = spread(align, length - taken);
    let mut at = before;
    let mut put = |piece: &str, gap: usize| {
        text[at..at + piece.len()].copy_from_slice(piece.as_bytes());
        at += piece.len() + gap;
    };
    put(sign, 0);
    put(parts.prefix, middle);
    put(parts.digits, 0);
    put(&parts.rest, 0);
    Str::from_ascii(&text[..length]).map(Some)
}

fn parse(value: &Object, spec: &Str) -> Result<FormatSpec> {
    let (mut short, long) = ([0; 16], Vec::from_iter(spec.chars().iter().skip(16)));
    let chars = if long.is_empty() {
        short.iter_mut().zip(spec.chars().iter()).for_each(|(place, char)| *place = char);
        &short[..spec.len()]
    } else {
        &Vec::from_iter(spec.chars().iter())
    };
    format_spec::parse(chars, true).map_err(|error| {
        crate::raise!(ValueError, "{}", error.text(&spec.to_string_lossy(), value.class().name()))
    })
}

fn unknown(value: &Object, presentation: u32) -> crate::Raised {
    crate::raise!(ValueError, "{}", format_spec::unknown_presentation(presentation, value.class().name()))
}

/// `int.__format__`.
///
/// # Errors
/// ValueError for a bad specification; OverflowError.
pub fn format_int(value: &Int, spec: &Str) -> Result<Ref<Str>> {
    if spec.is_empty() {
        return protocol::object::str(value);
    }
    let parsed = parse(value, spec)?;
    let presentation = parsed.presentation.map_or(Some('d'), char::from_u32);
    let (base, prefix, upper) = match presentation {
        Some('d' | 'n') => (10, "", false),
        Some('b') => (2, "0b", false),
        Some('o') => (8, "0o", false),
        Some('x') => (16, "0x", false),
        Some('X') => (16, "0X", true),
        Some('c') => return format_char(value, &parsed),
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            return format_real(crate::types::int::to_f64(value)?, &parsed);
        }
        _ => return Err(unknown(value, parsed.presentation.unwrap_or(0))),
    };
    if parsed.precision.is_some() {
        return Err(crate::raise!(ValueError, "Precision not allowed in integer format specifier"));
    }
    if parsed.no_negative_zero {
        return Err(crate::raise!(
            ValueError,
            "Negative zero coercion (z) not allowed in format specifier with integer format code '{}'",
            presentation.unwrap_or('d')
        ));
    }
    let magnitude = value.view().with_sign(false);
    let mut digits = if base == 10 {
        let limit = crate::state::interpreter().int_max_str_digits.get() as usize;
        num::int::to_decimal(magnitude, limit).map_err(crate::raise::arithmetic)?
    } else {
        num::int::to_radix(magnitude, base)
    };
    if upper {
        digits.make_ascii_uppercase();
    }
    let parts = Parts {
        negative: value.is_negative(),
        prefix: if parsed.alternate { prefix } else { "" },
        digits: &digits,
        rest: Cow::Borrowed(""),
    };
    assemble(&parts, &parsed, &Conventions::for_spec(&parsed))
}

fn format_char(value: &Int, spec: &FormatSpec) -> Result<Ref<Str>> {
    let refuse =
        |what: &str| crate::raise!(ValueError, "{what} not allowed with integer format specifier 'c'");
    if spec.precision.is_some() {
        return Err(crate::raise!(ValueError, "Precision not allowed in integer format specifier"));
    }
    if spec.sign.is_some() {
        return Err(refuse("Sign"));
    }
    if spec.alternate {
        return Err(refuse("Alternate form (#)"));
    }
    let Some(char) =
        value.to_i64().and_then(|char| u32::try_from(char).ok()).filter(|&char| char <= 0x10ffff)
    else {
        return Err(crate::raise!(OverflowError, "%c arg not in range(0x110000)"));
    };
    let padding = spec.width.unwrap_or(0).saturating_sub(1);
    let before = match spec.align.unwrap_or(Align::Left) {
        Align::Left => 0,
        Align::Center => padding / 2,
        Align::Right | Align::AfterSign => padding,
    };
    let mut text = Builder::new();
    text.push_repeated(spec.fill, before)?;
    text.push(char);
    text.push_repeated(spec.fill, padding - before)?;
    text.finish()
}

/// `float.__format__`.
///
/// # Errors
/// ValueError for a bad specification.
pub fn format_float(object: &Object, value: f64, spec: &Str) -> Result<Ref<Str>> {
    if spec.is_empty() {
        return protocol::object::str(object);
    }
    let parsed = parse(object, spec)?;
    match parsed.presentation.map_or(Some('r'), char::from_u32) {
        Some('r' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%') => format_real(value, &parsed),
        _ => Err(unknown(object, parsed.presentation.unwrap_or(0))),
    }
}

/// The style for a real number, and whether it is a percentage.
///
/// # Errors
/// ValueError for more digits than C's functions take.
fn style_for(spec: &FormatSpec) -> Result<(Style, bool)> {
    if spec.precision.is_some_and(|precision| i32::try_from(precision).is_err()) {
        return Err(crate::raise!(ValueError, "precision too big"));
    }
    let presentation = spec.presentation.and_then(char::from_u32);
    let precision = spec.precision.unwrap_or(6);
    let style = match presentation {
        None if spec.precision.is_none() => Style { add_dot_zero: true, ..Style::new(Code::Repr, 0) },
        None => Style { add_dot_zero: true, ..Style::new(Code::General, precision.max(1)) },
        Some('e' | 'E') => Style::new(Code::Exponent, precision),
        Some('f' | 'F' | '%') => Style::new(Code::Fixed, precision),
        _ => Style::new(Code::General, precision.max(1)),
    };
    let upper = matches!(presentation, Some('E' | 'F' | 'G'));
    let style = Style { upper, alternate: spec.alternate, no_negative_zero: spec.no_negative_zero, ..style };
    Ok((style, presentation == Some('%')))
}

/// A real number's text, before its digits are grouped.
fn real_text(value: f64, style: Style, percent: bool) -> String {
    if !percent {
        return float::format(value, style);
    }
    let mut text = float::format(value * 100.0, style);
    text.push('%');
    text
}

/// A real number's text as the `%` operator of strings makes it: `code` is one of its letters for floats.
pub fn float_text(value: f64, code: char, precision: usize, alternate: bool) -> String {
    let style = match code {
        'e' | 'E' => Style::new(Code::Exponent, precision),
        'f' | 'F' => Style::new(Code::Fixed, precision),
        _ => Style::new(Code::General, precision.max(1)),
    };
    float::format(value, Style { upper: code.is_ascii_uppercase(), alternate, ..style })
}

/// The parts of a number's text.
fn parts_of<'a>(text: &'a str, conventions: &Conventions) -> Parts<'a> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let split = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(split);
    let rest = match rest.strip_prefix('.') {
        Some(fraction) if conventions.point != "." => format!("{}{fraction}", conventions.point).into(),
        _ => Cow::Borrowed(rest),
    };
    Parts { negative, prefix: "", digits, rest }
}

/// A number's text with the sign, the grouping and the padding that `spec` asks for.
///
/// # Errors
/// MemoryError.
pub fn arrange(text: &str, spec: &FormatSpec, conventions: &Conventions) -> Result<Ref<Str>> {
    finish_real(parts_of(text, conventions), spec, conventions)
}

fn format_real(value: f64, spec: &FormatSpec) -> Result<Ref<Str>> {
    let conventions = Conventions::for_spec(spec);
    let (style, percent) = style_for(spec)?;
    let text = real_text(value, style, percent);
    finish_real(parts_of(&text, &conventions), spec, &conventions)
}

fn finish_real(parts: Parts<'_>, spec: &FormatSpec, conventions: &Conventions) -> Result<Ref<Str>> {
    if parts.digits.is_empty() {
        // Infinities and NaN are never grouped; zeros may still lead them.
        let word = Parts { digits: &parts.rest, rest: Cow::Borrowed(""), ..parts };
        return assemble(&word, &FormatSpec { grouping: None, ..*spec }, &Conventions::PLAIN);
    }
    assemble(&parts, spec, conventions)
}

/// `complex.__format__`.
///
/// # Errors
/// ValueError for a bad specification.
pub fn format_complex(object: &Object, value: Complex, spec: &Str) -> Result<Ref<Str>> {
    if spec.is_empty() {
        return protocol::object::str(object);
    }
    let parsed = parse(object, spec)?;
    match parsed.presentation.map_or(Some('r'), char::from_u32) {
        Some('r' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n') => {}
        _ => return Err(unknown(object, parsed.presentation.unwrap_or(0))),
    }
    if parsed.fill == u32::from('0') {
        return Err(crate::raise!(ValueError, "Zero padding is not allowed in complex format specifier"));
    }
    if parsed.align == Some(Align::AfterSign) {
        return Err(crate::raise!(
            ValueError,
            "'=' alignment flag is not allowed in complex format specifier"
        ));
    }
    let conventions = Conventions::for_spec(&parsed);
    let plain = parsed.presentation.is_none();
    let part = |value: f64, sign: Option<Sign>| -> Result<String> {
        let spec = FormatSpec { width: None, align: None, sign, ..parsed };
        let (mut style, percent) = style_for(&spec)?;
        style.add_dot_zero = false;
        let text = real_text(value, style, percent);
        Ok(assemble(&parts_of(&text, &conventions), &spec, &conventions)?.to_string_lossy())
    };
    let hide_real = plain && value.real == 0.0 && value.real.is_sign_positive();
    let text = if hide_real {
        part(value.imag, parsed.sign)? + "j"
    } else {
        let text = part(value.real, parsed.sign)? + &part(value.imag, Some(Sign::Plus))? + "j";
        if plain { format!("({text})") } else { text }
    };
    let padding = parsed.width.unwrap_or(0).saturating_sub(text.chars().count());
    let before = match parsed.align.unwrap_or(Align::Right) {
        Align::Left => 0,
        Align::Center => padding / 2,
        Align::Right | Align::AfterSign => padding,
    };
    let mut result = Builder::new();
    result.push_repeated(parsed.fill, before)?;
    result.push_str(&text);
    result.push_repeated(parsed.fill, padding - before)?;
    result.finish()
}
