"""Arguments that constructors look at closely: namespaces, functions, streams."""

import io
import types


class Keys:
    def keys(self):
        return ["a", "b"]

    def __getitem__(self, key):
        return key * 2


for given in ({"x": 1}, [("x", 1)], [["x", 1], ["y", 2]], Keys(), 3, [(1, 2)], {1: 2}, ["ab", "cd"], [1]):
    try:
        print(types.SimpleNamespace(given, y=4))
    except Exception as error:
        print(type(error).__name__, error)


def example(a, /, b, *, c):
    return a + b + c


for rest in ((1, None, None), (None, 3, None), (None, None, 3), (None, None, {"c": 3})):
    try:
        print(types.FunctionType(example.__code__, {}, "function", *rest)(1, 2))
    except TypeError as error:
        print(error)

for descriptor in (2**31, -(2**31) - 1, 2**70, -1):
    try:
        io.FileIO(descriptor)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
