//! Integer quotients, remainders, and operations that set the exponent.

use super::arithmetic::nan_of;
use super::coefficient;
use super::{Context, Decimal, Kind, Maybe, Rounding, Status, flags, invalid, remembered};
use core::cmp::Ordering;
use dashu_int::UBig;

/// An integer quotient and its remainder, or the condition that there is none.
type Division = Result<(Decimal, Decimal), Status>;

impl Decimal {
    /// With another exponent; digits that are lost are rounded, nothing is reported.
    pub(super) fn rescaled(&self, exponent: i64, rounding: Rounding, status: &mut Status) -> Maybe<Decimal> {
        if self.kind != Kind::Finite {
            return Some(self.clone());
        }
        if self.coefficient.is_zero() {
            return Some(Decimal::zero(self.negative, exponent));
        }
        if self.exponent >= exponent {
            let coefficient = coefficient::shifted(&self.coefficient, self.exponent - exponent)?;
            return Some(Decimal::new(self.negative, coefficient, exponent));
        }
        self.clone().rounded_to(exponent - self.exponent, rounding, status)
    }

    /// The integer quotient towards zero and the remainder, of finite numbers or a finite and an infinite one.
    fn divided(&self, other: &Decimal, context: &Context) -> Maybe<Division> {
        let negative = self.negative != other.negative;
        let ideal = if other.is_infinite() { self.exponent } else { self.exponent.min(other.exponent) };
        let distance = if self.coefficient.is_zero() || other.is_infinite() {
            -2
        } else {
            self.adjusted() - other.adjusted()
        };
        if distance <= -2 {
            let rest = self.rescaled(ideal, context.rounding, &mut 0)?;
            return Some(Ok((Decimal::zero(negative, 0), rest)));
        }
        if distance <= context.prec {
            let a = coefficient::shifted(&self.coefficient, self.exponent - ideal)?;
            let b = coefficient::shifted(&other.coefficient, other.exponent - ideal)?;
            let (quotient, rest) = coefficient::div_rem(&a, &b);
            if quotient.is_zero() || coefficient::count(&quotient) <= context.prec {
                let rest = Decimal::new(self.negative, rest, ideal);
                return Some(Ok((Decimal::new(negative, quotient, 0), rest)));
            }
        }
        Some(Err(flags::DIVISION_IMPOSSIBLE))
    }

    /// What the integer division of special operands gives for the quotient.
    fn special_quotient(&self, other: &Decimal, status: &mut Status) -> Option<Decimal> {
        let negative = self.negative != other.negative;
        if self.is_infinite() {
            return Some(if other.is_infinite() { invalid(status) } else { Decimal::infinity(negative) });
        }
        if other.is_zero() {
            if self.is_zero() {
                *status |= flags::DIVISION_UNDEFINED;
                return Some(Decimal::nan());
            }
            *status |= flags::DIVISION_BY_ZERO;
            return Some(Decimal::infinity(negative));
        }
        None
    }

    /// The same for the remainder.
    fn special_remainder(&self, other: &Decimal, status: &mut Status) -> Option<Decimal> {
        if self.is_infinite() {
            return Some(invalid(status));
        }
        if other.is_zero() {
            *status |= if self.is_zero() { flags::DIVISION_UNDEFINED } else { flags::INVALID_OPERATION };
            return Some(Decimal::nan());
        }
        None
    }

    /// `self // other`, towards zero.
    #[must_use]
    pub fn divide_int(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        if let Some(special) = self.special_quotient(other, status) {
            return special;
        }
        match self.divided(other, context) {
            Some(Ok((quotient, _))) => quotient.finish(context, status),
            Some(Err(condition)) => {
                *status |= condition;
                Decimal::nan()
            }
            None => remembered(None, status),
        }
    }

    /// `self % other`, with the sign of `self`.
    #[must_use]
    pub fn remainder(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        if let Some(special) = self.special_remainder(other, status) {
            return special;
        }
        match self.divided(other, context) {
            Some(Ok((_, rest))) => rest.finish(context, status),
            Some(Err(condition)) => {
                *status |= condition;
                Decimal::nan()
            }
            None => remembered(None, status),
        }
    }

    /// `divmod(self, other)`.
    #[must_use]
    pub fn divmod(&self, other: &Decimal, context: &Context, status: &mut Status) -> (Decimal, Decimal) {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return (nan.clone(), nan);
        }
        if self.is_infinite() || other.is_zero() {
            let both = self.is_infinite() && other.is_infinite();
            if self.is_zero() && other.is_zero() {
                *status |= flags::DIVISION_UNDEFINED;
                return (Decimal::nan(), Decimal::nan());
            }
            if both {
                return (invalid(status), Decimal::nan());
            }
            let negative = self.negative != other.negative;
            if !self.is_infinite() {
                *status |= flags::DIVISION_BY_ZERO;
            }
            *status |= flags::INVALID_OPERATION;
            return (Decimal::infinity(negative), Decimal::nan());
        }
        match self.divided(other, context) {
            Some(Ok((quotient, rest))) => (quotient.finish(context, status), rest.finish(context, status)),
            Some(Err(condition)) => {
                *status |= condition;
                (Decimal::nan(), Decimal::nan())
            }
            None => (remembered(None, status), Decimal::nan()),
        }
    }

    /// `self - other * n` for the integer `n` nearest to the quotient.
    #[must_use]
    pub fn remainder_near(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        if let Some(special) = self.special_remainder(other, status) {
            return special;
        }
        let rest = match self.divided(other, context) {
            Some(Ok((quotient, rest))) => self.nearest(other, &quotient, rest, context),
            Some(Err(condition)) => Some(Err(condition)),
            None => None,
        };
        match rest {
            Some(Ok(rest)) => rest.finish(context, status),
            Some(Err(condition)) => {
                *status |= condition;
                Decimal::nan()
            }
            None => remembered(None, status),
        }
    }

    /// The remainder moved by one divisor if that brings it nearer to zero.
    fn nearest(
        &self,
        other: &Decimal,
        quotient: &Decimal,
        rest: Decimal,
        context: &Context,
    ) -> Maybe<Result<Decimal, Status>> {
        if other.is_infinite() || rest.exponent > other.exponent || rest.coefficient.is_zero() {
            return Some(Ok(rest));
        }
        let shift = other.exponent - rest.exponent;
        if coefficient::count(&other.coefficient) + shift > coefficient::count(&rest.coefficient) + 1 {
            // The divisor has more digits than twice the remainder.
            return Some(Ok(rest));
        }
        let divisor = coefficient::shifted(&other.coefficient, shift)?;
        let odd = coefficient::is_odd(&quotient.coefficient);
        let moves = match (&rest.coefficient << 1usize).cmp(&divisor) {
            Ordering::Greater => true,
            Ordering::Equal => odd,
            Ordering::Less => false,
        };
        if !moves {
            return Some(Ok(rest));
        }
        if coefficient::count(&(&quotient.coefficient + UBig::ONE)) > context.prec {
            return Some(Err(flags::DIVISION_IMPOSSIBLE));
        }
        Some(Ok(Decimal::new(!rest.negative, divisor - &rest.coefficient, rest.exponent)))
    }

    /// `self` with the exponent of `other`.
    #[must_use]
    pub fn quantize(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        if self.is_infinite() || other.is_infinite() {
            if self.is_infinite() && other.is_infinite() {
                return self.clone();
            }
            return invalid(status);
        }
        self.to_exponent(other.exponent, context, status)
    }

    /// `self` with the given exponent, invalid where that needs more digits than the precision has.
    #[must_use]
    pub fn to_exponent(&self, exponent: i64, context: &Context, status: &mut Status) -> Decimal {
        if exponent < context.etiny() || exponent > context.emax {
            return invalid(status);
        }
        if self.coefficient.is_zero() {
            return Decimal::zero(self.negative, exponent).finish(context, status);
        }
        let adjusted = self.adjusted();
        if adjusted > context.emax || adjusted - exponent + 1 > context.prec {
            return invalid(status);
        }
        let mut own = 0;
        let Some(result) = self.rescaled(exponent, context.rounding, &mut own) else {
            return remembered(None, status);
        };
        if result.adjusted() > context.emax || !result.is_zero() && result.digits() > context.prec {
            return invalid(status);
        }
        if !result.is_zero() && result.adjusted() < context.emin {
            own |= flags::SUBNORMAL;
        }
        *status |= own;
        result.finish(context, status)
    }

    /// Rounded to an integer; with `exact`, reports what was lost.
    #[must_use]
    pub fn to_integral(&self, exact: bool, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self], context, status) {
            return nan;
        }
        if self.is_infinite() || self.exponent >= 0 {
            return self.clone();
        }
        let mut own = 0;
        let result = self.rescaled(0, context.rounding, &mut own);
        if exact {
            *status |= own;
        }
        remembered(result, status)
    }

    /// Without trailing zeros.
    #[must_use]
    pub fn normalize(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self], context, status) {
            return nan;
        }
        let number = self.clone().finish(context, status);
        if number.kind != Kind::Finite {
            return number;
        }
        if number.coefficient.is_zero() {
            return Decimal::zero(number.negative, 0);
        }
        let greatest = if context.clamp { context.etop() } else { context.emax };
        let zeros = coefficient::trailing_zeros(&number.coefficient).min(greatest - number.exponent);
        if zeros <= 0 {
            return number;
        }
        let stripped = coefficient::discard(&number.coefficient, zeros);
        let stripped = stripped
            .map(|(coefficient, _)| Decimal::new(number.negative, coefficient, number.exponent + zeros));
        remembered(stripped, status)
    }

    /// The integer towards the direction of `rounding`, without a context.
    pub fn integer_part(&self, rounding: Rounding) -> Option<Decimal> {
        self.rescaled(0, rounding, &mut 0)
    }
}
