"""What bytearrays and bytes are made of, and slices with steps that are emptied."""


class Text(str):
    def __bytes__(self):
        return b"from __bytes__"


class Own(bytes):
    pass


class Gives:
    def __init__(self, value):
        self.value = value

    def __bytes__(self):
        return self.value


print(bytes(Text("a")), type(bytes(Gives(Own(b"x")))).__name__)
for make in (lambda: bytearray(Text("a")), lambda: bytes(Gives("text")), lambda: bytes("text")):
    try:
        print(make())
    except TypeError as error:
        print(error)

numbers = bytearray(range(10))
numbers[1:-1:2] = b""
print(numbers)
numbers[::-2] = []
print(numbers)
try:
    numbers[::2] = b"12345"
except ValueError as error:
    print(error)

growing = bytearray()


def source():
    for number in range(5):
        yield number
        lengths.append((len(growing), growing.__alloc__() > len(growing)))


lengths = []
growing.__init__(source())
print(growing, lengths)
try:
    growing.__init__([1, 2, 300])
except ValueError as error:
    print(error)


class Slotted(bytearray):
    __slots__ = ("x", "__dict__")


slotted = Slotted(b"ab")
slotted.x = 1
slotted.y = 2
print(slotted.__reduce_ex__(2)[1:], slotted.__reduce_ex__(3)[1:])

for text in (b"%i", b"%d", b"%u", b"%x"):
    try:
        text % 2j
    except TypeError as error:
        print(error)
for value in (1.5, 1.5j, 3, True):
    for format in ("f", "", "g"):
        try:
            format_ = f".{2**31}{format}"
            value.__format__(format_)
        except ValueError as error:
            print(type(value).__name__, format, error)
