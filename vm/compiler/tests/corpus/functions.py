@first
@second(1)
def f(a, /, b: int = 1, *args: str, c, d=2, **kwargs) -> None:
    """  Doc
        string.
    """
    global counter
    counter += 1

    def inner():
        nonlocal a
        a = b
        del b2
        return __class__, locals()

    b2 = kwargs
    return inner(*args, k=1, **kwargs)


def gen(x):
    y = yield
    z = yield from x
    return y, z


async def coro(x):
    async with x as y:
        await y
    async for z in x:
        yield z


def many(a, b):
    a.b.c(1, 2, k=3)
    f(1, *a, 2, **b, k=1, j=2)
    print(f"{a!r:>{b}} {b}" "tail", sep="")
    a[1:2] = a[b:] + a[::2]
    a.x += 1
    a[b] -= 2
    a[b:a] *= 3
    (a, b), *c = b, a
    a, b = b, a
    return "%s and %-5.3r%%" % (a, b)
