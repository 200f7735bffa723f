"""Call sites that see many types: attributes, methods, operators, and types that change."""

import math


class Shape:
    def area(self):
        raise NotImplementedError

    def describe(self):
        return f"{type(self).__name__.lower()} {self.area():.2f}"


class Square(Shape):
    def __init__(self, a):
        self.a = a

    def area(self):
        return self.a**2


class Circle(Shape):
    def __init__(self, r):
        self.r = r

    def area(self):
        return math.pi * self.r * self.r


class Rectangle(Square):
    def __init__(self, a, b):
        super().__init__(a)
        self.b = b

    def area(self):
        return self.a * self.b


class Lazy(Shape):
    def __getattr__(self, name):
        if name == "size":
            return 3
        raise AttributeError(name)

    def area(self):
        return self.size * 1.5


class Slotted(Shape):
    __slots__ = ("w",)

    def __init__(self, w):
        self.w = w

    area = lambda self: self.w


makers = [
    lambda i: Square(i),
    lambda i: Circle(i),
    lambda i: Rectangle(i, 2),
    lambda i: Lazy(),
    lambda i: Slotted(i),
]
shapes = [makers[i % 5](i) for i in range(2000)]
print(sum(s.area() for s in shapes), [s.describe() for s in shapes[:5]])


def add(a, b):
    return a + b


total = {}
for i in range(3000):
    for a, b in (
        (i, 1),
        (i * 0.5, 1),
        ("s", str(i % 3)),
        ([i], [1]),
        ((i,), ()),
        (1j, i),
        (2**60 + i, 2**62),
    ):
        r = add(a, b)
        total[type(r).__name__] = total.get(type(r).__name__, 0) + (len(r) if hasattr(r, "__len__") else 1)
print(total)


class Counter:
    step = 1

    def __init__(self):
        self.n = 0

    def tick(self):
        self.n += self.step


c = Counter()
for i in range(5000):
    c.tick()
    if i == 1000:
        Counter.step = 2
    if i == 2000:
        c.step = 10
    if i == 3000:
        Counter.tick = lambda self: setattr(self, "n", self.n - 1)
    if i == 4000:
        del c.step
print(c.n, Counter.step)
limit = 10


def check(n):
    return n < limit


hits = 0
for i in range(4000):
    hits += check(i % 20)
    if i == 2000:
        limit = 5
print(hits)
import builtins

original = builtins.len
measured = []
for i in range(1500):
    measured.append(len("abc"))
    if i == 1000:
        builtins.len = lambda x: 99
builtins.len = original
print(sum(measured), measured[1000:1003])


def keyword(a, b=2, *args, c=3, **kw):
    return a + b + c + sum(args) + sum(kw.values())


print(
    sum(
        keyword(i)
        + keyword(i, 1)
        + keyword(i, c=1)
        + keyword(b=i, a=1)
        + keyword(1, 2, 3, i)
        + keyword(1, z=i)
        + keyword(*(1, i))
        + keyword(**{"a": i})
        for i in range(1000)
    )
)


class Meta(type):
    def __call__(cls, *args):
        return super().__call__(*args) if cls.real else 7


class Made(metaclass=Meta):
    real = True

    def __init__(self, v=0):
        self.v = v


values = []
for i in range(1000):
    m = Made(i)
    values.append(m.v if isinstance(m, Made) else m)
    if i == 500:
        Made.real = False
print(sum(values), values[499:503])


class Grow:
    pass


g = Grow()
for i in range(40):
    setattr(g, f"attr{i}", i)
for i in range(0, 40, 2):
    delattr(g, f"attr{i}")
print(sum(vars(g).values()), len(vars(g)), list(vars(g))[:3])
objects = []
for i in range(300):
    o = Grow()
    if i % 2:
        o.x, o.y = i, 1
    else:
        o.y, o.x = 1, i
    if i % 7 == 0:
        o.__dict__["z"] = 5
    objects.append(o)
print(sum(o.x + o.y + getattr(o, "z", 0) for o in objects))
o.__dict__ = {"x": "replaced"}
print(o.x, hasattr(o, "y"))
overflow = 1
for i in range(200):
    overflow = overflow * 3 + i
print(
    overflow % 10**12,
    sum(i if i % 3 else -i for i in range(10000)),
    sum(x * 0.1 if x % 2 else x for x in range(1000)),
)
