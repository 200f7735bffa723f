"""slice, range, enumerate, zip, map, filter, reversed, iter."""

r = range(2, 20, 3)
print(
    r,
    list(r),
    len(r),
    r[0],
    r[-1],
    r[1:3],
    r[::-1],
    5 in r,
    6 in r,
    5.0 in r,
    "a" in r,
    r.index(8),
    r.count(8),
    r.start,
    r.stop,
    r.step,
)
print(
    range(0),
    list(range(5, 0, -2)),
    range(3) == range(0, 3, 1),
    range(0, 3, 2) == range(0, 4, 2),
    hash(range(3)) == hash(range(0, 3)),
    bool(range(0)),
    len(range(10**18)),
    range(10**30)[10**29],
    10**29 in range(10**30),
)
for bad in (
    lambda: range(1, 2, 0),
    lambda: range(1.5),
    lambda: range("a"),
    lambda: r[10],
    lambda: r.index(6),
    lambda: range(),
    lambda: len(range(10**30)),
    lambda: slice(),
    lambda: hash(slice(1)) and slice(0)(1),
    lambda: iter(5),
    lambda: next([]),
    lambda: next(iter([])),
    lambda: zip([1], 5),
    lambda: list(zip([1], [1, 2], strict=True)),
    lambda: list(zip([1, 2], [1], strict=True)),
    lambda: enumerate(5),
    lambda: reversed({1}),
    lambda: map(5),
    lambda: list(map(5, [1])),
    lambda: filter(None),
    lambda: iter(5, 5),
    lambda: sum(["a"]),
    lambda: sum([[1]]),
    lambda: max([]),
    lambda: max(1, "a"),
    lambda: min(),
    lambda: max([], default=0),
    lambda: slice(1).indices("x"),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
s = slice(1, 10, 2)
print(
    s,
    s.indices(5),
    slice(None),
    slice(None, None, -1).indices(5),
    slice(-3, None).indices(10),
    s == slice(1, 10, 2),
    slice(1, 2) < slice(2, 3),
    (s.start, s.stop, s.step),
)


class Show:
    def __getitem__(self, key):
        return key


x = Show()
print(x[1], x[1:2], x[::], x[1:2, 3], x[...], x[:, None], x[()], x[*[1, 2]], x[1:2:3], x["a":"b"])
print(
    list(enumerate("abc", start=5)),
    list(zip("ab", range(3))),
    list(zip()),
    list(zip("ab")),
    list(map(lambda a, b: a * b, [1, 2, 3], [4, 5])),
    list(filter(None, [0, 1, "", "a"])),
    list(filter(str.isupper, "aBcD")),
)
print(
    list(reversed(range(3))),
    list(reversed("ab")),
    list(reversed({"a": 1, "b": 2})),
    list(iter(iter([1]))),
    list(map(str, [1, 2])),
)
n = iter(range(10))
print(
    list(iter(lambda: next(n), 4)),
    next(n),
    any([]),
    all([]),
    any([0, 1]),
    all([1, 0]),
    sum([1, 2], 10),
    sum([0.1] * 3),
    sum([[1], [2]], []),
    max("b", "a", key=ord),
    max([(1, "x"), (1, "y")], key=lambda t: t[0]),
    min(3, 2),
)
e = enumerate("ab")
print(next(e), e.__class__.__name__, list(e), zip("a").__reduce__()[0].__name__)
z = zip([1, 2, 3], it := iter([10, 20]))
print(list(z), next(it, "empty"))
print(
    [*range(3)][::-1],
    tuple(range(3)),
    sorted(range(5), key=lambda v: -v),
    range(5)[1:4][::-1],
    range(10)[-3:],
    range(0, 10, 3)[1:],
)
it = iter(range(5))
print(
    next(it),
    it.__length_hint__(),
    list(it),
    list(it),
    type(iter(range(10**20))).__name__,
    next(iter(range(10**20, 10**20 + 1))),
)
a, *b = range(4)
print(
    a,
    b,
    [i for i in range(3) for _ in range(i)],
    dict(enumerate("ab")),
    isinstance(iter([]), type(iter([1]))),
    callable(iter),
)
print(
    round(2.567, 1),
    divmod(9, 4),
    pow(2, 10),
    pow(2, 10, 1000),
    abs(-3),
    bin(5),
    hash("a") == hash("a"),
    id(r) == id(r),
    ascii("é"),
    callable(len),
    chr(97),
    ord("a"),
    repr(...),
    bool([]),
    type(...).__name__,
    NotImplemented.__repr__(),
)
print(
    sorted([3, 1, 2], reverse=True),
    [].__iter__().__next__.__name__,
    list(map(max, [1, 5], [4, 2])),
    isinstance(1, (str, int)),
    isinstance(1, int | str),
    issubclass(bool, int),
    vars(type("T", (), {"a": 1}))["a"],
)
