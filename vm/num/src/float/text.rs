//! Doubles as decimal text, and back: `PyOS_double_to_string` and `float()`.

use crate::int::trim;

/// How digits are chosen and laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// `e`: one digit before the point, `precision` after it.
    Exponent,
    /// `f`: `precision` digits after the point.
    Fixed,
    /// `g`: `precision` significant digits, in whichever of the two is shorter.
    General,
    /// `r`: the fewest digits that give the number back.
    Repr,
}

/// What to write; `precision` has no meaning for [`Code::Repr`].
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub code: Code,
    pub precision: usize,
    /// `E`, `INF`, `NAN`.
    pub upper: bool,
    /// A plus sign where not negative.
    pub sign: bool,
    /// Keep the point, and with [`Code::General`] trailing zeros.
    pub alternate: bool,
    /// Write integral values with `.0` where they have no exponent.
    pub add_dot_zero: bool,
    /// No sign on what rounds to zero.
    pub no_negative_zero: bool,
}

impl Style {
    pub const fn new(code: Code, precision: usize) -> Style {
        Style {
            code,
            precision,
            upper: false,
            sign: false,
            alternate: false,
            add_dot_zero: false,
            no_negative_zero: false,
        }
    }

    /// The style of `repr(float)`.
    pub const REPR: Style = Style { add_dot_zero: true, ..Style::new(Code::Repr, 0) };
}

/// Significant digits past which every double's expansion has ended.
const MOST_DIGITS: usize = 767;
/// Decimal places past which every double's expansion has ended.
const MOST_PLACES: usize = 1074;

/// `repr(value)`.
pub fn repr(value: f64) -> String {
    format(value, Style::REPR)
}

/// The decimal digits of a magnitude without trailing zeros, and the place of the point: `0.DIGITS *
/// 10**point`.
type Digits = (Vec<u8>, i32);

/// Reads the digits of what `{:e}` writes.
fn split_exponent(text: &str) -> Digits {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    (digits, exponent.parse::<i32>().unwrap_or(0) + 1)
}

/// All digits of the exact value.
pub(super) fn exact_digits(value: f64) -> Digits {
    let (mut digits, point) = split_exponent(&format!("{:.*e}", MOST_DIGITS - 1, value.abs()));
    let len = digits.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
    digits.truncate(len);
    (digits, point)
}

/// The fewest digits that give the number back; of two that are equally near, the even one.
fn shortest(magnitude: f64) -> Digits {
    let (mut digits, point) = split_exponent(&format!("{magnitude:e}"));
    let Some(last) = digits.last_mut() else { return (digits, point) };
    // Only what ends in a 5 one digit later lies in the middle. Below 2**53 the exact value has as many decimal places as the
    // mantissa has binary ones.
    if *last % 2 == 0 || magnitude == 0.0 {
        return (digits, point);
    }
    let bits = magnitude.to_bits();
    let (exponent, mantissa) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
    let (mantissa, shift) =
        if exponent == 0 { (mantissa, -1074) } else { (mantissa | 1 << 52, exponent - 1075) };
    let places = -(shift + mantissa.trailing_zeros() as i32);
    let len = digits.len() as i32;
    if places > 0 && places + point != len + 1 {
        return (digits, point);
    }
    let (exact, _) = exact_digits(magnitude);
    if exact.len() as i32 == len + 1 && exact.last() == Some(&b'5') {
        // The digits below the middle are one less, or end as these do and are those above that are even.
        let mut even = exact[..exact.len() - 1].to_vec();
        if let Some(digit) = even.last_mut().filter(|digit| **digit % 2 == 1) {
            // An odd digit is never followed by a carry but for 9.
            if *digit == b'9' {
                return (digits, point);
            }
            *digit += 1;
        }
        let text = format!("0.{}e{point}", String::from_utf8_lossy(&even));
        if text.parse() == Ok(magnitude) {
            digits = even;
        }
    }
    (digits, point)
}

/// The digits up to so many places behind the point, rounded, ties to even: by integers where 128 bits hold all of them.
fn few_places(magnitude: f64, places: usize) -> Option<Digits> {
    const MOST: u32 = 19;
    let places = u32::try_from(places).ok().filter(|&places| places <= MOST)?;
    if magnitude >= 2f64.powi(63) {
        return None;
    }
    let bits = magnitude.to_bits();
    let (biased, fraction) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    let power = u128::from(10u64.pow(places));
    let value = if exponent >= 0 {
        u128::from(mantissa << exponent) * power
    } else {
        // The product has at most 117 bits.
        let (scaled, shift) = (u128::from(mantissa) * power, exponent.unsigned_abs());
        if shift > 120 {
            0
        } else {
            let (value, rest, half) = (scaled >> shift, scaled & ((1 << shift) - 1), 1u128 << (shift - 1));
            value + u128::from(rest > half || rest == half && value & 1 == 1)
        }
    };
    let mut digits = Vec::with_capacity(24);
    let (high, low) =
        ((value / u128::from(10u64.pow(MOST))) as u64, (value % u128::from(10u64.pow(MOST))) as u64);
    let mut rest = low;
    while rest > 0 || high > 0 && digits.len() < MOST as usize {
        digits.push(b'0' + (rest % 10) as u8);
        rest /= 10;
    }
    rest = high;
    while rest > 0 {
        digits.push(b'0' + (rest % 10) as u8);
        rest /= 10;
    }
    digits.reverse();
    let point = digits.len() as i32 - places as i32;
    Some((digits, point))
}

fn choose_digits(magnitude: f64, style: Style) -> Digits {
    match style.code {
        Code::Repr => shortest(magnitude),
        Code::Exponent | Code::General => {
            let after_point =
                if style.code == Code::Exponent { style.precision } else { style.precision.max(1) - 1 };
            split_exponent(&format!("{:.*e}", after_point.min(MOST_DIGITS), magnitude))
        }
        Code::Fixed => {
            if let Some(digits) = few_places(magnitude, style.precision) {
                return digits;
            }
            let text = format!("{:.*}", style.precision.min(MOST_PLACES), magnitude);
            let point = text.find('.').unwrap_or(text.len());
            let mut digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
            let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
            digits.drain(..zeros);
            (digits, point as i32 - zeros as i32)
        }
    }
}

/// `value` as `PyOS_double_to_string` writes it.
pub fn format(value: f64, style: Style) -> String {
    let plus = if style.sign { "+" } else { "" };
    if !value.is_finite() {
        let (sign, word) = match (value.is_nan(), value < 0.0) {
            (true, _) => (plus, "nan"),
            (false, true) => ("-", "inf"),
            (false, false) => (plus, "inf"),
        };
        return if style.upper {
            format!("{sign}{}", word.to_ascii_uppercase())
        } else {
            format!("{sign}{word}")
        };
    }
    let (mut digits, mut point) = choose_digits(value.abs(), style);
    if digits.iter().all(|&digit| digit == b'0') {
        // Zero, or what rounds to it: one digit before the point.
        digits.clear();
        point = 1;
    }
    let zero = digits.is_empty();
    let len = digits.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
    digits.truncate(len);

    // How many digits to show, from the first significant one, and whether with an exponent.
    let precision = style.precision.min(i32::MAX as usize / 2) as i64;
    let place = point as i64;
    let (with_exponent, shown) = match style.code {
        Code::Exponent => (true, precision + 1),
        Code::Fixed => (false, place + precision),
        Code::General => {
            let precision = precision.max(1);
            let most = if style.add_dot_zero { precision - 1 } else { precision };
            (place <= -4 || place > most, if style.alternate { precision } else { 0 })
        }
        Code::Repr => (place <= -4 || place > 16, 0),
    };
    let shown = shown.max(digits.len() as i64);

    let mut text = String::with_capacity(shown.max(place) as usize + 8);
    match value.is_sign_negative() && !(zero && style.no_negative_zero) {
        true => text.push('-'),
        false => text.push_str(plus),
    }
    let (before, after) = if with_exponent { (1, shown) } else { (place, shown) };
    let digit_at = |index: i64| {
        usize::try_from(index).ok().and_then(|index| digits.get(index)).map_or('0', |&digit| digit as char)
    };
    if before <= 0 {
        text.push('0');
    }
    text.extend((0..before).map(digit_at));
    let last = if style.add_dot_zero && !with_exponent { after.max(before.max(0) + 1) } else { after };
    if last > before || style.alternate {
        text.push('.');
        text.extend((before..last).map(digit_at));
    }
    if with_exponent {
        let exponent = if zero { 0 } else { place - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        text.push(if style.upper { 'E' } else { 'e' });
        text.push_str(&format!("{sign}{:02}", exponent.abs()));
    }
    text
}

/// `float(text)`: blanks around, single underscores between digits; `None` where malformed. Text that
/// is not ASCII has its decimal digits and blanks replaced before.
pub fn parse(text: &[u8]) -> Option<f64> {
    let text = trim(text);
    if !text.contains(&b'_') {
        return parse_plain(text);
    }
    parse_plain(&without_underscores(text)?)
}

/// Removes underscores; `None` where one is not between two digits.
pub(crate) fn without_underscores(text: &[u8]) -> Option<Vec<u8>> {
    let between = |index: usize| {
        index > 0 && text[index - 1].is_ascii_digit() && text.get(index + 1).is_some_and(u8::is_ascii_digit)
    };
    if (0..text.len()).any(|index| text[index] == b'_' && !between(index)) {
        return None;
    }
    Some(text.iter().copied().filter(|&byte| byte != b'_').collect())
}

/// Rust's grammar is Python's.
fn parse_plain(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The number at the start of `text`, as `strtod` finds it in the C locale (without leading blanks and
/// hexadecimal), and its length.
pub fn parse_prefix(text: &[u8]) -> Option<(f64, usize)> {
    let sign = text.first().is_some_and(|byte| matches!(byte, b'+' | b'-')) as usize;
    let rest = &text[sign..];
    let len = ["infinity", "inf", "nan"]
        .iter()
        .find(|word| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes())))
        .map_or_else(|| number_len(rest), |word| word.len());
    Some((parse_plain(&text[..sign + len])?, sign + len))
}

fn number_len(text: &[u8]) -> usize {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = digits(0);
    if text.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if end + fraction == 0 {
            return 0;
        }
        end += 1 + fraction;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = matches!(text.get(end + 1), Some(b'+' | b'-')) as usize;
        let exponent = digits((end + 1 + sign).min(text.len()));
        if exponent > 0 && end > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_places_are_those_of_the_exact_value() {
        let mut state = 0x2545_f491_4f6c_dd1du64;
        for round in 0..40_000u32 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let value = match round % 4 {
                0 => f64::from_bits(state >> 1),
                1 => (state >> 40) as f64 / 8.0,
                2 => (state >> 20) as f64 * 0.001,
                _ => (state % 1000) as f64 * 0.125 + 0.5,
            };
            let places = (state % 21) as usize;
            if !value.is_finite() {
                continue;
            }
            assert_eq!(
                format(value, Style::new(Code::Fixed, places)),
                std::format!("{value:.places$}"),
                "{value:e} to {places} places"
            );
        }
    }
}
