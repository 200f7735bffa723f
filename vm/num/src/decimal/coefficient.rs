//! Coefficients: binary integers seen as strings of decimal digits. Up to 38 digits are handled as machine integers,
//! up to 77 as a few of them.

use super::Maybe;
use super::context::Rounding;
use super::wide::Wide;
use core::cell::RefCell;
use dashu_int::UBig;
use dashu_int::ops::DivRem;

/// Digits that always fit into 128 bits.
pub(super) const SMALL: i64 = 38;
/// Digits beyond which a coefficient is refused as too large for memory.
const LARGEST: i64 = 2_000_000_000;

pub(super) const POWERS: [u128; 39] = {
    let mut powers = [1u128; 39];
    let mut index = 1;
    while index < powers.len() {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};

/// The value where it fits.
#[inline]
pub(super) fn small(value: &UBig) -> Option<u128> {
    match *value.as_words() {
        [] => Some(0),
        [low] => Some(low.into()),
        [low, high] => Some(u128::from(low) | u128::from(high) << 64),
        _ => None,
    }
}

/// Decimal digits of a machine integer; one for zero.
#[inline]
pub(super) fn count_small(value: u128) -> i64 {
    if value == 0 {
        return 1;
    }
    // 1233 / 4096 is a little more than log10(2).
    let guess = ((128 - value.leading_zeros()) as usize * 1233) >> 12;
    guess as i64 + i64::from(guess < POWERS.len() && value >= POWERS[guess])
}

/// Decimal digits; one for zero.
pub(super) fn count(value: &UBig) -> i64 {
    use dashu_int::ops::BitTest;
    if let Some(value) = small(value) {
        return count_small(value);
    }
    if let Some(value) = Wide::of(value) {
        return value.digits();
    }
    let bits = value.bit_len();
    // The logarithm by the top bits; only near a power of ten must that be compared.
    let shift = bits - 64;
    let top = small(&(value >> shift)).unwrap_or(u128::MAX) as f64;
    let logarithm = top.log10() + shift as f64 * core::f64::consts::LOG10_2;
    let near = logarithm.round();
    let tolerance = 1e-9_f64.max(logarithm * 1e-14);
    if (logarithm - near).abs() > tolerance {
        return logarithm.floor() as i64 + 1;
    }
    match power(near as i64) {
        Some(power) if *value >= power => near as i64 + 1,
        _ => near as i64,
    }
}

thread_local! {
    /// The large power of ten that was computed last.
    static LAST: RefCell<(i64, UBig)> = const { RefCell::new((0, UBig::ONE)) };
}

/// `10**exponent`; the exponent is not negative.
pub(super) fn power(exponent: i64) -> Maybe<UBig> {
    if let Some(power) = POWERS.get(exponent.max(0) as usize) {
        return Some(UBig::from(*power));
    }
    if exponent > LARGEST {
        return None;
    }
    LAST.with(|last| {
        let mut last = last.borrow_mut();
        if last.0 != exponent {
            *last = (exponent, UBig::from(5u8).pow(exponent as usize) << exponent as usize);
        }
        Some(last.1.clone())
    })
}

/// `value * 10**digits`.
pub(super) fn shifted(value: &UBig, digits: i64) -> Maybe<UBig> {
    if value.is_zero() || digits <= 0 {
        return Some(value.clone());
    }
    if digits < SMALL
        && let Some(value) = small(value)
        && let Some(product) = value.checked_mul(POWERS[digits as usize])
    {
        return Some(UBig::from(product));
    }
    if let Some(value) = Wide::of(value).and_then(|value| value.shifted(digits)) {
        return Some(value.to_big());
    }
    if digits.checked_add(count(value))? > LARGEST {
        return None;
    }
    Some(value * power(digits)?)
}

/// How what was discarded compares with half a unit of the last digit that is left.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Rest {
    Zero,
    Less,
    Half,
    More,
}

impl Rest {
    pub(super) fn of(ordering: core::cmp::Ordering) -> Rest {
        match ordering {
            core::cmp::Ordering::Less => Rest::Less,
            core::cmp::Ordering::Equal => Rest::Half,
            core::cmp::Ordering::Greater => Rest::More,
        }
    }
}

/// The value without its last `digits` digits, and what they were.
pub(super) fn discard(value: &UBig, digits: i64) -> Maybe<(UBig, Rest)> {
    if digits <= 0 {
        return Some((value.clone(), Rest::Zero));
    }
    if value.is_zero() {
        return Some((UBig::ZERO, Rest::Zero));
    }
    if digits <= SMALL
        && let Some(value) = small(value)
    {
        let power = POWERS[digits as usize];
        let (quotient, rest) = (value / power, value % power);
        let rest = if rest == 0 { Rest::Zero } else { Rest::of(rest.cmp(&(power / 2))) };
        return Some((UBig::from(quotient), rest));
    }
    if let Some(value) = Wide::of(value) {
        let (quotient, rest) = value.discard(digits);
        return Some((quotient.to_big(), rest));
    }
    if digits > count(value) {
        return Some((UBig::ZERO, Rest::Less));
    }
    let power = power(digits)?;
    let (quotient, rest) = value.div_rem(&power);
    let rest = if rest.is_zero() { Rest::Zero } else { Rest::of((rest << 1usize).cmp(&power)) };
    Some((quotient, rest))
}

/// Quotient and remainder; the divisor is not zero.
pub(super) fn div_rem(a: &UBig, b: &UBig) -> (UBig, UBig) {
    if let (Some(a), Some(b)) = (small(a), small(b)) {
        return (UBig::from(a / b), UBig::from(a % b));
    }
    if let (Some(a), Some(b)) = (Wide::of(a), Wide::of(b)) {
        let (quotient, remainder) = a.div_rem(b);
        return (quotient.to_big(), remainder.to_big());
    }
    a.div_rem(b)
}

pub(super) fn is_odd(value: &UBig) -> bool {
    value.as_words().first().is_some_and(|word| word & 1 == 1)
}

fn last_digit(value: &UBig) -> u32 {
    (value % UBig::from(10u8)).try_into().unwrap_or(0)
}

/// Whether a magnitude whose discarded part is `rest` is rounded away from zero.
pub(super) fn rounds_up(value: &UBig, rest: Rest, rounding: Rounding, negative: bool) -> bool {
    if rest == Rest::Zero {
        return false;
    }
    match rounding {
        Rounding::Up => true,
        Rounding::Down => false,
        Rounding::Ceiling => !negative,
        Rounding::Floor => negative,
        Rounding::HalfUp => rest >= Rest::Half,
        Rounding::HalfDown => rest > Rest::Half,
        Rounding::HalfEven => rest > Rest::Half || rest == Rest::Half && is_odd(value),
        Rounding::ZeroFiveUp => matches!(last_digit(value), 0 | 5),
    }
}

/// Zeros at the end of the decimal digits; none for zero.
pub(super) fn trailing_zeros(value: &UBig) -> i64 {
    if value.is_zero() {
        return 0;
    }
    // A number divisible by 10**n is divisible by 2**n.
    let most = value.trailing_zeros().unwrap_or(0) as i64;
    if most == 0 {
        return 0;
    }
    if let Some(mut value) = small(value) {
        let mut zeros = 0;
        while zeros < most && value % 10 == 0 {
            value /= 10;
            zeros += 1;
        }
        return zeros;
    }
    if let Some(value) = Wide::of(value) {
        return value.trailing_zeros();
    }
    // Galloping: twice as many digits each time, then back.
    let (mut zeros, mut rest, mut step) = (0, value.clone(), 16);
    while step > 0 {
        match power(step) {
            Some(power) if step <= most - zeros => {
                let (quotient, remainder) = (&rest).div_rem(&power);
                if remainder.is_zero() {
                    rest = quotient;
                    zeros += step;
                    step *= 2;
                    continue;
                }
            }
            _ => {}
        }
        step /= 2;
    }
    zeros
}
