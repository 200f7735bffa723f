# Arrays: every type code, what each refuses, slices, buffers, pickles of other machines.
import array
import copy
import pickle
from array import array as make

codes = array.typecodes.replace("u", "w")


def attempt(function, *args):
    try:
        result = function(*args)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(result)


for code in codes:
    print(code, make(code).itemsize, memoryview(make(code)).format)
    for value in (-1, 300, 70000, -40000, 1 << 31, 1 << 40, 1 << 63, 1 << 70, 1.5, "x", "xy", None):
        print(" ", repr(value), end=" ")
        attempt(make, code, [value])
attempt(make)
attempt(make, "i", 1)
attempt(make, "i", "text")
attempt(make, "i", b"abc")
attempt(make, "z")
attempt(make, "b", make("i", [1, 2]))
attempt(make, "i", make("w", "x"))
numbers = make("i", [3, 1, 2, 1])
for function in (
    lambda: numbers.index(9),
    lambda: numbers.index(1, 2),
    lambda: numbers.index(1, -1),
    lambda: numbers.remove(9),
    lambda: numbers.pop(9),
    lambda: numbers[9],
    lambda: numbers["a"],
    lambda: numbers[::-1],
    lambda: numbers[1:3] + numbers[::2],
    lambda: numbers + make("b"),
    lambda: numbers + [1],
    lambda: numbers.extend(make("b")),
    lambda: numbers.__setitem__(slice(0, 2), [1]),
    lambda: numbers.__setitem__(slice(0, 4, 2), make("i", [1])),
    lambda: numbers.fromlist([1, "a"]),
    lambda: numbers.frombytes(b"abc"),
    lambda: (numbers.count(1), 2 in numbers, numbers * 2, numbers == make("d", [3, 1, 2, 1]), numbers < make("i", [4])),
    lambda: hash(numbers),
):
    attempt(function)
numbers[1:1] = make("i", [7, 8])
del numbers[::2]
numbers.insert(-100, 5)
numbers.extend(iter([6]))
numbers[::-1] = numbers
numbers.reverse()
print(numbers, numbers.tolist(), numbers.tobytes(), copy.copy(numbers) == numbers)
numbers.byteswap()
print(numbers)
with memoryview(numbers) as view:
    view[0] = 1
    attempt(numbers.append, 1)
    attempt(numbers.clear)
    numbers[0:1] = make("i", [2])
print(numbers[0], make("w", 'a"é'), make("w", "ab").tounicode(), make("f", [1.1]))
for code, values in (("i", [1, -1]), ("d", [0.5]), ("w", "é")):
    original = make(code, values)
    for protocol in range(2, 6):
        assert pickle.loads(pickle.dumps(original, protocol)) == original
    print(original.__reduce_ex__(3)[1][1:])
rebuild = array._array_reconstructor
for arguments in (("i", 5, b"\xff" * 4), ("q", 11, b"\x80" + b"\0" * 7), ("d", 17, bytes.fromhex("3ff8000000000000")), ("w", 19, b"\0a\0b"), ("i", 99, b""), ("z", 1, b""), ("i", 3, b"abc")):
    attempt(rebuild, make, *arguments)
iterator = iter(make("b", [1, 2, 3]))
next(iterator)
print(iterator.__reduce__()[1:], list(iterator), iterator.__reduce__()[1:])
