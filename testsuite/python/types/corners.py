"""Corners of the built-in types: what iterators, comparisons, copies and conversions do while Python code interferes."""

import gc
import sys
import types
import warnings
import weakref


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as e:
        return f"{type(e).__name__}: {e}"


# Comparisons that change what they compare.
class Clears:
    def __init__(self, victim):
        self.victim = victim

    def __eq__(self, other):
        self.victim.clear()
        return NotImplemented


one, two = [], []
one.append(Clears(two))
two.append(Clears(one))
print(one == two, one, two)


class NotAnIterator:
    def __iter__(self):
        return self


print(attempt(iter, NotAnIterator()), attempt(next, NotAnIterator()))
print(attempt(enumerate), attempt(enumerate, 1, 2, 3), attempt(enumerate, [], stop=1))
print(list(enumerate(start=5, iterable="ab")))
print(attempt(str, 1, 2, 3, 4), attempt(dict, **{"a": 1}), attempt(lambda: {}.update(**{1: 2})))
print(attempt(lambda: dict(**{1: 2})))

# The text itself where nothing is added to it.
text = "".join(["ab", "cde"])
print("%s" % text is text, "{}".format(text) is text, text % () is text, text.format() is text)


class Flawed:
    @property
    def attribute(self):
        return self.missing


print(hasattr(Flawed(), "attribute"), getattr(Flawed(), "attribute", "default"))


def documented():
    "the text"


print(types.MethodType(documented, 1).__doc__, types.MethodType.__doc__.splitlines()[0])


class OwnFloat(float):
    def __float__(self):
        return 42.0


class OwnComplex(complex):
    def __complex__(self):
        return 42j


print(float(OwnFloat(1)), complex(OwnComplex(1)), format(1 + 2j, ".1"), format(1 + 2j, "#"))


class Shows(int):
    def __format__(self, spec):
        return "own format"


print(hex(Shows(17)), f"{Shows(17):x}")

# Weak references and proxies are shared while they have no callback.
class Thing:
    def __floordiv__(self, other):
        return "floordiv"

    def __ifloordiv__(self, other):
        return "ifloordiv"

    def __pow__(self, other, modulus=None):
        return "pow"


thing = Thing()
print(weakref.ref(thing) is weakref.ref(thing), weakref.proxy(thing) is weakref.proxy(thing))
first, second = weakref.ref(thing), weakref.proxy(thing)
others = [weakref.ref(thing, print), weakref.proxy(thing, print)]
print(weakref.getweakrefcount(thing), [type(r).__name__ for r in weakref.getweakrefs(thing)])
proxy = weakref.proxy(thing)
print(proxy // 2, proxy**2)
proxy //= 2
print(proxy)
del first, second, others


class OwnRef(weakref.ref):
    def __call__(self):
        return "own", super().__call__() is thing


print(OwnRef(thing)())

# What the collector tells.
gc.collect()
print(gc.is_tracked({}), gc.is_tracked({1: "a"}), gc.is_tracked({1: []}), gc.is_tracked(int), gc.get_referents((1, 2)))
print(sys.getsizeof(range(3)), sys.getsizeof({1: 2}), sys.getsizeof({"a": 2}))

# Exceptions whose contexts form a cycle.
a, b, c = TypeError("a"), ValueError("b"), KeyError("c")
a.__context__, b.__context__ = b, a
try:
    try:
        raise a
    except TypeError:
        raise c
except KeyError as e:
    print(repr(e.__context__), repr(e.__context__.__context__))


def bare():
    try:
        raise ValueError("again")
    except ValueError:
        raise


try:
    bare()
except ValueError as e:
    lines, tb = [], e.__traceback__
    while tb:
        lines.append(tb.tb_frame.f_code.co_name)
        tb = tb.tb_next
    print(lines)

items = [sorted(locals()) for hidden in "x"]
print("hidden" in items[0], "hidden" in locals())
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")

    def yields():
        yield

    documented.__code__ = yields.__code__
    warnings.warn_explicit(UserWarning("text"), None, "file.py", 3)
    print([(str(w.message), w.category.__name__) for w in caught])
print(attempt(warnings.warn, "text", int), attempt(warnings.warn, "text", skip_file_prefixes=[]))
print(attempt(warnings.warn_explicit, "text", UserWarning, "file", 1, module_globals=3))

# Sizes that no memory has.
for width in (2**62, 2**42):
    print(attempt(format, 1, str(width)), attempt(format, 1, f"0{width}"), attempt(format, 1.5, str(width)))


# A collection while the callback of a weak reference runs does not see the dying object.
def collects(reference):
    gc.collect()
    print("callback", reference() is None)


view = memoryview(b"abc")
reference = weakref.ref(view, collects)
del view
function_reference = weakref.ref(lambda: 1, collects)
gc.collect()

# Iterators that nest deeper than the native stack.
nested = iter(())
for _ in range(3000):
    nested = map(len, nested)
print(attempt(next, nested))


class Exporter:
    def __init__(self):
        self.data = bytearray(b"exported")

    def __buffer__(self, flags):
        return memoryview(self.data)

    def __release_buffer__(self, view):
        print("released", bytes(view))


with memoryview(Exporter()) as view:
    print(bytes(view), view[0])
print(b"abc".__buffer__(0).tobytes(), attempt(lambda: b"abc".__buffer__(1)))


async def numbers():
    yield 1
    yield 2


generator = numbers()
step = generator.asend(None)
print(attempt(step.send, None), attempt(step.send, None), attempt(generator.aclose().send, None))
print(attempt(min, 1, key=None, default=2, other=3), attempt(ImportError, namez=1), attempt(print, 1, sep=2))
print(attempt(lambda: sys()), type("C", (), {"a": 1, "__slots__": ()}).__dict__.get("__slots__"))
print(gc.get_freeze_count(), gc.freeze(), gc.get_freeze_count() > 0, gc.unfreeze(), gc.get_freeze_count())
print(attempt(gc.get_objects, generation=3), attempt(gc.get_objects, -2))
