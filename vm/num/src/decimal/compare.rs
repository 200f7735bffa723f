//! Orders: the numerical one, and the total one of the specification.

use super::arithmetic::nan_of;
use super::coefficient;
use super::{Context, Decimal, Kind, Status, flags};
use core::cmp::Ordering;
use dashu_int::UBig;

impl Decimal {
    /// The numerical order of numbers that are no NaN.
    pub fn numeric_cmp(&self, other: &Decimal) -> Ordering {
        let sign = |number: &Decimal| match (number.is_zero(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let (a, b) = (sign(self), sign(other));
        if a != b {
            return a.cmp(&b);
        }
        if a == 0 {
            return Ordering::Equal;
        }
        let magnitudes = self.magnitude_cmp(other);
        if self.negative { magnitudes.reverse() } else { magnitudes }
    }

    /// The order of magnitudes.
    fn magnitude_cmp(&self, other: &Decimal) -> Ordering {
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        match (self.coefficient.is_zero(), other.coefficient.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        if self.exponent == other.exponent {
            return self.coefficient.cmp(&other.coefficient);
        }
        let order = self.adjusted().cmp(&other.adjusted());
        if order.is_ne() {
            return order;
        }
        // Equal adjusted exponents: the distance is the difference of the numbers of digits.
        let distance = self.exponent - other.exponent;
        let shifted =
            |value: &UBig, digits| coefficient::shifted(value, digits).unwrap_or_else(|| value.clone());
        if distance > 0 {
            shifted(&self.coefficient, distance).cmp(&other.coefficient)
        } else {
            self.coefficient.cmp(&shifted(&other.coefficient, -distance))
        }
    }

    /// -1, 0 or 1; NaN for a NaN.
    #[must_use]
    pub fn compare(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        match nan_of(&[self, other], context, status) {
            Some(nan) => nan,
            None => of_ordering(self.numeric_cmp(other)),
        }
    }

    /// The same, invalid for every NaN.
    #[must_use]
    pub fn compare_signal(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if self.is_nan() || other.is_nan() {
            *status |= flags::INVALID_OPERATION;
        }
        self.compare(other, context, status)
    }

    /// The total order: numbers by value and then by exponent, NaNs outside.
    pub fn total_cmp(&self, other: &Decimal) -> Ordering {
        if self.negative != other.negative {
            return other.negative.cmp(&self.negative);
        }
        let magnitudes = self.total_magnitude_cmp(other);
        if self.negative { magnitudes.reverse() } else { magnitudes }
    }

    /// The total order of the numbers without their signs.
    pub fn total_magnitude_cmp(&self, other: &Decimal) -> Ordering {
        let rank = |number: &Decimal| match number.kind {
            Kind::Finite => 0,
            Kind::Infinite => 1,
            Kind::Signaling => 2,
            Kind::Quiet => 3,
        };
        let order = rank(self).cmp(&rank(other));
        if order.is_ne() {
            return order;
        }
        if self.is_nan() {
            return self.coefficient.cmp(&other.coefficient);
        }
        self.magnitude_cmp(other).then(self.exponent.cmp(&other.exponent))
    }

    /// The greater or the lesser, by value or by magnitude; a number wins against a quiet NaN.
    #[must_use]
    pub fn extreme(
        &self,
        other: &Decimal,
        wanted: Ordering,
        by_magnitude: bool,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        if self.kind == Kind::Quiet && !other.is_nan() {
            return other.clone().finish(context, status);
        }
        if other.kind == Kind::Quiet && !self.is_nan() {
            return self.clone().finish(context, status);
        }
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        let order = if by_magnitude { self.magnitude_cmp(other) } else { self.numeric_cmp(other) };
        let order = order.then_with(|| self.total_cmp(other));
        let winner = if order == wanted || order.is_eq() { self } else { other };
        winner.clone().finish(context, status)
    }

    /// Whether two numbers have the same exponent, or are both infinite or NaN.
    pub fn same_quantum(&self, other: &Decimal) -> bool {
        match (self.kind, other.kind) {
            (Kind::Finite, Kind::Finite) => self.exponent == other.exponent,
            (Kind::Infinite, Kind::Infinite) => true,
            _ => self.is_nan() && other.is_nan(),
        }
    }
}

/// -1, 0 or 1.
pub fn of_ordering(order: Ordering) -> Decimal {
    let coefficient = UBig::from(u8::from(order.is_ne()));
    Decimal::new(order.is_lt(), coefficient, 0)
}
