//! The end of every operation: the exact or nearly exact result is fitted into the context.

use super::coefficient::{self, Rest};
use super::{Context, Decimal, Kind, Maybe, Rounding, Status, flags};
use dashu_int::UBig;

impl Decimal {
    /// The number as the context can hold it.
    #[must_use]
    pub fn finish(self, context: &Context, status: &mut Status) -> Decimal {
        let result = self.fitted(context, status);
        super::remembered(result, status)
    }

    pub(super) fn fitted(self, context: &Context, status: &mut Status) -> Maybe<Decimal> {
        match self.kind {
            Kind::Infinite => return Some(self),
            Kind::Quiet | Kind::Signaling => return self.with_short_payload(context),
            Kind::Finite => {}
        }
        let digits = self.digits();
        let adjusted = self.exponent + digits - 1;
        if digits <= context.prec
            && adjusted <= context.emax
            && adjusted >= context.emin
            && !(context.clamp && self.exponent > context.etop())
            && !self.coefficient.is_zero()
        {
            return Some(self);
        }
        if self.coefficient.is_zero() {
            let greatest = if context.clamp { context.etop() } else { context.emax };
            let exponent = self.exponent.max(context.etiny()).min(greatest);
            if exponent != self.exponent {
                *status |= flags::CLAMPED;
            }
            return Some(Decimal { exponent, ..self });
        }
        if adjusted > context.emax {
            return Some(overflow(self.negative, context, status));
        }
        if adjusted < context.emin {
            return self.subnormal(context, status);
        }
        let mut result = self.rounded_to(digits - context.prec, context.rounding, status)?;
        if result.digits() > context.prec {
            // A carry: a power of ten with one zero too many.
            (result.coefficient, _) = coefficient::discard(&result.coefficient, 1)?;
            result.exponent += 1;
        }
        if result.adjusted() > context.emax {
            return Some(overflow(result.negative, context, status));
        }
        result.fold_down(context, status)?;
        Some(result)
    }

    /// Lowers an exponent that a clamped context does not have.
    fn fold_down(&mut self, context: &Context, status: &mut Status) -> Maybe<()> {
        if context.clamp && self.exponent > context.etop() {
            let shift = self.exponent - context.etop();
            self.coefficient = coefficient::shifted(&self.coefficient, shift)?;
            self.exponent -= shift;
            *status |= flags::CLAMPED;
        }
        Some(())
    }

    /// Without its last `count` digits, which are rounded into the others.
    pub(super) fn rounded_to(self, count: i64, rounding: Rounding, status: &mut Status) -> Maybe<Decimal> {
        if count <= 0 {
            return Some(self);
        }
        let (coefficient, rest) = coefficient::discard(&self.coefficient, count)?;
        *status |= flags::ROUNDED;
        if rest != Rest::Zero {
            *status |= flags::INEXACT;
        }
        let up = coefficient::rounds_up(&coefficient, rest, rounding, self.negative);
        let coefficient = if up { coefficient + UBig::ONE } else { coefficient };
        Some(Decimal { exponent: self.exponent + count, coefficient, ..self })
    }

    fn subnormal(self, context: &Context, status: &mut Status) -> Maybe<Decimal> {
        *status |= flags::SUBNORMAL;
        let mut own = 0;
        let mut result =
            self.clone().rounded_to(context.etiny() - self.exponent, context.rounding, &mut own)?;
        *status |= own;
        if own & flags::INEXACT != 0 {
            *status |= flags::UNDERFLOW;
        }
        if result.coefficient.is_zero() {
            *status |= flags::CLAMPED;
        }
        result.fold_down(context, status)?;
        Some(result)
    }

    /// A NaN whose payload fits the precision.
    fn with_short_payload(self, context: &Context) -> Maybe<Decimal> {
        let most = context.prec - i64::from(context.clamp);
        if self.coefficient.is_zero() || self.digits() <= most {
            return Some(self);
        }
        let coefficient = if most == 0 { UBig::ZERO } else { &self.coefficient % coefficient::power(most)? };
        Some(Decimal { coefficient, ..self })
    }
}

/// The result of an operation that exceeds the largest number.
fn overflow(negative: bool, context: &Context, status: &mut Status) -> Decimal {
    *status |= flags::OVERFLOW | flags::INEXACT | flags::ROUNDED;
    let infinite = match context.rounding {
        Rounding::Up | Rounding::HalfUp | Rounding::HalfDown | Rounding::HalfEven => true,
        Rounding::Down | Rounding::ZeroFiveUp => false,
        Rounding::Ceiling => !negative,
        Rounding::Floor => negative,
    };
    if infinite { Decimal::infinity(negative) } else { super::remembered(largest(negative, context), status) }
}

/// The finite number of the greatest magnitude.
pub(super) fn largest(negative: bool, context: &Context) -> Maybe<Decimal> {
    let coefficient = coefficient::power(context.prec)? - UBig::ONE;
    Some(Decimal::new(negative, coefficient, context.etop()))
}
