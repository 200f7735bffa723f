//! Decimal arithmetic after the General Decimal Arithmetic Specification (Cowlishaw), as `decimal` has it.
//!
//! A [`Decimal`] is a sign, a binary integer as coefficient and a decimal exponent. Operations take a [`Context`] and report
//! conditions in a [`Status`]; their results are rounded once, by [`Decimal::finish`]. Rooms: `coefficient` (powers of ten, digits,
//! discarding), `context`, `wide` (those of a few machine words), `round` (the end of every operation), `arithmetic`, `integral` (quotients, quantising), `compare`,
//! `digits` (operations on single digits), `root`, `transcendental`, `text`, `convert`.

mod arithmetic;
mod coefficient;
mod compare;
mod context;
mod convert;
mod digits;
mod integral;
mod root;
mod round;
mod text;
mod transcendental;
mod wide;

#[cfg(test)]
mod tests;

pub use compare::of_ordering;
pub use context::{Context, MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY, Rounding, Status, flags};
pub use dashu_int::UBig;
pub use text::{Presentation, parse};

/// What a number is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Finite,
    Infinite,
    /// Not a number; the coefficient is its payload.
    Quiet,
    /// Not a number, and operations on it are invalid.
    Signaling,
}

/// A decimal number: `(-1)**negative * coefficient * 10**exponent`.
#[derive(Clone, Debug)]
pub struct Decimal {
    pub negative: bool,
    pub kind: Kind,
    pub exponent: i64,
    pub coefficient: UBig,
}

/// A result that may be too large for memory: `None` then.
type Maybe<T> = Option<T>;

impl Decimal {
    /// A finite number.
    pub fn new(negative: bool, coefficient: UBig, exponent: i64) -> Decimal {
        Decimal { negative, kind: Kind::Finite, exponent, coefficient }
    }

    pub fn zero(negative: bool, exponent: i64) -> Decimal {
        Decimal::new(negative, UBig::ZERO, exponent)
    }

    pub fn one() -> Decimal {
        Decimal::new(false, UBig::ONE, 0)
    }

    pub fn infinity(negative: bool) -> Decimal {
        Decimal { kind: Kind::Infinite, ..Decimal::zero(negative, 0) }
    }

    pub fn nan() -> Decimal {
        Decimal { kind: Kind::Quiet, ..Decimal::zero(false, 0) }
    }

    pub fn is_finite(&self) -> bool {
        self.kind == Kind::Finite
    }

    pub fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }

    pub fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::Quiet | Kind::Signaling)
    }

    pub fn is_signaling(&self) -> bool {
        self.kind == Kind::Signaling
    }

    pub fn is_zero(&self) -> bool {
        self.kind == Kind::Finite && self.coefficient.is_zero()
    }

    /// Digits of the coefficient; one for zero.
    pub fn digits(&self) -> i64 {
        coefficient::count(&self.coefficient)
    }

    /// The exponent of the first digit.
    pub fn adjusted(&self) -> i64 {
        self.exponent + self.digits() - 1
    }

    #[must_use]
    pub fn with_sign(mut self, negative: bool) -> Decimal {
        self.negative = negative;
        self
    }

    /// Whether the number has no fractional part.
    pub fn is_integer(&self) -> bool {
        if self.kind != Kind::Finite {
            return false;
        }
        if self.exponent >= 0 || self.coefficient.is_zero() {
            return true;
        }
        self.digits() > -self.exponent && coefficient::trailing_zeros(&self.coefficient) >= -self.exponent
    }

    fn is_odd(&self) -> bool {
        if self.exponent > 0 || !self.is_integer() {
            return false;
        }
        match coefficient::discard(&self.coefficient, -self.exponent) {
            Some((quotient, _)) => coefficient::is_odd(&quotient),
            None => false,
        }
    }
}

/// NaN for an invalid operation.
fn invalid(status: &mut Status) -> Decimal {
    *status |= flags::INVALID_OPERATION;
    Decimal::nan()
}

/// NaN for what memory cannot hold.
fn remembered(result: Maybe<Decimal>, status: &mut Status) -> Decimal {
    match result {
        Some(result) => result,
        None => {
            *status |= flags::MALLOC_ERROR;
            Decimal::nan()
        }
    }
}
