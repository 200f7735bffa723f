//! Integers of up to 128 bits, which is as far as folding goes; and floats as Python computes with them.

use syntax::Arena;
use syntax::ast::{Constant, Int};

/// A sign and a magnitude.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Num {
    negative: bool,
    magnitude: u128,
}

impl Num {
    fn new(negative: bool, magnitude: u128) -> Num {
        Num { negative: negative && magnitude != 0, magnitude }
    }

    /// An integer or bool constant. `None` beyond 128 bits.
    pub(super) fn of(value: &Constant<'_>) -> Option<Num> {
        Some(match *value {
            Constant::True => Num::new(false, 1),
            Constant::False => Num::new(false, 0),
            Constant::Int(Int::Small(n)) => Num::new(n < 0, n.unsigned_abs().into()),
            Constant::Int(Int::Big { negative, digits }) => {
                let magnitude = digits
                    .iter()
                    .rev()
                    .try_fold(0u128, |m, &d| (m >> 98 == 0).then(|| m << 30 | u128::from(d)))?;
                Num::new(negative, magnitude)
            }
            _ => return None,
        })
    }

    pub(super) fn constant<'a>(self, arena: &'a Arena) -> Constant<'a> {
        if let Ok(n) = i64::try_from(self.magnitude) {
            return Constant::Int(Int::Small(if self.negative { -n } else { n }));
        }
        if self.negative && self.magnitude == 1 << 63 {
            return Constant::Int(Int::Small(i64::MIN));
        }
        let mut digits = Vec::new();
        let mut rest = self.magnitude;
        while rest != 0 {
            digits.push((rest & 0x3FFF_FFFF) as u32);
            rest >>= 30;
        }
        Constant::Int(Int::Big { negative: self.negative, digits: arena.list(&digits) })
    }

    pub(super) fn is_zero(self) -> bool {
        self.magnitude == 0
    }

    pub(super) fn is_negative(self) -> bool {
        self.negative
    }

    /// Bits of the magnitude.
    pub(super) fn bits(self) -> u32 {
        128 - self.magnitude.leading_zeros()
    }

    pub(super) fn to_usize(self) -> Option<usize> {
        if self.negative { None } else { usize::try_from(self.magnitude).ok() }
    }

    pub(super) fn to_i64(self) -> Option<i64> {
        i64::try_from(self.signed()?).ok()
    }

    fn signed(self) -> Option<i128> {
        let n = i128::try_from(self.magnitude).ok()?;
        Some(if self.negative { -n } else { n })
    }

    fn of_signed(n: i128) -> Num {
        Num::new(n < 0, n.unsigned_abs())
    }

    pub(super) fn to_f64(self) -> f64 {
        let x = self.magnitude as f64;
        if self.negative { -x } else { x }
    }

    pub(super) fn neg(self) -> Num {
        Num::new(!self.negative, self.magnitude)
    }

    /// `~x`, which is `-x - 1`.
    pub(super) fn invert(self) -> Option<Num> {
        self.neg().add(Num::new(true, 1))
    }

    pub(super) fn add(self, other: Num) -> Option<Num> {
        if self.negative == other.negative {
            return Some(Num::new(self.negative, self.magnitude.checked_add(other.magnitude)?));
        }
        let negative = if self.magnitude >= other.magnitude { self.negative } else { other.negative };
        Some(Num::new(negative, self.magnitude.abs_diff(other.magnitude)))
    }

    pub(super) fn mul(self, other: Num) -> Option<Num> {
        Some(Num::new(self.negative != other.negative, self.magnitude.checked_mul(other.magnitude)?))
    }

    pub(super) fn pow(self, exponent: u32) -> Option<Num> {
        Some(Num::new(self.negative && exponent % 2 == 1, self.magnitude.checked_pow(exponent)?))
    }

    pub(super) fn shl(self, by: u32) -> Option<Num> {
        let fits = self.is_zero() || by <= self.magnitude.leading_zeros();
        fits.then(|| Num::new(self.negative, self.magnitude.checked_shl(by).unwrap_or(0)))
    }

    /// Rounds down.
    pub(super) fn shr(self, by: usize) -> Option<Num> {
        let by = u32::try_from(by.min(127)).ok()?;
        if self.negative {
            Some(Num::of_signed(self.signed()? >> by))
        } else {
            Some(Num::new(false, self.magnitude >> by))
        }
    }

    pub(super) fn bitwise(self, other: Num, op: impl Fn(i128, i128) -> i128) -> Option<Num> {
        Some(Num::of_signed(op(self.signed()?, other.signed()?)))
    }

    /// Quotient rounded down, and the remainder with the divisor's sign.
    pub(super) fn div_mod(self, other: Num) -> Option<(Num, Num)> {
        let quotient = self.magnitude.checked_div(other.magnitude)?;
        let remainder = self.magnitude % other.magnitude;
        if self.negative == other.negative || remainder == 0 {
            return Some((
                Num::new(self.negative != other.negative, quotient),
                Num::new(other.negative, remainder),
            ));
        }
        Some((
            Num::new(true, quotient.checked_add(1)?),
            Num::new(other.negative, other.magnitude - remainder),
        ))
    }

    /// The correctly rounded quotient. `None` for divisors beyond 64 bits that are not small multiples.
    pub(super) fn true_div(self, other: Num) -> Option<f64> {
        const EXACT: u128 = 1 << 53;
        let (a, b) = (self.magnitude, other.magnitude);
        if b == 0 {
            return None;
        }
        let magnitude = if a <= EXACT && b <= EXACT {
            a as f64 / b as f64
        } else if b <= u128::from(u64::MAX) {
            let shift = a.leading_zeros();
            let scaled = a << shift;
            let sticky = u128::from(scaled % b != 0);
            // At least 64 bits of quotient: enough for rounding once.
            ((scaled / b) | sticky) as f64 * 2f64.powi(-(shift as i32))
        } else {
            return None;
        };
        Some(if self.negative != other.negative { -magnitude } else { magnitude })
    }
}

/// `x // y` and `x % y` of floats (`_float_div_mod` in Objects/floatobject.c).
pub(super) fn float_div_mod(x: f64, y: f64) -> Option<(f64, f64)> {
    if y == 0.0 {
        return None;
    }
    let mut remainder = x % y;
    let mut quotient = (x - remainder) / y;
    if remainder != 0.0 {
        if (y < 0.0) != (remainder < 0.0) {
            remainder += y;
            quotient -= 1.0;
        }
    } else {
        remainder = 0f64.copysign(y);
    }
    let floor = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0f64.copysign(x / y)
    };
    Some((floor, remainder))
}

/// `x ** y` of floats where the result is a float: no error and no complex number.
pub(super) fn float_pow(x: f64, y: f64) -> Option<f64> {
    if (x == 0.0 && y < 0.0) || (x < 0.0 && x.is_finite() && y.is_finite() && y != y.floor()) {
        return None;
    }
    let result = x.powf(y);
    let overflow = result.is_infinite() && x.is_finite() && y.is_finite();
    (!overflow).then_some(result)
}
