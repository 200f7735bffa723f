//! Addition, multiplication, division, and what needs only them.

use super::coefficient;
use super::wide::Wide;
use super::{Context, Decimal, Kind, Maybe, Rounding, Status, flags, invalid, remembered};
use core::cmp::Ordering;
use dashu_int::UBig;
use dashu_int::ops::DivRem;

/// Precisions beyond this are meant for exact results, which are looked for first.
const EXACT_PREC: i64 = 100_000;

/// The NaN that an operation on these operands gives, if one is a NaN.
pub(super) fn nan_of(operands: &[&Decimal], context: &Context, status: &mut Status) -> Option<Decimal> {
    if !operands.iter().any(|operand| operand.is_nan()) {
        return None;
    }
    let signaling = operands.iter().find(|operand| operand.is_signaling());
    if signaling.is_some() {
        *status |= flags::INVALID_OPERATION;
    }
    let source = signaling.or_else(|| operands.iter().find(|operand| operand.is_nan()))?;
    let quiet = Decimal { kind: Kind::Quiet, exponent: 0, ..(*source).clone() };
    Some(quiet.finish(context, status))
}

impl Decimal {
    /// `self + other`.
    #[must_use]
    pub fn add(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.add_signed(other, other.negative, context, status)
    }

    /// `self - other`.
    #[must_use]
    pub fn subtract(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        self.add_signed(other, !other.negative, context, status)
    }

    /// The sum of `self` and the magnitude of `other` with the given sign.
    fn add_signed(&self, other: &Decimal, negative: bool, context: &Context, status: &mut Status) -> Decimal {
        if self.kind != Kind::Finite || other.kind != Kind::Finite {
            if let Some(nan) = nan_of(&[self, other], context, status) {
                return nan;
            }
            return match (self.is_infinite(), other.is_infinite()) {
                (true, true) if self.negative != negative => invalid(status),
                (true, _) => Decimal::infinity(self.negative),
                _ => Decimal::infinity(negative),
            };
        }
        let sum = self.finite_sum(other, negative, context, status);
        remembered(sum, status)
    }

    fn finite_sum(
        &self,
        other: &Decimal,
        other_negative: bool,
        context: &Context,
        status: &mut Status,
    ) -> Maybe<Decimal> {
        let exponent = self.exponent.min(other.exponent);
        // The usual case: both fit into machine words after alignment.
        if let (Some(a), Some(b)) = (aligned(self, exponent), aligned(other, exponent)) {
            let a = if self.negative { -a } else { a };
            let b = if other_negative { -b } else { b };
            let sum = a + b;
            let negative = match sum {
                0 => self.zero_sum_sign(other_negative, context),
                sum => sum < 0,
            };
            return Decimal::new(negative, UBig::from(sum.unsigned_abs()), exponent).fitted(context, status);
        }
        if let Some((negative, sum)) = self.wide_sum(other, other_negative, exponent, context) {
            return Decimal::new(negative, sum.to_big(), exponent).fitted(context, status);
        }
        match (self.coefficient.is_zero(), other.coefficient.is_zero()) {
            (true, true) => {
                let negative = self.zero_sum_sign(other_negative, context);
                return Decimal::zero(negative, exponent).fitted(context, status);
            }
            (true, false) => {
                return other
                    .clone()
                    .with_sign(other_negative)
                    .padded(exponent, context)?
                    .fitted(context, status);
            }
            (false, true) => return self.clone().padded(exponent, context)?.fitted(context, status),
            (false, false) => {}
        }
        let (high, low) = if self.exponent >= other.exponent {
            (self.clone(), other.clone().with_sign(other_negative))
        } else {
            (other.clone().with_sign(other_negative), self.clone())
        };
        // Digits of the lower number that cannot reach the result stand for something that is not zero.
        let floor = high.exponent + (high.digits() - context.prec - 2).min(-1);
        let low = if low.adjusted() < floor { Decimal::new(low.negative, UBig::ONE, floor) } else { low };
        let coefficient = coefficient::shifted(&high.coefficient, high.exponent - low.exponent)?;
        let (negative, coefficient) = if high.negative == low.negative {
            (high.negative, coefficient + low.coefficient)
        } else {
            match coefficient.cmp(&low.coefficient) {
                Ordering::Greater => (high.negative, coefficient - low.coefficient),
                Ordering::Less => (low.negative, low.coefficient - coefficient),
                Ordering::Equal => (context.rounding == Rounding::Floor, UBig::ZERO),
            }
        };
        Decimal::new(negative, coefficient, low.exponent).fitted(context, status)
    }

    /// The sum's sign and magnitude at the lower exponent, where a few words hold all; not for zeros.
    #[inline]
    fn wide_sum(
        &self,
        other: &Decimal,
        other_negative: bool,
        exponent: i64,
        context: &Context,
    ) -> Option<(bool, Wide)> {
        if self.coefficient.is_zero() || other.coefficient.is_zero() {
            return None;
        }
        let a = Wide::of(&self.coefficient)?.shifted(self.exponent.checked_sub(exponent)?)?;
        let b = Wide::of(&other.coefficient)?.shifted(other.exponent.checked_sub(exponent)?)?;
        if self.negative == other_negative {
            return Some((self.negative, a.plus(b)?));
        }
        Some(match a.cmp(&b) {
            Ordering::Greater => (self.negative, a.minus(b)),
            Ordering::Less => (other_negative, b.minus(a)),
            Ordering::Equal => (context.rounding == Rounding::Floor, a.minus(b)),
        })
    }

    /// The sign of a sum that is zero.
    fn zero_sum_sign(&self, other_negative: bool, context: &Context) -> bool {
        if self.negative == other_negative { self.negative } else { context.rounding == Rounding::Floor }
    }

    /// With the exponent lowered towards `exponent`, as far as the precision allows.
    fn padded(self, exponent: i64, context: &Context) -> Maybe<Decimal> {
        let exponent = exponent.max(self.exponent - context.prec - 1);
        if exponent >= self.exponent {
            return Some(self);
        }
        let coefficient = coefficient::shifted(&self.coefficient, self.exponent - exponent)?;
        Some(Decimal { coefficient, exponent, ..self })
    }

    /// `self * other`.
    #[must_use]
    pub fn multiply(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        match self.product(other, context, status) {
            Ok(product) => product.finish(context, status),
            Err(special) => special,
        }
    }

    /// The exact product, or the result that a special operand gives.
    fn product(&self, other: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Decimal> {
        let negative = self.negative != other.negative;
        if self.kind != Kind::Finite || other.kind != Kind::Finite {
            if let Some(nan) = nan_of(&[self, other], context, status) {
                return Err(nan);
            }
            if self.is_zero() || other.is_zero() {
                return Err(invalid(status));
            }
            return Err(Decimal::infinity(negative));
        }
        let small = match (coefficient::small(&self.coefficient), coefficient::small(&other.coefficient)) {
            (Some(a), Some(b)) => a.checked_mul(b),
            _ => None,
        };
        let coefficient = match small {
            Some(product) => UBig::from(product),
            None => match (Wide::of(&self.coefficient), Wide::of(&other.coefficient)) {
                (Some(a), Some(b)) => {
                    a.times(b).map_or_else(|| &self.coefficient * &other.coefficient, Wide::to_big)
                }
                _ => &self.coefficient * &other.coefficient,
            },
        };
        Ok(Decimal::new(negative, coefficient, self.exponent + other.exponent))
    }

    /// `self * other + third`, rounded once.
    #[must_use]
    pub fn fma(&self, other: &Decimal, third: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        // A NaN among the factors comes before one in the third operand; a signaling one before all.
        if let Some(nan) = nan_of(&[self, other], context, &mut 0) {
            let operands: &[&Decimal] =
                if nan.is_nan() && third.is_signaling() && !self.is_signaling() && !other.is_signaling() {
                    &[third]
                } else {
                    &[self, other]
                };
            return nan_of(operands, context, status).unwrap_or(nan);
        }
        match self.product(other, context, status) {
            Ok(product) => product.add(third, context, status),
            Err(special) if special.is_infinite() => special.add(third, context, status),
            Err(special) => special,
        }
    }

    /// `self / other`.
    #[must_use]
    pub fn divide(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        let negative = self.negative != other.negative;
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return invalid(status),
            (true, false) => return Decimal::infinity(negative),
            (false, true) => {
                *status |= flags::CLAMPED;
                return Decimal::zero(negative, context.etiny());
            }
            (false, false) => {}
        }
        if other.coefficient.is_zero() {
            if self.coefficient.is_zero() {
                *status |= flags::DIVISION_UNDEFINED;
                return Decimal::nan();
            }
            *status |= flags::DIVISION_BY_ZERO;
            return Decimal::infinity(negative);
        }
        let ideal = self.exponent - other.exponent;
        if self.coefficient.is_zero() {
            return Decimal::zero(negative, ideal).finish(context, status);
        }
        let quotient = self.finite_quotient(other, negative, ideal, context, status);
        remembered(quotient, status)
    }

    fn finite_quotient(
        &self,
        other: &Decimal,
        negative: bool,
        ideal: i64,
        context: &Context,
        status: &mut Status,
    ) -> Maybe<Decimal> {
        let mut shift = other.digits() - self.digits() + context.prec + 1;
        if shift > EXACT_PREC
            && let Some(exact) = exact_shift(&self.coefficient, &other.coefficient)
        {
            shift = exact;
        }
        let exponent = ideal - shift;
        let (numerator, denominator) = if shift >= 0 {
            (coefficient::shifted(&self.coefficient, shift)?, other.coefficient.clone())
        } else {
            (self.coefficient.clone(), coefficient::shifted(&other.coefficient, -shift)?)
        };
        let (quotient, rest) = coefficient::div_rem(&numerator, &denominator);
        let mut result = Decimal::new(negative, quotient, exponent);
        if rest.is_zero() {
            // Exact: back towards the ideal exponent.
            let zeros = coefficient::trailing_zeros(&result.coefficient).min(ideal - result.exponent);
            if zeros > 0 {
                (result.coefficient, _) = coefficient::discard(&result.coefficient, zeros)?;
                result.exponent += zeros;
            }
        } else {
            mark_inexact(&mut result.coefficient);
        }
        result.fitted(context, status)
    }
}

/// A magnitude in a signed machine integer, scaled to a lower exponent.
#[inline]
fn aligned(number: &Decimal, exponent: i64) -> Option<i128> {
    let value = coefficient::small(&number.coefficient)?;
    let shift = number.exponent.checked_sub(exponent)?;
    if shift == 0 {
        return i128::try_from(value).ok().filter(|&value| value <= i128::MAX / 2);
    }
    let power = *coefficient::POWERS.get(usize::try_from(shift).ok()?)?;
    // Padding a zero is the slow path's, which knows how far.
    if value == 0 {
        return None;
    }
    i128::try_from(value.checked_mul(power)?).ok().filter(|&value| value <= i128::MAX / 2)
}

/// A last digit 0 or 5 becomes 1 or 6, so that rounding sees that more follows.
pub(super) fn mark_inexact(coefficient: &mut UBig) {
    // A word's base leaves 1 when it is divided by 5, so a number leaves what the sum of its words does.
    const _: () = assert!((dashu_int::Word::MAX % 5 + 1) % 5 == 1);
    if coefficient.as_words().iter().map(|word| word % 5).sum::<dashu_int::Word>() % 5 == 0 {
        *coefficient += UBig::ONE;
    }
}

/// How many digits an exact quotient has after the point, if there is one.
fn exact_shift(a: &UBig, b: &UBig) -> Option<i64> {
    let divisor = dashu_int::ops::Gcd::gcd(a, b);
    let mut rest = b / divisor;
    let twos = rest.trailing_zeros().unwrap_or(0);
    rest >>= twos;
    let five = UBig::from(5u8);
    let mut fives = 0;
    while !rest.is_one() {
        let (quotient, remainder) = rest.div_rem(&five);
        if !remainder.is_zero() {
            return None;
        }
        (rest, fives) = (quotient, fives + 1);
    }
    Some(twos.max(fives) as i64)
}

impl Decimal {
    /// `+self`: rounded; a zero becomes positive.
    #[must_use]
    pub fn plus(&self, context: &Context, status: &mut Status) -> Decimal {
        self.signed(self.negative, context, status)
    }

    /// `-self`.
    #[must_use]
    pub fn minus(&self, context: &Context, status: &mut Status) -> Decimal {
        self.signed(!self.negative, context, status)
    }

    fn signed(&self, negative: bool, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self], context, status) {
            return nan;
        }
        let negative = negative && (!self.is_zero() || context.rounding == Rounding::Floor);
        self.clone().with_sign(negative).finish(context, status)
    }

    /// `abs(self)`.
    #[must_use]
    pub fn abs(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self], context, status) {
            return nan;
        }
        self.clone().with_sign(false).finish(context, status)
    }
}
