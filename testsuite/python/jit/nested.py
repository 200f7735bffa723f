"""Loops in functions that loops call: who is returned to, what ends with a frame, exceptions, frames that are looked at."""

import sys


def total(items):
    result = 0
    for item in items:
        result += item
    return result


def first_caller(n):
    return [total(range(i % 5)) for i in range(n)]


def second_caller(n):
    out = 0
    for i in range(n):
        out += total([i, 1.5]) if i % 3 else total((i, i))
    return out


class Ended:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        Ended.log.append(self.name)


def with_end(n):
    a = Ended(("a", n))
    for i in range(3):
        b = Ended(("b", n, i))
    return n


def ends(n):
    for i in range(n):
        with_end(i)
        Ended.log.append(i)
    log, Ended.log = Ended.log, []
    return log


def find(items, wanted):
    for index, item in enumerate(items):
        if item == wanted:
            return index
        if item is None:
            raise LookupError(index)
    return -1


def finds(n):
    out = []
    for i in range(n):
        try:
            out.append(find([4, 2, 7, None, 9][i % 3 :], i % 11))
        except LookupError as e:
            trace, places = e.__traceback__, []
            while trace is not None:
                places.append((trace.tb_frame.f_code.co_name, trace.tb_lineno - finds.__code__.co_firstlineno))
                trace = trace.tb_next
            out.append((e.args, places))
    return out


def walk(n):
    result = 1
    for i in range(n):
        result += walk(n - 2)
    return result


def walks(n):
    return [walk(i % 7) for i in range(n)]


def looking(n):
    for i in range(n % 4):
        frame = sys._getframe()
    return frame if n % 4 else sys._getframe(1)


def looks(n):
    out = []
    for i in range(n):
        frame = looking(i)
        if i % 9 == 8:
            out.append((frame.f_code.co_name, sorted(frame.f_locals), frame.f_back is not None))
    return out


def counts(n):
    kept = object()
    before = sys.getrefcount(kept)

    def hold(x, k):
        y = x
        for i in range(k % 4):
            z = y, x
        return y

    for i in range(n):
        again = hold(kept, i)
    del again
    return sys.getrefcount(kept) - before


def rows(n):
    matrix = []
    for i in range(n):
        row = []
        for j in range(n):
            value = 0
            for k in range(i % 4):
                value += k * j
            row.append(value)
        matrix.append(total(row))
    return matrix


class Bag:
    def __init__(self, n):
        self.items = []
        for i in range(n):
            self.items.append(i)

    def each(self):
        for item in self.items:
            yield total(self.items[:item])


def bags(n):
    out = 0
    for i in range(n):
        for value in Bag(i % 6).each():
            out += value
    return out


def changes(n):
    out = []
    for i in range(n):
        if i == n // 2:
            globals()["total"] = lambda items: -len(list(items))
        out.append(total(range(4)))
    return out


print(first_caller(60))
print(second_caller(60))
print(ends(20))
print(finds(60))
print(walks(40))
print(looks(60))
print(counts(60))
print(rows(14))
print(bags(60))
print(changes(80))
print(first_caller(30))
