"""Operators, comparisons, subscripts, getters and calls whose methods are written in Python."""

import sys
import traceback


class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        if isinstance(other, Vector):
            return Vector(self.x + other.x, self.y + other.y)
        return NotImplemented

    def __sub__(self, other):
        return self + other * -1

    def __mul__(self, k):
        if not isinstance(k, (int, float)):
            return NotImplemented
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __iadd__(self, other):
        if other.__class__ is not Vector:
            return NotImplemented
        self.x += other.x
        self.y += other.y
        return self

    def __eq__(self, other):
        return isinstance(other, Vector) and self.x == other.x and self.y == other.y

    def __lt__(self, other):
        if isinstance(other, Vector):
            return self.x < other.x
        return NotImplemented

    def __getitem__(self, index):
        if index == 0:
            return self.x
        if index == 1:
            return self.y
        raise IndexError(index)

    def __call__(self, dx, dy=0, *rest):
        return Vector(self.x + dx, self.y + dy + len(rest))

    @property
    def length2(self):
        return self.x * self.x + self.y * self.y

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"


class Adds:
    """Knows vectors from the right only."""

    def __radd__(self, other):
        return Vector(other.x + 100, other.y)

    def __rmul__(self, other):
        return "adds"

    def __gt__(self, other):
        return "greater than anything"


class Special(Vector):
    def __radd__(self, other):
        return "special first"


def mixed(n):
    point, seen = Vector(0, 0), []
    for i in range(n):
        other = Vector(1, 2)
        if i % 50 == 49:
            other = Adds()
        elif i % 61 == 60:
            other = Special(1, 1)
        got = point + other
        if isinstance(got, str):
            seen.append((i, got))
        else:
            point = got
    return point, seen


def arithmetic(n):
    a, b = Vector(1.5, 2.5), Vector(0.25, 0.5)
    for i in range(n):
        a = a - b * 0.5 + 2 * b
        a += b
    return a


def compared(n):
    less = equal = 0
    a, b = Vector(1, 1), Vector(2, 2)
    for i in range(n):
        less += a < b
        equal += a == Vector(1, 1)
        if not (a == b) and a < Vector(i, 0):
            less += 1
    return less, equal


def answers(n):
    """Comparisons that give no bool."""
    seen, plain = set(), 0
    for i in range(n):
        other = Adds() if i % 40 == 39 else Vector(i, i)
        if Vector(50, 0) < other:
            plain += 1
        seen.add(repr(Vector(1, 1) < Adds()))
    return sorted(seen), plain


def subscripts(n):
    v, total, failed = Vector(3, 4), 0, 0
    for i in range(n):
        try:
            total += v[i % 31 if i % 31 < 2 else i % 2] + v.length2
            if i % 97 == 96:
                v[2]
        except IndexError as e:
            failed += e.args[0]
    return total, failed


def calls(n):
    v = Vector(0, 0)
    for i in range(n):
        v = v(1) if i % 3 else v(i, 1, 2, 3)
    return v


def unknown(n):
    """The right operand becomes one that nobody knows."""
    a = Vector(1, 1)
    for i in range(n):
        try:
            a + (Vector(1, 1) if i < n - 3 else [1])
            a * (2 if i < n - 2 else "x")
            a += Vector(0, 0) if i < n - 1 else None
        except TypeError as e:
            print(i, e)


def changed(n):
    """The method is another one from some round on."""

    class Number:
        def __add__(self, other):
            return 1

    total, number = 0, Number()
    for i in range(n):
        if i == n // 2:
            Number.__add__ = lambda self, other: 1000
        total += number + 0
    return total


class Deep:
    def __add__(self, depth):
        return depth if depth < 2 else self + (depth - 1)

    def __sub__(self, other):
        raise ValueError(other)


def recursion(n):
    total, deep = 0, Deep()
    for i in range(n):
        total += deep + 10
    try:
        deep + 10**6
    except RecursionError:
        print("RecursionError")
    return total


def frames(n):
    """Who looks at frames sees the method's above the caller's."""

    class Looks:
        def __init__(self, k):
            self.k = k

        def __add__(self, other):
            if other == self.k:
                f = sys._getframe()
                return [f.f_code.co_name, f.f_back.f_code.co_name, sorted(f.f_locals)]
            return 0

    for i in range(n):
        got = Looks(n - 1) + i
    return got


def raises(n):
    deep = Deep()
    for i in range(n):
        try:
            deep - i
        except ValueError as e:
            last = traceback.extract_tb(e.__traceback__)
    return [(f.name, f.line) for f in last]


print(*mixed(400))
print(arithmetic(300), compared(300), answers(300))
print(subscripts(400), calls(300))
unknown(300)
print(changed(300), recursion(200), frames(200), raises(200))
