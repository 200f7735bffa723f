//! Operations that look at digits and exponents: shifts, logical operations, neighbours, classes.

use super::arithmetic::nan_of;
use super::coefficient;
use super::round;
use super::{Context, Decimal, Kind, Maybe, Rounding, Status, flags, invalid, remembered};
use core::cmp::Ordering;
use dashu_int::UBig;
use dashu_int::ops::DivRem;

impl Decimal {
    /// The value of an integer operand with exponent 0, if it is between the limits.
    fn small_integer(&self, least: i64, most: i64) -> Option<i64> {
        if self.kind != Kind::Finite || self.exponent != 0 {
            return None;
        }
        let value = i64::try_from(coefficient::small(&self.coefficient)?).ok()?;
        let value = if self.negative { -value } else { value };
        (least..=most).contains(&value).then_some(value)
    }

    /// The adjusted exponent as a number.
    #[must_use]
    pub fn logb(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self], context, status) {
            return nan;
        }
        if self.is_infinite() {
            return Decimal::infinity(false);
        }
        if self.is_zero() {
            *status |= flags::DIVISION_BY_ZERO;
            return Decimal::infinity(true);
        }
        Decimal::from_i64(self.adjusted()).finish(context, status)
    }

    /// The exponent moved by `other`.
    #[must_use]
    pub fn scaleb(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        let limit = 2 * (context.emax + context.prec);
        let Some(by) = other.small_integer(-limit, limit) else { return invalid(status) };
        if self.is_infinite() {
            return self.clone();
        }
        Decimal { exponent: self.exponent + by, ..self.clone() }.finish(context, status)
    }

    /// The digits moved by `other` places; what leaves the precision is lost.
    #[must_use]
    pub fn shift(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.moved(other, context, status, |digits, places, context| {
            if places < 0 {
                let kept = if coefficient::count(digits) > context.prec {
                    digits % coefficient::power(context.prec)?
                } else {
                    digits.clone()
                };
                return Some(coefficient::discard(&kept, -places)?.0);
            }
            let kept = digits % coefficient::power(context.prec - places)?;
            coefficient::shifted(&kept, places)
        })
    }

    /// The digits moved in a circle of the precision's length.
    #[must_use]
    pub fn rotate(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.moved(other, context, status, |digits, places, context| {
            let places = if places < 0 { places + context.prec } else { places };
            let all = digits % coefficient::power(context.prec)?;
            let (high, low) = all.div_rem(coefficient::power(context.prec - places)?);
            Some(coefficient::shifted(&low, places)? + high)
        })
    }

    fn moved(
        &self,
        other: &Decimal,
        context: &Context,
        status: &mut Status,
        work: impl Fn(&UBig, i64, &Context) -> Maybe<UBig>,
    ) -> Decimal {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        let Some(places) = other.small_integer(-context.prec, context.prec) else { return invalid(status) };
        if self.is_infinite() {
            return self.clone();
        }
        let result = work(&self.coefficient, places, context)
            .map(|coefficient| Decimal { coefficient, ..self.clone() });
        remembered(result, status)
    }

    /// The digits of a logical operand: a non-negative integer of zeros and ones.
    fn logical_digits(&self, context: &Context) -> Option<Vec<u8>> {
        if self.kind != Kind::Finite || self.negative || self.exponent != 0 {
            return None;
        }
        let text = self.coefficient.to_string().into_bytes();
        if !text.iter().all(|digit| matches!(digit, b'0' | b'1')) {
            return None;
        }
        let most = usize::try_from(context.prec).unwrap_or(usize::MAX);
        let skip = text.len().saturating_sub(most);
        Some(text[skip..].iter().rev().map(|digit| digit - b'0').collect())
    }

    /// A logical operation, digit by digit.
    #[must_use]
    pub fn logical(
        &self,
        other: &Decimal,
        operation: fn(u8, u8) -> u8,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        let (Some(a), Some(b)) = (self.logical_digits(context), other.logical_digits(context)) else {
            return invalid(status);
        };
        let digit = |digits: &[u8], index: usize| digits.get(index).copied().unwrap_or(0);
        let count = a.len().max(b.len());
        of_logical((0..count).map(|index| operation(digit(&a, index), digit(&b, index))).collect())
    }

    /// All digits of the precision inverted.
    #[must_use]
    pub fn logical_invert(&self, context: &Context, status: &mut Status) -> Decimal {
        let Some(digits) = self.logical_digits(context) else { return invalid(status) };
        let Some(ones) = coefficient::power(context.prec).map(|power| (power - UBig::ONE) / UBig::from(9u8))
        else {
            return remembered(None, status);
        };
        Decimal::new(false, ones - of_logical(digits).coefficient, 0)
    }

    /// The greatest number below.
    #[must_use]
    pub fn next_minus(&self, context: &Context, status: &mut Status) -> Decimal {
        self.neighbour(true, context, status)
    }

    /// The least number above.
    #[must_use]
    pub fn next_plus(&self, context: &Context, status: &mut Status) -> Decimal {
        self.neighbour(false, context, status)
    }

    fn neighbour(&self, below: bool, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self], context, status) {
            return nan;
        }
        if self.is_infinite() {
            if self.negative == below {
                return self.clone();
            }
            return remembered(round::largest(self.negative, context), status);
        }
        let rounding = if below { Rounding::Floor } else { Rounding::Ceiling };
        let context = context.with_rounding(rounding);
        let rounded = self.clone().finish(&context, &mut 0);
        if rounded.is_infinite() || rounded.numeric_cmp(self).is_ne() {
            return rounded;
        }
        let tiny = Decimal::new(below, UBig::ONE, context.etiny() - 1);
        self.add(&tiny, &context, &mut 0)
    }

    /// The neighbour on the way to `other`.
    #[must_use]
    pub fn next_toward(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        let result = match self.numeric_cmp(other) {
            Ordering::Equal => return self.clone().with_sign(other.negative),
            Ordering::Less => self.next_plus(context, status),
            Ordering::Greater => self.next_minus(context, status),
        };
        if result.is_infinite() {
            if !self.is_infinite() {
                *status |= flags::OVERFLOW | flags::INEXACT | flags::ROUNDED;
            }
        } else if result.is_zero() || result.adjusted() < context.emin {
            *status |= flags::UNDERFLOW | flags::SUBNORMAL | flags::INEXACT | flags::ROUNDED;
            if result.is_zero() {
                *status |= flags::CLAMPED;
            }
        }
        result
    }

    /// Whether the number is finite, not zero, and not below the least normal magnitude.
    pub fn is_normal(&self, context: &Context) -> bool {
        self.is_finite() && !self.is_zero() && self.adjusted() >= context.emin
    }

    pub fn is_subnormal(&self, context: &Context) -> bool {
        self.is_finite() && !self.is_zero() && self.adjusted() < context.emin
    }

    /// The name of the number's class.
    pub fn number_class(&self, context: &Context) -> &'static str {
        match (self.kind, self.negative) {
            (Kind::Signaling, _) => "sNaN",
            (Kind::Quiet, _) => "NaN",
            (Kind::Infinite, true) => "-Infinity",
            (Kind::Infinite, false) => "+Infinity",
            (Kind::Finite, true) if self.is_zero() => "-Zero",
            (Kind::Finite, false) if self.is_zero() => "+Zero",
            (Kind::Finite, true) if self.is_subnormal(context) => "-Subnormal",
            (Kind::Finite, false) if self.is_subnormal(context) => "+Subnormal",
            (Kind::Finite, true) => "-Normal",
            (Kind::Finite, false) => "+Normal",
        }
    }
}

/// The number of these decimal digits, the last first.
fn of_logical(digits: Vec<u8>) -> Decimal {
    let text: String = digits.iter().rev().map(|&digit| (digit + b'0') as char).collect();
    let coefficient =
        UBig::from_str_radix(if text.is_empty() { "0" } else { &text }, 10).unwrap_or(UBig::ZERO);
    Decimal::new(false, coefficient, 0)
}
