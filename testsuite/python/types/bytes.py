"""bytes, bytearray and memoryview."""

b = b"Hello, World"
print(
    b,
    b[0],
    b[1:3],
    b[::-1],
    list(b[:3]),
    len(b),
    b.upper(),
    b.find(b"o"),
    b.find(111),
    b.count(b"l"),
    b.replace(b"l", b"L", 1),
)
print(
    b.split(b", "),
    b.partition(b","),
    b.startswith((b"x", b"H")),
    b.hex(),
    b.hex("-"),
    b.hex(":", 2),
    bytes.fromhex("00 ff 1A"),
    b.isalpha(),
    b"12".isdigit(),
    b"a b".title(),
)
print(
    bytes(3),
    bytes([1, 2]),
    bytes("é", "utf-8"),
    bytes(range(3)),
    b"\x00\n\r\t\\'\"\x7f\xff",
    b'"',
    b"'",
    bytes(b"copy"),
    bytes(bytearray(b"x")),
)
print(
    b"%s %d %x %r %a %c %5.1f %%" % (b"a", 1, 255, "q", "é", 65, 2.25),
    b"ab" * 2,
    b"a" + b"b",
    b"a" in b"abc",
    97 in b"abc",
    b"a" < b"b",
    b"a" == "a",
    b"-".join([b"x", bytearray(b"y")]),
)
print(
    b"abc".translate(bytes.maketrans(b"a", b"z"), b"c"),
    b" x ".strip(),
    b"xax".strip(b"x"),
    b"5".zfill(3),
    b"a\tb".expandtabs(4),
    b"a\nb\r\n".splitlines(),
    b"pre-x".removeprefix(b"pre-"),
    b"x".center(5, b"*"),
)
ba = bytearray(b"abc")
ba.append(100)
ba.extend(b"ef")
ba[0] = 90
ba[1:3] = b"12345"
ba += b"!"
ba.insert(0, 33)
print(ba, ba.pop(), ba.pop(0), len(ba), ba)
del ba[::2]
ba.reverse()
ba *= 2
ba.remove(ba[0])
print(ba, ba.copy() == ba, ba.count(b"3"), bytearray(3), bytearray("x", "ascii"))
ba.clear()
print(ba, bool(ba))
for bad in (
    lambda: bytes([256]),
    lambda: bytes(-1),
    lambda: bytes("x"),
    lambda: bytes(1.5),
    lambda: b"a" + "b",
    lambda: b"abc".find("x"),
    lambda: bytes.fromhex("0g"),
    lambda: bytes.fromhex("123"),
    lambda: bytearray(b"x").append(256),
    lambda: b"x".join(["y"]),
    lambda: bytearray(b"x").remove(5),
    lambda: b"x"["y"],
    lambda: b"\xff".decode(),
    lambda: b"\x80abc".decode("ascii"),
    lambda: b"x".index(b"y"),
    lambda: b"x" % 1,
    lambda: b"%d" % "x",
    lambda: bytes(["x"]),
    lambda: hash(bytearray()),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
data = bytearray(range(12))
m = memoryview(data)
print(
    m[0],
    m[1:4].tobytes(),
    m[::-1].tolist(),
    m.nbytes,
    m.format,
    m.itemsize,
    m.shape,
    m.strides,
    m.readonly,
    m.contiguous,
    m[::2].contiguous,
)
m[0:2] = b"\xaa\xbb"
grid = m.cast("B", (3, 4))
print(grid[1, 2], grid.tolist(), grid.ndim, len(grid))
words = m.cast("H")
print(
    words.format,
    words.itemsize,
    len(words),
    words[1] == 0x0302,
    words.tolist() == [int.from_bytes(data[i : i + 2], "little") for i in range(0, 12, 2)],
)
words.release()
for bad in (
    lambda: data.append(1),
    lambda: m.__setitem__(0, 300),
    lambda: m.__setitem__(slice(0, 2), b"abc"),
    lambda: memoryview(b"x").__setitem__(0, 1),
    lambda: memoryview("x"),
    lambda: m.cast("Z"),
    lambda: m.cast("I", (2,)),
    lambda: m["a"],
    lambda: m[100],
    lambda: words[0],
    lambda: hash(m),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
grid.release()
m.release()
data.append(1)
print(len(data), memoryview(b"ab") == b"ab", hash(memoryview(b"ab")) == hash(b"ab"), m)
with memoryview(b"xyz") as v:
    print(bytes(v), v.hex(), v.obj, 120 in v, list(v))
print(
    b"\xc3\xa9".decode(),
    b"\xff\xfea\x00".decode("utf-16"),
    b"a\xffb".decode("utf-8", "replace"),
    b"a\xffb".decode("utf-8", "ignore"),
    b"a\xffb".decode("utf-8", "backslashreplace"),
    b"\xe9".decode("latin-1"),
)
