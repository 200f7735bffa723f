//! Numbers as text and back.

use super::coefficient;
use super::{Decimal, Kind, MAX_EMAX, Rounding};
use dashu_int::UBig;

/// Exponents beyond this are out of every context, whatever the digits before them.
const EXPONENT_LIMIT: i64 = 4 * MAX_EMAX;

/// The number that ASCII text without blanks or underscores spells; `None` for a text that spells none.
pub fn parse(text: &[u8]) -> Option<Decimal> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    match text.first()? {
        b'i' | b'I' => {
            let known = text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity");
            return known.then(|| Decimal::infinity(negative));
        }
        b'n' | b'N' | b's' | b'S' => return parse_nan(negative, text),
        _ => {}
    }
    let mark = text.iter().position(|c| matches!(c, b'e' | b'E'));
    let (number, exponent) = match mark {
        Some(mark) => (&text[..mark], parse_exponent(&text[mark + 1..])?),
        None => (text, 0),
    };
    let point = number.iter().position(|&c| c == b'.');
    let (whole, fraction) = match point {
        Some(point) => (&number[..point], &number[point + 1..]),
        None => (number, &[][..]),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let coefficient = parse_digits(whole, fraction)?;
    Some(Decimal::new(negative, coefficient, exponent - fraction.len() as i64))
}

fn parse_nan(negative: bool, text: &[u8]) -> Option<Decimal> {
    let (kind, text) = match text {
        [b's' | b'S', rest @ ..] => (Kind::Signaling, rest),
        _ => (Kind::Quiet, text),
    };
    let payload = text.get(3..).filter(|_| text[..3].eq_ignore_ascii_case(b"nan"))?;
    let coefficient = if payload.is_empty() { UBig::ZERO } else { parse_digits(payload, &[])? };
    Some(Decimal { kind, ..Decimal::new(negative, coefficient, 0) })
}

fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0i64, |value, digit| {
        value.saturating_mul(10).saturating_add(i64::from(digit - b'0')).min(EXPONENT_LIMIT)
    });
    Some(if negative { -value } else { value })
}

/// The digits of both parts as one number.
fn parse_digits(whole: &[u8], fraction: &[u8]) -> Option<UBig> {
    let count = whole.len() + fraction.len();
    let mut digits = whole.iter().chain(fraction);
    if count <= coefficient::SMALL as usize {
        let value = digits.try_fold(0u128, |value, digit| {
            digit.is_ascii_digit().then(|| value * 10 + u128::from(digit - b'0'))
        });
        return value.map(UBig::from);
    }
    if !digits.all(u8::is_ascii_digit) {
        return None;
    }
    let text = [whole, fraction].concat();
    UBig::from_str_radix(core::str::from_utf8(&text).ok()?, 10).ok()
}

/// The name of a number that is not finite, with its payload.
fn special(number: &Decimal) -> String {
    let name = match number.kind {
        Kind::Infinite => return "Infinity".into(),
        Kind::Signaling => "sNaN",
        _ => "NaN",
    };
    if number.coefficient.is_zero() { name.into() } else { format!("{name}{}", number.coefficient) }
}

impl Decimal {
    /// Scientific notation, engineering notation with `engineering`; a capital E with `capitals`.
    pub fn to_text(&self, engineering: bool, capitals: bool) -> String {
        let sign = if self.negative { "-" } else { "" };
        if self.kind != Kind::Finite {
            return format!("{sign}{}", special(self));
        }
        let digits = self.coefficient.to_string();
        let count = digits.len() as i64;
        // Places of digits before the point.
        let left = self.exponent + count;
        let point = if self.exponent <= 0 && left > -6 {
            left
        } else if !engineering {
            1
        } else if self.coefficient.is_zero() {
            (left + 1).rem_euclid(3) - 1
        } else {
            (left - 1).rem_euclid(3) + 1
        };
        let mut text = String::with_capacity(digits.len() + 24);
        text.push_str(sign);
        place_point(&mut text, &digits, point);
        if left != point {
            text.push(if capitals { 'E' } else { 'e' });
            text.push_str(&format!("{:+}", left - point));
        }
        text
    }

    /// The digits of the coefficient.
    pub fn digit_text(&self) -> String {
        self.coefficient.to_string()
    }
}

/// Appends digits with the decimal point after `point` of them.
fn place_point(text: &mut String, digits: &str, point: i64) {
    let count = digits.len() as i64;
    if point <= 0 {
        text.push_str("0.");
        text.extend(core::iter::repeat_n('0', -point as usize));
        text.push_str(digits);
    } else if point >= count {
        text.push_str(digits);
        text.extend(core::iter::repeat_n('0', (point - count) as usize));
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        text.push_str(whole);
        text.push('.');
        text.push_str(fraction);
    }
}

/// How a format specification presents a number.
#[derive(Clone, Copy, Debug)]
pub struct Presentation {
    /// `e`, `f`, `g` or `%`; `None` for the presentation of `str`.
    pub code: Option<char>,
    /// A capital E.
    pub upper: bool,
    pub precision: Option<usize>,
    pub no_negative_zero: bool,
    /// A decimal point even where nothing follows it.
    pub alternate: bool,
}

impl Decimal {
    /// The number as a format specification asks for it, without padding; `None` for what memory cannot hold.
    pub fn present(&self, style: Presentation, rounding: Rounding) -> Option<String> {
        if self.kind != Kind::Finite {
            let sign = if self.negative { "-" } else { "" };
            let percent = if style.code == Some('%') { "%" } else { "" };
            return Some(format!("{sign}{}{percent}", special(self)));
        }
        let mut number = self.clone();
        if style.code == Some('%') {
            number.exponent += 2;
        }
        if let Some(precision) = style.precision {
            let precision = i64::try_from(precision).ok()?;
            let wanted = match style.code {
                Some('e') => Some(precision + 1),
                Some('f' | '%') => {
                    number = number.rescaled(-precision, rounding, &mut 0)?;
                    None
                }
                _ if number.digits() > precision.max(1) => Some(precision.max(1)),
                _ => None,
            };
            if let Some(wanted) = wanted {
                number = number.with_digits(wanted, rounding)?;
            }
        }
        if number.coefficient.is_zero() && number.exponent > 0 && matches!(style.code, Some('f' | '%')) {
            number = number.rescaled(0, rounding, &mut 0)?;
        }
        if style.no_negative_zero && number.coefficient.is_zero() {
            number.negative = false;
        }
        let digits = number.coefficient.to_string();
        let left = number.exponent + digits.len() as i64;
        let point = match style.code {
            Some('e') => match (number.coefficient.is_zero(), style.precision) {
                (true, Some(precision)) => 1 - precision as i64,
                _ => 1,
            },
            Some('f' | '%') => left,
            _ if number.exponent <= 0 && left > -6 => left,
            _ => 1,
        };
        let mut text = String::new();
        if number.negative {
            text.push('-');
        }
        place_point(&mut text, &digits, point);
        if style.alternate && !text.contains('.') {
            text.push('.');
        }
        if left != point || style.code == Some('e') {
            text.push(if style.upper { 'E' } else { 'e' });
            text.push_str(&format!("{:+}", left - point));
        }
        if style.code == Some('%') {
            text.push('%');
        }
        Some(text)
    }

    /// Rounded, or padded, to exactly so many digits; a zero keeps its one.
    fn with_digits(&self, wanted: i64, rounding: Rounding) -> Option<Decimal> {
        if self.coefficient.is_zero() {
            return Some(self.clone());
        }
        let result = self.rescaled(self.adjusted() + 1 - wanted, rounding, &mut 0)?;
        if result.digits() > wanted {
            return result.rescaled(result.exponent + 1, rounding, &mut 0);
        }
        Some(result)
    }
}
