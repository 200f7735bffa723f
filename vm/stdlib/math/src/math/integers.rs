//! Functions of ints: divisors, factorials, roots.

use super::combinatorics;
use macros::pymodule;
use num::int::{self, Integer};
use objects::protocol::number;
use objects::types::int::{Int, new_int};
use objects::{Object, Ref, Result, raise};

/// Combines the arguments two at a time, from the value of none on.
fn fold(
    integers: &[&Object],
    of_none: i64,
    combine: impl Fn(num::int::Int, num::int::Int) -> Integer,
) -> Result<Ref> {
    let [first, rest @ ..] = integers else { return new_int(of_none) };
    let first = number::index(first)?;
    let mut value = first.view().with_sign(false).to_owned();
    for integer in rest {
        // Each argument is looked at, even after the answer is known.
        let integer = number::index(integer)?;
        value = combine(value.view(), integer.view());
    }
    Ok(Int::from_integer(&value)?.upcast())
}

/// The least common multiple, never negative.
fn common_multiple(a: num::int::Int, b: num::int::Int) -> Integer {
    if a.is_zero() || b.is_zero() {
        return Integer::zero();
    }
    let divisor = int::gcd(a, b);
    let quotient = int::floor_div(a.with_sign(false), divisor.view()).unwrap_or_default();
    int::mul(quotient.view(), b.with_sign(false))
}

fn of_integer(value: &Integer) -> Result<Ref> {
    Ok(Int::from_integer(value)?.upcast())
}

/// The argument of a factorial.
fn factorial(n: &Object) -> Result<Ref> {
    let n = number::index(n)?;
    if n.is_negative() {
        return Err(raise!(ValueError, "factorial() not defined for negative values"));
    }
    let Some(n) = n.to_i64() else {
        return Err(raise!(OverflowError, "factorial() argument should not exceed {}", i64::MAX));
    };
    of_integer(&combinatorics::factorial(n.unsigned_abs()))
}

/// The two arguments of `perm` and `comb`, neither negative.
fn counts(n: &Object, k: &Object) -> Result<(Ref<Int>, Ref<Int>)> {
    let (n, k) = (number::index(n)?, number::index(k)?);
    if n.is_negative() {
        return Err(raise!(ValueError, "n must be a non-negative integer"));
    }
    if k.is_negative() {
        return Err(raise!(ValueError, "k must be a non-negative integer"));
    }
    Ok((n, k))
}

#[pymodule(name = "math", part)]
pub mod functions {
    use super::*;

    #[function("comb($module, n, k, /)", pure)]
    fn comb(n: &Object, k: &Object) -> Result<Ref> {
        let (n, k) = counts(n, k)?;
        if k.view() > n.view() {
            return new_int(0);
        }
        let rest = int::sub(n.view(), k.view());
        let least = rest.view().min(k.view());
        match least.to_i64() {
            Some(least) => of_integer(&combinatorics::combinations(n.view(), least.unsigned_abs())),
            None => Err(raise!(OverflowError, "min(n - k, k) must not exceed {}", i64::MAX)),
        }
    }

    #[function("factorial($module, n, /)", pure)]
    fn factorial(n: &Object) -> Result<Ref> {
        super::factorial(n)
    }

    #[function("gcd($module, *integers)", pure)]
    fn gcd(integers: &[&Object]) -> Result<Ref> {
        fold(integers, 0, int::gcd)
    }

    #[function("isqrt($module, n, /)", pure)]
    fn isqrt(n: &Object) -> Result<Ref> {
        let n = number::index(n)?;
        if n.is_negative() {
            return Err(raise!(ValueError, "isqrt() argument must be nonnegative"));
        }
        of_integer(&int::isqrt(n.view()))
    }

    #[function("lcm($module, *integers)", pure)]
    fn lcm(integers: &[&Object]) -> Result<Ref> {
        fold(integers, 1, common_multiple)
    }

    #[function("perm($module, n, k=None, /)", pure)]
    fn perm(n: &Object, k: Option<&Object>) -> Result<Ref> {
        let Some(k) = k else { return super::factorial(n) };
        let (n, k) = counts(n, k)?;
        if k.view() > n.view() {
            return new_int(0);
        }
        match k.to_i64() {
            Some(k) => of_integer(&combinatorics::permutations(n.view(), k.unsigned_abs())),
            None => Err(raise!(OverflowError, "k must not exceed {}", i64::MAX)),
        }
    }
}
