"""Writes tests/golden/: results of CPython's numbers for the tests to compare with.

    python3.13 tools/golden.py [NAME...]

Each line is an operation, its operands and its result, separated by tabs. Ints are in hexadecimal;
doubles are their 64 bits in hexadecimal; a result that begins with `!` is an exception's class and text.
"""

import math
import pathlib
import random
import struct
import sys

GOLDEN = pathlib.Path(__file__).parent.parent / "tests" / "golden"
rng = random.Random(1)


def text(value):
    match value:
        case bool():
            return str(value)
        case int():
            return f"{value:x}"
        case float():
            return struct.pack(">d", value).hex()
        case complex():
            return f"{text(value.real)} {text(value.imag)}"
        case tuple():
            return " ".join(map(text, value))
        case bytes():
            return value.hex()
        case str():
            return value
    raise TypeError(value)


def lines(operation, function, *operands):
    try:
        result = text(function(*operands))
    except Exception as error:
        result = f"!{type(error).__name__}: {error}"
    return "\t".join([operation, *map(text, operands), result])


def an_int(bits=None):
    if bits is None:
        bits = rng.choice([0, 1, 8, 29, 30, 31, 59, 60, 61, 64, 89, 90, 91, 120, 150, 200, 400, 1500])
    style = rng.randrange(5)
    if style == 0:
        value = 2 ** bits - rng.randrange(3)
    elif style == 1:
        # Runs of ones and zeros find lost carries.
        value = 0
        while value.bit_length() < bits:
            run = rng.randrange(1, 70)
            value = value << run | rng.choice([0, 1, 2 ** run - 1])
            value = value or 1
    else:
        value = rng.getrandbits(bits) if bits else 0
    return value if rng.random() < 0.6 else -value


def ints():
    binary = {
        "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
        "divmod": divmod, "mod": lambda a, b: a % b, "truediv": lambda a, b: a / b,
        "and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b,
        "lt": lambda a, b: a < b, "gcd": math.gcd,
    }
    for name, function in binary.items():
        for _ in range(40):
            yield lines(name, function, an_int(), an_int())
        yield lines(name, function, an_int(100), 0)
        for sizes in [(700, 4000), (6000, 2500), (5000, 4900)]:
            yield lines(name, function, an_int(sizes[0]), an_int(sizes[1]))
    for _ in range(30):
        # Near ties and at a double's borders.
        a, b = an_int(rng.randrange(50, 2200)), an_int(rng.randrange(50, 1150))
        yield lines("truediv", lambda a, b: a / b, a, b)
        yield lines("truediv", lambda a, b: a / b, b, a)
        half = (2 ** 53 + 2 * rng.getrandbits(52) + 1) << rng.randrange(100)
        yield lines("truediv", lambda a, b: a / b, half * 2 + rng.randrange(-1, 2), 2 ** rng.randrange(1200))
        c = an_int(rng.randrange(1, 60))
        yield lines("truediv", lambda a, b: a / b, half * 2 * c, (c or 3) << rng.randrange(1000, 1300))
    for _ in range(40):
        a = an_int()
        yield lines("lshift", lambda a, b: a << b, a, rng.randrange(-1, 200))
        yield lines("rshift", lambda a, b: a >> b, a, rng.randrange(-1, 300))
        yield lines("invert", lambda a: ~a, a)
        yield lines("bits", lambda a: (a.bit_length(), a.bit_count()), a)
        yield lines("hash", hash, a)
        yield lines("float", float, a)
        yield lines("isqrt", math.isqrt, abs(a))
        yield lines("pow", pow, an_int(rng.randrange(100)), rng.randrange(40))
        yield lines("powmod", pow, a, an_int(rng.choice([0, 5, 60, 100])), an_int(rng.choice([0, 1, 2, 30, 60, 90, 300])))
    yield lines("lshift", lambda a, b: a << b, 1, 2 ** 70)
    yield lines("rshift", lambda a, b: a >> b, -1, 2 ** 70)
    for exponent in [53, 54, 63, 64, 100, 1023]:
        for delta in range(-3, 4):
            value = 2 ** exponent + (delta << max(0, exponent - 54))
            yield lines("float", float, value)
            yield lines("float", float, value + 1)
    yield lines("float", float, 2 ** 1024 - 2 ** 970)
    yield lines("float", float, 2 ** 1024 - 2 ** 970 - 1)
    for _ in range(30):
        a, size = an_int(rng.choice([0, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128])), rng.choice([0, 1, 2, 4, 8, 16])
        for order in "little", "big":
            for signed in False, True:
                yield lines("to_bytes", lambda a, n, o, s: a.to_bytes(n, o, signed=s), a, size, order, signed)
                data = rng.choice([rng.randbytes(size), b"\xff" * size, b"\x80" + bytes(size), bytes(size) + b"\x80"])
                yield lines("from_bytes", lambda d, o, s: int.from_bytes(d, o, signed=s), data, order, signed)
    for value in [0.0, 0.5, -0.9, 1e15, -1e18, 1e19, 2.0 ** 53 + 2, 1.7976931348623157e308, -3e200, math.inf, -math.inf, math.nan]:
        yield lines("from_float", int, value)
    for _ in range(30):
        a = an_int(rng.choice([30, 60, 90, 150, 600, 1100, 1300, 4000]))
        yield lines("str", str, a)
        for base in [2, 3, 7, 8, 10, 16, 32, 36]:
            if base in (2, 8, 16):
                shown = {2: "b", 8: "o", 16: "x"}[base]
                yield lines("radix", lambda a, b: format(a, shown), a, base)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"
        base = rng.randrange(2, 37)
        source = "".join(rng.choice(digits[:base]) for _ in range(rng.choice([1, 10, 30, 400])))
        yield lines("parse", lambda s, b: int(s, b), source, base)
    for source in ["", "_1", "1_", "1__0", "0x1", "0b", "0_1", "00", "01", "1 ", " \v\f1\n", "+ 1", "--1", "-1", "+7", "0x_1",
                   "0x__1", "0_0", "0o17", "0B101", "0xg", "0x", "-0x1F", "1_000", "a", "Z", "0_", "1.0", "00_1"]:
        for base in [0, 2, 8, 10, 16, 36]:
            yield "\t".join(["parse_hex", source.encode().hex(), text(base), parse_result(source, base)])


def parse_result(source, base):
    try:
        return text(int(source, base))
    except ValueError:
        return "!"


TABLES = {"int": ints}

if __name__ == "__main__":
    sys.set_int_max_str_digits(0)
    for name in sys.argv[1:] or TABLES:
        rows = list(TABLES[name]())
        (GOLDEN / f"{name}.tsv").write_text("\n".join(rows) + "\n")
        print(f"{name}: {len(rows)} rows")
