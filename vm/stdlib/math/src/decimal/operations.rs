//! Operations of the arithmetic in the form that methods of both types name.

use core::cmp::Ordering;
use num::decimal::{Context, Decimal, Status, of_ordering};

/// An operation on one number.
pub type Unary = fn(&Decimal, &Context, &mut Status) -> Decimal;
/// An operation on two numbers.
pub type Binary = fn(&Decimal, &Decimal, &Context, &mut Status) -> Decimal;

pub fn max(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    a.extreme(b, Ordering::Greater, false, context, status)
}

pub fn max_mag(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    a.extreme(b, Ordering::Greater, true, context, status)
}

pub fn min(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    a.extreme(b, Ordering::Less, false, context, status)
}

pub fn min_mag(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    a.extreme(b, Ordering::Less, true, context, status)
}

pub fn logical_and(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    a.logical(b, |a, b| a & b, context, status)
}

pub fn logical_or(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    a.logical(b, |a, b| a | b, context, status)
}

pub fn logical_xor(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    a.logical(b, |a, b| a ^ b, context, status)
}

pub fn compare_total(a: &Decimal, b: &Decimal, _context: &Context, _status: &mut Status) -> Decimal {
    of_ordering(a.total_cmp(b))
}

pub fn compare_total_mag(a: &Decimal, b: &Decimal, _context: &Context, _status: &mut Status) -> Decimal {
    of_ordering(a.total_magnitude_cmp(b))
}

pub fn copy_sign(a: &Decimal, b: &Decimal, _context: &Context, _status: &mut Status) -> Decimal {
    a.clone().with_sign(b.negative)
}

pub fn to_integral_value(number: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    number.to_integral(false, context, status)
}

pub fn to_integral_exact(number: &Decimal, context: &Context, status: &mut Status) -> Decimal {
    number.to_integral(true, context, status)
}
