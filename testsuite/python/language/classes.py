"""Classes: inheritance, mro, super, slots, and what class creation calls."""


class Base:
    """The doc."""

    registry = []

    def __init_subclass__(cls, /, tag=None, **kwargs):
        super().__init_subclass__(**kwargs)
        Base.registry.append((cls.__name__, tag))

    def who(self):
        return "Base"


class Left(Base, tag="l"):
    def who(self):
        return "Left>" + super().who()


class Right(Base, tag="r"):
    def who(self):
        return "Right>" + super().who()


class Both(Left, Right):
    def who(self):
        return "Both>" + super().who()


print(Both().who())
print([c.__name__ for c in Both.__mro__])
print(Base.registry)
print(Both.__doc__, Base.__doc__, Both.__bases__ == (Left, Right), Both.__qualname__)

try:

    class Impossible(Base, Left):
        pass

except TypeError as e:
    print(e)


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __repr__(self):
        return f"Point({self.x}, {self.y})"

    def __eq__(self, other):
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)


p = Point(1, 2)
print(p, p == Point(1, 2), p != Point(1, 3))
for attempt in (lambda: setattr(p, "z", 3), lambda: p.__dict__, lambda: hash(p), lambda: p.z):
    try:
        print(attempt())
    except (AttributeError, TypeError) as e:
        print(type(e).__name__, e)
del p.x
try:
    p.x
except AttributeError as e:
    print(e)


class Temperature:
    def __init__(self, celsius):
        self.celsius = celsius

    @property
    def fahrenheit(self):
        """In the other scale."""
        return self.celsius * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value):
        self.celsius = (value - 32) * 5 / 9

    @staticmethod
    def absolute_zero():
        return -273.15

    @classmethod
    def boiling(cls):
        return cls(100)

    read_only = property(lambda self: "ro")


t = Temperature.boiling()
print(t.fahrenheit, Temperature.absolute_zero(), Temperature.fahrenheit.__doc__)
t.fahrenheit = 32
print(t.celsius)
for attempt in (lambda: setattr(t, "read_only", 1), lambda: delattr(t, "fahrenheit")):
    try:
        attempt()
    except AttributeError as e:
        print(e)


class Named:
    def __set_name__(self, owner, name):
        print("set_name", owner.__name__, name)


class Holder:
    a = Named()
    b = Named()

    class Nested:
        pass


print(Holder.Nested.__qualname__, sorted(k for k in vars(Holder) if not k.startswith("__")))


class Private:
    def __init__(self):
        self.__hidden = 1

    def get(self):
        return self.__hidden


print(Private().get(), vars(Private()))
try:
    Private().__hidden
except AttributeError as e:
    print(e)

Dynamic = type("Dynamic", (Base,), {"answer": lambda self: 42}, tag="dyn")
print(Dynamic().answer(), Base.registry[-1], Dynamic.__module__)
obj = Left()
obj.__class__ = Right
print(obj.who(), isinstance(obj, Left), issubclass(Both, Right))
try:
    obj.__class__ = int
except TypeError as e:
    print(e)
print(object.__reduce_ex__.__qualname__, type(Base.who).__name__, type(obj.who).__name__)
try:
    Base().missing()
except AttributeError as e:
    print(e, "|", e.name, "|", e.obj is not None)
try:
    Point(1)
except TypeError as e:
    print(e)
try:
    object(1)
except TypeError as e:
    print(e)
