"""ctypes: types, structures, functions of the C library, callbacks."""

import ctypes
from ctypes import (
    POINTER,
    Structure,
    Union,
    c_char,
    c_char_p,
    c_double,
    c_int,
    c_int8,
    c_short,
    c_size_t,
    c_ubyte,
    c_uint64,
    c_void_p,
    byref,
    cast,
    create_string_buffer,
    pointer,
    sizeof,
)

libc = ctypes.CDLL(None)
print(libc.abs(-5), libc.strlen(b"hello"), libc.toupper(ord("a")))
libc.strchr.restype, libc.strchr.argtypes = c_char_p, [c_char_p, c_char]
print(libc.strchr(b"abcdef", b"d"), libc.strchr(b"abc", b"z"))
libm = ctypes.CDLL("libm.so.6")
libm.pow.restype, libm.pow.argtypes = c_double, [c_double, c_double]
print(libm.pow(2, 0.5), libm.pow(3.0, 2))
print(
    c_int(5),
    c_int(2**31),
    c_int8(200).value,
    c_uint64(-1).value,
    c_double(1).value,
    c_char(b"x").value,
    c_short(),
    c_char_p(b"s").value,
    c_void_p(None).value,
    c_int(3) == c_int(3),
    bool(c_int(0)),
    [sizeof(t) for t in (c_char, c_short, c_int, c_double, c_void_p, c_size_t)],
)


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_int)]


class Mixed(Structure):
    _fields_ = [
        ("c", c_char),
        ("d", c_double),
        ("p", Point),
        ("a", c_int * 3),
        ("bits", c_int, 3),
        ("more", c_int, 5),
    ]


class Packed(Structure):
    _pack_ = 1
    _fields_ = [("c", c_char), ("d", c_double)]


class Both(Union):
    _fields_ = [("i", c_int), ("bytes", c_ubyte * 4)]


p = Point(1, y=2)
p.x += 10
m = Mixed(b"q", 1.5, p, (1, 2, 3), 2, 7)
print(
    p.x,
    p.y,
    sizeof(Mixed),
    sizeof(Packed),
    Mixed.d.offset,
    Mixed.p.size,
    m.p.x,
    list(m.a),
    m.bits,
    m.more,
    Mixed.x if hasattr(Mixed, "x") else "no x",
    repr(Point.x),
)
u = Both(i=0x01020304)
print(
    list(u.bytes),
    bytes(p).hex(),
    Point.from_buffer_copy(bytes(8)).x,
    Point.from_buffer(bytearray(b"\x01\0\0\0\x02\0\0\0")).y,
)
array = (c_int * 4)(4, 2, 3, 1)
compare_type = ctypes.CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
calls = []


@compare_type
def compare(a, b):
    calls.append(1)
    return a[0] - b[0]


libc.qsort(array, 4, sizeof(c_int), compare)
print(list(array), len(array), array[1:3], len(calls) > 0, compare(byref(c_int(5)), byref(c_int(3))))
n = c_int(7)
ptr = pointer(n)
ptr.contents.value = 8
ptr[0] += 1
print(
    n.value,
    ptr.contents,
    bool(POINTER(c_int)()),
    cast(array, POINTER(c_int))[0],
    ctypes.addressof(n) == cast(ptr, c_void_p).value,
)
buffer = create_string_buffer(b"hello", 10)
libc.sprintf(buffer, b"%d-%s", 42, b"x")
print(buffer.value, buffer.raw, len(buffer), ctypes.string_at(buffer, 3), create_string_buffer(3).raw)
libc.snprintf(buffer, c_size_t(10), b"%.2f", c_double(2.5))
print(buffer.value)
ctypes.memset(buffer, ord("z"), 3)
ctypes.memmove(buffer, b"ab", 2)
print(
    buffer.value, ctypes.create_unicode_buffer("é").value, ctypes.wstring_at("wide"), c_char_p(b"a\0b").value
)
for bad in (
    lambda: c_int("x"),
    lambda: libc.nonexistent_function,
    lambda: ctypes.CDLL("libnope.so"),
    lambda: libm.pow("a", 1),
    lambda: libm.pow(1),
    lambda: Point(1, 2, 3),
    lambda: p.z,
    lambda: array[4],
    lambda: c_char(b"ab"),
    lambda: POINTER(c_int)().contents,
    lambda: (c_int * 2)(1, 2, 3),
    lambda: Point("a"),
    lambda: c_int.from_buffer(b"x"),
    lambda: pointer(5),
    lambda: byref(5),
    lambda: libc.strlen(1.5),
    lambda: type("S", (Structure,), {"_fields_": [("a", int)]}),
    lambda: (c_int * -1)(),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e).split(":")[0] if "libnope" in str(e) else e)


class Node(Structure):
    pass


Node._fields_ = [("value", c_int), ("next", POINTER(Node))]
tail = Node(2, None)
head = Node(1, pointer(tail))
print(
    head.next.contents.value,
    bool(head.next.contents.next),
    ctypes.get_errno(),
    ctypes.sizeof(Node),
    Node._fields_[0][0],
)
ctypes.set_errno(5)
print(
    ctypes.get_errno(),
    ctypes.pythonapi.PyLong_AsLong(ctypes.py_object(123)),
    ctypes.py_object([1]).value,
    c_int.__name__,
    ctypes.c_long is ctypes.c_int64,
    ctypes.BigEndianStructure.__name__,
)
