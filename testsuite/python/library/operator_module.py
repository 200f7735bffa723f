"""operator: functions, getters, callers; the timing-safe comparison."""

import operator as op
import pickle


def t(f):
    try:
        print(repr(f()))
    except BaseException as e:
        print(type(e).__name__, e)


for name in sorted(n for n in dir(op) if not n.startswith("_")):
    f = getattr(op, name)
    print(name, getattr(f, "__text_signature__", None), (f.__doc__ or "").splitlines()[0])
    for args in ((3, 2), (7,), ([1, 2], [3]), ([1, 2, 1], 1), ("a", "b"), ([5, 6], 0, 9), (None, 1), ()):
        t(lambda: f(*args))

getters = [
    op.itemgetter(1), op.itemgetter(1, 0), op.itemgetter(slice(1)), op.itemgetter("a"),
    op.attrgetter("real"), op.attrgetter("real.imag", "imag"), op.attrgetter("nope"),
    op.methodcaller("count", 1), op.methodcaller("split", sep=","), op.methodcaller("index", 9),
]
for g in getters:
    print(g, g.__reduce__())
    for x in ((1, 2), [3, 4], {"a": 5}, "a,b", 3.5, {1: 2, 0: 3}):
        t(lambda: g(x))
        t(lambda: pickle.loads(pickle.dumps(g))(x))
for bad in (
    lambda: op.itemgetter(), lambda: op.itemgetter(1, x=2), lambda: op.attrgetter(), lambda: op.attrgetter(1),
    lambda: op.attrgetter("a", b=1), lambda: op.methodcaller(), lambda: op.methodcaller(1),
    lambda: getters[0](), lambda: getters[0](1, 2), lambda: getters[0](x=1), lambda: getters[4](), lambda: getters[7](),
    lambda: op.length_hint([], "a"), lambda: op.length_hint(object(), 7), lambda: op.call(),
    lambda: op.call(dict, a=1), lambda: op.indexOf([], 1), lambda: op.countOf(3, 1), lambda: op._compare_digest("a", "é"),
    lambda: op._compare_digest("a", "a"), lambda: op._compare_digest(b"a", bytearray(b"b")), lambda: op._compare_digest("a", b"a"),
    lambda: op.concat([], ()), lambda: op.concat(1, 2), lambda: op.iconcat([1], (2,)), lambda: op.iconcat(1, 2), lambda: op.index(True),
):
    t(bad)
