"""Operators of a sequence with a subclass of another sequence."""


class L(list):
    pass


class T(tuple):
    pass


class B(bytes):
    pass


for operation in [
    lambda: (3,) + L([1, 2]),
    lambda: [3] + T((1, 2)),
    lambda: "a" + B(b"b"),
    lambda: L([1]) + T((2,)),
    lambda: T((1,)) + L([2]),
    lambda: L([1]) * T((2,)),
    lambda: L([1]) + [2],
    lambda: [1] + L([2]),
    lambda: 2 * L([1]),
    lambda: T((1,)) * 2,
    lambda: len(L([1, 2])) + len(T((1,))) + len(B(b"abc")),
]:
    try:
        print(operation())
    except TypeError as error:
        print(error)
