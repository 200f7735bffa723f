"""int: arithmetic, big numbers, conversion, formatting, errors."""

big = 2**200 + 12345678901234567890
print(big, -big, big // 7, big % 7, -big // 7, -big % 7, divmod(-big, 1000003))
print(big * big, big**3 % 10**20, pow(3, big, 10**9 + 7), pow(7, -1, 31), big >> 100, -big >> 190, 1 << 130)
print(big & -big, big | 1 << 250, big ^ (2**64 - 1), ~big, -1 & 0xFFFF, -256 | 15, -8 ^ 5)
print([(a // b, a % b) for a in (7, -7) for b in (2, -2)], 0**0, 2**-2, (-2) ** 3, -(2**2))
print(
    int("0x1f", 16),
    int("1010", 2),
    int("  -42\n"),
    int("1_000"),
    int("z", 36),
    int(3.99),
    int(-3.99),
    int("0b101", 0),
    int(b"12"),
    int("٣"),
)
for bad in (
    lambda: int("x"),
    lambda: int("1__0"),
    lambda: int("12", 1),
    lambda: int(""),
    lambda: int("9", 8),
    lambda: int(float("nan")),
    lambda: int(float("inf")),
    lambda: int([]),
    lambda: int("1", base=40),
    lambda: int(1, 2),
    lambda: 1 // 0,
    lambda: 1 % 0,
    lambda: pow(2, 3, 0),
    lambda: pow(2, -1, 4),
    lambda: 1 << -1,
    lambda: int("1" * 5000),
    lambda: str(10**5000),
    lambda: 0**-1,
    lambda: 1 + "1",
    lambda: 10**400 * 1.0,
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    bin(-10),
    oct(64),
    hex(-255),
    f"{255:b} {255:o} {255:x} {255:X} {255:#b} {255:c} {10**12:,} {10**12:_} {255:_b} {-5:05} {5:+} {5:<5}| {5:^5}| {3:.2f} {3:e} {3:%} {12345678:n}",
)
print(
    (255).bit_length(),
    (255).bit_count(),
    (-1).bit_length(),
    big.bit_length(),
    (1000).to_bytes(2, "big"),
    (-2).to_bytes(4, "little", signed=True),
    int.from_bytes(b"\xff\xfe", "big"),
    int.from_bytes(b"\xff\xfe", "little", signed=True),
    int.from_bytes([1, 2]),
)
for bad in (
    lambda: (256).to_bytes(1),
    lambda: (-1).to_bytes(1),
    lambda: int.from_bytes(b"", "middle"),
    lambda: int.from_bytes("x"),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    (7).as_integer_ratio(),
    (7).numerator,
    (7).denominator,
    (7).real,
    (7).imag,
    (7).conjugate(),
    (7).is_integer(),
    round(1234, -2),
    round(1250, -2),
    round(1350, -2),
    round(-15, -1),
    round(7, 2),
)
print(
    5 == 5.0,
    hash(5) == hash(5.0),
    hash(2**61 - 1),
    hash(-1),
    hash(-2),
    hash(2**100),
    2**53 == 2.0**53,
    2**53 + 1 == 2.0**53,
    10**30 < 1e30,
    10**30 > 1e29,
)
print(
    True + True,
    True * 5,
    isinstance(True, int),
    ~True if False else -2,
    True & False,
    True | 2,
    str(True),
    int(True),
    bool(0),
    bool(-1),
    repr(False),
)
print(sum(range(10**5)), max(3, 1, 2), min([4, 2]), abs(-(10**20)), divmod(7, 2))
a = b = 1
for i in range(200):
    a, b = b, a + b
print(b)
from math import comb, factorial, gcd, isqrt, lcm, perm

print(factorial(50), gcd(2**60, 6**20), lcm(12, 18), isqrt(10**41), comb(50, 25), perm(20, 5))
x = 3**400
print(
    len(str(x)),
    str(x)[:20],
    x == int(str(x)),
    int(hex(x), 16) == x,
    x // 3**399,
    x % 10**10,
    (x - 1) // (3**200 - 1) == 3**200 + 1,
)
print(
    (7).__add__(3),
    (7).__radd__("x"),
    (7).__truediv__(2),
    10**25 / 10**24,
    (10**400) // (10**399),
    10**400 / 10**399,
)
print(0b1010, 0o17, 0xFF, 1_000_000, 00, int(), -0)
