"""io: the layers, subclasses of them, text decoding corners, print to odd places."""

import contextlib
import io
import os
import sys


class Chunked(io.RawIOBase):
    def __init__(self, chunks):
        self.chunks, self.written = list(chunks), []

    def readable(self):
        return True

    def writable(self):
        return True

    def readinto(self, b):
        if not self.chunks:
            return 0
        chunk = self.chunks.pop(0)
        if chunk is None:
            return None
        n = min(len(b), len(chunk))
        b[:n] = chunk[:n]
        if chunk[n:]:
            self.chunks.insert(0, chunk[n:])
        return n

    def write(self, b):
        self.written.append(bytes(b))
        return len(b)


print(
    io.BufferedReader(Chunked([b"ab", b"cde", b"f"]), 4).read(),
    io.BufferedReader(Chunked([b"a\nb", b"c\n", b"d"]), 4).readlines(),
    Chunked([b"xy"]).read(1),
    Chunked([None]).read(3),
    Chunked([b"1", b"2"]).readall(),
    list(Chunked([b"a\nb\n"])),
)
t = io.TextIOWrapper(io.BufferedReader(Chunked([b"\xc3", b"\xa9\r", b"\nx\ry\n"])), "utf-8")
print(
    t.readline().encode(), t.newlines, t.read().encode(), t.newlines, t.encoding, t.errors, t.line_buffering
)
for newline in (None, "", "\n", "\r", "\r\n"):
    w = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=newline)
    w.write("a\nb\r\nc\r")
    w.flush()
    print(
        repr(newline),
        w.buffer.getvalue(),
        io.TextIOWrapper(io.BytesIO(b"a\nb\r\nc\rd"), "utf-8", newline=newline).readlines(),
        io.StringIO("a\nb\r\nc\rd", newline).readlines(),
    )
raw = Chunked([])
b = io.BufferedWriter(raw, 4)
for part in (b"a", b"bc", b"defgh", b"i"):
    b.write(part)
b.flush()
print(b"".join(raw.written), len(raw.written))
s = io.StringIO("line one\nline two\n")
print(
    s.read(4),
    s.tell(),
    s.readline(),
    s.seek(0),
    s.readlines(),
    s.seek(0, 2),
    s.write("more"),
    s.getvalue(),
    s.truncate(4),
    s.getvalue(),
    s.readable(),
    s.closed,
)
bio = io.BytesIO(b"0123456789")
view = bio.getbuffer()
view[0] = 65
print(
    bio.read(3),
    bio.tell(),
    bio.seek(-2, 1),
    bio.read1(),
    bio.seek(20),
    bio.write(b"x"),
    bio.getvalue() if False else len(view),
) if False else print(bio.read(3))
try:
    bio.write(b"grow" * 10)
except BufferError as e:
    print(e)
view.release()
bio.seek(12)
bio.write(b"z")
print(bio.getvalue(), bio.readinto(bytearray(2)))
for bad in (
    lambda: io.StringIO(b"x"),
    lambda: io.BytesIO("x"),
    lambda: s.seek(1, 1),
    lambda: s.seek(-1),
    lambda: bio.seek(-1),
    lambda: bio.seek(0, 9),
    lambda: io.StringIO().write(b"x"),
    lambda: io.BytesIO().write("x"),
    lambda: io.TextIOWrapper(io.BytesIO(), "nope"),
    lambda: io.TextIOWrapper(io.BytesIO(), "utf-8", newline="x"),
    lambda: io.TextIOWrapper(io.BytesIO(b"\xff"), "utf-8").read(),
    lambda: io.open(-1),
    lambda: io.open(99),
    lambda: io.BufferedReader(io.StringIO()),
    lambda: io.IOBase().fileno(),
    lambda: io.RawIOBase().read(),
    lambda: io.BufferedReader(Chunked([]), -1),
    lambda: io.TextIOBase().read(),
    lambda: io.BytesIO(b"x").readinto(b"ro"),
    lambda: io.TextIOWrapper(5),
    lambda: print("x", file=5),
    lambda: print("x", file=io.BytesIO()),
    lambda: next(io.StringIO()),
    lambda: io.FileIO("/nonexistent"),
    lambda: io.FileIO("/dev/null", "q"),
    lambda: io.StringIO().detach(),
    lambda: io.BytesIO().fileno(),
):
    try:
        print(repr(bad()))
    except Exception as e:
        print(type(e).__name__, e)
closed = io.BytesIO()
closed.close()
for action in ("read", "getvalue", "tell", "readable", "__enter__", "__next__", "flush", "close"):
    try:
        print(action, getattr(closed, action)())
    except ValueError as e:
        print(action, e)
text = io.TextIOWrapper(io.BytesIO("é€😀 line\nnext".encode()), "utf-8")
print(
    text.read(2),
    (cookie := text.tell()) > 0,
    text.read(),
    text.seek(cookie) == cookie,
    text.read(1),
    text.seek(0),
    text.readline(),
    [text.read(1) for _ in range(5)],
)
w = io.TextIOWrapper(io.BytesIO(), "ascii", errors="xmlcharrefreplace", write_through=True)
print(
    w.write("aé€"),
    w.buffer.getvalue(),
    w.reconfigure(encoding="utf-16") if False else w.reconfigure(line_buffering=True),
    w.line_buffering,
    w.detach().getvalue(),
)
utf16 = io.TextIOWrapper(io.BytesIO(), "utf-16")
utf16.write("a")
utf16.write("b")
utf16.flush()
print(utf16.buffer.getvalue())
r, w = os.pipe()
with open(w, "w", buffering=1) as writer, open(r) as reader:
    writer.write("partial ")
    writer.write("line\n")
    print(reader.readline(), writer.isatty(), writer.seekable(), repr(reader.name) == repr(r))
    try:
        reader.seek(0)
    except OSError as e:
        print(type(e).__name__, e)
pair = io.BufferedRWPair(io.BytesIO(b"read"), out := io.BytesIO())
print(pair.read(2), pair.write(b"w"), pair.flush(), out.getvalue(), pair.peek(1))
rand = io.BufferedRandom(io.BytesIO(b"abcdef"))
print(rand.read(2), rand.write(b"X"), rand.seek(0), rand.read(), rand.tell())


class Upper(io.TextIOBase):
    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text.upper())
        return len(text)


u = Upper()
with contextlib.redirect_stdout(u):
    print("redirected", 1, sep="-")
    sys.stdout.writelines(["a", "b"])
print(
    u.parts,
    isinstance(u, io.IOBase),
    io.TextIOWrapper.__mro__[1].__name__,
    io.UnsupportedOperation.__mro__[1:3],
    io.SEEK_END,
    io.text_encoding(None),
    io.IncrementalNewlineDecoder(None, True).decode("a\r\nb\r"),
    io.open_code(__file__).read(3),
)
print("flushed", end="", flush=True)
print(file=sys.stdout)
print("a", "b", sep="", end="|\n")
print(*range(3), sep=", ", file=None)
sys.stdout.buffer.write(b"bytes through the buffer\n")
sys.stdout.flush()
saved, sys.stdout = sys.stdout, None
print("vanishes")
sys.stdout = saved
print(
    sys.__stdout__ is sys.stdout,
    sys.stdout.fileno(),
    sys.stdin.readline() == "",
    sys.stdout.errors,
    sys.stderr.line_buffering,
)
