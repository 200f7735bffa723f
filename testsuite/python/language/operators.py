"""Operators: precedence, chaining, short circuits, in-place forms, reflected forms."""

print(
    2 + 3 * 4**2 // 3 % 5 - -1,
    2**3**2,
    -(2**2),
    (-2) ** 2,
    2**-1,
    not 1 == 2,
    1 < 2 < 3,
    1 < 3 < 2,
    1 == 1.0 == True,
    5 & 3 | 4 ^ 1,
    1 << 2 + 1,
    ~5 & 0xF,
    10 - 5 - 2,
    100 / 10 / 2,
    7 // -2,
    -7 % 3,
    1 if 0 else 2 if 0 else 3,
)
calls = []


def t(x, result=True):
    calls.append(x)
    return result


t("a") and t("b", False) and t("c")
t("d", False) or t("e") or t("f")
t("g", 1) < t("h", 2) < t("i", 0) < t("j", 9)
t("k") if t("l", False) else t("m")
print(calls)
print([] or "x", "y" and 0, 1 and 2 and 3, None or 0 or "", not [], not not "a", (1 or 2) and 3)
print(
    1 in [1, 2],
    3 not in [1],
    "b" in "abc",
    [] is [],
    None is None,
    1 is not None,
    (1, 2) < (1, 3),
    "a" < "b" <= "b",
    [1] == [1] != [2],
)


class Log:
    def __init__(self, name, result=None):
        self.name, self.result = name, result


def method(op):
    def call(self, *args):
        print(f"{self.name}.{op}({', '.join(getattr(a, 'name', repr(a)) for a in args)})", end=" ")
        return self.result

    return call


names = [
    prefix + op
    for op in "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or".split()
    for prefix in ("", "r", "i")
    if not (op == "divmod" and prefix == "i")
]
for name in names + "lt le gt ge eq ne neg pos invert abs".split():
    setattr(Log, f"__{name}__", method(f"__{name}__"))


class Sub(Log):
    pass


class Reflected(Log):
    pass


Reflected.__radd__ = method("__radd__ of Reflected")
a, b, n, r = (
    Log("a", "result"),
    Sub("b", NotImplemented),
    Log("n", NotImplemented),
    Reflected("r", "reflected"),
)
print(
    a + 1,
    1 + a,
    a - b,
    a @ b,
    divmod(a, 2),
    pow(a, 2, 3),
    2**a,
    a // 1,
    a << 1,
    a < 1,
    1 < a,
    a == 1,
    a != 2,
    -a,
    +a,
    ~a,
    abs(a),
)
for expression in (
    "n + 1",
    "1 + n",
    "n + n",
    "n + b",
    "n < 1",
    "n == n",
    "n != 1",
    "n @ 2",
    "n ** 2",
    "divmod(n, 1)",
    "n and 1",
    "a + r",
    "1 + b",
    "b + a",
    "n - 'x'",
    "pow(n, 2, 3)",
):
    try:
        print(expression, "=", eval(expression))
    except TypeError as e:
        print(expression, "TypeError", e)
c = Log("c", "in place")
for op in "+= -= *= @= /= //= %= **= <<= >>= &= ^= |=".split():
    x = c
    exec(f"x {op} 5")
print(x is c)
for op in "+= -= @= **= &=".split():
    try:
        exec(f"n {op} 5")
    except TypeError as e:
        print(op, e)
for expression in (
    "1 + 'a'",
    "'a' + 1",
    "[] + ()",
    "{} | []",
    "None + 1",
    "1 - None",
    "'a' * 'b'",
    "'a' - 'b'",
    "[1] * 1.5",
    "1 @ 2",
    "1 << 'a'",
    "~1.5",
    "-'a'",
    "+[]",
    "not_defined",
    "1 < 'a'",
    "[] < {}",
    "None < None",
    "1j < 2j",
    "object() < object()",
    "1 in 5",
    "'a' in 5",
    "5 in 'a'",
    "1 % 'a'",
    "1 // 0",
    "1.0 % 0",
    "0 ** -1",
    "1 & 1.0",
    "1 if None < 1 else 2",
    "divmod(1, 0)",
    "b'a' + 'a'",
    "{1} - [1]",
    "range(2) + range(2)",
    "() * ()",
    "len + 1",
    "int + 1",
    "print >> 1",
    "... + 1",
):
    try:
        print(expression, "=", eval(expression))
    except Exception as e:
        print(expression, type(e).__name__, e)
x = [1, 2]
y = x
x += [3]
x = x + [4]
print(x, y)
s = "a"
s *= 3
s += "b"
i = 5
i **= 2
i //= 3
i <<= 2
i |= 1
i ^= 0xFF
d = {"k": [1]}
d["k"] += [2]
d["n"] = d.get("n", 0) + 1
print(s, i, d)
w = (q := 5) + (q := q + 1)
print(w, q, [y := 1, y**2], (lambda: (z := 3) + z)())
print(*[1], *(2, 3), **{"sep": "-"})
print({**{"a": 1}, **{"a": 2}}, [*"ab", *range(2)], (*(), 1), {*[1], *[1]})
lst = [0, 1, 2]
i = 0
i, lst[i] = 1, "x"
print(lst)
lst[1:2], lst[0] = [7, 8], 9
print(lst, end="\n\n")
for v in lst:
    pass
else:
    print("else", v)
while lst:
    lst.pop()
    if len(lst) == 1:
        break
else:
    print("not reached")
print(lst, ..., Ellipsis is ..., __debug__)
