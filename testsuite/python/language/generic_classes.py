"""Classes that derive from `typing.Generic` are classes like others."""

from typing import IO, Generic, TypeVar

T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, value: T) -> None:
        self.value = value


class IntBox(Box[int]):
    pass


class Sink(IO[str]):
    def write(self, text):
        return len(text)


print(Box(1).value, IntBox(2).value, Box[str]("three").value, Sink().write("four"))
print(Box[str], Box.__mro__[1:], IntBox.__orig_bases__)
print(type(Generic()).__name__)
try:
    IntBox()
except TypeError as error:
    print(error)
