"""Writes tests/golden/: results of CPython's numbers for the tests to compare with.

    python3.13 tools/golden.py [NAME...]

Each line is an operation, its operands and its result, separated by tabs. Ints are in hexadecimal;
doubles are their 64 bits in hexadecimal, or `nan`; a result that begins with `!` is an exception's class and text.
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
            return "nan" if math.isnan(value) else struct.pack(">d", value).hex()
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


def a_float():
    style = rng.randrange(8)
    if style == 0:
        return struct.unpack(">d", rng.randbytes(8))[0]
    if style == 1:
        return rng.choice([0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
                           0.5, 1.5, 2.5, -0.5, 0.125, 0.375, 1e16, 1e17, 1e22, 1e23, 123456789.0, 9007199254740993.0, 1e15,
                           0.0001, 0.00001, 9.5, 99.5, 999999.5, 0.99995, 9999999999999998.0, 1e-5, 3.0, -7.0])
    if style == 2:
        return rng.randrange(-100000, 100000) / rng.choice([1, 2, 4, 8, 16, 1000])
    if style == 3:
        return float(rng.randrange(-20, 20))
    if style == 4:
        return rng.uniform(-10, 10) * 10.0 ** rng.randrange(-320, 308)
    return round(rng.uniform(-1000, 1000), rng.randrange(6))


def floats():
    for _ in range(400):
        value = a_float()
        yield lines("repr", repr, value)
        flags = rng.choice(["", "#", "+", "+#"])
        precision = rng.choice([0, 1, 2, 3, 5, 6, 10, 15, 16, 17, 20, 30])
        code = rng.choice("eEfFgG")
        yield lines("format", lambda f, p, c, v: f"%{f}.{p}{c}" % v, flags, precision, code, value)
    for value in [5e-324, 1.7976931348623157e308, 0.1, 1e23, -2.5]:
        for precision in [0, 100, 400, 800, 1200]:
            for code in "efg":
                yield lines("format", lambda f, p, c, v: f"%{f}.{p}{c}" % v, "", precision, code, value)
    for _ in range(150):
        value = a_float()
        yield lines("hex", lambda v: v.hex(), value)
        yield lines("fromhex", float.fromhex, value.hex())
        yield lines("ratio", lambda v: v.as_integer_ratio(), value)
        yield lines("round", round, value)
        yield lines("round_to", round, value, rng.choice([*range(-6, 8), -400, -308, -300, 17, 22, 300, 323, 400]))
        if not math.isnan(value):
            yield lines("float_hash", hash, value)
        other = a_float()
        yield lines("float_divmod", divmod, value, other)
        yield lines("float_mod", lambda a, b: a % b, value, other)
        yield lines("float_floordiv", lambda a, b: a // b, value, other)
        if value >= 0 or other == other // 1:
            yield lines("float_pow", pow, value, other)
        integer = rng.choice([an_int(), int(value) if math.isfinite(value) else 0])
        yield lines("cmp", lambda a, b: (a < b, a == b), value, integer)
    for source in ["0x1p5000", "-0x1p-5000", "0xzz", "0x.8", "0x8.", ".", "0x", "", "1p", "1p+", "0x1.fffffffffffff8p0", "inf",
                   "-Infinity", "nan", "0x1.fffffffffffffp1023", "0x1.fffffffffffff7fffp1023", "0x1.fffffffffffff8p1023",
                   "0x0.0000000000001p-1022", "0x0.00000000000008p-1022", "0x0.00000000000008000000000000000000000001p-1022",
                   "0x" + "f" * 40 + "p-100", " \t0xAbC.dEfp+3\n", "0x1..2", "0x1p1.0", "1e3", "0x1 p3", "0x0p999999999999999999999999"]:
        yield "\t".join(["fromhex_hex", source.encode().hex(), lines("", float.fromhex, source).rsplit("\t", 1)[1]])
    for source in ["", "1__0", "_1", "1_", " 1_0.5e1_0 ", "1e", "nan(3)", "infinity", "+INF", "-nan", "1._0", "1_.0", "1e_1", ".", ".5",
                   "5.", "+.5e-3", "1e400", "-1e400", "1e-400", "0x10", "1 2", "--1", "+ 1", "1d5", "e5", "1e5.", "\v1\f", "inf_", "1\0",
                   "179769313486231580793728971405301e276", "2.4703282292062328e-324", "2.4703282292062327e-324", "9007199254740993",
                   "9007199254740992.99999999999999999999999999999", "0." + "0" * 400 + "1e400", "1" * 400]:
        yield "\t".join(["parse_float", source.encode().hex(), lines("", float, source).rsplit("\t", 1)[1].split(":")[0]])


def a_complex():
    return complex(a_float(), a_float())


def complexes():
    for _ in range(120):
        a, b = a_complex(), a_complex()
        yield lines("complex_repr", repr, a)
        yield lines("complex_mul", lambda a, b: a * b, a, b)
        yield lines("complex_div", lambda a, b: a / b, a, b)
        yield lines("complex_pow", pow, a, rng.choice([b, complex(rng.randrange(-101, 102)), 2 + 0j, -1 + 0j, 0j, 0.5 + 0j]))
        yield lines("complex_abs", abs, a)
    for source in ["", "1+2j", " ( 1+2j ) ", "1_0+2j", "1__0j", "_1", "1+", "j", "-J", "+", "1+j", "1-j", "nan+infj", "1 + 2j", "1e5-1e5j", "+-j",
                   "infinityj", "1j+2", "1j2", "(1", "1)", "()", "1+2", "1+2jj", "1e", "1ej", ".5j", "-.5e-3+.2J", "1+-2j", "j1", "-0-0j", "\0", "(1+2j"]:
        yield "\t".join(["parse_complex", source.encode().hex(), lines("", complex, source).rsplit("\t", 1)[1]])


def hashes():
    import subprocess
    texts = [b"", b"a", b"abcdefg", b"abcdefgh", b"abcdefghi", b"hello world, this is text"]
    for seed in 0, 1, 42, 4294967295:
        code = f"print(*map(hash, {texts!r}))"
        run = subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": str(seed)}, capture_output=True, text=True)
        for value, result in zip(texts, run.stdout.split()):
            yield f"{seed}\t{value.decode()}\t{result}"


def parse_result(source, base):
    try:
        return text(int(source, base))
    except ValueError:
        return "!"


TABLES = {"int": ints, "float": floats, "complex": complexes, "hashes": hashes}

if __name__ == "__main__":
    sys.set_int_max_str_digits(0)
    for name in sys.argv[1:] or TABLES:
        rows = list(TABLES[name]())
        (GOLDEN / f"{name}.tsv").write_text("\n".join(rows) + "\n")
        print(f"{name}: {len(rows)} rows")
