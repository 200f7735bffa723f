"""ctypes: arrays and pointers, slices and strings of them, casts, what they keep alive, buffers and memory."""

import ctypes
import gc
import re
import weakref
import _ctypes
from ctypes import (
    POINTER,
    Array,
    Structure,
    byref,
    c_char,
    c_char_p,
    c_int,
    c_short,
    c_void_p,
    c_wchar,
    cast,
    pointer,
    sizeof,
)


def show(make):
    try:
        result = repr(make())
    except Exception as e:
        result = f"{type(e).__name__}: {e}"
    print(re.sub("0x[0-9a-f]{6,}", "0x..", re.sub(r"\{\d{9,}:", "{address:", result)))


numbers = (c_int * 5)(1, 2, 3, 4, 5)
chars, wide = (c_char * 4)(*b"abcd"), (c_wchar * 4)(*"abcd")
pointed = pointer(numbers[2:3] and c_int(3))
print(numbers[::2], numbers[::-1], numbers[9:], numbers[-1], chars[::2], wide[1:3], len(chars))
print(chars.value, chars.raw, wide.value, (c_char * 3)(b"a").value, c_int * 5 is c_int * 5)
print(cast(b"abcdef", POINTER(c_char))[0:4:2], cast(b"abcdef", POINTER(c_char))[3:0:-1])
print(cast(wide, POINTER(c_wchar))[0:4], cast(numbers, POINTER(c_int))[1:4])
print(cast(numbers, c_void_p).value == ctypes.addressof(numbers), cast(b"x", c_char_p).value)
numbers[1:3] = (20, 30)
numbers[-1] = 50
print(list(numbers), memoryview(numbers).format, memoryview((c_short * 2 * 3)()).shape)
matrix = (c_int * 2 * 2)((1, 2), (3, 4))
print([list(row) for row in matrix], bytes(matrix).hex(), memoryview(matrix).cast("B").tolist()[4])
grown = c_int(7)
ctypes.resize(grown, 100)
print(sizeof(grown), sizeof(c_int), grown.value, len(bytes(grown)))
for bad in (
    lambda: numbers["x"],
    lambda: numbers[5],
    lambda: numbers.__delitem__(0),
    lambda: numbers.__setitem__("x", 3),
    lambda: numbers.__setitem__(slice(0, 2), [1]),
    lambda: numbers.__setitem__(0, "a"),
    lambda: pointed["x"],
    lambda: pointed[::],
    lambda: pointed[:1:-1],
    lambda: pointed[0:2:0],
    lambda: pointed.__delitem__(0),
    lambda: pointed.__setitem__(slice(0, 1), [0]),
    lambda: delattr(pointed, "contents"),
    lambda: setattr(pointed, "contents", 5),
    lambda: POINTER(c_int)().contents,
    lambda: POINTER(c_int)(5),
    lambda: POINTER(5),
    lambda: pointer(5),
    lambda: byref(5),
    lambda: byref(c_int(), "a"),
    lambda: byref(c_int(), 1, 2),
    lambda: setattr(chars, "value", "s"),
    lambda: setattr(chars, "value", b"sssss"),
    lambda: setattr(chars, "raw", b"sssss"),
    lambda: delattr(chars, "raw"),
    lambda: delattr(wide, "value"),
    lambda: setattr(wide, "value", "sssss"),
    lambda: setattr(wide, "value", b"s"),
    lambda: cast(5, 3),
    lambda: cast(5, c_int),
    lambda: ctypes.resize(c_int(), 2),
    lambda: ctypes.resize(5, 2),
    lambda: ctypes.resize(c_int.from_buffer(bytearray(4)), 9),
    lambda: c_int.from_address("a"),
    lambda: c_int.from_buffer(b"abcd"),
    lambda: c_int.from_buffer(bytearray(3)),
    lambda: c_int.from_buffer(bytearray(8), -1),
    lambda: c_int.from_buffer(bytearray(8), 5),
    lambda: c_int.from_buffer_copy(b"abc"),
    lambda: Structure.from_buffer_copy(b"abc"),
    lambda: type("A", (Array,), {}),
    lambda: type("A", (Array,), {"_length_": "a"}),
    lambda: type("A", (Array,), {"_length_": -1}),
    lambda: type("A", (Array,), {"_length_": 2**70}),
    lambda: type("A", (Array,), {"_length_": 3}),
    lambda: type("A", (Array,), {"_length_": 3, "_type_": 3}),
    lambda: type("A", (Array,), {"_length_": 2**62, "_type_": c_int}),
    lambda: type("P", (_ctypes._Pointer,), {"_type_": int}),
    lambda: type("P", (_ctypes._Pointer,), {})(),
    lambda: c_int * 2.5,
    lambda: POINTER(c_int).from_param(byref(c_char())),
    lambda: POINTER(c_int).from_param(c_int(4)),
    lambda: POINTER(c_int).from_param((c_int * 3)()),
    lambda: _ctypes.buffer_info(c_int * 3 * 4),
    lambda: _ctypes.buffer_info(5),
):
    show(bad)

print("kept")
show(lambda: numbers._objects)
show(lambda: pointer(numbers)._objects)
show(lambda: cast(numbers, POINTER(c_int))._objects)
show(lambda: c_char_p(b"abc")._objects)


class Node(Structure):
    pass


Node._fields_ = [("text", c_char_p), ("next", POINTER(Node)), ("items", POINTER(c_int))]
nodes = (Node * 2)()
nodes[1].text = b"hello"
nodes[0].next = pointer(nodes[1])
nodes[0].items = (c_int * 3)(7, 8, 9)
print(nodes[0].next.contents.text, nodes[0].items[2], sorted(nodes._objects))
print(nodes[0]._b_base_ is nodes, nodes[0]._b_needsfree_, nodes._b_needsfree_, nodes[0]._objects)
chain = Node(b"end")
for _ in range(300):
    chain = Node(b"more", pointer(chain))
count, at = 0, chain
while at.next:
    count, at = count + 1, at.next.contents
print(count, at.text)


class Cycle(Structure):
    _fields_ = [("object", ctypes.py_object), ("pad", c_int)]


cycle = Cycle()
cycle.object = ctypes.py_object(cycle)
cycle.itself = cycle
watch = weakref.ref(cycle)
del cycle
gc.collect()
print(watch())
data = bytearray(b"abcdefgh")
view = (c_char * 4).from_buffer(data, 2)
view[0] = b"X"
print(data, view.raw)
try:
    data.append(1)
except BufferError as e:
    print(type(e).__name__, e)
incomplete = POINTER("Unknown")
incomplete.set_type(c_int)
print(incomplete, incomplete(c_int(4)).contents)
ctypes._reset_cache()
