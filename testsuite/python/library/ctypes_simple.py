"""ctypes: simple types, what they take and refuse, in both byte orders."""

import ctypes
import re
import _ctypes
from ctypes import (
    c_bool,
    c_byte,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_longdouble,
    c_short,
    c_ubyte,
    c_ulonglong,
    c_void_p,
    c_wchar,
    c_wchar_p,
    py_object,
)


def show(make):
    try:
        result = repr(make())
    except Exception as e:
        result = f"{type(e).__name__}: {e}"
    print(re.sub("0x[0-9a-f]{6,}", "0x..", result))


values = (1, 1.5, "x", "xy", b"x", b"xy", None, [], 2**70, -1, bytearray(b"q"), 256)
for kind in (c_int, c_byte, c_ulonglong, c_bool, c_float, c_double, c_longdouble, c_char, c_wchar, py_object):
    print(kind.__name__)
    for value in values:
        show(lambda: kind(value))
for kind in (c_char_p, c_wchar_p, c_void_p):
    for value in (1.5, None, [], 2**64, bytearray(b"q")):
        show(lambda: kind(value))

for code in "cbBhHiIlLdCEFfuzZqQPXOv?gs1":

    def make():
        class Kind(_ctypes._SimpleCData):
            _type_ = code

        view = memoryview(Kind())
        swapped = Kind.__dict__.get("__ctype_be__")
        return ctypes.sizeof(Kind), ctypes.alignment(Kind), view.format, swapped and swapped.__name__

    show(make)
for namespace in ({}, {"_type_": 3}, {"_type_": "ab"}):
    show(lambda: type("Kind", (_ctypes._SimpleCData,), namespace))
for bad in (
    lambda: _ctypes._SimpleCData(),
    lambda: c_int(1, 2),
    lambda: hash(c_int()),
    lambda: delattr(c_int(), "value"),
    lambda: ctypes.sizeof(5),
    lambda: ctypes.alignment("x"),
    lambda: ctypes.addressof(5),
    lambda: type(c_int).__init__(c_int, "x", (_ctypes._SimpleCData,), {"_type_": "i"}),
    lambda: setattr(_ctypes._SimpleCData, "x", 1),
    lambda: py_object().value,
):
    show(bad)

big = c_int.__ctype_be__
print(big, big(5), bytes(big(5)), big(-2).value, big.__ctype_be__ is big, big.__ctype_le__ is c_int)
print(memoryview(c_double.__ctype_be__(1.5)).format, c_double.__ctype_be__(1.5).value)
print(bytes(c_longdouble(-2.5))[:10].hex(), c_longdouble(1 / 3).value == 1 / 3, c_longdouble(5e-324).value)
print(c_float(0.1).value, bool(c_double(0.0)), bool(c_double(-0.0)), c_bool([1]).value)


class Flag(_ctypes._SimpleCData):
    _type_ = "v"


print(Flag(3).value, bytes(Flag(3)), Flag().value)


class Derived(c_int):
    def doubled(self):
        return self.value * 2


class Holder(ctypes.Structure):
    _fields_ = [("kept", Derived), ("plain", c_int)]


holder = Holder()
holder.kept = 21
print(holder.kept.doubled(), type(holder.kept), holder.plain, (Derived * 2)(1, 2)[1].doubled())
show(lambda: Derived(3))
show(lambda: setattr(holder, "kept", c_int(7)))
show(lambda: Derived.from_param(c_int(3)))

for value in (
    c_char(b"a"),
    c_char(b"\0"),
    c_byte(-3),
    c_ubyte(200),
    c_short(-3),
    c_float(1.5),
    c_double(2.5),
):
    show(lambda: type(value).from_param(value.value))


class Carrier:
    def __init__(self, value):
        self._as_parameter_ = value


for make in (
    lambda: c_char_p.from_param(b"abc"),
    lambda: c_wchar_p.from_param("abc"),
    lambda: c_void_p.from_param(0x12345678),
    lambda: c_void_p.from_param("x"),
    lambda: c_void_p.from_param(c_char_p(b"x")),
    lambda: c_void_p.from_param(c_void_p(4)),
    lambda: c_void_p.from_param(1.5),
    lambda: c_char_p.from_param(1.5),
    lambda: c_wchar_p.from_param(None),
    lambda: c_char_p.from_param((c_char * 3)()),
    lambda: c_char_p.from_param(ctypes.byref(c_char())),
    lambda: c_char_p.from_param(ctypes.byref(c_int())),
    lambda: c_int.from_param("a"),
    lambda: c_int.from_param(Carrier(5)),
    lambda: c_int.from_param(Carrier(Carrier("x"))),
    lambda: c_int.from_param(Derived(2)),
    lambda: Holder.from_param(3),
    lambda: c_char_p.from_param(),
    lambda: c_void_p.from_param(1, 2),
    lambda: c_wchar_p.from_param(value=1),
    lambda: setattr(Holder.kept, "offset", 3),
):
    show(make)
