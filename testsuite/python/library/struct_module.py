"""struct and array: packing, alignment, errors."""

import array
import struct

for fmt, values in (
    ("<bBhHiIlLqQ", (-1, 255, -2, 65535, -3, 2**32 - 1, -4, 5, -6, 2**64 - 1)),
    (">hI", (1, 2)),
    ("=fd", (1.5, -2.25)),
    ("<e", (0.5,)),
    ("<?c3s5p", (True, b"x", b"abcd", b"pq")),
    ("!Hx", (258,)),
    ("<2h0s3x", (1, 2, b"")),
    ("@bi", (1, 2)),
    ("bxxxi", (1, 2)),
    ("@ib0i", (1, 2)),
    ("<nN".replace("<nN", "nN"), (1, 2)),
    ("P", (0,)),
    ("<3?", (1, 0, [])),
    ("10s", (b"short",)),
):
    packed = struct.pack(fmt, *values)
    print(fmt, packed.hex(), struct.calcsize(fmt), struct.unpack(fmt, packed))
s = struct.Struct("<HI")
buffer = bytearray(12)
s.pack_into(buffer, 2, 1, 2)
print(
    buffer,
    s.unpack_from(buffer, 2),
    s.size,
    s.format,
    list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")),
    list(s.iter_unpack(bytes(12))),
)
for bad in (
    lambda: struct.pack("b", 128),
    lambda: struct.pack("B", -1),
    lambda: struct.pack("h", 1.5),
    lambda: struct.pack("i"),
    lambda: struct.pack("i", 1, 2),
    lambda: struct.pack("z", 1),
    lambda: struct.unpack("i", b"abc"),
    lambda: struct.pack("c", b"ab"),
    lambda: struct.pack("s", "x"),
    lambda: struct.pack("f", "x"),
    lambda: struct.pack("<f", 1e300),
    lambda: struct.pack_into("i", bytearray(2), 0, 1),
    lambda: struct.unpack_from("i", b"1234", 2),
    lambda: struct.calcsize("99999999999999999999s"),
    lambda: struct.pack("<P", 1),
    lambda: struct.pack("q", 2**63),
    lambda: struct.pack("Q", -1),
    lambda: list(struct.iter_unpack("h", b"abc")),
    lambda: struct.pack("i", "x"),
    lambda: struct.pack("3", 1),
    lambda: struct.pack("<e", 1e6),
    lambda: struct.pack("?"),
    lambda: s.pack_into(buffer, -1, 1, 2),
    lambda: struct.pack_into("b", b"ro", 0, 1),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    struct.unpack("<d", struct.pack("<d", 0.1)),
    struct.unpack("<f", struct.pack("<f", 0.1)),
    struct.unpack(">d", bytes.fromhex("7ff0000000000000")),
    struct.unpack("<e", b"\x01\x00"),
)
a = array.array("i", [1, 2, 3])
a.append(4)
a.extend(array.array("i", [5]))
a.extend([6])
a.fromlist([7])
a.insert(0, 0)
print(
    a,
    a[1:3],
    a[-1],
    a.pop(),
    a.index(3),
    a.count(2),
    len(a),
    a.itemsize,
    a.typecode,
    a.tolist(),
    a * 2 == a + a,
    3 in a,
    a.buffer_info()[1],
)
a[0] = 99
a[1:2] = array.array("i", [8, 9])
del a[::2]
a.reverse()
a.remove(a[0])
print(
    a,
    a.tobytes().hex(),
    array.array("u", "hé"),
    array.array("d", [1.5]),
    array.array("b", b"\xff"),
    array.array("w", "x"),
    array.array("i"),
    array.array("B", b"ab") == array.array("i", [97, 98]),
    array.array("q", range(3)) < array.array("q", [0, 2]),
)
b = array.array("H", [1, 256])
b.byteswap()
print(
    b,
    b.tolist(),
    memoryview(b).format,
    bytes(b),
    array.typecodes,
    sorted(array.array("f", [2, 1])),
    list(reversed(b)),
)
b.frombytes(b"\x05\x00")
print(b.tolist(), array.array("u", "ab").tounicode(), repr(array.array("d")))
for bad in (
    lambda: array.array("x"),
    lambda: array.array("b", [200]),
    lambda: array.array("i", ["a"]),
    lambda: array.array("i", [1.5]),
    lambda: a.append("x"),
    lambda: a + [1],
    lambda: a[100],
    lambda: a["x"],
    lambda: a.__setitem__(slice(0, 1), [1]),
    lambda: b.frombytes(b"a"),
    lambda: a.remove(12345),
    lambda: array.array("u", [1]),
    lambda: array.array("i", "text"),
    lambda: array.array(),
    lambda: array.array("B", [256]),
    lambda: array.array("i").pop(),
    lambda: hash(a),
    lambda: a.tounicode(),
    lambda: array.array("ii"),
    lambda: array.array("I", [-1]),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
