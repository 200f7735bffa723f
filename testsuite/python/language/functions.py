"""Functions: every kind of parameter, call forms, attributes and errors."""

import inspect


def f(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    return a, b, c, args, d, e, kwargs


print(f(1, d=4))
print(f(1, 2, 3, 4, 5, d=6, z=7, a=8))
print(f(*[1, 2], *(3, 4), **{"d": 5}, **{"y": 6}))
print(inspect.signature(f))
print(
    f.__defaults__,
    f.__kwdefaults__,
    f.__code__.co_argcount,
    f.__code__.co_posonlyargcount,
    f.__code__.co_kwonlyargcount,
)
for call in (
    lambda: f(),
    lambda: f(1),
    lambda: f(b=1, d=2),
    lambda: f(1, 2, 3, c=3, d=4),
    lambda: f(1, d=1, **{"d": 2}),
    lambda: f(*5),
    lambda: f(**5),
    lambda: f(1, **{1: 2}),
    lambda: (lambda: 0)(1),
    lambda: (lambda a, b: 0)(1),
    lambda: (lambda a, b, c: 0)(),
    lambda: (lambda *, a, b: 0)(),
    lambda: (lambda a: 0)(1, 2, 3),
    lambda: (lambda a, /: 0)(a=1),
    lambda: (lambda a=1: 0)(b=2),
    lambda: (lambda **k: k)(1),
    lambda: 5(),
    lambda: "x"(1),
    lambda: None(),
    lambda: len(),
    lambda: len(1, 2),
    lambda: [].append(),
    lambda: int(x=1),
    lambda: print(sepp=""),
    lambda: sorted([1], 2),
    lambda: (lambda alpha: 0)(alpah=1),
    lambda: dict.fromkeys(),
    lambda: "".join(1, 2),
    lambda: isinstance(1),
    lambda: range(),
):
    try:
        print(call())
    except TypeError as e:
        print("TypeError:", e)


def mutable(item, into=[]):
    into.append(item)
    return into


print(mutable(1), mutable(2), mutable(3, []))


def annotated(a: int, b: "str" = "x") -> list[int]:
    """Documented."""
    return [a]


print(annotated.__annotations__, annotated.__doc__, annotated.__name__, annotated.__module__)
annotated.attribute = 1
print(annotated.__dict__, annotated.attribute)
annotated.__defaults__ = ("y",)
print(inspect.signature(annotated))


def deco(n):
    print("deco", n)

    def wrap(function):
        print("wrap", n, function.__name__)
        return lambda *a: (n, function(*a))

    return wrap


@deco(1)
@deco(2)
def decorated(a):
    return a


print(decorated(5))
compose = lambda *fs: lambda x: compose(*fs[1:])(fs[0](x)) if fs else x
print(compose(str, len, lambda n: n + 1)(12345))


def order(tag, value):
    print(tag, end=" ")
    return value


print(f(order("a", 1), order("b", 2), d=order("d", 3), **order("kw", {"q": 1})))
print((lambda: (yield))().__name__, (lambda: 0).__name__, (lambda: 0).__qualname__)
a = b = c = []
a.append(1)
print(c, a is b)
x, (y, *z), w = 1, (2, 3, 4), 5
print(x, y, z, w)
for bad in ("a, b = 1,", "a, b = 1, 2, 3", "a, *b, c = 1,", "a, b = 5", "(a, b), c = [1, 2], 3, 4"):
    try:
        exec(bad)
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)


def recursive(n):
    return 1 if n == 0 else n * recursive(n - 1)


print(recursive(30))


class Callable:
    def __call__(self, *args, **kwargs):
        return args, kwargs


print(Callable()(1, k=2), callable(Callable()), callable(5))
