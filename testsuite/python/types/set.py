"""set and frozenset."""

a, b = {1, 2, 3}, {3, 4}
print(
    a | b,
    a & b,
    a - b,
    a ^ b,
    a <= b,
    {3} < b,
    a >= {1},
    a.isdisjoint({9}),
    {1, 2} == {2, 1},
    a.issubset(range(10)),
    a.issuperset([1]),
)
print(a.union([7], (8,)), a.intersection([1, 2], [2]), a.difference([1], [2]), a.symmetric_difference([3, 9]))
c = a.copy()
c.add(10)
c.discard(99)
c.remove(1)
c.update([20], {30})
c -= {2}
c |= {5}
c &= {3, 5, 10, 20}
c ^= {3, 4}
print(sorted(c), len(c), 5 in c)
c.intersection_update([5, 10])
c.difference_update([5])
c.symmetric_difference_update([7])
print(sorted(c), c.pop() in {7, 10}, len(c))
c.clear()
print(
    c,
    frozenset(),
    frozenset([1]),
    set(),
    {1},
    set("a"),
    frozenset("a") | {"a"},
    type({1} | frozenset([2])).__name__,
    type(frozenset([2]) | {1}).__name__,
)
for bad in (
    lambda: set().pop(),
    lambda: {1}.remove(2),
    lambda: {[]},
    lambda: {1} | [2],
    lambda: set(5),
    lambda: hash(set()),
    lambda: {1} < 1,
    lambda: set().add([]),
    lambda: {1} + {2},
    lambda: frozenset().add(1),
    lambda: {1}[0],
    lambda: set(1, 2),
    lambda: {{1}},
    lambda: {1}.remove({2}),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    {frozenset([1]): "ok"}[frozenset([1])],
    {1} in {frozenset([1])},
    hash(frozenset([1, 2])) == hash(frozenset([2, 1])),
    {1, 1.0, True},
    {0, False},
)
s = {1, 2}
try:
    for x in s:
        s.add(x + 100)
except RuntimeError as e:
    print(e)
big = set(range(0, 1000, 3)) & set(range(0, 1000, 5))
print(len(big), sorted(big)[:5], sum(big), len(set("mississippi")), sorted(set("mississippi")))


class Sub(set):
    pass


print(type(Sub([1]) | {2}).__name__, Sub([1]), repr(Sub()), Sub([1]) == {1}, type(Sub([1]).copy()).__name__)
words = "the quick brown the lazy dog the".split()
seen = set()
print([w for w in words if not (w in seen or seen.add(w))])
f = frozenset([1])
print(f.copy() is f, frozenset(f) is f, f.union([2]) == {1, 2}, {*[1, 2], *(3,)}, not set())
r = {i % 7 for i in range(100)}
print(r, {(x, y) for x in range(2) for y in range(2)} == {(0, 0), (0, 1), (1, 0), (1, 1)})
print(set.__or__({1}, 5), {1}.__contains__(1), {1}.__le__({1, 2}), set[int], {1}.__eq__([1]))


class Backwards(set):
    def __iter__(self):
        return iter(sorted(set(self.__reduced()), reverse=True))

    def __reduced(self):
        return [x for x in range(10) if x in self]


print(Backwards([3, 1, 2]).__reduce__()[1])
