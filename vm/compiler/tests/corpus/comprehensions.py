def f(xs, n):
    a = [x for x in xs if x if x > n]
    b = {x: y for x in xs for y in [x + 1]}
    c = {(lambda: x + z)() for x in xs for z in x}
    d = (y := x for x in xs)
    return [[i * j for i in a] for j in b], c, d, y


class C:
    n = 1
    a = [n for n in range(3)]
    b = [(lambda: m) for m in a]
    c = list(n for m in a)


x = [x for x in (1, 2, 3)]


async def g(xs):
    return [await x async for x in xs], (x async for x in xs for y in x)
