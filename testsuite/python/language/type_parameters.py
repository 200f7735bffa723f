"""PEP 695 and 649-era scopes: generic functions and classes, aliases, lazy evaluation."""

import typing


def first[T](items: list[T]) -> T:
    return items[0]


class Box[T]:
    content: T

    def __init__(self, content: T):
        self.content = content

    def map[U](self, f: typing.Callable[[T], U]) -> "Box[U]":
        return Box(f(self.content))


print(
    first([1, 2]),
    first.__type_params__,
    Box[int],
    Box(3).map(str).content,
    Box.__type_params__,
    Box.__mro__,
    Box.map.__type_params__,
    Box.__parameters__,
)
T = Box.__type_params__[0]
print(
    T,
    T.__name__,
    T.__module__,
    type(T),
    T.__bound__,
    T.__constraints__,
    T.__infer_variance__,
    T.__covariant__,
)


def bounded[A: int, B: (str, bytes), *C, **D](a: A, b: B, *c: *C, **d) -> None: ...


print(
    bounded.__type_params__,
    [getattr(p, "__bound__", None) for p in bounded.__type_params__[:2]],
    bounded.__type_params__[1].__constraints__,
    bounded.__annotations__,
)


def lazy[X: undefined_name](x: X): ...


try:
    lazy.__type_params__[0].__bound__
except NameError as e:
    print(e)
undefined_name = int
print(lazy.__type_params__[0].__bound__)
type Simple = int | str
type Generic_[K, V = int] = dict[K, V]
type Recursive = list[Recursive] | None
type Lazy = not_defined_yet
print(
    Simple,
    Simple.__value__,
    Generic_[str],
    Generic_.__type_params__,
    Generic_.__type_params__[1].__default__,
    Recursive.__value__,
    Generic_[str, float].__args__,
    Simple.__name__,
    Simple.__module__,
    isinstance(Simple, typing.TypeAliasType),
)
try:
    Lazy.__value__
except NameError as e:
    print(e)
not_defined_yet = "now"
print(Lazy.__value__)


def outer[T](x: T):
    def inner[U](y: U) -> tuple[T, U]: ...

    class Local[V](list[V]):
        y: V

    return inner, Local


inner, Local = outer(1)
print(
    inner.__annotations__,
    Local.__orig_bases__,
    Local.__qualname__,
    inner.__qualname__,
    Local.__annotations__,
)


class Meta(type):
    def __new__(cls, name, bases, ns, **kw):
        print("meta", name, [getattr(b, "__name__", b) for b in bases], kw)
        return super().__new__(cls, name, bases, ns)


class WithMeta[T](Box[T], metaclass=Meta, option=1):
    pass


print(WithMeta.__orig_bases__, WithMeta.__bases__, WithMeta[int](5).content)


class Scope:
    value = "class scope"

    def method[T: value](self): ...

    type Alias = value


print(Scope.method.__type_params__[0].__bound__, Scope.Alias.__value__)
for source in (
    "def f[T, T](): pass",
    "class C[T=int, U]: pass",
    "type X[T] = (yield)",
    "def f[T: (yield)](): pass",
    "def f[T](x: (y := 1)): pass",
    "type X = (y := 1)",
    "def f[*Ts: int](): pass",
    "def f[](): pass",
    "type X[T: int, *Ts, **P] = T",
    "class C[T](y := T): pass",
    "def f[T: await x](): pass",
    "type type = type",
    "type X[T",
    "def f[T = int](): pass",
    "class A[T](metaclass=T): pass",
    "nonlocal T",
    "def f[T]():\n nonlocal T",
):
    try:
        compile(source, "", "exec")
        print("ok", source)
    except SyntaxError as e:
        print(source.splitlines()[0], "|", e.msg)
for bad in (
    lambda: Simple[int],
    lambda: Box[int, str],
    lambda: Simple(),
    lambda: isinstance(1, Simple),
    lambda: T(),
    lambda: setattr(Simple, "__value__", 1),
    lambda: type("C", (T,), {}),
    lambda: typing.TypeAliasType("A", int, type_params=5),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
type = 5
print(type, [type for type in range(2)])
