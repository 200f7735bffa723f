"""Functions that are called often: recursion of every form, callbacks, what changes meanwhile, the limit of recursion."""

import sys


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def tak(x, y, z):
    if y >= x:
        return z
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


class Tree:
    def __init__(self, depth, *, label="x"):
        self.label = label
        self.left = Tree(depth - 1) if depth else None
        self.right = Tree(depth - 1, label="y") if depth else None

    def count(self):
        return 1 + (self.left.count() + self.right.count() if self.left else 0)

    def labels(self, out):
        if self.left:
            self.left.labels(out)
        out.append(self.label)
        if self.right:
            self.right.labels(out)
        return out

    def __lt__(self, other):
        return self.count() % 3 < other.count() % 3


def falling(n):
    if n == 0:
        raise KeyError(n)
    return falling(n - 1) + 1


def places(n):
    try:
        falling(n)
    except KeyError as e:
        trace, lines = e.__traceback__, []
        while trace is not None:
            lines.append(trace.tb_lineno - falling.__code__.co_firstlineno)
            trace = trace.tb_next
        return len(lines), lines[-3:]


def endless(n):
    return endless(n + 1) + 1


def limit():
    try:
        endless(0)
    except RecursionError as e:
        return str(e).split(" in ")[0]


def caught(n):
    try:
        if n == 0:
            return 1 // 0
        return caught(n - 1)
    except ZeroDivisionError:
        if n < 5:
            raise
        return n
    finally:
        Ended.log.append(n)


class Ended:
    log = []

    def __init__(self, n):
        self.n = n

    def __del__(self):
        Ended.log.append(-self.n)


def ending(n):
    e = Ended(n)
    if n:
        ending(n - 1)
    return n


def loops(n):
    total = 0
    for i in range(n):
        total += loops(i) + 1
    return total


def watching(n):
    if n == 0:
        frame, names = sys._getframe(), []
        while frame.f_code is watching.__code__:
            names.append(frame.f_locals["n"])
            frame = frame.f_back
        return names
    return watching(n - 1)


def changing(n):
    def step(x, by=1):
        return x if x > 50 else step(x + by)

    out = []
    for i in range(n):
        if i == n // 3:
            step.__defaults__ = (7,)
        if i == n // 2:
            step.__code__ = (lambda x, by=1: -x).__code__ if not step.__closure__ else step.__code__
        out.append(step(i))
    return out


def permutations(items):
    if len(items) < 2:
        return [items]
    return [[x, *rest] for i, x in enumerate(items) for rest in permutations(items[:i] + items[i + 1 :])]


print([fib(n) for n in range(16)])
print(tak(8, 4, 2), ackermann(2, 9), even(400), odd(301))
tree = Tree(6)
print(tree.count(), "".join(tree.labels([])))
print(len(sorted([Tree(i % 3) for i in range(40)])))
print([places(n) for n in (3, 50, 200)])
print(limit(), limit(), fib(12))
print([caught(n % 9 + 5) for n in range(20)], len(Ended.log), Ended.log[-12:])
Ended.log.clear()
print([ending(n % 5) for n in range(30)], Ended.log[-20:])
print([loops(n) for n in range(9)])
print([watching(n % 6) for n in range(60)][-6:])
print(changing(60))
print(len(permutations(list(range(6)))), permutations([1, 2, 3]))
print(sorted(range(60), key=lambda x: (x % 7, -x)), list(map(lambda x: fib(x % 9), range(50))))
