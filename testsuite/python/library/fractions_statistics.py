"""fractions, statistics, numbers, cmath."""

import cmath
import numbers
import statistics as s
from fractions import Fraction as F

print(
    F(1, 3) + F(1, 6),
    F(6, -4),
    F("3/4"),
    F("-1.25"),
    F(0.5),
    F("1e-2"),
    F(1, 3) * 3 == 1,
    F(7, 2) // 1,
    F(7, 2) % 1,
    -F(1, 2),
    F(2, 3) ** 2,
    F(2, 3) ** -2,
    F(4) ** 0.5,
    F(1, 3) < 0.34,
    abs(F(-1, 2)),
    divmod(F(7, 2), F(1, 3)),
)
print(
    repr(F(1, 2)),
    F(22, 7).numerator,
    F(22, 7).denominator,
    F(3.141592653589793).limit_denominator(1000),
    float(F(1, 3)),
    int(F(7, 2)),
    round(F(7, 2)),
    round(F(22, 7), 2),
    F(5).is_integer(),
    hash(F(1, 2)) == hash(0.5),
    sum([F(1, 10)] * 10),
    F(1, 2) + 1,
    F(1, 2) + 0.5,
    1 - F(1, 4),
    F(F(1, 2), F(3, 4)),
    F.from_float(0.1),
    f"{F(1, 3):.5f} {F(1, 3):10.2e} {F(5, 2):>8}",
    F(1, 3).as_integer_ratio(),
    sorted([F(1, 2), 0.3, 1]),
)
for bad in (
    lambda: F(1, 0),
    lambda: F("x"),
    lambda: F(1.5, 2),
    lambda: F("1/0"),
    lambda: F(float("nan")),
    lambda: F(1, 2) / 0,
    lambda: F(-1, 2) ** 0.5,
    lambda: F(1) < 1j,
    lambda: F([]),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
data = [1, 2, 2, 3, 4, 7, 9]
print(
    s.mean(data),
    s.median(data),
    s.median_low([1, 2, 3, 4]),
    s.median_high([1, 2, 3, 4]),
    s.median_grouped([1, 2, 2, 3]),
    s.mode(data),
    s.multimode("aabbc"),
    s.stdev(data),
    s.pstdev(data),
    s.variance(data),
    s.pvariance(data),
    s.fmean(data),
    s.geometric_mean([1, 10, 100]),
    s.harmonic_mean([40, 60]),
    s.quantiles(data, n=4),
    s.quantiles(data, n=4, method="inclusive"),
)
print(
    s.mean([F(1, 2), F(1, 3)]),
    s.mean([0.1] * 3),
    s.fmean([1, 2], weights=[1, 3]),
    s.covariance([1, 2, 3], [1, 2, 4]),
    s.correlation([1, 2, 3], [3, 2, 1]),
    s.linear_regression([1, 2, 3], [2, 4, 6]),
    s.correlation([1, 2, 3], [1, 5, 9], method="ranked"),
)
n = s.NormalDist(10, 2)
print(
    n,
    n.pdf(10),
    n.cdf(12),
    n.inv_cdf(0.975),
    n + 5,
    n * 2,
    n.overlap(s.NormalDist(11, 2)),
    n.zscore(14),
    s.NormalDist.from_samples([1, 2, 3]),
    n.samples(2, seed=1),
    n.quantiles(4),
)
for bad in (
    lambda: s.mean([]),
    lambda: s.mode([]),
    lambda: s.stdev([1]),
    lambda: s.harmonic_mean([-1]),
    lambda: s.geometric_mean([0]),
    lambda: s.quantiles([1], n=4) and s.quantiles([], n=2),
    lambda: s.NormalDist(0, -1),
    lambda: s.correlation([1], [1]),
    lambda: s.median([]),
    lambda: n.inv_cdf(2),
    lambda: s.fmean([1], weights=[1, 2]),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    isinstance(1, numbers.Integral),
    isinstance(F(1), numbers.Rational),
    isinstance(1.5, numbers.Real),
    isinstance(1j, numbers.Complex),
    isinstance(True, numbers.Number),
)
print(
    cmath.sqrt(-1),
    cmath.exp(1j * cmath.pi),
    cmath.phase(-1),
    cmath.polar(1 + 1j),
    cmath.rect(1, 0),
    cmath.log(1j),
    cmath.isclose(1j, 1j),
    cmath.infj,
    cmath.nanj,
    cmath.isnan(complex("nan")),
    cmath.sin(1j),
    cmath.acos(2),
    cmath.atanh(0.5),
)
