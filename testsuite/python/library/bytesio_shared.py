# A BytesIO shares its bytes with whoever asks for them until it is written to.

import io
import sys

begin = b"0123456789" * 10
stream = io.BytesIO(begin)
print(stream.getvalue() is begin, stream.read() is begin)
first = stream.getvalue()
stream.seek(3)
stream.write(b"xyz")
second = stream.getvalue()
print(begin[:8], second[:8], second is stream.getvalue())
del second
stream.seek(0)
stream.write(b"AB")
third = stream.getvalue()
print(third[:8])

# A buffer is of the stream's own bytes.
view = stream.getbuffer()
view[0] = 0x2A
print(third[:4], view[:4].tobytes())
for refused in (lambda: stream.write(b"1"), lambda: stream.truncate(2), stream.close):
    try:
        refused()
    except BufferError as error:
        print(error)
stream.seek(0)
other = stream.getbuffer()
stream.seek(10)
print(stream.readinto(other), view[:12].tobytes(), stream.tell())
view.release()
other.release()

# What lies between the end and the place that is written to is zero.
stream.truncate(4)
stream.seek(8)
print(stream.write(b"end"), stream.getvalue())
stream.truncate(2)
stream.seek(6)
stream.write(b"!")
print(stream.getvalue())
stream.seek(0)
print([stream.readline(), stream.read1(), stream.readline()])

stream = io.BytesIO(b"a\nbb\n\nccc")
print(list(stream), stream.readlines())
stream.seek(2)
print(stream.readlines(1), stream.readline(1), stream.read(-1))
stream.seek(100)
print(stream.read(5), stream.readline(), stream.tell())

total = io.BytesIO()
for number in range(3000):
    total.write(b"%d," % number)
    if number % 500 == 0:
        total.getvalue()
print(len(total.getvalue()), total.getvalue()[-10:])
print(sys.getsizeof(io.BytesIO()), sys.getsizeof(io.BytesIO(b"a" * 1000)))

closing = io.BytesIO(b"abc")
closing.close()
for call in (closing.getvalue, closing.getbuffer, closing.read, closing.tell):
    try:
        call()
    except ValueError as error:
        print(error)
closing.__init__(b"again")
print(closing.closed, closing.read())
closing.__setstate__((b"state", 2, {"name": 1}))
print(closing.read(), closing.name)
