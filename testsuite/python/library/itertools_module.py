"""itertools: every iterator."""

import itertools as it
import operator

take = lambda n, i: list(it.islice(i, n))
print(
    take(4, it.count(10, -2)),
    take(3, it.count(0.5, 0.25)),
    take(5, it.cycle("ab")),
    list(it.repeat("x", 3)),
    list(it.accumulate([1, 2, 3, 4])),
    list(it.accumulate([3, 1, 2], max)),
    list(it.accumulate([1, 2], initial=100)),
    list(it.accumulate([1, 2, 3], operator.mul)),
)
print(
    list(it.chain("ab", [1], ())),
    list(it.chain.from_iterable(["ab", "c"])),
    list(it.compress("abcdef", [1, 0, 1, 0, 1])),
    list(it.dropwhile(lambda x: x < 3, [1, 2, 3, 1])),
    list(it.takewhile(lambda x: x < 3, [1, 2, 3, 1])),
    list(it.filterfalse(None, [0, 1, ""])),
    list(it.starmap(pow, [(2, 3), (3, 2)])),
    list(it.zip_longest("ab", "x", fillvalue="-")),
    list(it.pairwise("abcd")),
    list(it.batched("abcdefg", 3)),
)
print(
    list(it.islice("abcdefg", 2)),
    list(it.islice("abcdefg", 2, 6, 2)),
    list(it.islice("abc", 1, None)),
    list(it.product("ab", [1, 2])),
    list(it.product([0, 1], repeat=2)),
    list(it.product()),
    list(it.permutations("abc", 2)),
    list(it.combinations("abcd", 2)),
    list(it.combinations_with_replacement("ab", 2)),
    len(list(it.permutations(range(5)))),
    list(it.combinations([1], 2)),
)
for key, group in it.groupby("aaabbca"):
    print(key, list(group), end=" ")
print([(k, [w for w in g]) for k, g in it.groupby(sorted(["bb", "a", "cc", "d"], key=len), key=len)])
groups = it.groupby([1, 1, 2])
first = next(groups)
second = next(groups)
print(list(first[1]), list(second[1]))
a, b, c = it.tee(iter([1, 2, 3]), 3)
next(a)
print(list(a), list(b), next(c), list(it.tee(c)[1]))
print(
    it.count(5),
    repr(it.count(1, 2)),
    it.repeat(1),
    it.repeat(1, 5),
    it.repeat(1, 5).__length_hint__(),
    repr(it.count(0.5)),
    next(it.count()),
    take(2, it.count(10**30)),
)
for bad in (
    lambda: it.islice([], -1),
    lambda: it.islice([], 1, 2, 0),
    lambda: it.count("a"),
    lambda: it.combinations("a", -1),
    lambda: it.permutations("a", "x"),
    lambda: it.product("a", repeat=-1),
    lambda: it.tee([], -1),
    lambda: it.batched("a", 0),
    lambda: list(it.batched("abc", 2, strict=True)),
    lambda: it.chain(5).__next__(),
    lambda: it.cycle(5),
    lambda: it.repeat(),
    lambda: it.zip_longest("a", bad=1),
    lambda: it.accumulate(),
    lambda: list(it.starmap(pow, [1])),
    lambda: it.groupby(5),
    lambda: it.compress("a"),
    lambda: it.pairwise(5),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
cyc = it.cycle(iter([]))
print(
    next(cyc, "empty"), list(it.chain.from_iterable(map(range, range(4)))), sum(it.islice(it.count(), 1000))
)


def primes():
    sieve = {}
    for n in it.count(2):
        p = sieve.pop(n, None)
        if p is None:
            sieve[n * n] = n
            yield n
        else:
            m = n + p
            while m in sieve:
                m += p
            sieve[m] = p


print(
    take(20, primes()),
    list(map(operator.add, [1, 2], it.count())),
    dict(zip("abc", it.count())),
    list(zip(it.repeat(0), "ab")),
)
print(
    operator.itemgetter(1, 0)("ab"),
    operator.attrgetter("real", "imag")(3),
    operator.methodcaller("upper")("x"),
    operator.attrgetter("__class__.__name__")(5),
    operator.itemgetter(slice(1, 3))("abcd"),
    repr(operator.itemgetter(1)),
    repr(operator.attrgetter("a.b")),
    repr(operator.methodcaller("m", 1, k=2)),
    operator.concat("a", "b"),
    operator.countOf([1, 1], 1),
    operator.indexOf("abc", "c"),
    operator.length_hint(iter([1])),
    operator.iadd([1], [2]),
    operator.contains("abc", "b"),
    operator.truth([]),
    operator.index(True),
    operator.is_not(1, None),
    operator.call(len, "ab"),
)
