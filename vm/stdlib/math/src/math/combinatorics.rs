//! Factorials and their quotients for ints of any size, by balanced products.

use num::int::{self, Int, Integer};

/// The product of `first`, `first + step`, …, up to and including `last`, by halves.
fn product(first: u64, last: u64, step: u64) -> Integer {
    if first > last {
        return Integer::from(1u64);
    }
    let count = (last - first) / step + 1;
    if u64::from(64 - last.leading_zeros()).saturating_mul(count) <= 64 {
        // No partial product exceeds 64 bits.
        return Integer::from((0..count).fold(1u64, |product, index| product * (first + index * step)));
    }
    let middle = first + (count / 2) * step;
    int::mul(product(first, middle - step, step).view(), product(middle, last, step).view())
}

/// `n!`: the odd parts of the factors, then the power of two.
pub(super) fn factorial(n: u64) -> Integer {
    if n <= 20 {
        return Integer::from((2..=n).product::<u64>());
    }
    let mut odd = Integer::from(1u64);
    let mut below = Integer::from(1u64);
    let mut least = 3;
    for halvings in (0..=n.ilog2()).rev() {
        let most = n >> halvings;
        if most < 3 {
            continue;
        }
        // Odd numbers up to `most` that the step before did not have.
        below = int::mul(below.view(), product(least, most - u64::from(most.is_multiple_of(2)), 2).view());
        odd = int::mul(odd.view(), below.view());
        least = most + 1 + most % 2;
    }
    let twos = Integer::from(n - u64::from(n.count_ones()));
    int::shift_left(odd.view(), twos.view()).unwrap_or(odd)
}

/// The product of the `k` numbers from `n` down; `n` has any size.
fn falling(n: Int<'_>, k: u64) -> Integer {
    if let Some(n) = n.to_u64() {
        return product(n - k + 1, n, 1);
    }
    if k == 1 {
        return n.to_owned();
    }
    let half = k / 2;
    let rest = int::sub(n, Integer::from(half).view());
    int::mul(falling(n, half).view(), falling(rest.view(), k - half).view())
}

/// `perm(n, k)` where `k` is at most `n`.
pub(super) fn permutations(n: Int<'_>, k: u64) -> Integer {
    if k == 0 { Integer::from(1u64) } else { falling(n, k) }
}

/// `comb(n, k)` where `k` is at most `n`, best at most half of it.
pub(super) fn combinations(n: Int<'_>, k: u64) -> Integer {
    if k == 0 {
        return Integer::from(1u64);
    }
    if let Some(small) = n.to_u64()
        && let Some(value) = small_combinations(small, k)
    {
        return Integer::from(value);
    }
    let (numerator, denominator) = (falling(n, k), factorial(k));
    // The quotient is exact and the divisor not zero.
    int::floor_div(numerator.view(), denominator.view()).unwrap_or(numerator)
}

/// The same in 64 bits, if all steps fit.
fn small_combinations(n: u64, k: u64) -> Option<u64> {
    let mut value = 1u64;
    for index in 0..k {
        value = value.checked_mul(n - index)? / (index + 1);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factorials() {
        let mut value = Integer::from(1u64);
        for n in 0..200u64 {
            if n > 0 {
                value = int::mul(value.view(), Integer::from(n).view());
            }
            assert_eq!(factorial(n), value, "{n}");
        }
    }

    #[test]
    fn pascals_triangle() {
        for n in 1..90u64 {
            for k in 1..n {
                let of = |n: u64, k| combinations(Integer::from(n).view(), k);
                let sum = int::add(of(n - 1, k - 1).view(), of(n - 1, k).view());
                assert_eq!(of(n, k), sum, "{n} {k}");
            }
        }
    }
}
