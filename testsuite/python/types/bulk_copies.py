"""What copies many items at once: repetition, whole tables, conversion, sorting by values, searching in blocks."""

import array
import sys

# Repetition of units of all lengths, of all sequences.
for unit in ("", "a", "ab", "abc", "\u20ac", "a\u20ac", "\U0001f600b", "x" * 100):
    for count in (-1, 0, 1, 2, 3, 7, 64):
        text = unit * count
        assert text == "".join(unit for _ in range(count)), (unit, count)
        data = unit.encode()
        assert data * count == b"".join(data for _ in range(count))
        assert bytearray(data) * count == data * count
        grown = bytearray(data)
        grown *= count
        assert grown == data * count
        items = list(unit)
        expected = [item for _ in range(count) for item in unit]
        assert items * count == expected
        items *= count
        assert items == expected
        assert tuple(unit) * count == tuple(expected)
        numbers = array.array("h", range(len(unit)))
        assert (numbers * count).tolist() == list(range(len(unit))) * max(count, 0)
        numbers *= count
        assert numbers.tolist() == list(range(len(unit))) * max(count, 0)

marker = object()
before = sys.getrefcount(marker)
many = [marker, marker] * 50
print(sys.getrefcount(marker) - before)
many *= 3
print(sys.getrefcount(marker) - before)
much = (marker,) * 7
print(sys.getrefcount(marker) - before)
del many, much
print(sys.getrefcount(marker) - before)

for operation in (
    lambda: b"ab" * sys.maxsize,
    lambda: "ab" * sys.maxsize,
    lambda: bytearray(b"ab") * sys.maxsize,
    lambda: [1, 2] * sys.maxsize,
    lambda: (1, 2) * sys.maxsize,
    lambda: array.array("i", [1]) * sys.maxsize,
):
    try:
        operation()
    except (MemoryError, OverflowError) as error:
        print(type(error).__name__, error)

# Tables with and without gaps.
for size in (0, 1, 5, 6, 50, 1000):
    for keys in (range(size), [str(i) for i in range(size)], [(i, i) for i in range(size)]):
        whole = {key: [key] for key in keys}
        for gaps in (0, 2, 3, 9):
            table = dict(whole)
            if gaps:
                for key in list(table)[::gaps]:
                    del table[key]
            copies = [table.copy(), dict(table), {**table}, table | {}]
            fresh = {}
            fresh.update(table)
            copies.append(fresh)
            emptied = {1: 2, "x": 3}
            emptied.clear()
            emptied.update(table)
            copies.append(emptied)
            for copy in copies:
                assert copy == table and list(copy) == list(table)
                assert all(copy[key] is table[key] for key in table)
                copy["new"] = 1
                copy.pop("new")
                assert copy == table
                for key in list(copy):
                    del copy[key]
                assert not copy
            merged = {"first": 1, 0: 2}
            merged.update(table)
            assert len(merged) == len({"first", 0, *table})
            assert list(merged)[:2] == ["first", 0]

table = dict.fromkeys(range(2000))
while table:
    last = next(reversed(table))
    assert table.popitem() == (last, None)
    if last % 3 == 0:
        table[-last] = 1
        assert table.popitem() == (-last, 1)
        table.pop(last - 1, None)
table["again"] = 1
print(table, table.popitem(), table)

table = dict.fromkeys(range(10))
iterator = iter(table)
next(iterator)
table.popitem()
try:
    list(iterator)
except RuntimeError as error:
    print(error)

for size in (0, 1, 4, 5, 6, 100, 5000):
    items = {(i * 7919) % 10007 for i in range(size)}
    assert items.copy() == items and list(items.copy()) == list(frozenset(items))
    gappy = set(items)
    for item in list(gappy)[::3]:
        gappy.discard(item)
    assert gappy.copy() == gappy == frozenset(gappy) == set() | gappy
    assert set(items) | gappy == items


class Key:
    """Counts comparisons."""

    compared = 0

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return 1

    def __eq__(self, other):
        Key.compared += 1
        return self.value == other.value


keys = [Key(i) for i in range(20)]
table, items = dict.fromkeys(keys), set(keys)
Key.compared = 0
copies = [table.copy(), dict(table), {**table}, items.copy(), frozenset(items), set(items)]
print(Key.compared, [len(copy) for copy in copies])


class Cross(dict):
    def __iter__(self):
        return iter("xy")

    def keys(self):
        return ["x"]

    def __getitem__(self, key):
        return key * 2


print(dict(Cross(a=1)), {**Cross(a=1)}, Cross(a=1).copy())


# What a pair is.
class Two:
    def __iter__(self):
        return iter("kv")


print(dict([("a", 1), ["b", 2], "cd", Two()]))
for pairs in ([(1, 2, 3)], [(1,)], [5], [[]], [("a", 1), None]):
    try:
        dict(pairs)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)


# Lists that change while they are compared, appended to, or converted.
class Clears:
    def __eq__(self, other):
        left.clear()
        return True

    __hash__ = None


left, right = [1, Clears(), 3], [1, 2, 3]
print(left == right, left)


def growing():
    for i in range(5):
        target.append(-i)
        yield i


target = []
target.extend(growing())
print(target)
target = [1, 2, 3]
target.extend(target)
print(target, tuple(target), [*target, *target])


class Hint:
    def __init__(self, hint):
        self.hint = hint

    def __iter__(self):
        print("iter")
        return iter([1, 2])

    def __length_hint__(self):
        print("hint")
        return self.hint


print(list(Hint(1)), sorted(Hint(7)))

# Sorting by what values say.
nan = float("nan")
print(sorted([3.0, nan, 1.0, -0.0, 0.0, float("-inf")]))
print(sorted([3, 1.5, True, 2**70, -(2**70)]), sorted([2**70, -(2**70), 2**69]))
words = ["b", "", "a\0", "a", "abcdefgh", "abcdefghi", "abcdefgh\0", "\xff", "abcdefga", "abcdefg"]
print(sorted(words), sorted(words, reverse=True))
print(sorted(["a\u20ac", "a", "\U0001f600", "b", "\u20ac\u20ac", "\u20ac"]))
pairs = [("a", 1), ("a", 0), ("b", -1)]
print(sorted(pairs, key=lambda pair: pair[0]), sorted(pairs, key=lambda pair: pair[0], reverse=True))
print([max(values) for values in ([1.0, nan], [nan, 1.0], [1, 1.0], ["a", "b"], [True, 1])])

# Searching for characters of all widths, near and far.
for wide in ("b", "\u20ac", "\U0001f600"):
    for length in (0, 1, 11, 12, 13, 43, 44, 45, 300):
        text = "a" * length + wide + "a" * length + wide + "c"
        assert text.find(wide) == length and text.rfind(wide) == 2 * length + 1
        assert text.index(wide + "c") == 2 * length + 1 and text.rfind("zz") == text.find("z") == -1
        assert text.count(wide) == 2 and text.count("aa" + wide) == (2 if length >= 2 else 0)
        assert text.split(wide) == ["a" * length, "a" * length, "c"] == text.rsplit(wide)
        assert text.startswith("a" * length) and text.endswith(wide + "c")
        assert (
            text[::-1] == "".join(reversed(text)) and text[::-3] == "".join(reversed(text[::-1][::3]))[::-1]
        )
        assert text.replace(wide, "-") == "-".join(text.split(wide))
        assert text < text + "a" and not text < text[:-1] and (text[:-1] + "b" < text)

# Translation, digits.
print(
    "abc-abc-\u20ac".translate({97: "xx", 98: None, 45: 0x20AC, 0x20AC: 97}), "abc".translate({97: 0x1F600})
)
for value in (0, 1, -1, 255, -256, 2**30, 2**60 - 1, -(2**60), 2**61 + 5, -(3**100), 16**40, 8**41 - 1):
    assert int(hex(value), 16) == int(oct(value), 8) == int(bin(value), 2) == int(str(value)) == value
    print(hex(value), oct(value), len(bin(value)))
print(hex(True), bin(False))
for text in (
    "-0",
    "+7",
    "-",
    "",
    "1_0",
    " 12 ",
    "000123",
    "999999999999999999",
    "-1000000000000000000",
    "1a",
    "--1",
):
    try:
        print(int(text), int(text.encode()))
    except ValueError as error:
        print(error)

# Views of memory take contiguous items at once, and others one by one.
memory = bytearray(10)
view = memoryview(memory)
view[2:5] = b"abc"
view[1:] = view[:-1]
view[::3] = b"0123"
view[5:5] = b""
print(memory)
numbers = memoryview(array.array("i", range(6)))
numbers[3:] = array.array("i", [7, 8, 9])
numbers[::-2] = numbers[:3]
print(numbers.tolist())
try:
    view[:3] = b"ab"
except ValueError as error:
    print(error)

# Bytes that are made in place.
data = b"ab cd\tef"
print(data.center(12, b"*"), data.ljust(10), data.rjust(9, b"."), b"-7".zfill(5), bytearray(b"+").zfill(3))
print(data.translate(bytes(range(256))) is data, data.translate(bytes(reversed(range(256)))).hex())
print(
    data.translate(None, b"ab"),
    data.translate(bytes(256), b"c"),
    b", ".join([b"x", bytearray(b"y"), memoryview(b"z")]),
)
print(
    data.replace(b"", b"-"),
    data.replace(b"cd", b""),
    data + bytearray(b"!"),
    bytes(3),
    bytearray(2),
    bytes([0, True, 255]),
)
for wrong in ([256], [-1], [2**70], ["a"], [1.0]):
    for kind in (bytes, bytearray):
        try:
            kind(wrong)
        except (ValueError, TypeError) as error:
            print(type(error).__name__, error)
for ends in (" a ", "", "  ", " \u20ac ", "\u3000a\u3000", "xyx"):
    print(
        [
            ends.strip(),
            ends.lstrip(),
            ends.rstrip(),
            ends.strip("x\u3000"),
            ends.encode().strip(),
            ends.encode().rstrip(b"x "),
        ]
    )

for value in (0.0, -0.5, 1e17, 2.5e18, -1e30, 5e-324):
    print(int(value), value.__floor__(), value.__ceil__(), value.__trunc__())
for value in (nan, float("-inf")):
    try:
        int(value)
    except (ValueError, OverflowError) as error:
        print(error)
