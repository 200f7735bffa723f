"""typing and PEP 695: generics, annotations, protocols, type aliases."""

import typing
from typing import (
    Any,
    Callable,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    Optional,
    Protocol,
    TypedDict,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    overload,
    runtime_checkable,
)

T = TypeVar("T", bound=int)
print(
    T,
    T.__bound__,
    List := typing.List[int],
    Optional[int],
    Union[int, str, int],
    Union[int],
    int | None,
    list[int] | str,
    Callable[[int], str],
    Callable[..., Any],
    Literal["a", 1],
    typing.Dict[str, typing.List[int]],
    tuple[int, ...],
    type[int],
)
print(
    get_origin(list[int]),
    get_args(dict[str, int]),
    get_origin(Union[int, str]),
    get_args(Callable[[int], str]),
    get_args(Literal[1, 2]),
    get_origin(int | str),
    get_args(Optional[int]),
)


class Stack(Generic[T]):
    items: list[T]

    def push(self, item: T) -> "Stack[T]": ...


print(
    Stack[int],
    Stack.__parameters__,
    get_type_hints(Stack),
    get_type_hints(Stack.push),
    Stack[int]().__class__,
    Stack[int].__origin__,
    Stack[int] == Stack[int],
)


class Optional_[B: str = str]: ...


class Pair[A, *Ts, **P]:
    def swap[C](self, c: C) -> tuple[C, A]: ...


type Alias[X] = list[X] | None
print(
    Pair.__type_params__,
    Pair.swap.__type_params__,
    Pair.__bases__,
    Alias,
    Alias.__value__,
    Alias[int],
    Alias.__type_params__,
    type(Alias).__name__,
    Pair.__orig_bases__,
)
print(
    Optional_.__type_params__[0].__bound__,
    Optional_.__type_params__[0].__default__,
    Pair.__type_params__[0].__default__,
    Pair.__type_params__[1].__name__,
    Pair.__type_params__[2].args,
)


@runtime_checkable
class HasLen(Protocol):
    def __len__(self) -> int: ...


print(isinstance([], HasLen), isinstance(5, HasLen), issubclass(dict, HasLen))


class Movie(TypedDict, total=False):
    name: typing.Required[str]
    year: int


class Employee(NamedTuple):
    name: str
    id: int = 3


print(
    Movie(name="x", year=1),
    Movie.__required_keys__,
    Movie.__optional_keys__,
    Employee("bob"),
    Employee.__annotations__,
    Employee._field_defaults,
)
UserId = NewType("UserId", int)
print(UserId(5), UserId, UserId.__supertype__)


def annotated(a: "int", b: typing.Annotated[str, "meta"] = "x", *args: T, **kw: "list[str]") -> None: ...


print(
    annotated.__annotations__,
    get_type_hints(annotated),
    get_type_hints(annotated, include_extras=True)["b"],
    typing.Annotated[int, 1].__metadata__,
)
for bad in (
    lambda: Union[()],
    lambda: Optional[1, 2],
    lambda: Stack[int, str],
    lambda: list[int]["x"],
    lambda: isinstance(1, list[int]),
    lambda: isinstance(1, Union[int, list[str]]),
    lambda: typing.List[int, str],
    lambda: Generic[int],
    lambda: TypeVar("X", int),
    lambda: Literal,
    lambda: HasLen(),
    lambda: int | 5,
    lambda: Any(),
    lambda: NewType("N", int)("x"),
    lambda: typing.cast(int, "x"),
    lambda: isinstance([], Protocol),
    lambda: dict[int],
    lambda: Callable[int],
    lambda: typing.ClassVar[typing.Final[int]],
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)


@overload
def f(x: int) -> int: ...
@overload
def f(x: str) -> str: ...
def f(x):
    return x


print(
    len(typing.get_overloads(f)),
    typing.reveal_type.__name__,
    typing.TYPE_CHECKING,
    list[T][int],
    dict[str, T][int],
    list[T].__parameters__,
    (list[T] | None)[int],
    repr(list[int]),
    list[int]() == [],
    type(list[int]).__name__,
    list[int].__origin__,
    list[int] == list[int],
    hash(list[int]) == hash(list[int]),
    typing.Self,
    typing.Never,
    typing.LiteralString,
)


class Meta(type):
    def __or__(cls, other):
        return "meta or"


class WithMeta(metaclass=Meta):
    pass


print(
    WithMeta | int,
    int | WithMeta.__class__,
    isinstance(1, int | str),
    (int | str) == (str | int),
    {int | str: 1}[str | int],
    int | str | None,
    type(int | str).__name__,
)
x: int
y: "str" = "v"
print(__annotations__)


def generic[T: (int, str)](x: T) -> T:
    return x


print(generic(1), generic.__type_params__[0].__constraints__, generic.__annotations__)
