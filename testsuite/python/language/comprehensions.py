"""Comprehensions: scopes, conditions, nesting, assignment expressions."""

print([x * y for x in range(3) for y in range(x + 1)])
print(
    {x % 3 for x in range(10)} == {0, 1, 2},
    {x: x**2 for x in range(4)},
    [[j for j in range(i)] for i in range(4)],
)
print([x for x in range(20) if x % 2 if x % 3])
x = "outer"
print([x for x in "abc"], x)


class Scope:
    items = [1, 2, 3]
    doubled = [i * 2 for i in items]
    try:
        product = [i * j for i in items for j in items]
    except NameError as e:
        print(e)


print(Scope.doubled)


def local():
    y = 10
    fs = [lambda: y + i for i in range(3)]
    y = 20
    print([f() for f in fs])
    print([locals_ for locals_ in sorted(locals())])
    return [(z := y + i) for i in range(3)], z


print(local())
print(any((hit := n) % 7 == 0 for n in range(10, 20)), hit)
matrix = [[1, 2, 3], [4, 5, 6]]
print([[row[i] for row in matrix] for i in range(3)], [cell for row in matrix for cell in row])
print([(a, b) for a, *b in [(1, 2, 3), (4,)]], {k: v for d in ({"a": 1}, {"b": 2}) for k, v in d.items()})
print([i for i in range(5) if (i, i)[1] > 2], list(map(lambda t: t[0], [(1, 2)])))
print([f"{k}={v}" for k, v in {"a": 1}.items()], [*range(3), *"ab"], {**{"a": 1}, "b": 2}, (*[1], 2))
gen = (i for i in [print("first iterable is evaluated at once"), 2][1:])
print("before", next(gen))
try:
    [undefined for _ in [1]]
except NameError as e:
    print(e)
for bad in (
    "[x := 1 for x in []]",
    "[(i := 0) for i in range(3)]",
    "[i for i in (j := [1])]",
    "{**a for a in b}",
    "[*a for a in b]",
):
    try:
        compile(bad, "", "eval")
        print("ok", bad)
    except SyntaxError as e:
        print(e.msg)


def yields():
    return [(yield_ := i) for i in range(2)], yield_


print(yields())
print(
    sorted({len(w) for w in "the quick brown fox".split()}), {c: "aab".count(c) for c in sorted(set("aab"))}
)
primes = [n for n in range(2, 50) if all(n % d for d in range(2, int(n**0.5) + 1))]
print(primes)
print(
    [*map(str, (i for i in range(3)))],
    sum(i * i for i in range(10)),
    max((len(w), w) for w in ["a", "bbb", "cc"]),
)
