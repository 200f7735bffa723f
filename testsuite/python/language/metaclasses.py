"""Metaclasses: creation order, prepare, instance checks, conflicts."""


class Tracing(type):
    @classmethod
    def __prepare__(meta, name, bases, **kw):
        print("prepare", name, [b.__name__ for b in bases], kw)
        return {"injected": "by prepare"}

    def __new__(meta, name, bases, namespace, **kw):
        print("new", name, sorted(k for k in namespace if not k.startswith("__")))
        return super().__new__(meta, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **kw):
        print("init", name, kw)
        super().__init__(name, bases, namespace)

    def __call__(cls, *args, **kw):
        print("call", cls.__name__, args)
        return super().__call__(*args, **kw)

    def __instancecheck__(cls, obj):
        return obj == "honorary" or super().__instancecheck__(obj)

    def __subclasscheck__(cls, sub):
        return sub is str or super().__subclasscheck__(sub)

    def __len__(cls):
        return 99

    def __iter__(cls):
        return iter(["from", "the", "class"])

    def __getitem__(cls, key):
        return f"{cls.__name__}[{key}]"

    def __contains__(cls, item):
        return item == 1

    def __repr__(cls):
        return f"<{cls.__name__} class>"


class A(metaclass=Tracing, option=1):
    x = 1

    def __init__(self, *args):
        print("instance init", args)


class B(A):
    y = 2


a = A(1, 2)
print(isinstance("honorary", A), isinstance(5, A), issubclass(str, B), isinstance(a, A))
print(len(A), list(B), A[3], 1 in A, 2 in A, A, type(B), B.injected)


class Other(type):
    pass


try:

    class Conflict(A, metaclass=Other):
        pass

except TypeError as e:
    print(e)


class Singleton(type):
    instances = {}

    def __call__(cls, *args):
        if cls not in cls.instances:
            cls.instances[cls] = super().__call__(*args)
        return cls.instances[cls]


class Config(metaclass=Singleton):
    def __init__(self, v):
        self.v = v


print(Config(1) is Config(2), Config(3).v)


def function_as_metaclass(name, bases, namespace):
    return (name, bases, sorted(k for k in namespace if not k.startswith("__")))


class NotAClass(metaclass=function_as_metaclass):
    p = 1
    q = 2


print(NotAClass)


class Ordered(type):
    def __prepare__(name, bases):
        return {}

    def __new__(m, n, b, ns):
        cls = super().__new__(m, n, b, ns)
        cls.order = [k for k in ns if not k.startswith("_")]
        return cls


class Fields(metaclass=Ordered):
    zeta = 1
    alpha = 2

    def method(self):
        pass


print(Fields.order)
from abc import ABC, ABCMeta, abstractmethod


class Shape(ABC):
    @abstractmethod
    def area(self): ...

    @property
    @abstractmethod
    def name(self): ...


class Square(Shape):
    def area(self):
        return 4

    name = "square"


for cls in (Shape, Square):
    try:
        print(cls().area())
    except TypeError as e:
        print(e)


class Virtual:
    pass


Shape.register(Virtual)
print(
    isinstance(Virtual(), Shape),
    issubclass(Virtual, Shape),
    Shape.__abstractmethods__ == {"area", "name"},
    type(Shape) is ABCMeta,
)


class HasFoo(ABC):
    @classmethod
    def __subclasshook__(cls, C):
        return True if "foo" in vars(C) else NotImplemented


print(issubclass(type("X", (), {"foo": 1}), HasFoo), issubclass(int, HasFoo))


class Entries:
    def __mro_entries__(self, bases):
        print("mro_entries", len(bases))
        return (dict,)


class FromEntries(Entries()):
    pass


print(FromEntries.__bases__, FromEntries.__orig_bases__[0].__class__.__name__)
print(type.__call__(int, "7"), type("T", (), {})().__class__.__mro__[-1])
for bad in (
    lambda: type("T", (5,), {}),
    lambda: type("T", (bool,), {}),
    lambda: type(1, 2),
    lambda: type("T", (), 5),
    lambda: type("T", (int, str), {}),
):
    try:
        bad()
    except TypeError as e:
        print(e)
