"""functools: caches, partial, reduce, wraps, dispatch, ordering."""

import functools


@functools.lru_cache(maxsize=2)
def square(x):
    print("computing", x)
    return x * x


print(
    square(2),
    square(3),
    square(2),
    square(4),
    square(3),
    square.cache_info(),
    square.cache_parameters(),
    square.__wrapped__(5),
)
square.cache_clear()
print(square.cache_info())


@functools.cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(100), fib.cache_info())
typed = functools.lru_cache(typed=True)(lambda x: type(x).__name__)
print(typed(1), typed(1.0), typed(True), typed.cache_info().currsize)
try:
    square([])
except TypeError as e:
    print(e)
p = functools.partial(int, base=2)
print(
    p("101"),
    p.func,
    p.args,
    p.keywords,
    repr(p),
    p("12", base=3),
    functools.partial(functools.partial(max, 1), 2)(0),
    functools.partial(print, 1, sep="-")(2, 3),
)


class Cell:
    def set(self, state, extra=0):
        return (state, extra)

    alive = functools.partialmethod(set, True, extra=1)

    @functools.cached_property
    def heavy(self):
        print("heavy")
        return 42

    @functools.singledispatchmethod
    def show(self, arg):
        return "object"

    @show.register
    def _(self, arg: int):
        return "int"


cell = Cell()
print(cell.alive(), cell.heavy, cell.heavy, vars(cell), cell.show(1), cell.show("a"))
print(
    functools.reduce(lambda a, b: a * b, range(1, 6)),
    functools.reduce(max, [3, 1]),
    functools.reduce(lambda a, b: a + [b], "ab", []),
)
for bad in (
    lambda: functools.reduce(max, []),
    lambda: functools.partial(),
    lambda: functools.partial(5),
    lambda: functools.reduce(1, 2),
    lambda: functools.lru_cache("x"),
    lambda: functools.singledispatch(len).register("x"),
    lambda: functools.cmp_to_key(5)(1) < functools.cmp_to_key(5)(2),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)


def decorate(f):
    @functools.wraps(f)
    def wrapper(*a, **k):
        """wrapper doc"""
        return ("wrapped", f(*a, **k))

    return wrapper


@decorate
def documented(x: int) -> int:
    """real doc"""
    return x


print(
    documented(1),
    documented.__name__,
    documented.__doc__,
    documented.__wrapped__(2),
    documented.__annotations__,
)


@functools.singledispatch
def describe(x):
    return "something"


@describe.register(int)
@describe.register(float)
def _(x):
    return f"number {x}"


@describe.register
def _(x: list | tuple):
    return "sequence " + ", ".join(map(describe, x))


describe.register(str, lambda x: f"text {x!r}")
print(
    describe(1),
    describe([1, "a", None]),
    describe(True),
    describe((2.5,)),
    describe.dispatch(bool)(3),
    sorted(c.__name__ for c in describe.registry),
)


@functools.total_ordering
class Version:
    def __init__(self, *parts):
        self.parts = parts

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts


print(
    Version(1, 2) <= Version(1, 3),
    Version(2) > Version(1, 9),
    Version(1) >= Version(1),
    sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)),
)
try:

    @functools.total_ordering
    class Nothing:
        pass

except ValueError as e:
    print(e)
print(
    functools.WRAPPER_ASSIGNMENTS,
    functools.partial(max, 5)(3, 9),
    functools.partial(dict, a=1)(b=2),
    repr(functools.cached_property(len))[:30],
)
