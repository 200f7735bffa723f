"""marshal.load takes from a file what one value has, and no more: from a pipe it does not wait for the end."""

import io
import marshal
import os

values = [None, 1, 2**100, 1.5, "text ü", b"bytes", (1, [2, {"a": {3}}]), frozenset("x")]

read, write = os.pipe()
with open(read, "rb", buffering=0) as source, open(write, "wb", buffering=0) as sink:
    for value in values:
        marshal.dump(value, sink)
        # The other end is open still.
        print(marshal.load(source))

file = io.BytesIO(b"".join(map(marshal.dumps, values)))
for value in values:
    assert marshal.load(file) == value
print(file.tell() == len(file.getvalue()))


class Short(io.BytesIO):
    def readinto(self, room):
        print(type(room), len(room))
        return super().readinto(room)


class Liar(io.BytesIO):
    def readinto(self, room):
        return super().readinto(room) + 100


def attempt(file):
    try:
        print(marshal.load(file))
    except Exception as error:
        print(type(error).__name__, error)


attempt(Short(marshal.dumps("abc")))
attempt(Liar(marshal.dumps("abcdef")))
attempt(io.BytesIO(b""))
attempt(io.BytesIO(b"s\x10\0\0\0abc"))
attempt(io.StringIO("i"))
attempt(5)
attempt(io.BytesIO(marshal.dumps("long " * 3)))
long = marshal.dumps(bytes(range(256)) * 1000)
print(marshal.load(io.BytesIO(long)) == bytes(range(256)) * 1000)
attempt(io.BytesIO(long[:-1]))
attempt(io.BytesIO(b"s\xff\xff\xff\x7fabc"))
