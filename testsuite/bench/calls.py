"""Calls of every kind: positional, keyword, default, method, closure, recursion."""


class C:
    def __init__(self):
        self.n = 0

    def add(self, k, by=1):
        self.n += k * by
        return self

    @staticmethod
    def static(a):
        return a + 1

    @classmethod
    def cls(cls, a):
        return a

    @property
    def prop(self):
        return self.n & 1


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def keywords(a, b=2, *, c=3):
    return a + b + c


def adder(k):
    return lambda x: x + k


c, add5 = C(), adder(5)
for i in range(250000):
    c.add(i).add(i, by=2)
    c.n = C.static(add5(keywords(i, c=1) + C.cls(i) + c.prop)) + len("abc")
print(c.n, fib(25))
