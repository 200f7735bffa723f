"""Nothing that a function makes is kept alive by having been called in a loop."""

import gc
import weakref


class Counted:
    count = 0

    def __init__(self):
        Counted.count += 1

    def __del__(self):
        Counted.count -= 1


def enclosed():
    x = Counted()

    def inner():
        return x

    return inner() is x


def classes():
    x = Counted()

    class Local:
        held = x

        def __init__(self):
            self.own = x

    Local()
    return weakref.ref(Local)


def generators():
    x = Counted()
    return sum(1 for _ in (x, x) if x)


for function in (enclosed, classes, generators):
    for _ in range(60):
        last = function()
    gc.collect()
    print(function.__name__, Counted.count, last() if function is classes else last)
