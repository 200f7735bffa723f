"""decimal: arithmetic, contexts, rounding, formatting, signals."""

import decimal
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    getcontext,
    localcontext,
)

D = Decimal
print(
    D("1.10") + D("2.2"),
    D(1) / D(3),
    D("1e5") * 2,
    D("0.1") * 3 == D("0.3"),
    D(0.1),
    D("-0"),
    D("NaN"),
    D("Infinity"),
    D((1, (1, 2, 3), -2)),
    D("1_000.5"),
    D(" 12 "),
    D(10**30),
)
print(
    D("7") // 2,
    D("-7") // 2,
    D("-7") % 3,
    divmod(D("7.5"), 2),
    D(2) ** 10,
    D(2) ** D("0.5"),
    D(2) ** -1,
    -D("1.50"),
    abs(D("-1")),
    +D("1.23456789012345678901234567890123"),
)
print(
    repr(D("1.50")),
    str(D("1E+10")),
    D("1E+10").to_eng_string(),
    D("123456789E-20"),
    D("1.500").normalize(),
    D("1000").normalize(),
    D("1.2345").quantize(D("0.01")),
    D("1.235").quantize(D("0.01"), ROUND_HALF_UP),
    D("2.5").to_integral_value(),
    D("-2.5").quantize(D(1), ROUND_CEILING),
    D("1.29").quantize(D("0.1"), ROUND_DOWN),
    round(D("2.675"), 2),
    round(D("2.5")),
    int(D("3.9")),
    float(D("0.1")),
)
print(
    D("1.5").as_tuple(),
    D("1.5").as_integer_ratio(),
    D("1.50").compare(D("1.5")),
    D("1.50").compare_total(D("1.5")),
    D("1") == 1,
    D("1.0") == 1.0,
    D("0.1") == 0.1,
    hash(D("1.0")) == hash(1),
    D("1") < 2 < D("2.5"),
    max(D(1), D(2)),
    D(3).max(D(5)),
    sorted([D(3), D("1.5"), D(-2)]),
    D("NaN") == D("NaN"),
)
print(
    D(2).sqrt(),
    D(1).exp(),
    D(10).ln(),
    D(1000).log10(),
    D("123.456").scaleb(2),
    D("1.5").fma(2, 3),
    D("12.30").adjusted(),
    D("0.00012").logb(),
    D("1.1").next_plus(),
    D("1.1").same_quantum(D("2.2")),
    D("1100").logical_and(D("1010")),
    D("12345").rotate(2),
    D("12345").shift(-2),
    D(5).remainder_near(3),
    D("12.5").number_class(),
    D("0E+3").is_zero(),
    D("1").is_signed(),
)
print(
    f"{D('1234567.891'):,.2f} {D('0.000001'):g} {D('1.5'):e} {D('1.5'):>10} {D('1.5'):010.3f} {D('0.256'):.1%} {D('1e3'):f} {D('-1.5'):+} {D(5):.2f} {D('NaN'):>6}"
)
with localcontext() as ctx:
    ctx.prec = 5
    print(D(1) / D(7), D("123456.789") + 0, ctx.sqrt(D(3)), ctx.divide(1, 3))
    ctx.rounding = ROUND_HALF_EVEN
    ctx.traps[DivisionByZero] = False
    print(
        D(1) / 0, D(-1) / D("0"), ctx.flags[DivisionByZero], D("1.5").quantize(D(1)), D("2.5").quantize(D(1))
    )
with localcontext(prec=50):
    print(D(1) / D(7), D(2).sqrt())
print(getcontext())
for bad in (
    lambda: D("x"),
    lambda: D(1) / 0,
    lambda: D(0) / 0,
    lambda: D("Infinity") - D("Infinity"),
    lambda: D(-1).sqrt(),
    lambda: D(1) + 1.5,
    lambda: D([]),
    lambda: D("1e999999") * D("1e999999"),
    lambda: D("sNaN") + 1,
    lambda: int(D("NaN")),
    lambda: D(1).quantize(D("1e-40")),
    lambda: D("NaN") < 1,
    lambda: D(0) ** 0,
    lambda: D("1.5").__index__(),
    lambda: Context(prec=-1),
    lambda: Context(rounding="x"),
    lambda: D((1, 2)),
    lambda: D(1) % 0,
    lambda: D(1) // 0,
    lambda: D(-8).ln(),
    lambda: format(D(1), "x"),
    lambda: hash(D("sNaN")),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
exact = Context(prec=3, traps=[decimal.Inexact])
try:
    exact.divide(D(1), D(3))
except decimal.Inexact as e:
    print(type(e).__name__, e)
print(
    Context(prec=3).create_decimal("3.14159"),
    D.from_float(0.5),
    decimal.BasicContext.prec,
    decimal.ExtendedContext.create_decimal("1.1"),
    InvalidOperation.__mro__[1].__name__,
    decimal.MAX_PREC,
    decimal.HAVE_THREADS,
)
total = D(0)
for i in range(1, 200):
    total += D(1) / (D(i) * D(i))
print(total, sum([D("0.1")] * 10), D("1e-30") + 1, D(2) ** 80 % 1000007, pow(D(3), 100, 7))
with localcontext(prec=60):
    a, b, t, p = D(1), 1 / D(2).sqrt(), D("0.25"), D(1)
    for _ in range(6):
        a, b, t, p = (a + b) / 2, (a * b).sqrt(), t - p * ((a - (a + b) / 2) ** 2), 2 * p
    print(str((a + b) ** 2 / (4 * t))[:50])
with localcontext(prec=9, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN):
    far = D("1e999999999999")
    print(D(1).remainder_near(far), D(-7).remainder_near(far), (far * -3).remainder_near(far * 7))
    print([D(n).remainder_near(D(10)) for n in (4, 5, 6, 14, 15, 16, -5, -6, -15, -16, 25, 95)])
