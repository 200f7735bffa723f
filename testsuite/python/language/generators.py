"""Generators: iteration, send, throw, close, delegation and their attributes."""

import inspect


def simple():
    try:
        received = yield 1
        print("received", received)
        received = yield 2
        print("received", received)
        return "done"
    finally:
        print("finally")


g = simple()
print(next(g), g.send("a"))
try:
    g.send("b")
except StopIteration as stop:
    print("stop", stop.value)
print(next(g, "exhausted"))

g = simple()
try:
    g.send("too early")
except TypeError as e:
    print("TypeError:", e)
print(inspect.getgeneratorstate(g), next(g), inspect.getgeneratorstate(g))
try:
    g.throw(ValueError("thrown"))
except ValueError as e:
    print("ValueError:", e)
print(inspect.getgeneratorstate(g))


def catches():
    while True:
        try:
            yield "ready"
        except KeyError as e:
            print("caught", e)


g = catches()
next(g)
print(g.throw(KeyError("k")))
print(g.close())
print(list(g))


def stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2


g = stubborn()
next(g)
try:
    g.close()
except RuntimeError as e:
    print("RuntimeError:", e)


def returns_on_close():
    try:
        yield 1
    except GeneratorExit:
        return "value of close"


g = returns_on_close()
next(g)
print(g.close())


def inner():
    x = yield "inner 1"
    print("inner got", x)
    try:
        yield "inner 2"
    except ValueError as e:
        print("inner caught", e)
    return "inner result"


def outer():
    result = yield from inner()
    print("outer got", result)
    result = yield from [10, 20]
    print("list gave", result)


g = outer()
print(next(g))
print(g.gi_yieldfrom is not None, g.gi_running, g.gi_code.co_name)
print(g.send("x"))
print(g.throw(ValueError("into inner")))
print(list(g))


def converts():
    yield 1
    raise StopIteration("becomes RuntimeError")


try:
    list(converts())
except RuntimeError as e:
    print("RuntimeError:", e, "from", repr(e.__cause__))

squares = (n * n for n in range(5) if n % 2)
print(next(squares), list(squares), type(squares).__name__, squares.__name__)


def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


from itertools import islice

print(list(islice(fib(), 15)))


def tree(depth, name="r"):
    if depth:
        yield from tree(depth - 1, name + "l")
        yield name
        yield from tree(depth - 1, name + "r")


print(list(tree(3)))


def reentrant():
    try:
        next(me)
    except ValueError as e:
        print("ValueError:", e)
    yield


me = reentrant()
next(me)
print(repr(me)[:26])
print([*(x for x in "abc")], sum(x for x in range(101)), dict((k, v) for k, v in zip("ab", [1, 2])))


def inner_context():
    try:
        raise KeyError("a")
    except KeyError:
        yield


g = inner_context()
next(g)
try:
    g.throw(ValueError("thrown"))
except ValueError as e:
    print(repr(e.__context__))


class NotAnInstance(Exception):
    def __new__(cls, *args):
        return cls


g = inner_context()
next(g)
try:
    g.throw(NotAnInstance)
except TypeError as e:
    print(e)
