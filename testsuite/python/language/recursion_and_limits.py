"""Deep recursion, deep nesting, big arguments: errors, never crashes."""

import sys


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


print(down(500))
try:
    down(10**6)
except RecursionError as e:
    print(type(e).__name__, str(e).split(" (")[0])
print(down(500))


class Loop:
    def __getattr__(self, name):
        return getattr(self, name)

    def __repr__(self):
        return repr(self)

    def __eq__(self, other):
        return self == other

    def __hash__(self):
        return hash(self)

    def __add__(self, other):
        return self + other

    def __call__(self):
        return self()

    def __iter__(self):
        return iter(list(self))

    def __len__(self):
        return len(self)

    def __contains__(self, x):
        return x in self

    def __getitem__(self, i):
        return self[i]

    def __bool__(self):
        return not self

    def __str__(self):
        return str(self)


x = Loop()
for action in (
    lambda: x.y,
    lambda: repr(x),
    lambda: x == 1,
    lambda: hash(x),
    lambda: x + 1,
    lambda: x(),
    lambda: len(x),
    lambda: 1 in x,
    lambda: x[0],
    lambda: bool(x),
    lambda: str(x),
    lambda: sorted([x], key=lambda v: v()),
    lambda: f"{x!r}",
    lambda: {x: 1},
    lambda: max([x, x], key=repr),
):
    try:
        action()
        print("no error")
    except RecursionError as e:
        print("RecursionError")
deep = []
for _ in range(100000):
    deep = [deep]
for action in (
    lambda: repr(deep),
    lambda: deep == [deep[0]] and deep == eval("deep"),
    lambda: hash(tuple()) == hash(()),
):
    try:
        result = action()
        print(type(result).__name__)
    except RecursionError as e:
        print("RecursionError", str(e)[:40])
other = []
for _ in range(100000):
    other = [other]
try:
    print(deep == other)
except RecursionError:
    print("RecursionError")
del deep, other
node = None
for _ in range(200000):
    node = (node,)
del node


class Chain:
    def __init__(self, n):
        self.next = n


chain = None
for _ in range(100000):
    chain = Chain(chain)
chain = None
print("freed")
for source in (
    "(" * 500 + ")" * 500,
    "[" * 150 + "]" * 150,
    "-" * 3000 + "1",
    "+".join(["1"] * 3000),
    "lambda: " * 500 + "1",
    "not " * 2000 + "True",
    "a" + ".b" * 500,
    "x" + "()" * 300,
    "{" * 300,
    "f" * 10 + "(" * 210,
):
    try:
        compile(source, "", "eval")
        print("compiled", len(source))
    except (SyntaxError, RecursionError, MemoryError) as e:
        print(type(e).__name__, str(e).split(" (")[0][:60])
for source in (
    "if 1:\n" + "".join(" " * i + "if 1:\n" for i in range(1, 101)) + " " * 101 + "pass",
    "\n".join(" " * i + "for x in y:" for i in range(25)) + "\n" + " " * 25 + "pass",
    "def f(" + ",".join(f"a{i}" for i in range(1000)) + "): return a999",
    "f(" + ",".join(["1"] * 1000) + ")",
    "x = [" + ",".join(map(str, range(5000))) + "]",
    "".join(f"x{i} = {i}\n" for i in range(300)),
    "with a: pass\n" * 3,
):
    try:
        code = compile(source, "", "exec")
        print("compiled", len(source))
    except (SyntaxError, IndentationError) as e:
        print(type(e).__name__, e.msg)
for action in (
    lambda: "a" * 2**62,
    lambda: [0] * 2**62,
    lambda: (1,) * 2**61,
    lambda: b"x" * 2**63,
    lambda: bytes(2**62),
    lambda: bytearray(2**62),
    lambda: 1 << 2**64,
    lambda: range(2**70)[2**65],
    lambda: "%" + str(2**70) + "d" % (),
    lambda: "%999999999999999999999d" % 1,
    lambda: f"{1:99999999999999999999}",
    lambda: "x".ljust(2**62),
    lambda: int("9" * 4301),
    lambda: str(10**4301),
    lambda: list(range(2**63)),
    lambda: [].insert(2**70, 1),
    lambda: "abc"[2**70],
    lambda: "abc"[: 2**70],
    lambda: [1, 2][-(2**70) :],
    lambda: hash(2**10000) is not None,
    lambda: chr(2**70),
    lambda: (2**70).to_bytes(2**40),
    lambda: "a".zfill(2**62),
    lambda: "\t".expandtabs(2**31),
    lambda: " ".join(["a" * 10] * 3),
    lambda: round(1.5, 2**70),
    lambda: 2.0**2000,
    lambda: 10**-400,
    lambda: float("1" * 400),
    lambda: sys.setrecursionlimit(0),
    lambda: sys.setrecursionlimit("x"),
    lambda: sys.intern(5),
    lambda: memoryview(b"x")[2**70],
):
    try:
        result = action()
        print("ok", type(result).__name__)
    except Exception as e:
        print(type(e).__name__, e)


def gen(n):
    if n:
        yield from gen(n - 1)
    yield n


print(sum(gen(200)))
try:
    list(gen(10**5))
except RecursionError:
    print("RecursionError in generators")
