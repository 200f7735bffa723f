"""Classes and instances: metaclasses, descriptors, slots, special methods set on classes, bases that change, built-in types
as bases, super, unions and aliases, and the errors that all of these raise."""

def attempt(f, *a):
    try:
        print(f(*a))
    except BaseException as e:
        print(type(e).__name__, e)


class Meta(type):
    def __new__(m, n, b, d, **k):
        print('new', n, k)
        return super().__new__(m, n, b, d, **k)
    def __init__(c, n, b, d, **k):
        print('init', n)
        super().__init__(n, b, d)
    def __call__(c, *a, **k):
        print('call', a, k)
        return super().__call__(*a, **k)

    @classmethod
    def __prepare__(m, n, b, **k):
        print('prep', n, k)
        return {}
    def __len__(c):
        return 7


class Base:
    def __init_subclass__(cls, **k):
        print('isub', cls, k)
        super().__init_subclass__()


class C(Base, metaclass=Meta, kw=1):
    x: int = 3
    def __init__(self, *a, **k):
        self.a = a
        self.k = k
    def __getattr__(self, n):
        return 'ga ' + n
    def __eq__(self, o):
        return True


c = C(1, b=2)
print(c.a, c.k, c.zzz, len(C), C.__annotations__, C.__hash__, c == 3, c != 3)
attempt(hash, c)


class Desc:
    def __set_name__(s, o, n):
        s.n = n
    def __get__(s, i, o):
        return ('get', s.n, i is None)
    def __set__(s, i, v):
        i.__dict__[s.n] = v


class U:
    d = Desc()

    @property
    def p(self):
        return 'p'

    @p.setter
    def p(self, v):
        self._p = v

    @staticmethod
    def s(x):
        return x

    @classmethod
    def cm(cls):
        return cls.__name__


u = U()
u.d = 5
print(u.d, U.d, u.__dict__, u.p, u.s(3), U.s(4), u.cm(), U.cm())
u.p = 9
print(u.__dict__)
attempt(lambda: setattr(U(), 'nope', 1))
attempt(lambda: U().nope)
attempt(lambda: U.nope)


class S:
    __slots__ = ('a', 'b', '__weakref__')


s = S()
s.a = 1
print(s.a)
attempt(lambda: s.b)
attempt(lambda: setattr(s, 'c', 1))
attempt(lambda: s.__dict__)


class Num:
    def __init__(s, v):
        s.v = v
    def __add__(s, o):
        return NotImplemented
    def __radd__(s, o):
        return ('radd', o)
    def __lt__(s, o):
        return s.v < o.v
    def __bool__(s):
        return s.v != 0
    def __getitem__(s, i):
        if i > 3:
            raise IndexError(i)
        return i * 10
    def __contains__(s, x):
        return x == 42
    def __call__(s, *a, **k):
        return (a, k)
    def __iadd__(s, o):
        s.v += o
        return s
    def __index__(s):
        return s.v
    def __str__(s):
        return 'num'
    def __format__(s, f):
        return 'fmt' + f


n = Num(3)
print(1 + n, Num(1) < Num(2), bool(Num(0)), list(n), 42 in n, n(1, x=2), [1, 2, 3, 4][n], str(n), f'{n:abc}')
n += 4
print(n.v)
attempt(lambda: n + n)
attempt(lambda: n + 1)
attempt(lambda: n - 1)


class It:
    def __iter__(s):
        s.i = 0
        return s
    def __next__(s):
        s.i += 1
        if s.i > 3:
            raise StopIteration
        return s.i


print(list(It()), max(It()))


class Dyn:
    pass


Dyn.__len__ = lambda s: 11
print(len(Dyn()))
del Dyn.__len__
attempt(lambda: len(Dyn()))
Dyn.__getattr__ = lambda s, n: n
print(Dyn().foo)
del Dyn.__getattr__
attempt(lambda: Dyn().foo)


class X:
    def f(self):
        return 'X'


class Y(X):
    def f(self):
        return 'Y' + super().f()


class Z(X):
    def f(self):
        return 'Z' + super().f()


class W(Y, Z):
    def f(self):
        return 'W' + super(W, self).f()


print(W().f(), [k.__name__ for k in W.__mro__], W.mro() == list(W.__mro__), X.__subclasses__())
w = W()
w.__class__ = Y
print(w.f(), type(w))


class D1:
    pass


class E1(D1):
    pass


class F1:
    def hi(self):
        return 'hi'


E1.__bases__ = (F1,)
print(E1().hi(), F1.__subclasses__(), D1.__subclasses__())


class Fin:
    def __del__(self):
        print('del', self.__dict__)


f = Fin()
f.a = 1
del f


class Res:
    def __del__(self):
        global keep
        keep = self
        print('res')


r = Res()
del r
print(type(keep))
del keep
print(type('T', (int,), {'q': 1})(5).q, type(3), isinstance(True, int), issubclass(bool, int))


class LI(list):
    def __init__(self, *a):
        super().__init__(*a)
        self.extra = 1


l = LI([1, 2])
l.append(3)
print(l, l.extra, len(l), l.__dict__)


class DI(dict):
    def __missing__(self, k):
        return 'miss ' + k


print(DI()['a'])


class St(str):
    def up(self):
        return self.upper()


print(St('abc').up(), St('x') + 'y', type(St('x') + 'y').__name__)


class TI(tuple):
    def __new__(cls, *a):
        return super().__new__(cls, a)


ti = TI(1, 2, 3)
ti.z = 9
print(ti, ti.z, len(ti))


class I(int):
    pass


i = I(10 ** 20)
i.y = 1
print(i, i.y, i + 1, I(0).__dict__)
attempt(lambda: object.__new__(C).a)
attempt(lambda: C.__new__())
attempt(lambda: type.__call__(int, '12'))


class Ab:
    pass


Ab.__abstractmethods__ = frozenset(['foo', 'bar'])
attempt(Ab)
attempt(lambda: type('a\x00b', (), {}))
attempt(lambda: type('A', (), {}, x=1))


class MM(type):
    def mro(cls):
        return [cls, object]


class NN(metaclass=MM):
    pass


print(NN.__mro__)
print(object.__init__.__text_signature__, int.__text_signature__, len.__text_signature__)
attempt(lambda: super().x)
attempt(lambda: super(int).x)


def g(self):
    return super().x


attempt(g, 1)
print(repr(int | str), int | None, list[int], dict[str, int], list[int].__args__, tuple[int, ...], (list[int] | None).__args__)
attempt(lambda: isinstance(3, int | str))
attempt(lambda: isinstance(3, (str, int | None)))
print([m for m in dir(c) if not m.startswith('_')], [m for m in dir(U) if not m.startswith('_')])
a = Base()
a.x = 1
a.y = 2
a.z = 3
del a.y
print(a.__dict__, vars(a))
a.__dict__ = {'q': 1}
print(a.q)
attempt(lambda: a.x)
a.w = 3
print(a.__dict__)
del a.__dict__
print(a.__dict__)
print(hash(object) != 0, object() == object(), object() != object(), None.__class__, NotImplemented, ..., bool(None))
attempt(lambda: U.__dict__.__setitem__('a', 1))
