class A(B, metaclass=M, **kw):
    """Doc."""

    x: int = 1
    y: "str"
    __private = 2

    def __init__(self, z):
        super().__init__(z)
        self.z = self.__private = z
        super().attr, super(A, self).other()

    def m(self):
        return __class__

    class Inner[T: (int, str) = int](Base[T]):
        def get[*Ts, **P, U = T](self, a: T, *, b: U = 1) -> U: ...


type Alias[T] = list[T] | dict[str, T]
type Plain = int


def generic[T](x: T = 1) -> T:
    return x


import a.b.c, d.e as f
from . import g
from ..h import i as j, k
