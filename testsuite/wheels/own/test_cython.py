"""Cython compiles modules from source, a C compiler builds them, and they run."""

import pathlib

import pytest
from _extension import built

SETUP = """
from Cython.Build import cythonize
from setuptools import setup
setup(name="shapes", ext_modules=cythonize("shapes.pyx", language_level=3))
"""

SHAPES = """
# cython: binding=True
import cython
from cpython.ref cimport PyObject
from libc.math cimport sqrt

cdef class Point:
    cdef public double x, y
    cdef readonly object name
    cdef dict __dict__

    def __init__(self, double x, double y, name=None):
        self.x, self.y, self.name = x, y, name

    cpdef double norm(self):
        return sqrt(self.x * self.x + self.y * self.y)

    cdef double hidden(self) noexcept:
        return self.x

    def twice(self):
        return self.hidden() * 2

    def __add__(self, other):
        if not isinstance(other, Point):
            return NotImplemented
        return Point(self.x + (<Point>other).x, self.y + (<Point>other).y)

    def __eq__(self, other):
        return isinstance(other, Point) and self.x == other.x and self.y == other.y

    def __hash__(self):
        return hash((self.x, self.y))

    def __reduce__(self):
        return Point, (self.x, self.y, self.name)

    @property
    def pair(self):
        return self.x, self.y

    @staticmethod
    def origin():
        return Point(0, 0)

    @classmethod
    def of(cls, pair):
        return cls(*pair)

cdef class Deep(Point):
    cdef Point link
    def __cinit__(self, *args, **kwargs):
        self.link = None
    def chain(self, Point other not None):
        self.link = other
        return self.link

class Plain(Point):
    def norm(self):
        return -1.0

def fib(int n):
    cdef long a = 0, b = 1
    cdef int i
    for i in range(n):
        a, b = b, a + b
    return a

def count(n):
    for i in range(n):
        got = yield i
        if got is not None:
            yield got

async def later(values):
    total = 0
    async for value in values:
        total += value
    return total

async def numbers(n):
    for i in range(n):
        yield i

def total(double[::1] values):
    cdef double sum = 0
    cdef Py_ssize_t i
    for i in range(values.shape[0]):
        sum += values[i]
    return sum

def fill(int[:, :] table, int value):
    table[...] = value
    return table.shape[0], table.shape[1]

cdef int checked(int x) except -1:
    if x < 0:
        raise ValueError("negative")
    return x

def check(x):
    return checked(x)

def text(str value, *, bytes tail=b""):
    return value.upper() + tail.decode()

def unpack(*args, **kwargs):
    return args, kwargs

def closure(n):
    def inner(m):
        nonlocal n
        n += m
        return n
    return inner

def catch(function):
    try:
        return function()
    except (KeyError, ValueError) as error:
        return type(error).__name__, str(error)
    finally:
        function.__dict__["done"] = True

@cython.cdivision(True)
def divide(int a, int b):
    return a / b

def released(int n):
    cdef int i, sum = 0
    with nogil:
        for i in range(n):
            sum += i
    return sum

def join(list items, dict table):
    return ",".join([str(i) for i in items]) + str(sorted(table.items()))

def formatted(x):
    return f"{x:>5}|{x!r}"
"""


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    return built(tmp_path_factory.mktemp("shapes"), SETUP, ("shapes.pyx", SHAPES))


def test_name_of_library(shapes):
    assert pathlib.Path(shapes.__file__).name == "shapes.cpython-313-x86_64-linux-gnu.so"


def test_class(shapes):
    import pickle

    point = shapes.Point(3, 4, "p")
    assert (point.norm(), point.twice(), point.pair, point.name) == (5.0, 6.0, (3.0, 4.0), "p")
    assert point + point == shapes.Point(6, 8)
    assert len({point, shapes.Point(3, 4)}) == 1
    assert shapes.Point.origin() == shapes.Point.of((0, 0))
    point.extra = [1]
    assert point.__dict__ == {"extra": [1]}
    assert pickle.loads(pickle.dumps(point)) == point
    with pytest.raises(TypeError, match="must be real number, not str"):
        shapes.Point("x", 1)
    with pytest.raises(AttributeError):
        point.name = 1
    with pytest.raises(TypeError):
        point + 1


def test_inheritance(shapes):
    deep = shapes.Deep(1, 2)
    assert deep.chain(deep) is deep
    with pytest.raises(TypeError):
        deep.chain(None)

    class Derived(shapes.Deep):
        def norm(self):
            return super().norm() * 2

    assert Derived(3, 4).norm() == 10.0
    assert shapes.Plain(1, 1).norm() == -1.0


def test_functions(shapes):
    assert shapes.fib(50) == 12586269025
    assert shapes.check(3) == 3
    with pytest.raises(ValueError, match="negative"):
        shapes.check(-1)
    with pytest.raises(OverflowError):
        shapes.fib(2**40)
    assert shapes.text("ab", tail=b"c") == "ABc"
    with pytest.raises(TypeError, match="Argument 'value' has incorrect type"):
        shapes.text(1)
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        shapes.text("a", head=b"")
    assert shapes.unpack(1, *[2], a=3, **{"b": 4}) == ((1, 2), {"a": 3, "b": 4})
    assert shapes.divide(7, 2) == 3
    assert shapes.released(100) == 4950
    assert shapes.join([1, 2], {"a": 1}) == "1,2[('a', 1)]"
    assert shapes.formatted("x") == "    x|'x'"
    inner = shapes.closure(1)
    assert (inner(2), inner(3)) == (3, 6)
    assert shapes.fib.__name__ == "fib" and shapes.text.__kwdefaults__ == {"tail": b""}


def test_errors(shapes):
    def bad():
        raise KeyError("k")

    assert shapes.catch(bad) == ("KeyError", "'k'")
    assert bad.done
    try:
        shapes.check(-1)
    except ValueError as error:
        names = []
        trace = error.__traceback__
        while trace:
            names.append(trace.tb_frame.f_code.co_name)
            trace = trace.tb_next
    assert names == ["test_errors", "shapes.check", "shapes.checked"]


def test_generators(shapes):
    import asyncio

    generator = shapes.count(3)
    assert (next(generator), generator.send("x"), next(generator)) == (0, "x", 1)
    generator.close()
    assert list(shapes.count(4)) == [0, 1, 2, 3]
    assert asyncio.run(shapes.later(shapes.numbers(5))) == 10


def test_buffers(shapes):
    import array

    assert shapes.total(array.array("d", [1, 2, 3.5])) == 6.5
    with pytest.raises(ValueError, match="Buffer dtype mismatch"):
        shapes.total(array.array("f", [1]))
    table = memoryview(array.array("i", [0] * 6)).cast("B").cast("i", (2, 3))
    assert shapes.fill(table, 7) == (2, 3)
    assert table.tolist() == [[7, 7, 7], [7, 7, 7]]
