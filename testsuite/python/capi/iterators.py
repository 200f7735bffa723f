"""PyIter_Check tells a class with __next__ from one that only has the place for it."""

import ctypes

check = ctypes.pythonapi.PyIter_Check
check.argtypes = [ctypes.py_object]
check.restype = ctypes.c_int


class Plain:
    pass


class Iterable:
    def __iter__(self):
        return iter(())


class Slotted(Plain):
    __slots__ = ()


class Refusing:
    __next__ = None


class Iterator:
    def __next__(self):
        raise StopIteration


class Derived(Iterator):
    pass


class Number(int):
    pass


for made in Plain, Iterable, Slotted, Refusing, Iterator, Derived, Number:
    print(made.__name__, check(made()))
for value in iter([]), (i for i in ()), zip(), 42, "text", object, object():
    print(type(value).__name__, check(value))
Plain.__next__ = Iterator.__next__
print(check(Plain()), check(Slotted()))
del Plain.__next__, Iterator.__next__
print(check(Plain()), check(Slotted()), check(Derived()))
