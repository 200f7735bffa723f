"""Small behaviours of the built-in types that CPython's tests insist on."""

import marshal
import subprocess
import sys
import warnings
from collections import OrderedDict


class ToBytes:
    def __bytes__(self):
        return b"\x01\x02"


print(int.from_bytes(ToBytes()), int(type("Array", (bytearray,), {})(b"100"), 2))

view = memoryview(bytearray(b"abcdef"))
for key in [(0,), (slice(0, 1), 0), (slice(0, 1), slice(0, 1)), "a"]:
    try:
        view[key] = b"a"
    except (TypeError, NotImplementedError) as error:
        print(type(error).__name__, error)


class Releasing:
    def __index__(self):
        view.release()
        return 4


print(list(view[: Releasing()]))
view = memoryview(bytearray(b"abcdef"))
try:
    view[Releasing()] = 1
except ValueError as error:
    print(error)

order = OrderedDict([("a", 1), ("b", 2)])
order.move_to_end("a")
print(list(type("C", (), order).__dict__)[:2])
try:
    type("C", (), {"__doc__": "x\udcdcy"})
except UnicodeEncodeError as error:
    print(error)


class Plain:
    pass


for call in [lambda: Plain(1), lambda: Plain().__init__(1), lambda: object.__init__(Plain(), 1)]:
    try:
        call()
    except TypeError as error:
        print(error)


class Unbound:
    @property
    def __eq__(self):
        raise AttributeError("no comparison")


print(Unbound() == Unbound())

for kind in (set, frozenset, int, dict):
    try:
        marshal.dumps(type("Sub", (kind,), {})())
    except ValueError as error:
        print(kind.__name__, error)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("default")
    for _ in range(3):
        compile("1 is 1", "<text>", "eval")
print(len(caught))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in range(3):
        compile("1 is 1", "<text>", "eval")
print(len(caught))


class BadSize:
    def __sizeof__(self):
        return None


print(sys.getsizeof(BadSize(), "default"), sys.getsizeof(Plain()), sys.getsizeof(b""), b"" is bytes())
code = "def f(): return 1 / 0\nprint([p for p in f.__code__.co_positions()])"
print(subprocess.run([sys.executable, "-X", "no_debug_ranges", "-c", code], capture_output=True, text=True).stdout)
code = (lambda x, y, *, z=1, w=1: 1).__code__
print(hash(code) == hash(code.replace(co_posonlyargcount=2, co_kwonlyargcount=0)))
try:

    def unset():
        print(something)
        something = 1

    unset()
except UnboundLocalError as error:
    print(error.name)
