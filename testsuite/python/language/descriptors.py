"""Descriptors: data and non-data, precedence, functions, slots, class access."""


class Data:
    def __init__(self, name):
        self.name = name

    def __get__(self, obj, owner=None):
        return f"get {self.name} {obj is not None} {owner.__name__}"

    def __set__(self, obj, value):
        print("set", self.name, value)

    def __delete__(self, obj):
        print("delete", self.name)


class NonData:
    def __get__(self, obj, owner):
        return "nondata"


class C:
    d = Data("d")
    n = NonData()
    plain = 1


c = C()
print(c.d, "|", C.d)
c.d = 5
del c.d
c.__dict__["d"] = "instance"
print(c.d)
print(c.n)
c.n = "instance wins"
print(c.n, C.n)
C.d = "replaced"
print(c.d)


class Cached:
    def __init__(self, function):
        self.function = function

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, obj, owner):
        if obj is None:
            return self
        print("computing", self.name)
        value = obj.__dict__[self.name] = self.function(obj)
        return value


class Circle:
    def __init__(self, r):
        self.r = r

    @Cached
    def area(self):
        return 3 * self.r**2


k = Circle(2)
print(k.area, k.area, vars(k))


class Typed:
    def __init__(self, kind):
        self.kind = kind

    def __set_name__(self, owner, name):
        self.key = "_" + name

    def __get__(self, obj, owner):
        return self if obj is None else getattr(obj, self.key)

    def __set__(self, obj, value):
        if not isinstance(value, self.kind):
            raise TypeError(f"{self.key[1:]} must be {self.kind.__name__}, not {type(value).__name__}")
        setattr(obj, self.key, value)


class Person:
    name = Typed(str)
    age = Typed(int)

    def __init__(self, name, age):
        self.name, self.age = name, age


print(vars(Person("Bo", 3)))
try:
    Person("Bo", "3")
except TypeError as e:
    print(e)


def function(self, x):
    return self, x


bound = function.__get__("me", str)
print(bound(1), bound.__self__, bound.__func__ is function, type(bound).__name__)
print(
    type(C.__dict__["plain"]),
    type(list.append).__name__,
    type([].append).__name__,
    type(list.__add__).__name__,
    type([].__add__).__name__,
)
print(
    list.append.__get__([1], list)(2),
    str.upper("x"),
    int.__add__(1, 2),
    object.__init__.__objclass__.__name__,
)
for bad in (
    lambda: list.append((), 1),
    lambda: str.upper(1),
    lambda: int.__add__("a", 1),
    lambda: list.append(),
    lambda: property().__get__(1),
):
    try:
        print(bad())
    except (TypeError, AttributeError) as e:
        print(type(e).__name__, e)


class Methods:
    @classmethod
    def cm(cls, *a):
        return cls.__name__, a

    @staticmethod
    def sm(*a):
        return a

    def im(self):
        return "im"

    cached = property(fget=lambda self: "p", doc="the doc")


m = Methods()
print(m.cm(1), Methods.cm(2), m.sm(3), Methods.sm(4), Methods.im(m), m.cached, Methods.cached.__doc__)
print(
    type(Methods.__dict__["cm"]).__name__,
    Methods.__dict__["cm"].__func__.__name__,
    Methods.__dict__["sm"].__wrapped__.__name__,
)
print(m.im == m.im, m.im is m.im, m.im.__func__ is Methods.im, hash(m.im) == hash(m.im))
print(
    type(type.__dict__["__mro__"]).__name__,
    type(int.__dict__["real"]).__name__,
    int.__dict__["real"].__get__(5),
)


class Meta(type):
    @property
    def shown(cls):
        return f"shown on {cls.__name__}"

    def only_on_class(cls):
        return "meta method"


class WithMeta(metaclass=Meta):
    pass


print(WithMeta.shown, WithMeta.only_on_class(), hasattr(WithMeta(), "shown"))
