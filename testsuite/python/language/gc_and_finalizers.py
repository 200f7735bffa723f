"""Reference counts, finalisers, weak references, cycles, resurrection: prompt as in CPython."""

import gc
import sys
import weakref


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def scope():
    x = Noisy("local")
    print("in scope")


scope()
print("after scope")
x = Noisy("first")
x = Noisy("second")
print("rebound")
del x
Noisy("temporary")
items = [Noisy("in list 1"), Noisy("in list 2")]
items.pop(0)
print("popped")
items[0] = None
print("overwritten")
d = {"k": Noisy("in dict")}
d["k"] = 1
a, b = Noisy("a"), Noisy("b")
a.other, b.other = b, a
del a, b
print("cycle made")
print(gc.collect() > 0)


class Resurrect:
    saved = []

    def __del__(self):
        print("resurrected")
        Resurrect.saved.append(self)


Resurrect()
print(len(Resurrect.saved))
Resurrect.saved.clear()
print("cleared; a finaliser runs once")


def generator():
    try:
        yield 1
        yield 2
    finally:
        print("generator closed")


g = generator()
next(g)
del g
print("after generator")


def raises():
    local = Noisy("kept by traceback")
    raise ValueError


try:
    raises()
except ValueError as e:
    print("handling")
print("handled")
obj = Noisy("weakly held")
ref = weakref.ref(obj, lambda r: print("callback", r() is None))
print(ref() is obj, weakref.getweakrefcount(obj))
del obj
print(ref())


class Node:
    def __init__(self):
        self.me = self


gc.collect()
gc.disable()
refs = [weakref.ref(Node()) for _ in range(3)]
print([r() is not None for r in refs], gc.isenabled())
gc.enable()
gc.collect()
print([r() is None for r in refs], gc.garbage, gc.get_threshold(), len(gc.get_count()))
print(
    gc.is_tracked([]),
    gc.is_tracked(1),
    gc.is_tracked("a"),
    gc.is_tracked({}),
    gc.is_tracked((1,)),
    gc.is_finalized(Noisy.__new__(Noisy)) if False else "",
    gc.get_referents([1, 2]),
)
value = object()
held = [value, value]
print(sys.getrefcount(value), sys.getrefcount(held))
print(any(h is held for h in gc.get_referrers(value)))


class Bad:
    def __del__(self):
        raise RuntimeError("in finaliser")


sys.unraisablehook = lambda u: print("unraisable", u.exc_type.__name__, u.exc_value, u.err_msg)
Bad()
with open("/dev/null") as f:
    pass
closures = []


def make():
    n = Noisy("captured")
    return lambda: n


f = make()
print("captured alive")
del f
print(
    sys.getsizeof([]),
    sys.getsizeof([1]),
    sys.getsizeof(()),
    sys.getsizeof((1, 2)),
    sys.getsizeof(""),
    sys.getsizeof("abc"),
    sys.getsizeof("é€"),
    sys.getsizeof(b""),
    sys.getsizeof(0),
    sys.getsizeof(2**100),
    sys.getsizeof(1.5),
    sys.getsizeof({}),
    sys.getsizeof({1: 2}),
    sys.getsizeof(set()),
    sys.getsizeof(None),
    sys.getsizeof(range(5)),
    sys.getsizeof(1j),
)


class WithDel:
    count = 0

    def __init__(self):
        WithDel.count += 1

    def __del__(self):
        WithDel.count -= 1


many = [WithDel() for _ in range(1000)]
many = many[:10]
print(WithDel.count)
many.append(many)
del many
gc.collect()
print(WithDel.count)
events = []
weakref.finalize(Node, events.append, 1)
fin = weakref.finalize(held_object := Node(), print, "finalize called at exit?", 1)
print(fin.alive, fin.peek()[2] if fin.alive else None) if False else print(type(fin).__name__)
fin.detach()
keep = Noisy("at exit")
print("end of program")
