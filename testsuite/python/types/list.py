"""list: methods, slices, sorting, identity, errors."""

a = [3, 1, 2]
a.append(5)
a.extend((7, 8))
a.insert(1, 99)
a.insert(-1, "x")
a.insert(100, "end")
print(a, a.pop(), a.pop(1), a.index(5), a.count(3), a.index(7, 3))
a.remove("x")
a.reverse()
print(a, a[1:3], a[::-2], a[-2:], a[10:], a + [1], a * 2, [0] * 3, 3 in a, len(a))
a[1:3] = ["p", "q", "r"]
print(a)
a[::2] = "ABC" if len(a[::2]) == 3 else ["A"] * len(a[::2])
print(a)
del a[0], a[-1:]
a[len(a) :] = [1, 2]
a[:0] = ["front"]
print(a)
a.clear()
print(a, a.copy() is a)
for bad in (
    lambda: [].pop(),
    lambda: [1].pop(5),
    lambda: [].remove(1),
    lambda: [1].index(2),
    lambda: [1][5],
    lambda: [1]["a"],
    lambda: [1].__setitem__(5, 1),
    lambda: [1, 2].__setitem__(slice(0, 2, 2), [1, 2]),
    lambda: [] + (),
    lambda: [1] * "a",
    lambda: [1].insert("a", 1),
    lambda: list(5),
    lambda: hash([]),
    lambda: [1] < ["a"],
    lambda: sorted([1, "a"]),
    lambda: [3, 1].sort(None),
    lambda: [].extend(5),
    lambda: [1][1.5],
    lambda: [].__delitem__(0),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
r = [1]
r.append(r)
print(r, r[1] is r, repr((r,)))
print(
    [1, 2] < [1, 3], [1] < [1, 0], [] < [1], [1, 2] == [1.0, 2.0], [[1], [2]] == [[1], [2]], [1, 2] != (1, 2)
)
words = ["banana", "Apple", "cherry", "apple", "fig"]
print(
    sorted(words),
    sorted(words, key=str.lower),
    sorted(words, key=len, reverse=True),
    sorted(words, reverse=True),
)
pairs = [(1, "b"), (0, "z"), (1, "a"), (0, "y")]
pairs.sort(key=lambda p: p[0])
print(pairs, sorted([0.5, -1, 3, True]), sorted([(2, "a"), (1, [])]), sorted({3: 1, 1: 2}), sorted("hello"))


class Key:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        return self.n > other.n


print([k.n for k in sorted(map(Key, [1, 3, 2]))])
from functools import cmp_to_key

print(sorted([5, 2, 8], key=cmp_to_key(lambda x, y: y - x)))
mutating = [3, 2, 1]


def key(x):
    mutating.append(x)
    return x


try:
    mutating.sort(key=key)
except ValueError as e:
    print(e)
n = list(range(10))
print(n[2:8:3], n[-1:-5:-1], n[5:2], n[slice(1, -1)], [*n[:2], *n[-2:]])
it = iter(n)
next(it)
print(it.__length_hint__(), list(it), next(it, "done"), it.__reduce__()[0].__name__)
grow = [1, 2, 3]
for x in grow:
    if x < 6:
        grow.append(x + 3)
print(grow)
for x in (shrink := [1, 2, 3, 4]):
    shrink.remove(x)
print(shrink)
b = [[0] * 2] * 2
b[0][0] = 1
print(
    b,
    list("ab"),
    list({1: 2}),
    list(range(3)),
    list(zip([1, 2], "ab")),
    [*reversed([1, 2])],
    list(enumerate("ab", 1)),
)
t = (1, 2, (3, [4]))
t[2][1].append(5)
print(
    t,
    t.index(2),
    t.count(1),
    t[::-1],
    t + (9,),
    (1,) * 3,
    (),
    (1,),
    1 in t,
    tuple("ab"),
    hash((1, 2)) == hash((1, 2)),
)
try:
    t[2][1] += [6]
    t[0] += 1
except TypeError as e:
    print(e, t)
big = list(range(1000))
import random

random.seed(1)
random.shuffle(big)
print(sorted(big) == list(range(1000)), big[:5], sorted(big, key=lambda v: -v)[:3])
print(list.__doc__.splitlines()[0], [].__sizeof__() > 0, list[int], list.__class_getitem__(str))
