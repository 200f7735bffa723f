"""Calls of every form in loops: keywords, defaults, spread arguments, classes; what changes meanwhile; who looks."""

import sys


class Point:
    def __init__(self, a, b=2, *rest, c=5):
        self.a = a
        self.b = b
        self.rest = rest
        self.c = c


class Derived(Point):
    def __init__(self, a):
        super().__init__(a, 1, 2, 3, c=9)


class Picky:
    def __init__(self, x):
        self.x = x
        if x % 37 == 30:
            raise ValueError(x)


class Wrong:
    def __init__(self, x):
        if x == 60:
            return 5


def wrapped(function):
    def call(*args, **kwargs):
        return function(*args, **kwargs)

    return call


@wrapped
def add(a, b=1):
    return a + b


def named(a, *, k=3, other):
    return a * k - other


def forms(n):
    total = 0
    for i in range(n):
        p = Point(i, c=i)
        q = Point(i, 1, 2, 3)
        d = Derived(i)
        total += p.a + p.b + p.c + len(q.rest) + d.c + d.b + len(d.rest)
        total += add(i) + add(i, b=2) + add(b=1, a=2) + add(*(1, 2)) + add(**{"a": i})
        total += named(i, other=2, k=1)
        if isinstance(d, Point) and not isinstance(p, Derived) and isinstance(i, int):
            total += 1
        cells = [lambda: i][0]
        total += cells()
    return total


def failing(n):
    out = []
    for i in range(n):
        try:
            out.append(Picky(i).x)
            Wrong(i)
            if i == 50:
                named(i)
        except Exception as e:
            trace, places = e.__traceback__, []
            while trace is not None:
                places.append((trace.tb_frame.f_code.co_name, trace.tb_lineno))
                trace = trace.tb_next
            out.append((repr(e), places))
    return out


def changing(n):
    def f(x, y=1):
        return x + y

    class C:
        def __init__(self, v):
            self.v = v

    out = []
    for i in range(n):
        if i == 20:
            f.__defaults__ = (100,)
        if i == 30:
            f.__code__ = (lambda x, y=1: x - y).__code__
        if i == 40:
            C.__init__ = lambda self, v: setattr(self, "v", -v)
        if i == 50:
            C.__new__ = lambda cls, v: object.__new__(cls)
        if i == 60:
            C.__init__ = None
        try:
            out.append((f(i), C(i).v))
        except TypeError as e:
            out.append(str(e))
    return out


def callers():
    names = []
    frame = sys._getframe(1)
    while frame.f_code.co_name != "seen":
        line = frame.f_lineno - seen.__code__.co_firstlineno
        names.append((frame.f_code.co_name, line, sorted(frame.f_locals)))
        frame = frame.f_back
    return names


class Looked:
    def __init__(self, x):
        self.x = x
        if x % 25 == 24:
            self.names = callers()


def seen(n):
    out = []

    def make(x, *rest, **more):
        return Looked(x)

    for i in range(n):
        looked = make(i, 1, 2)
        if i % 25 == 24:
            out.append(looked.names)
    return out


def counts(n):
    kept = object()
    before = sys.getrefcount(kept)
    for i in range(n):
        p = Point(kept, kept, kept, c=kept)
        add(1, *(2,))
    inside = sys.getrefcount(kept) - before
    del p
    return inside, sys.getrefcount(kept) - before


class Ended:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        Ended.log.append(self.n)


def ends(n):
    for i in range(n):
        Ended(i)
        Ended.log.append(-i)
        e = Ended(i + 1000)
    del e
    return Ended.log


def counter():
    n = 0

    def count(by=1):
        nonlocal n
        n += by
        return n

    return count


def closures(n):
    total, count = 0, counter()
    for i in range(n):
        total += count() + count(by=i)
        if i % 10 == 9:
            count = counter()
    return total


def deep(n, depth):
    return n if depth == 0 else deep(n + 1, depth - 1)


def recursion(n):
    total = 0
    for i in range(n):
        total += deep(i, i % 30)
    return total


print(forms(100))
for line in failing(100):
    print(line)
print(changing(80))
print(seen(80))
print(counts(60))
print(ends(30))
print(closures(90))
print(recursion(100))
