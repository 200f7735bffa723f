"""dict: order, methods, views, deletion, unusual keys."""

d = {"b": 1, "a": 2}
d["c"] = 3
d["b"] = 10
del d["a"]
d["a"] = 4
print(d, list(d), len(d), "a" in d, d.get("z"), d.get("z", 0), d.setdefault("n", []), d.setdefault("b", 5), d)
print(d.pop("n"), d.pop("q", "default"), d.popitem(), d, dict(d) == d, d.copy() is d)
d.update({"x": 1}, y=2)
d.update([("z", 3)])
print(
    d,
    d | {"x": 9},
    {"x": 0} | d,
    list(reversed(d)),
    dict.fromkeys("abc", 0),
    dict(a=1, **{"b": 2}),
    dict([(1, 2)]),
    dict(zip("ab", [1, 2])),
)
d |= [("w", 5)]
print(d)
k, v, i = d.keys(), d.values(), d.items()
d["late"] = 1
print(k, v, i, len(k), ("late", 1) in i, "x" in k, 5 in v)
print(
    sorted(k & {"x", "q"}),
    sorted(k | {"q"}),
    sorted(k - {"x"}),
    sorted(k ^ {"x", "q"}),
    k.isdisjoint(["q"]),
    k == set(d),
    {"a": 1}.items() == {("a", 1)},
    k.mapping["x"],
    list(reversed(i))[0],
)
for bad in (
    lambda: d["missing"],
    lambda: d.pop("missing"),
    lambda: {}.popitem(),
    lambda: {[]: 1},
    lambda: d[{}],
    lambda: dict(5),
    lambda: dict([1]),
    lambda: dict([(1, 2, 3)]),
    lambda: d.update(5),
    lambda: d + d,
    lambda: d < d,
    lambda: {}.fromkeys(5),
    lambda: hash({}),
    lambda: d.__delitem__("missing"),
    lambda: d | 5,
    lambda: d.get([]),
    lambda: dict.fromkeys([[]]),
    lambda: {**5},
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
for change in (lambda: d.update(new=1), lambda: d.pop("x")):
    try:
        for key in d:
            change()
    except RuntimeError as e:
        print(e)
for key in d:
    d[key] = key
print(d)


class Missing(dict):
    def __missing__(self, key):
        return f"missing {key}"


m = Missing(a=1)
print(m["a"], m["b"], m.get("b"), "b" in m, m)


class Collide:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return 1

    def __eq__(self, other):
        print(f"{self.n}=={getattr(other, 'n', other)}", end=" ")
        return isinstance(other, Collide) and self.n == other.n

    def __repr__(self):
        return f"C{self.n}"


c = {Collide(1): "a", Collide(2): "b"}
print(c.get(Collide(2)), c.get(Collide(3)), c.get(1))
print(
    {1: "int", True: "bool", 1.0: "float"},
    {0: 1, False: 2},
    {"a": 1, "a": 2},
    {None: 0, (): 1, frozenset(): 2},
)
nan = float("nan")
print({nan: 1}[nan], float("nan") in {nan: 1})
r = {}
r["self"] = r
print(r, {1: {2: {}}})
big = {i: str(i) for i in range(1000)}
for i in range(0, 1000, 2):
    del big[i]
for i in range(2000, 2010):
    big[i] = i
print(len(big), list(big)[:3], list(big)[-3:], sum(k for k in big))
it = iter(big)
next(it)
print(
    it.__length_hint__(),
    type(it).__name__,
    type(big.items()).__name__,
    repr({}.keys()),
    {}.values(),
    iter({}.items()).__class__.__name__,
)
print(
    {"a": 1} == {"a": 1.0}, {"a": 1, "b": 2} == {"b": 2, "a": 1}, {} != [], bool({}), {"x": [1]} == {"x": [1]}
)
print(
    [*{"a": 1, "b": 2}],
    {**{"a": 1}, "a": 2},
    max({"a": 3, "b": 1}, key={"a": 3, "b": 1}.get),
    sorted({"b": 1, "a": 2}.items(), key=lambda p: p[1]),
)
from types import MappingProxyType

p = MappingProxyType({"a": 1})
print(p, p["a"], p | {"b": 2}, len(p), list(p.items()))
try:
    p["b"] = 1
except TypeError as e:
    print(e)
