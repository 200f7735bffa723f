"""ctypes: where fields lie, bit fields, byte orders, packing, inheritance, anonymous fields, and what is refused."""

import ctypes
import pickle
import random
import re
from ctypes import (
    POINTER,
    BigEndianStructure,
    LittleEndianStructure,
    Structure,
    Union,
    c_bool,
    c_byte,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_long,
    c_longdouble,
    c_short,
    c_ubyte,
    c_uint,
    c_ulong,
    c_ushort,
    c_void_p,
    c_wchar,
    sizeof,
)


def show(make):
    try:
        result = repr(make())
    except Exception as e:
        result = f"{type(e).__name__}: {e}"
    print(re.sub("0x[0-9a-f]{6,}", "0x..", result))


numbers = random.Random(5)
integers = [c_byte, c_ubyte, c_short, c_ushort, c_int, c_uint, c_long, c_ulong, c_bool]
others = [c_char, c_wchar, c_float, c_double, c_longdouble, c_void_p, c_char_p]
made = []


def a_field(name, swapped, bits):
    if swapped:
        type_ = numbers.choice(integers[:-1])
        return (name, type_, numbers.randint(1, 8 * sizeof(type_)))[: numbers.randint(2, 3)]
    kind = numbers.random()
    if kind < 0.45 and bits:
        type_ = numbers.choice(integers)
        return name, type_, numbers.randint(1, 8 * sizeof(type_))
    if kind < 0.7:
        return name, numbers.choice(integers)
    if kind < 0.8:
        return name, numbers.choice(others)
    if kind < 0.9 or not made:
        return name, numbers.choice(integers) * numbers.randint(0, 3)
    return name, numbers.choice(made)


for index in range(60):
    base = numbers.choice([Structure] * 4 + [Union, BigEndianStructure, LittleEndianStructure])
    swapped = base is BigEndianStructure
    count = numbers.randint(0, 6)
    namespace = {"_fields_": [a_field(f"f{n}", swapped, base is not Union) for n in range(count)]}
    if numbers.random() < 0.3:
        namespace["_pack_"] = numbers.choice([0, 1, 2, 4, 8])
    if numbers.random() < 0.2:
        namespace["_align_"] = numbers.choice([1, 2, 4, 8, 16, 32])
    parents = [parent for parent in made if issubclass(parent, base)]
    if parents and numbers.random() < 0.3:
        base = numbers.choice(parents)
    new = type(f"S{index}", (base,), namespace)
    print(new.__name__, base.__name__, sizeof(new), ctypes.alignment(new), memoryview(new()).format)
    print("  ", *(getattr(new, field[0]) for field in namespace["_fields_"]), sep="\n   ")
    filled = new.from_buffer_copy(bytes(numbers.randrange(256) for _ in range(sizeof(new))))
    for name, type_, *_ in namespace["_fields_"]:
        if type_ in integers:
            setattr(filled, name, numbers.randrange(-(2**70), 2**70))
            print("  ", name, getattr(filled, name), bytes(filled).hex())
    if not swapped:
        made.append(new)


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_int)]


class Deep(Point):
    _fields_ = [("z", c_int), ("name", c_char * 4), ("wide", c_wchar * 3), ("points", Point * 2)]


class Inner(Union):
    _fields_ = [("i", c_int), ("f", c_float)]


class Outer(Structure):
    class Nested(Structure):
        _anonymous_ = ["u"]
        _fields_ = [("u", Inner), ("tail", c_short)]

    _anonymous_ = ["nested"]
    _fields_ = [("head", c_byte), ("nested", Nested)]


deep = Deep(1, 2, 3, b"ab", "cd", ((4, 5), (6, 7)))
print(deep.x, deep.z, deep.name, deep.wide, [(p.x, p.y) for p in deep.points], Deep._fields_[0])
print(Outer.i, Outer.f, Outer.tail, Outer(1, ((7,), 9)).i, Outer(head=1, f=1.5).i)
copy = pickle.loads(pickle.dumps(deep))
print(type(copy), bytes(copy) == bytes(deep), copy is deep, Deep.from_buffer_copy(deep).points[1].y)
for bad in (
    lambda: Structure(),
    lambda: Point(1, x=2),
    lambda: Point(1, 2, 3),
    lambda: Point(x="a"),
    lambda: Point(1).z,
    lambda: delattr(deep, "z"),
    lambda: setattr(deep, "name", b"abcde"),
    lambda: setattr(deep, "name", "x"),
    lambda: setattr(deep, "wide", "abcd"),
    lambda: setattr(deep, "points", 3),
    lambda: setattr(deep, "points", (1, 2, 3)),
    lambda: setattr(Point, "_fields_", []),
    lambda: Point.x.__get__(5),
    lambda: Point.x.__set__(5, 3),
    lambda: type(Point.x)(),
    lambda: pickle.dumps(ctypes.pointer(deep)),
    lambda: deep.__setstate__({}),
    lambda: deep.__setstate__(3, b""),
    lambda: type("X", (BigEndianStructure,), {"_fields_": [("a", c_char_p)]}),
):
    show(bad)
for namespace in (
    {"_fields_": 3},
    {"_fields_": [3]},
    {"_fields_": [("a",)]},
    {"_fields_": [(1, c_int)]},
    {"_fields_": [("a", int)]},
    {"_fields_": [("a", c_int, "x")]},
    {"_fields_": [("a", c_int, 0)]},
    {"_fields_": [("a", c_int, 33)]},
    {"_fields_": [("a", c_float, 3)]},
    {"_fields_": [("a", c_char, 3)]},
    {"_fields_": [("a", Point, 3)]},
    {"_fields_": [("a", c_int)], "_pack_": -1},
    {"_fields_": [("a", c_int)], "_pack_": "a"},
    {"_fields_": [("a", c_int)], "_pack_": 2**40},
    {"_fields_": [("a", c_int)], "_align_": -1},
    {"_fields_": [("a", c_int)], "_anonymous_": ["b"]},
    {"_fields_": [("a", c_int)], "_anonymous_": ["a"]},
    {"_fields_": [("a", c_int)], "_anonymous_": 5},
):
    show(lambda: type("X", (Structure,), namespace))


class Late(Structure):
    pass


show(lambda: setattr(Late, "_fields_", [("x", Late)]))
Later = type("Later", (Structure,), {})
Later._fields_ = [("next", POINTER(Later)), ("value", c_int)]
print(sizeof(Later), Later.next, memoryview(Later()).format)
