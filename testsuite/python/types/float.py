"""float: repr, rounding, formatting, parsing, special values."""

import math
import sys

values = [
    0.1,
    1 / 3,
    1e16,
    1e15,
    123456789012345680.0,
    1e-5,
    0.0001,
    1e22,
    1e23,
    5e-324,
    1.7976931348623157e308,
    2.5,
    -0.0,
    100.0,
    1e100,
    3.0e-10,
    0.1 + 0.2,
    2**53 + 0.0,
    9007199254740993.0,
]
print([repr(v) for v in values])
print([f"{v:.3f}" if abs(v) < 1e20 else f"{v:.3e}" for v in values])
print([f"{v:g}" for v in values], [f"{v:.10g}" for v in values[:4]], [f"{v:#.3g}" for v in values[:4]])
print(
    [f"{v:e}" for v in values[:5]],
    [f"{v:.0f}" for v in (0.5, 1.5, 2.5, 3.5)],
    [f"{v:%}" for v in (0.5, 0.123456)],
)
print(
    f"{1234567.891:,.2f} {1234567.891:_.1f} {-3.5:+.1f} {3.5: } {3.5:010.2f} {3.5:<10}| {3.5:^10}| {3.5:*>10} {float('inf'):010} {float('nan'):>6} {1e300 * 1e10:f}"
)
print(
    round(2.5),
    round(3.5),
    round(2.675, 2),
    round(1234.5678, -2),
    round(0.5),
    round(-1.5),
    round(1e300, 2),
    round(5e15 + 0.5),
    round(1.15, 1),
)
print(
    float("1e5"),
    float(" -.5 "),
    float("1_0.0"),
    float("inf"),
    float("-Infinity"),
    float("nan"),
    float("0x1p3".replace("0x1p3", "8")),
    float(b"2.5"),
    float("١.٥"),
)
for bad in (
    lambda: float("x"),
    lambda: float(""),
    lambda: float("1__0"),
    lambda: float("1e"),
    lambda: float([]),
    lambda: 1.0 / 0,
    lambda: 1.0 // 0,
    lambda: 1.0 % 0,
    lambda: 2.0**10000,
    lambda: (-8) ** (1 / 3),
    lambda: 0.0**-1,
    lambda: float(10**400),
    lambda: math.sqrt(-1),
    lambda: math.log(0),
    lambda: math.exp(1000),
    lambda: round(float("nan")),
    lambda: round(float("inf")),
    lambda: float.fromhex("zz"),
    lambda: 1.5 << 1,
    lambda: "a" * 1.5,
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    (0.1).hex(),
    float.fromhex("0x1.999999999999ap-4"),
    (0.75).as_integer_ratio(),
    (4.0).is_integer(),
    (1e10).hex(),
    float.fromhex("-inf"),
)
print(
    7.5 // 2,
    -7.5 // 2,
    7.5 % 2,
    -7.5 % 2,
    7.5 % -2,
    divmod(-7.5, 2),
    2.0**0.5,
    (-2.0) ** 2,
    1e308 * 10,
    -1e308 * 10,
)
nan, inf = float("nan"), float("inf")
print(
    nan == nan,
    nan != nan,
    nan < 1,
    inf > 10**400,
    inf - inf,
    inf * 0,
    [nan] == [nan],
    nan in [nan],
    max(nan, 1),
    max(1, nan),
    min(inf, -inf),
    -0.0 == 0.0,
    str(-0.0),
    math.copysign(1, -0.0),
)
print(hash(0.5), hash(1e300), hash(inf), hash(-inf), hash(0.1), hash(-0.0), {1: "a", 1.0: "b", True: "c"})
print(
    math.floor(-1.5),
    math.ceil(-1.5),
    math.trunc(-1.9),
    math.fmod(-7, 3),
    math.remainder(7, 4),
    math.modf(3.25),
    math.frexp(10),
    math.ldexp(0.5, 4),
    math.nextafter(1, 2),
    math.ulp(1.0),
)
print(
    math.fsum([0.1] * 10),
    sum([0.1] * 10),
    math.hypot(3, 4),
    math.dist((0, 0), (3, 4)),
    math.prod([1.5, 2]),
    math.isclose(0.1 + 0.2, 0.3),
    math.cbrt(27),
    math.exp2(10),
    math.log2(8),
    math.log10(1000),
    math.log(8, 2),
    math.log1p(0),
    math.expm1(0),
)
print(
    [
        round(f(0.5), 12)
        for f in (
            math.sin,
            math.cos,
            math.tan,
            math.asin,
            math.acos,
            math.atan,
            math.sinh,
            math.cosh,
            math.tanh,
            math.asinh,
            math.atanh,
            math.erf,
            math.erfc,
            math.gamma,
            math.lgamma,
        )
    ]
)
print(
    math.pi,
    math.e,
    math.tau,
    math.atan2(-1, -1),
    math.degrees(math.pi),
    math.radians(180),
    math.sumprod([1, 2], [3.0, 4]),
    math.fma(2.0, 3.0, 1.0),
)
print(sys.float_info.max, sys.float_info.epsilon, sys.float_info.dig, sys.float_info.mant_dig)
print(
    1e16 + 1,
    0.1 * 3,
    1.1 + 2.2,
    1e-320,
    4.35 * 100,
    (1.0).__repr__(),
    (5).__truediv__(2),
    3 / 2,
    4 / 2,
    10**20 / 10**10,
)
print("%.3f %5.1f|%-8.2e|%g %G %r %s %06.2f" % (1.23456, 2.25, 12345.678, 1e-10, 1e20, 0.1, 0.2, 3.14159))
print(
    complex(1, -2),
    1j * 1j,
    abs(3 + 4j),
    (1 + 2j).conjugate(),
    complex("1+2j"),
    (1 + 2j) ** 2,
    (1 + 2j) / (3 - 1j),
    -1j,
    complex(-0.0, -0.0),
    repr(1e20j),
    f"{1 + 2j:.2f}",
    2j == 2,
    hash(1 + 0j) == hash(1),
)
