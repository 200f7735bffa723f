"""What a loop leaves behind: counts of references, the order of finalisers, exceptions, frames that are looked at."""

import sys


class Noisy:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        Noisy.log.append(self.name)


def finalisers(n):
    kept = None
    for i in range(n):
        kept = Noisy(i)
        Noisy.log.append(-i)
    del kept
    log, Noisy.log = Noisy.log, []
    return log


def counts(n):
    x = object()
    items = [x, x]
    before = sys.getrefcount(x)
    y = z = None
    for i in range(n):
        y = items[i % 2]
        z = y
        items[0] = z
        t = (y, z)
    return sys.getrefcount(x) - before, t[0] is x


def float_counts(n):
    a = [1.5] * 4
    x = a[0]
    for i in range(n):
        x = a[i % 4] + 1.0
        a[(i + 1) % 4] = x
    return a, x


def raises(n):
    out = []
    for i in range(n):
        try:
            if i % 7 == 3:
                raise ValueError(i)
            out.append([10, 20, 30][i % 4])
        except IndexError as e:
            out.append(str(e))
        except ValueError as e:
            out.append(e.args[0])
            out.append(e.__traceback__.tb_lineno - raises.__code__.co_firstlineno)
    return out


def looks():
    return dict(sys._getframe(1).f_locals)


def watched(n):
    total = 0
    for i in range(n):
        total += i
        x = total * 0.5
        if i % 9 == 8:
            seen = looks()
            print(sorted((k, v) for k, v in seen.items() if k != "seen"))
    return total, x


def lines(n):
    def where():
        return sys._getframe(1).f_lineno - watched.__code__.co_firstlineno

    found = set()
    for i in range(n):
        found.add(where())
        found.add(
            where()
        )
    return sorted(found)


def unbound(n):
    for i in range(n):
        if i > 20:
            del value
        value = i
        if i > 30:
            del value
            try:
                value
            except UnboundLocalError as e:
                return i, str(e)
            value = 3


def generator(n):
    for i in range(n):
        yield i * 2


def over_generator(n):
    total = 0
    for x in generator(n):
        for y in generator(3):
            total += x - y
    return total


def closures(n):
    functions = []
    for i in range(n):

        def f(x, i=i):
            return x + i + n

        functions.append(f)
    return sum(f(1) for f in functions)


def long_loop():
    import signal

    hits = []
    signal.signal(signal.SIGALRM, lambda *args: hits.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    i = 0
    while not hits:
        i += 1
    return len(hits), i > 0


def recursion(n):
    return n if n < 2 else recursion(n - 1) + recursion(n - 2)


print(finalisers(12))
print(counts(40))
print(float_counts(40))
print(raises(40))
print(watched(40))
print(lines(20))
print(unbound(50))
print(over_generator(30))
print(closures(30))
print(long_loop())
print([recursion(i) for i in range(18)])
