//! Complex numbers as `complex` has them.

use crate::error::{Error, Exception, Result};
use crate::float::{self, Code, Style};
use crate::int::trim;

/// A number of type `complex`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Complex {
    pub real: f64,
    pub imag: f64,
}

/// Exponents up to this size are computed by multiplying.
const INTEGRAL_EXPONENT: f64 = 100.0;

impl Complex {
    pub const fn new(real: f64, imag: f64) -> Complex {
        Complex { real, imag }
    }

    /// `self / other`, by Smith's method (CACM algorithm 116).
    pub fn divide(self, other: Complex) -> Result<Complex> {
        self.checked_div(other).ok_or(Error::zero_division("complex division by zero"))
    }

    fn checked_div(self, other: Complex) -> Option<Complex> {
        let (real, imag) = (other.real.abs(), other.imag.abs());
        if real >= imag {
            if real == 0.0 {
                return None;
            }
            let ratio = other.imag / other.real;
            let scale = other.real + other.imag * ratio;
            Some(Complex::new(
                (self.real + self.imag * ratio) / scale,
                (self.imag - self.real * ratio) / scale,
            ))
        } else if imag >= real {
            let ratio = other.real / other.imag;
            let scale = other.real * ratio + other.imag;
            Some(Complex::new(
                (self.real * ratio + self.imag) / scale,
                (self.imag * ratio - self.real) / scale,
            ))
        } else {
            Some(Complex::new(f64::NAN, f64::NAN))
        }
    }

    /// `self ** exponent`.
    pub fn pow(self, exponent: Complex) -> Result<Complex> {
        let undefined = Error::zero_division("0.0 to a negative or complex power");
        let integral = exponent.imag == 0.0
            && exponent.real == exponent.real.floor()
            && exponent.real.abs() <= INTEGRAL_EXPONENT;
        let power = if integral {
            let power = self.pow_integral(exponent.real.abs() as u32);
            if exponent.real > 0.0 {
                power
            } else {
                Complex::new(1.0, 0.0).checked_div(power).ok_or(undefined)?
            }
        } else {
            match self.pow_by_angle(exponent) {
                (_, Some(Exception::ZeroDivision)) => return Err(undefined),
                (power, _) => power,
            }
        };
        if power.real.is_infinite() || power.imag.is_infinite() {
            return Err(Error::overflow("complex exponentiation"));
        }
        Ok(power)
    }

    fn pow_integral(self, exponent: u32) -> Complex {
        let (mut power, mut square) = (Complex::new(1.0, 0.0), self);
        let mut rest = exponent;
        while rest != 0 {
            if rest & 1 == 1 {
                power = power * square;
            }
            square = square * square;
            rest >>= 1;
        }
        power
    }

    /// `self ** exponent` by length and angle, also of small integral exponents, and what is wrong with it. An infinite angle, which
    /// has no sine, counts like a power of zero.
    pub fn pow_by_angle(self, exponent: Complex) -> (Complex, Option<Exception>) {
        if exponent.real == 0.0 && exponent.imag == 0.0 {
            return (Complex::new(1.0, 0.0), None);
        }
        if self.real == 0.0 && self.imag == 0.0 {
            let undefined = exponent.imag != 0.0 || exponent.real < 0.0;
            return (Complex::new(0.0, 0.0), undefined.then_some(Exception::ZeroDivision));
        }
        let size = self.real.hypot(self.imag);
        let angle = self.imag.atan2(self.real);
        let mut length = size.powf(exponent.real);
        let mut phase = angle * exponent.real;
        if exponent.imag != 0.0 {
            length /= (angle * exponent.imag).exp();
            phase += exponent.imag * size.ln();
        }
        let power = Complex::new(length * phase.cos(), length * phase.sin());
        let too_large = power.real.is_infinite() || power.imag.is_infinite();
        let error = match phase.is_infinite() {
            true => Some(Exception::ZeroDivision),
            false => too_large.then_some(Exception::Overflow),
        };
        (power, error)
    }

    /// `abs(self)`.
    pub fn abs(self) -> Result<f64> {
        let size = self.real.hypot(self.imag);
        if size.is_infinite() && self.real.is_finite() && self.imag.is_finite() {
            return Err(Error::overflow("absolute value too large"));
        }
        Ok(size)
    }

    /// The hash, from its parts' (of which a NaN's is its object's).
    pub fn hash_of_parts(real: i64, imag: i64) -> i64 {
        /// `sys.hash_info.imag`.
        const HASH_IMAG: i64 = 1_000_003;
        match real.wrapping_add(HASH_IMAG.wrapping_mul(imag)) {
            -1 => -2,
            hash => hash,
        }
    }

    /// `repr(self)`.
    pub fn repr(self) -> String {
        let part = Style::new(Code::Repr, 0);
        if self.real == 0.0 && self.real.is_sign_positive() {
            return float::format(self.imag, part) + "j";
        }
        let imag = float::format(self.imag, Style { sign: true, ..part });
        format!("({}{imag}j)", float::format(self.real, part))
    }
}

impl std::ops::Add for Complex {
    type Output = Complex;

    fn add(self, other: Complex) -> Complex {
        Complex::new(self.real + other.real, self.imag + other.imag)
    }
}

impl std::ops::Sub for Complex {
    type Output = Complex;

    fn sub(self, other: Complex) -> Complex {
        Complex::new(self.real - other.real, self.imag - other.imag)
    }
}

impl std::ops::Mul for Complex {
    type Output = Complex;

    fn mul(self, other: Complex) -> Complex {
        Complex::new(
            self.real * other.real - self.imag * other.imag,
            self.real * other.imag + self.imag * other.real,
        )
    }
}

impl std::ops::Neg for Complex {
    type Output = Complex;

    fn neg(self) -> Complex {
        Complex::new(-self.real, -self.imag)
    }
}

/// Why a text is no complex number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseError {
    /// `ValueError` with [`ParseError::MALFORMED`].
    Malformed,
    /// A misplaced underscore: `could not convert string to complex: {text!r}`.
    Underscore,
}

impl ParseError {
    pub const MALFORMED: &'static str = "complex() arg is a malformed string";
}

/// `complex(text)`. Text that is not ASCII has its decimal digits and blanks replaced before.
pub fn parse(text: &[u8]) -> std::result::Result<Complex, ParseError> {
    if text.contains(&b'_') {
        let plain = float::without_underscores(text).ok_or(ParseError::Underscore)?;
        return parse_plain(&plain).ok_or(ParseError::Malformed);
    }
    parse_plain(text).ok_or(ParseError::Malformed)
}

fn parse_plain(text: &[u8]) -> Option<Complex> {
    let mut text = trim(text);
    if let [b'(', inner @ .., b')'] = text {
        text = trim(inner);
    }
    let (first, rest) = take_part(text)?;
    match rest {
        [] if first.has_digits => Some(Complex::new(first.value, 0.0)),
        [b'j' | b'J'] => Some(Complex::new(0.0, first.value)),
        [b'+' | b'-', ..] if first.has_digits => match take_part(rest)? {
            (imag, [b'j' | b'J']) => Some(Complex::new(first.value, imag.value)),
            _ => None,
        },
        _ => None,
    }
}

struct Part {
    value: f64,
    /// Not only a sign, or nothing at all, which stand for one before a `j`.
    has_digits: bool,
}

fn take_part(text: &[u8]) -> Option<(Part, &[u8])> {
    if let Some((value, len)) = float::parse_prefix(text) {
        return Some((Part { value, has_digits: true }, &text[len..]));
    }
    let unit = |value, rest| Some((Part { value, has_digits: false }, rest));
    match text {
        [b'+', rest @ ..] => unit(1.0, rest),
        [b'-', rest @ ..] => unit(-1.0, rest),
        [b'j' | b'J', ..] => unit(1.0, text),
        _ => None,
    }
}
