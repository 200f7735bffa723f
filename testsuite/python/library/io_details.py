"""Streams at their edges: errors of finalisers and of closing, partial reads, text that is held back, reconfiguration."""

import io
import pickle
import sys


def show(unraisable):
    print("unraisable:", unraisable.exc_type.__name__, unraisable.exc_value)


sys.unraisablehook = show


class Raw(io.RawIOBase):
    def __init__(self, chunks=()):
        self.chunks = list(chunks)
        self.written = []

    def readable(self):
        return True

    def writable(self):
        return True

    def seekable(self):
        return False

    def readinto(self, buffer):
        if not self.chunks:
            return 0
        chunk = self.chunks.pop(0)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def write(self, data):
        self.written.append(bytes(data))
        return len(data)


class Unclosable(Raw):
    def close(self):
        raise OSError("close fails")


io.BufferedReader(Unclosable())
io.TextIOWrapper(Unclosable(), encoding="utf-8")

reader = io.BufferedReader(Raw([b"abc", b"defgh"]), 4)
print(reader.read(1), reader.peek())
buffer = bytearray(10)
print(reader.readinto1(buffer), bytes(buffer))


class BadReadinto(Raw):
    def readinto(self, buffer):
        return b""


try:
    io.BufferedReader(BadReadinto()).readline()
except OSError as error:
    print(error, "from", repr(error.__cause__))


class Named(Raw):
    def __init__(self, name):
        super().__init__()
        self.who = name
        self.fails = True

    def close(self):
        if self.fails:
            raise ValueError(f"{self.who} fails")
        super().close()


first, second = Named("reader"), Named("writer")
pair = io.BufferedRWPair(first, second)
try:
    pair.close()
except ValueError as error:
    print(error, "after", error.__context__)
first.fails = second.fails = False

raw = Raw()
text = io.TextIOWrapper(io.BufferedWriter(raw), encoding="ascii", write_through=True)
text.write("through")
print(raw.written)
text.flush()
print(raw.written)

text = io.TextIOWrapper(io.BytesIO(b"CR\rCRLF\r\nLF\n"), encoding="ascii", newline="\n")
text.reconfigure(newline=None)
print(text.readlines())
text = io.TextIOWrapper(io.BytesIO(b"one\ntwo\n"), encoding="ascii", errors="replace")
text.detach()
print(text.errors, text.encoding)
two_way = io.TextIOWrapper(io.BufferedRWPair(io.BytesIO(b"foo\nbar\n"), io.BytesIO()), encoding="ascii")
line = two_way.readline()
two_way.write(line)
print([line, two_way.readline()])

for make in [
    lambda: io.TextIOWrapper.__new__(io.TextIOWrapper),
    lambda: io.IncrementalNewlineDecoder.__new__(io.IncrementalNewlineDecoder),
]:
    stream = make()
    for ask in [repr, lambda o: o.getstate(), lambda o: o.newlines]:
        try:
            ask(stream)
        except (ValueError, AttributeError) as error:
            print(type(error).__name__, error)
for encoding in ("utf-8\0", "\udcfe"):
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    except ValueError as error:
        print(type(error).__name__, error)


class Buffered(io.BufferedReader):
    def __init__(self, raw, tag):
        super().__init__(raw)
        self.tag = tag

    def __getstate__(self):
        return self.tag, self.raw.getvalue()

    def __setstate__(self, state):
        tag, value = state
        self.__init__(io.BytesIO(value), tag)


for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    again = pickle.loads(pickle.dumps(Buffered(io.BytesIO(b"data"), "ham"), protocol))
    print(again.tag, again.read())

opened = io.BufferedWriter(io.BytesIO(), 4096)
size = sys.getsizeof(opened)
opened.close()
print(size - sys.getsizeof(opened))
string = io.StringIO()
string.__setstate__((None, "", 0, {}))
print(repr(string.getvalue()))
