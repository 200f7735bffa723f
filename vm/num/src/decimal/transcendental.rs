//! exp, ln, log10 and powers. Approximations are computed on binary fixed-point numbers with ever more digits until their
//! rounding is certain (Ziv's strategy); results that are exact are found beforehand.

use super::arithmetic::{mark_inexact, nan_of};
use super::coefficient::{self, Rest};
use super::{Context, Decimal, Kind, Maybe, Rounding, Status, flags, invalid, remembered};
use core::cell::RefCell;
use core::cmp::Ordering;
use dashu_int::ops::{DivRem, SquareRoot};
use dashu_int::{IBig, UBig};

/// Decimal exponents of exponents beyond which every power overflows or vanishes.
const HUGE: i64 = 19;
/// Digits beyond the precision in the first attempt.
const EXTRA: i64 = 8;
/// Powers of at most so many digits are tried exactly.
const EXACT_DIGITS: u128 = 20_000;

/// Bits that so many decimal digits take, at least.
fn bits(digits: i64) -> usize {
    (digits.max(0) as f64 * core::f64::consts::LOG2_10) as usize + 2
}

thread_local! {
    /// The natural logarithm of ten, with the number of its fractional bits.
    static LN_10: RefCell<(usize, UBig)> = const { RefCell::new((0, UBig::ZERO)) };
}

/// The inverse hyperbolic tangent of 1/n by its series.
fn atanh_of_inverse(n: u64, bits: usize) -> UBig {
    let square = UBig::from(n * n);
    let mut term = (UBig::ONE << bits) / UBig::from(n);
    let mut sum = term.clone();
    let mut divisor = 3u64;
    loop {
        term /= &square;
        if term.is_zero() {
            return sum;
        }
        sum += &term / UBig::from(divisor);
        divisor += 2;
    }
}

/// ln 10 with so many fractional bits, by a Machin-like formula.
fn ln_10(bits: usize) -> UBig {
    const GUARD: usize = 40;
    LN_10.with(|known| {
        let mut known = known.borrow_mut();
        if known.0 < bits {
            let bits = bits + bits / 4 + GUARD;
            let term = |factor: u64, n| UBig::from(factor) * atanh_of_inverse(n, bits);
            *known = (bits - GUARD, (term(46, 31) + term(34, 49) + term(20, 161)) >> GUARD);
        }
        &known.1 >> (known.0 - bits)
    })
}

/// exp of a fixed-point number from 0 to ln 10.
fn exp_fixed(value: &UBig, bits: usize) -> UBig {
    // exp(x) = exp(x / 2**k) ** 2**k
    let halvings = (bits as f64).sqrt() as usize / 2 + 4;
    let wide = bits + 2 * halvings + 32;
    let reduced = (value << (wide - bits)) >> halvings;
    let mut term = UBig::ONE << wide;
    let mut sum = term.clone();
    let mut index = 1u64;
    loop {
        term = ((term * &reduced) >> wide) / UBig::from(index);
        if term.is_zero() {
            break;
        }
        sum += &term;
        index += 1;
    }
    for _ in 0..halvings {
        sum = sum.sqr() >> wide;
    }
    sum >> (wide - bits)
}

/// ln of a fixed-point number near one.
fn ln_fixed(value: &UBig, bits: usize) -> IBig {
    // ln(x) = 2**k * ln(x ** (1 / 2**k)), and ln(y) = 2 * atanh((y - 1) / (y + 1))
    let roots = (bits as f64).sqrt() as usize / 3 + 4;
    let wide = bits + 2 * roots + 32;
    let mut root = value << (wide - bits);
    for _ in 0..roots {
        root = (root << wide).sqrt();
    }
    let one = UBig::ONE << wide;
    let difference = IBig::from(root.clone()) - IBig::from(one.clone());
    let ratio = (difference << wide) / IBig::from(root + one);
    let square = (&ratio * &ratio) >> wide;
    let mut term = ratio.clone();
    let mut sum = ratio;
    let mut divisor = 3u64;
    loop {
        term = (term * &square) >> wide;
        if term.is_zero() || term == IBig::NEG_ONE {
            break;
        }
        sum += &term / IBig::from(divisor);
        divisor += 2;
    }
    (sum << (roots + 1)) >> (wide - bits)
}

/// `exp(±coefficient * 10**exponent)` with so many digits or one more, and its exponent; the error is a few units.
fn exp_digits(negative: bool, coefficient: &UBig, exponent: i64, digits: i64) -> Maybe<(UBig, i64)> {
    let adjusted = coefficient::count(coefficient) + exponent;
    let fraction = bits(digits) + 32;
    let wide = fraction + bits(adjusted);
    let value = if exponent >= 0 {
        coefficient::shifted(coefficient, exponent)? << wide
    } else {
        (coefficient << wide) / coefficient::power(-exponent)?
    };
    let ln_10 = ln_10(wide);
    let (quotient, mut rest) = value.div_rem(&ln_10);
    let mut quotient = i64::try_from(coefficient::small(&quotient)?).ok()?;
    if negative {
        quotient = -quotient - 1;
        rest = ln_10 - rest;
    }
    let result = exp_fixed(&(rest >> (wide - fraction)), fraction);
    let result = (result * coefficient::power(digits - 1)?) >> fraction;
    Some((result, quotient - (digits - 1)))
}

/// `ln(number) * 10**places`; the error is a few units.
fn ln_places(number: &Decimal, places: i64) -> Maybe<IBig> {
    let digits = number.digits();
    let mut exponent = number.exponent + digits - 1;
    let mut divisor = digits - 1;
    // From the root of 0.1 to the root of 10, so that nothing cancels near one.
    let leading = if digits > 2 {
        coefficient::small(&coefficient::discard(&number.coefficient, digits - 3)?.0)?
    } else {
        coefficient::small(&coefficient::shifted(&number.coefficient, 3 - digits)?)?
    };
    if leading > 316 {
        exponent += 1;
        divisor += 1;
    }
    let fraction = bits(places) + 32 + (64 - exponent.unsigned_abs().leading_zeros()) as usize;
    let value = (&number.coefficient << fraction) / coefficient::power(divisor)?;
    let mut result = ln_fixed(&value, fraction);
    if exponent != 0 {
        result += IBig::from(exponent) * IBig::from(ln_10(fraction));
    }
    Some((result * IBig::from(coefficient::power(places)?)) >> fraction)
}

/// An exponent that `ln(number)` has at least, for a number that is not one.
fn least_ln_exponent(number: &Decimal) -> i64 {
    let adjusted = number.adjusted();
    if adjusted != 0 && adjusted != -1 {
        return 0;
    }
    let distance = number.subtract(&Decimal::one(), &Context::MAX, &mut 0);
    distance.adjusted().min(0) - 1
}

fn magnitude(value: IBig) -> (bool, UBig) {
    let (sign, magnitude) = value.into_parts();
    (sign == dashu_int::Sign::Negative, magnitude)
}

/// The number as the context rounds it, if that is the same for all within `error` units of the last digit.
fn certain(number: &Decimal, error: u64, context: &Context) -> Maybe<bool> {
    let error = UBig::from(error);
    if number.coefficient <= error {
        return Some(false);
    }
    let (low, high) = (&number.coefficient - &error, &number.coefficient + &error);
    let surplus = coefficient::count(&low) - context.prec;
    if surplus < 2 || coefficient::count(&high) != coefficient::count(&low) {
        return Some(false);
    }
    let halves = matches!(context.rounding, Rounding::HalfEven | Rounding::HalfUp | Rounding::HalfDown);
    let rounded = |value: &UBig| -> Maybe<UBig> {
        let (kept, rest) = coefficient::discard(value, surplus)?;
        Some(if halves && rest >= Rest::Half { kept + UBig::ONE } else { kept })
    };
    Some(rounded(&low)? == rounded(&high)?)
}

/// Repeats `attempt` with more digits until the rounding is certain; it gives a number and the units of its error.
fn refine(
    context: &Context,
    status: &mut Status,
    mut attempt: impl FnMut(i64) -> Maybe<Decimal>,
) -> Maybe<Decimal> {
    const ERROR: u64 = 100;
    // What is still uncertain then is an exact result that nobody has looked for.
    let most = 2 * context.prec + 1000;
    let mut extra = EXTRA;
    loop {
        let mut number = attempt(context.prec + extra)?;
        if certain(&number, ERROR, context)? {
            mark_inexact(&mut number.coefficient);
            return number.fitted(context, status);
        }
        if extra > most {
            let exact = number.finish(&Context::working(context.prec + extra / 2), &mut 0);
            return exact.fitted(context, status);
        }
        extra *= 2;
    }
}

/// One, and what is not quite one: between the next numbers of the precision.
fn nearly_one(below: bool, context: &Context) -> Maybe<Decimal> {
    let places = context.prec + 3;
    let one = coefficient::power(places)?;
    let coefficient = if below { one - UBig::ONE } else { one + UBig::ONE };
    Some(Decimal::new(false, coefficient, -places))
}

/// A positive number beyond the context's largest or below its smallest.
fn beyond(overflows: bool, context: &Context) -> Decimal {
    let exponent = if overflows { context.emax + 1 } else { context.etiny() - 2 };
    Decimal::new(false, UBig::ONE, exponent)
}

impl Decimal {
    /// `e ** self`, correctly rounded, halves to even.
    #[must_use]
    pub fn exp(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self], context, status) {
            return nan;
        }
        if self.is_infinite() {
            return if self.negative { Decimal::zero(false, 0) } else { self.clone() };
        }
        if self.is_zero() {
            return Decimal::one();
        }
        let half_even = context.with_rounding(Rounding::HalfEven);
        let adjusted = self.adjusted();
        let result = if adjusted >= HUGE {
            beyond(!self.negative, context).fitted(&half_even, status)
        } else if adjusted < -context.prec - 2 {
            nearly_one(self.negative, context).and_then(|number| number.fitted(&half_even, status))
        } else {
            refine(&half_even, status, |digits| {
                let (coefficient, exponent) =
                    exp_digits(self.negative, &self.coefficient, self.exponent, digits)?;
                Some(Decimal::new(false, coefficient, exponent))
            })
        };
        remembered(result, status)
    }

    /// The answer of a logarithm for special numbers.
    fn special_logarithm(&self, context: &Context, status: &mut Status) -> Option<Decimal> {
        if let Some(nan) = nan_of(&[self], context, status) {
            return Some(nan);
        }
        if self.is_zero() {
            return Some(Decimal::infinity(true));
        }
        if self.negative {
            return Some(invalid(status));
        }
        self.is_infinite().then(|| Decimal::infinity(false))
    }

    /// The natural logarithm, correctly rounded, halves to even.
    #[must_use]
    pub fn ln(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(special) = self.special_logarithm(context, status) {
            return special;
        }
        if self.numeric_cmp(&Decimal::one()).is_eq() {
            return Decimal::zero(false, 0);
        }
        let least = least_ln_exponent(self);
        let half_even = context.with_rounding(Rounding::HalfEven);
        let result = refine(&half_even, status, |digits| {
            let places = (digits - least).max(1);
            let (negative, coefficient) = magnitude(ln_places(self, places)?);
            Some(Decimal::new(negative, coefficient, -places))
        });
        remembered(result, status)
    }

    /// The logarithm to base 10, correctly rounded, halves to even.
    #[must_use]
    pub fn log10(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(special) = self.special_logarithm(context, status) {
            return special;
        }
        let half_even = context.with_rounding(Rounding::HalfEven);
        if coefficient::trailing_zeros(&self.coefficient) == self.digits() - 1 && self.is_one_and_zeros() {
            return Decimal::from_i64(self.adjusted()).finish(&half_even, status);
        }
        let least = least_ln_exponent(self) - 1;
        let result = refine(&half_even, status, |digits| {
            let places = (digits - least).max(1) + 2;
            let (negative, coefficient) = magnitude(ln_places(self, places)?);
            let fraction = bits(places) + 8;
            let scaled = (coefficient << fraction) / ln_10(fraction);
            Some(Decimal::new(negative, scaled, -places))
        });
        remembered(result, status)
    }

    /// Whether the coefficient is a power of ten.
    fn is_one_and_zeros(&self) -> bool {
        coefficient::power(self.digits() - 1).is_some_and(|power| power == self.coefficient)
    }

    /// `self ** other`.
    #[must_use]
    pub fn power(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = nan_of(&[self, other], context, status) {
            return nan;
        }
        if other.is_zero() {
            return if self.is_zero() { invalid(status) } else { Decimal::one() };
        }
        let integer = other.is_integer();
        let negative = self.negative && integer && other.is_odd();
        if self.negative && !integer && !self.is_zero() && !other.is_infinite() {
            return invalid(status);
        }
        if self.is_zero() {
            return if other.negative { Decimal::infinity(negative) } else { Decimal::zero(negative, 0) };
        }
        if self.is_infinite() {
            if self.negative && !integer {
                return invalid(status);
            }
            return if other.negative { Decimal::zero(negative, 0) } else { Decimal::infinity(negative) };
        }
        if other.is_infinite() {
            return self.to_infinite_power(other, context, status);
        }
        let base = self.clone().with_sign(false);
        let result = base.finite_power(other, integer, negative, context, status);
        remembered(result, status)
    }

    fn to_infinite_power(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if self.negative {
            return invalid(status);
        }
        match self.numeric_cmp(&Decimal::one()) {
            Ordering::Equal => {
                *status |= flags::INEXACT | flags::ROUNDED;
                remembered(padded_one(false, context.prec - 1), status)
            }
            order if (order == Ordering::Greater) != other.negative => Decimal::infinity(false),
            _ => Decimal::zero(false, 0),
        }
    }

    /// A power of a positive number.
    fn finite_power(
        &self,
        other: &Decimal,
        integer: bool,
        negative: bool,
        context: &Context,
        status: &mut Status,
    ) -> Maybe<Decimal> {
        if self.numeric_cmp(&Decimal::one()).is_eq() {
            return self.power_of_one(other, integer, negative, context, status);
        }
        if integer && let Some(result) = self.integer_power(other, negative, context, status)? {
            return Some(result);
        }
        // The size of the logarithm of the result.
        let least = least_ln_exponent(self);
        let places = 6 - least;
        let (falls, sample) = magnitude(ln_places(self, places)?);
        let size = coefficient::count(&sample) - 1 - places + other.adjusted();
        let falls = falls != other.negative;
        if size >= HUGE {
            return beyond(!falls, context).with_sign(negative).fitted(context, status);
        }
        if size < -context.prec - 4 {
            let result = nearly_one(falls, context)?.with_sign(negative);
            return result.fitted(context, status);
        }
        let mut tried = integer;
        let attempt = |digits: i64| -> Maybe<Decimal> {
            let places = (digits + other.adjusted() + 3).max(1);
            let (_, logarithm) = magnitude(ln_places(self, places)?);
            let product = logarithm * &other.coefficient;
            let (coefficient, exponent) = exp_digits(falls, &product, other.exponent - places, digits)?;
            Some(Decimal::new(negative, coefficient, exponent))
        };
        if !tried {
            tried = true;
            let guess = attempt(context.prec + EXTRA)?;
            if let Some(exact) = self.exact_root(other, &guess, context)? {
                // The result of a power that is no integer counts as inexact.
                *status |= flags::INEXACT | flags::ROUNDED;
                let mut own = 0;
                let exact = exact.with_sign(negative).fitted(context, &mut own);
                if own & flags::SUBNORMAL != 0 {
                    own |= flags::UNDERFLOW;
                }
                *status |= own;
                return exact;
            }
        }
        debug_assert!(tried);
        refine(context, status, attempt)
    }

    fn power_of_one(
        &self,
        other: &Decimal,
        integer: bool,
        negative: bool,
        context: &Context,
        status: &mut Status,
    ) -> Maybe<Decimal> {
        if !integer {
            *status |= flags::INEXACT | flags::ROUNDED;
            return padded_one(negative, context.prec - 1);
        }
        let times = if other.negative {
            0
        } else {
            other.to_integer().and_then(|value| value.to_i64()).unwrap_or(i64::MAX).min(context.prec)
        };
        let mut zeros = (-self.exponent).saturating_mul(times);
        if zeros > context.prec - 1 {
            zeros = context.prec - 1;
            *status |= flags::ROUNDED;
        }
        padded_one(negative, zeros.max(0))
    }

    /// An integer power that is exact, or exact but for the last rounding; `None` inside where it is too long for that.
    fn integer_power(
        &self,
        other: &Decimal,
        negative: bool,
        context: &Context,
        status: &mut Status,
    ) -> Maybe<Option<Decimal>> {
        let times = if other.adjusted() < HUGE { other.to_integer()?.to_i64() } else { None };
        let Some(times) = times else { return Some(None) };
        let count = times.unsigned_abs();
        let zeros = coefficient::trailing_zeros(&self.coefficient);
        if zeros == self.digits() - 1 && self.is_one_and_zeros() {
            let exponent = i128::from(self.exponent + zeros) * i128::from(times);
            let limit = i128::from(4 * super::MAX_EMAX);
            let exponent = exponent.clamp(-limit, limit) as i64;
            let ideal = i128::from(self.exponent) * i128::from(times);
            let zeros = if times > 0 && ideal.abs() < limit { exponent - ideal as i64 } else { 0 };
            if zeros > context.prec - 1 {
                *status |= flags::ROUNDED;
            }
            let padding = zeros.clamp(0, context.prec - 1);
            let coefficient = coefficient::power(padding)?;
            return Some(Some(
                Decimal::new(negative, coefficient, exponent - padding).fitted(context, status)?,
            ));
        }
        if u128::from(count) * self.digits() as u128 > EXACT_DIGITS.max(2 * context.prec as u128) {
            return Some(None);
        }
        let coefficient = self.coefficient.pow(count as usize);
        let exponent = self.exponent.checked_mul(count as i64).unwrap_or(0);
        let power = Decimal::new(negative, coefficient, exponent);
        Some(Some(if times > 0 {
            power.fitted(context, status)?
        } else {
            Decimal::one().divide(&power, context, status)
        }))
    }

    /// The exact value of a power with a fractional exponent, padded to the precision, if there is one near `guess`.
    fn exact_root(&self, other: &Decimal, guess: &Decimal, context: &Context) -> Maybe<Option<Decimal>> {
        let Some((numerator, denominator)) = other.to_small_ratio() else { return Some(None) };
        let root = guess.clone().with_sign(false).normalize(&Context::working(context.prec), &mut 0);
        let long = |number: &Decimal, times: u64| number.digits() as u128 * u128::from(times) > EXACT_DIGITS;
        if root.kind != Kind::Finite || root.is_zero() || long(&root, denominator) || long(self, numerator) {
            return Some(None);
        }
        let power = |number: &Decimal, times: u64| -> Maybe<Decimal> {
            let coefficient = number.coefficient.pow(usize::try_from(times).ok()?);
            Some(Decimal::new(false, coefficient, number.exponent.checked_mul(times as i64)?))
        };
        let (Some(mut left), Some(mut right)) = (power(&root, denominator), power(self, numerator)) else {
            return Some(None);
        };
        if other.negative {
            left = left.multiply(&right, &Context::MAX, &mut 0);
            right = Decimal::one();
        }
        if left.numeric_cmp(&right).is_ne() {
            return Some(None);
        }
        let padding = context.prec - root.digits();
        let coefficient = coefficient::shifted(&root.coefficient, padding)?;
        Some(Some(Decimal::new(false, coefficient, root.exponent - padding.max(0))))
    }

    /// The magnitude as a fraction in lowest terms of machine integers.
    fn to_small_ratio(&self) -> Option<(u64, u64)> {
        if self.exponent < -HUGE || self.adjusted() > HUGE {
            return None;
        }
        let (numerator, denominator) = self.clone().with_sign(false).to_ratio()?;
        Some((numerator.view().to_u64()?, denominator.view().to_u64()?))
    }

    /// `self ** other % modulus` of integers.
    #[must_use]
    pub fn power_modulo(
        &self,
        other: &Decimal,
        modulus: &Decimal,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        if let Some(nan) = nan_of(&[self, other, modulus], context, status) {
            return nan;
        }
        let integers = self.is_integer() && other.is_integer() && modulus.is_integer();
        if !integers
            || other.negative && !other.is_zero()
            || modulus.is_zero()
            || self.is_zero() && other.is_zero()
            || modulus.adjusted() >= context.prec
        {
            return invalid(status);
        }
        let negative = self.negative && other.is_odd();
        let result = self.modular_power(other, modulus);
        remembered(result.map(|value| Decimal::new(negative, value, 0)), status)
    }

    fn modular_power(&self, other: &Decimal, modulus: &Decimal) -> Maybe<UBig> {
        let whole = |number: &Decimal| -> Maybe<UBig> {
            if number.exponent >= 0 {
                coefficient::shifted(&number.coefficient, number.exponent)
            } else {
                Some(coefficient::discard(&number.coefficient, -number.exponent)?.0)
            }
        };
        let modulus = whole(modulus)?;
        if modulus.is_one() {
            return Some(UBig::ZERO);
        }
        let ring = dashu_int::fast_div::ConstDivisor::new(modulus);
        let mut base = if self.exponent >= 0 {
            ring.reduce(self.coefficient.clone())
                * ring.reduce(10u8).pow(&UBig::from(self.exponent.unsigned_abs()))
        } else {
            ring.reduce(whole(self)?)
        };
        if other.exponent > 0 {
            // 10**n as an exponent is n times an exponent of ten.
            for _ in 0..other.exponent {
                base = base.pow(&UBig::from(10u8));
            }
            return Some(base.pow(&other.coefficient).residue());
        }
        Some(base.pow(&whole(other)?).residue())
    }
}

/// 1, with so many zeros after the point.
fn padded_one(negative: bool, zeros: i64) -> Maybe<Decimal> {
    Some(Decimal::new(negative, coefficient::power(zeros)?, -zeros))
}
