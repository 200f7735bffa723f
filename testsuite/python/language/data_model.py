"""Special methods: operators, containers, attributes, conversions."""


class Vector:
    def __init__(self, *items):
        self.items = list(items)

    def __repr__(self):
        return f"Vector{tuple(self.items)}"

    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(*(a + b for a, b in zip(self.items, other.items)))

    def __radd__(self, other):
        return f"radd {other}" if other else self

    def __mul__(self, k):
        return Vector(*(a * k for a in self.items))

    __rmul__ = __mul__

    def __matmul__(self, other):
        return sum(a * b for a, b in zip(self.items, other.items))

    def __iadd__(self, other):
        self.items.extend(other.items)
        return self

    def __neg__(self):
        return self * -1

    def __abs__(self):
        return (self @ self) ** 0.5

    def __bool__(self):
        return any(self.items)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, key):
        if isinstance(key, slice):
            return Vector(*self.items[key])
        return self.items[key]

    def __setitem__(self, key, value):
        self.items[key] = value

    def __delitem__(self, key):
        del self.items[key]

    def __contains__(self, item):
        print("contains", item)
        return item in self.items

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __eq__(self, other):
        return isinstance(other, Vector) and self.items == other.items

    def __hash__(self):
        return hash(tuple(self.items))

    def __index__(self):
        return len(self.items)

    def __round__(self, n=None):
        return ("round", n)

    def __divmod__(self, other):
        return ("divmod", other)

    def __pow__(self, exponent, modulus=None):
        return ("pow", exponent, modulus)

    def __rpow__(self, base):
        return ("rpow", base)


v, w = Vector(1, 2, 2), Vector(3, 4, 0)
print(v + w, v * 2, 3 * v, v @ w, -v, abs(v), bool(Vector(0)), len(v))
print(
    v[0],
    v[-1],
    v[1:],
    2 in v,
    list(v),
    sorted([w, v]),
    v < w,
    v > w,
    v == Vector(1, 2, 2),
    {v: 1}[Vector(1, 2, 2)],
)
print(
    5 + v,
    sum([v, v]),
    [10, 20, 30, 40][v],
    hex(v),
    round(v, 2),
    round(v),
    divmod(v, 3),
    v**2,
    pow(v, 2, 5),
    2**v,
)
v[0] = 9
del v[1]
v += Vector(7)
print(v, reversed(v).__class__.__name__, list(reversed(v)))
for bad in (
    lambda: v + 1,
    lambda: v - 1,
    lambda: v <= w,
    lambda: v @ 3,
    lambda: ~v,
    lambda: v["a"],
    lambda: float(v),
    lambda: v(1),
):
    try:
        print(bad())
    except (TypeError, AttributeError) as e:
        print(type(e).__name__, e)


class Attrs:
    def __init__(self):
        self.real = 1

    def __getattr__(self, name):
        if name.startswith("no"):
            raise AttributeError(f"no {name}", name=name, obj=self)
        return f"dynamic {name}"

    def __setattr__(self, name, value):
        print("set", name)
        super().__setattr__(name, value)

    def __delattr__(self, name):
        print("del", name)
        super().__delattr__(name)

    def __dir__(self):
        return ["z", "a"]


a = Attrs()
print(a.real, a.anything, getattr(a, "nope", "default"), hasattr(a, "nothing"), dir(a))
del a.real
print(a.real)


class Everything:
    def __getattribute__(self, name):
        return name.upper() if not name.startswith("__") else object.__getattribute__(self, name)


print(Everything().abc, Everything().__class__.__name__)


class Conversions:
    __int__ = lambda self: 7
    __float__ = lambda self: 1.5
    __complex__ = lambda self: 2j
    __bytes__ = lambda self: b"by"
    __str__ = lambda self: "st"
    __format__ = lambda self, spec: f"fo:{spec}"
    __bool__ = lambda self: False
    __length_hint__ = lambda self: 3
    __trunc__ = lambda self: 8
    __fspath__ = lambda self: "/path"


c = Conversions()
import math
import operator
import os

print(
    int(c),
    float(c),
    complex(c),
    bytes(c),
    str(c),
    f"{c:x}",
    not c,
    operator.length_hint(c),
    math.trunc(c),
    os.fspath(c),
)


class BadTypes:
    __bool__ = lambda self: 1
    __len__ = lambda self: -1
    __repr__ = lambda self: 5
    __hash__ = None
    __iter__ = lambda self: 3
    __index__ = lambda self: "x"


b = BadTypes()
for bad in (bool, len, repr, hash, iter, range, list):
    try:
        print(bad(b))
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)


class Ordered:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        print(f"{self.n}<{other.n}", end=" ")
        return self.n < other.n


print([o.n for o in sorted(map(Ordered, [3, 1, 2]))], min(map(Ordered, [2, 1])).n)


class Old:
    def __getitem__(self, i):
        if i > 2:
            raise IndexError
        return i * 10


print(list(Old()), 20 in Old(), [*Old()])


class Sub(int):
    def __add__(self, other):
        return "sub add"

    def __radd__(self, other):
        return "sub radd"


print(Sub(1) + 1, 1 + Sub(1), Sub(3) * 2, type(Sub(3) * 2).__name__)
