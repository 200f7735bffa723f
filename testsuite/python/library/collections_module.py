"""collections: deque, Counter, OrderedDict, defaultdict, namedtuple, ChainMap."""

from collections import (
    ChainMap,
    Counter,
    OrderedDict,
    UserDict,
    UserList,
    abc,
    defaultdict,
    deque,
    namedtuple,
)

d = deque([1, 2, 3], maxlen=4)
d.append(4)
d.append(5)
d.appendleft(0)
print(d, d.maxlen, d[0], d[-1], len(d), d.pop(), d.popleft(), d)
d.extend([7, 8])
d.extendleft([9, 10])
d.rotate(1)
print(
    d,
    d.count(9),
    d.index(d[1]),
    list(reversed(d)),
    7 in d,
    d.copy() == d,
    d + deque([1]),
    d * 2,
    deque("abc") < deque("abd"),
)
d.remove(d[2])
d.reverse()
d[0] = "set"
del d[-1]
print(d, deque(), repr(deque(maxlen=0)), bool(deque()))
for bad in (
    lambda: deque().pop(),
    lambda: deque().popleft(),
    lambda: deque([1])[3],
    lambda: deque([1]).remove(2),
    lambda: deque([1], 1).insert(0, 2),
    lambda: deque(5),
    lambda: deque([], -1),
    lambda: deque([1]).index(5),
    lambda: hash(deque()),
    lambda: deque([1])[0:1],
    lambda: deque([1]) + [1],
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
it = deque([1, 2, 3])
try:
    for x in it:
        it.append(x)
except RuntimeError as e:
    print(e)
c = Counter("mississippi")
print(
    c,
    c.most_common(2),
    c["z"],
    c["s"],
    sorted(c.elements()),
    c.total(),
    c + Counter("ms"),
    c - Counter("mmsss"),
    c & Counter("mi"),
    c | Counter("zzz"),
    +Counter(a=-1, b=1),
    -Counter(a=-1),
    Counter(a=1) == Counter(a=1, b=0),
    Counter(a=1) <= Counter(a=2),
)
c.update("mm")
c.subtract({"s": 10})
del c["i"], c["nothere"]
print(c, Counter([1, 1, 2]), Counter(x=3), Counter({"a": 2}))
o = OrderedDict(a=1, b=2, c=3)
o.move_to_end("a")
o.move_to_end("c", last=False)
print(
    o,
    o.popitem(last=False),
    o,
    o == OrderedDict(b=2, a=1),
    o == {"a": 1, "b": 2},
    o == OrderedDict(a=1, b=2),
    list(reversed(o)),
    o | {"z": 1},
    repr(OrderedDict()),
)
try:
    o.move_to_end("nope")
except KeyError as e:
    print("KeyError", e)
dd = defaultdict(list)
dd["a"].append(1)
dd["b"]
print(
    dd,
    dd.get("q"),
    "q" in dd,
    dd.default_factory,
    defaultdict(int, x=1),
    defaultdict(None),
    dd | {"c": 1},
    dd.copy(),
)
try:
    defaultdict(None)["x"]
except KeyError as e:
    print("KeyError", e)
try:
    defaultdict(5)
except TypeError as e:
    print(e)
P = namedtuple("P", "x y z", defaults=[0])
p = P(1, y=2)
print(
    p,
    p.x,
    p[1],
    p._asdict(),
    p._replace(x=9),
    P._fields,
    P._field_defaults,
    P._make([1, 2, 3]),
    p == (1, 2, 0),
    tuple(p),
    P.__doc__,
    P.x.__doc__,
    p.__class__.__name__,
    repr(P),
    hash(p) == hash((1, 2, 0)),
    p + (5,),
)
for bad in (
    lambda: P(1),
    lambda: P(1, 2, 3, 4),
    lambda: p._replace(q=1),
    lambda: setattr(p, "x", 1),
    lambda: namedtuple("B", "a a"),
    lambda: namedtuple("B", "class"),
    lambda: namedtuple("B", "_x"),
    lambda: P._make([1]),
    lambda: namedtuple("1x", "a"),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(namedtuple("R", "a class a", rename=True)._fields)
m = ChainMap({"a": 1}, {"a": 2, "b": 3})
m["c"] = 5
print(m, m["a"], m["b"], list(m), len(m), m.new_child({"a": 0})["a"], m.parents, dict(m))


class Lower(UserDict):
    def __setitem__(self, k, v):
        super().__setitem__(k.lower(), v)


print(
    Lower(A=1, B=2),
    UserList([1, 2]) + [3],
    isinstance([], abc.Sequence),
    isinstance({}, abc.Mapping),
    isinstance(set(), abc.MutableSet),
    isinstance(iter([]), abc.Iterator),
    isinstance(len, abc.Callable),
    issubclass(int, abc.Hashable),
    isinstance([], abc.Hashable),
    isinstance((x for x in ()), abc.Generator),
)
