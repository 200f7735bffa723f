"""Objects whose last reference a hot loop gives up: what ends with them, and when a finaliser or a callback runs."""

import sys
import weakref


class Plain:
    pass


class Told:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        if self.name % 9 == 8:
            # A frame that is looked at is left to the interpreter.
            frame = sys._getframe(1)
            told.append((self.name, here[0], frame.f_lineno - frame.f_code.co_firstlineno, frame.f_locals["i"]))
        else:
            told.append((self.name, here[0]))


def containers(n):
    """Sets, dictionaries, views, iterators, bound methods, slices, cells: nothing of them runs anything."""
    total = 0
    base = frozenset(range(6))
    table = {"a": 1, "b": 2}
    for i in range(n):
        total += len(base & {i, 1, 2}) + len({i} | base) + len({"a": i, "b": [i]})
        total += sum(table.values()) + len(list(table.items())) + len([1, 2, 3, i][1:3])
        it = iter([i, Plain(), (i, Plain())])
        next(it)
        method = Plain().__init__
        pairs = list(zip({i, i + 1}, enumerate(table)))
        total += len(pairs) + (method is not None)
        cell = (lambda: i).__closure__[0]
        total += cell.cell_contents - i
    return total


def twice(n):
    """An object that one container holds twice ends with it, and so do those that share one."""
    for i in range(n):
        here[0] = "made"
        one = Told(i)
        both = [one, one]
        del one
        here[0] = "twice"
        both = None
        here[0] = "after"
        one = Told(-i)
        nested = ([one], {"key": one}, {one})
        del one
        here[0] = "nested"
        nested = None
        here[0] = "after"


def held(n):
    """What somebody else refers to goes on."""
    for i in range(n):
        one = Told(i)
        kept.append(one)
        many = [one] * 5
        here[0] = "kept"
        many = {1: many, 2: one}
        many = None
        one = None
        here[0] = "cleared"
        kept.clear()


def callbacks(n):
    """Sets and methods that are weakly referred to."""
    for i in range(n):
        some = frozenset({i, "some"})
        references.append(weakref.ref(some, lambda _: told.append(("set", here[0]))))
        here[0] = "set"
        some = None
        here[0] = "after"
        holder = [{1: weakref.ref(kept_plain, lambda _: told.append("never"))}]
        holder = None
        references.clear()


def iterators(n):
    """An iterator that is not finished ends what it goes through; a generator closes."""

    def steps():
        try:
            yield 1
            yield 2
        finally:
            told.append(("closed", here[0]))

    for i in range(n):
        it = zip(steps(), [Told(i)])
        next(it)
        here[0] = "zip"
        it = None
        here[0] = "after"
        it = iter({Told(i): i}.items())
        here[0] = "items"
        it = None
        here[0] = "after"
        it = map(str, [Told(i)])
        here[0] = "map"
        it = None
        here[0] = "after"


told, kept, references, here = [], [], [], [""]
kept_plain = Plain()
print(containers(40))
for function in (twice, held, callbacks, iterators):
    told.clear()
    function(30)
    print(function.__name__, len(told), told[:6], told[-6:])
    print(sorted({event[1] for event in told}))
