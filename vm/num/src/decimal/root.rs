//! The square root.

use super::arithmetic::{mark_inexact, nan_of};
use super::coefficient;
use super::{Context, Decimal, Maybe, Rounding, Status, invalid, remembered};
use dashu_int::UBig;
use dashu_int::ops::{DivRem, SquareRootRem};

/// Precisions beyond this are meant for exact results, which are looked for first.
const EXACT_PREC: i64 = 100_000;

impl Decimal {
    /// The square root, correctly rounded, halves to even.
    #[must_use]
    pub fn sqrt(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self], context, status) {
            return nan;
        }
        if self.is_zero() {
            return Decimal::zero(self.negative, self.exponent.div_euclid(2)).finish(context, status);
        }
        if self.negative {
            return invalid(status);
        }
        if self.is_infinite() {
            return self.clone();
        }
        let root = self.finite_root(context, status);
        remembered(root, status)
    }

    fn finite_root(&self, context: &Context, status: &mut Status) -> Maybe<Decimal> {
        let context = context.with_rounding(Rounding::HalfEven);
        let ideal = self.exponent.div_euclid(2);
        let value = if self.exponent & 1 == 1 {
            coefficient::shifted(&self.coefficient, 1)?
        } else {
            self.coefficient.clone()
        };
        let digits = (coefficient::count(&value) + 1) / 2;
        let shift = context.prec + 1 - digits;
        if shift > EXACT_PREC {
            let (root, rest) = value.sqrt_rem();
            if rest.is_zero() {
                return Decimal::new(false, root, ideal).fitted(&context, status);
            }
        }
        let (scaled, lost) = if shift >= 0 {
            (coefficient::shifted(&value, 2 * shift)?, false)
        } else {
            let (scaled, rest) = value.div_rem(&coefficient::power(-2 * shift)?);
            (scaled, !rest.is_zero())
        };
        let (mut root, rest) = scaled.sqrt_rem();
        if lost || !rest.is_zero() {
            mark_inexact(&mut root);
            return Decimal::new(false, root, ideal - shift).fitted(&context, status);
        }
        // Exact: with the ideal exponent.
        let root: UBig = if shift >= 0 {
            coefficient::discard(&root, shift)?.0
        } else {
            coefficient::shifted(&root, -shift)?
        };
        Decimal::new(false, root, ideal).fitted(&context, status)
    }
}
