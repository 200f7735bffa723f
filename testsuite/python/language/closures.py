"""Closures: cells shared, rebound, deleted, and seen from outside."""


def counter(start=0):
    value = start

    def step(by=1):
        nonlocal value
        value += by
        return value

    def peek():
        return value

    return step, peek


step, peek = counter(10)
print(step(), step(5), peek())
print(step.__closure__ is not None, len(step.__closure__), step.__code__.co_freevars)
print(peek.__closure__[0].cell_contents)
print(step.__closure__[0] is peek.__closure__[0])

# Late binding in a loop, and the usual cure.
late = [lambda: i for i in range(3)]
early = [lambda i=i: i for i in range(3)]
print([f() for f in late], [f() for f in early])


def three():
    a = 1

    def two():
        b = 2

        def one():
            nonlocal a, b
            a += 1
            b += 1
            return a, b

        return one, lambda: (a, b)

    return two()


one, look = three()
print(one(), one(), look())


def unbound():
    def inner():
        return later

    try:
        inner()
    except NameError as e:
        print(type(e).__name__, e)
    later = 1
    print(inner())
    del later
    try:
        inner()
    except NameError as e:
        print(type(e).__name__, e)


unbound()


def shadow():
    x = "outer"

    class C:
        x = "class"
        y = x

        def method(self):
            return x

    return C


C = shadow()
print(C.x, C.y, C().method())


def local_unbound():
    try:
        print(z)
    except UnboundLocalError as e:
        print(e)
    z = 1
    return z


print(local_unbound())

# A cell may be empty, and may be filled by hand.
import types

cell = types.CellType()
try:
    cell.cell_contents
except ValueError as e:
    print("ValueError:", e)
cell.cell_contents = 42
f = types.FunctionType(peek.__code__, globals(), "peek2", None, (cell,))
print(f(), f.__name__)
print(cell == types.CellType(42), types.CellType(1) < types.CellType(2))


def make_adders():
    total = 0

    def add(n):
        nonlocal total
        total += n
        return add

    add.total = lambda: total
    return add


add = make_adders()
print(add(1)(2)(3).total())
exec("def g():\n    return h\nh = 7\nprint(g())", {})
