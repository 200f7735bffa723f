"""Methods that go on with those of the classes behind theirs."""


class A:
    def __init__(self, x):
        self.x = x

    def add(self, n):
        self.x += n
        return self.x

    @classmethod
    def make(cls, x):
        return cls(x)

    @property
    def double(self):
        return self.x * 2


class B(A):
    def __init__(self, x, y=1):
        super().__init__(x)
        self.y = y

    def add(self, n):
        return super().add(n) + self.y

    @classmethod
    def make(cls, x):
        return super().make(x + 1)

    @property
    def double(self):
        return super().double + 1


class Mixin:
    def add(self, n):
        return super().add(n * 10) - 1


class C(B, Mixin):
    def add(self, n):
        return super().add(n)


class D(Mixin, B):
    pass


def run(n):
    total = 0
    for i in range(n):
        for x in (B(i), D(1)) if i % 7 else (D(2, 3), C(i)):
            total += x.add(i) + x.double + x.x
        total += B.make(i).y + C.make(1).x
    return total


def changes(n):
    """A class behind gets another method while the loop runs."""

    class Base:
        def get(self):
            return 1

    class Middle(Base):
        pass

    class Last(Middle):
        def get(self):
            return super().get()

    total, last = 0, Last()
    for i in range(n):
        if i == n // 2:
            Middle.get = lambda self: 1000
        if i == n - 5:
            del Middle.get
        total += last.get()
    return total


class Calls:
    def __init__(self, k):
        self.k = k

    def __call__(self, a, *, b=2):
        return self.k + a * b


class Meta(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.tag = len(args)
        return made


class Tagged(metaclass=Meta):
    def __init__(self, *args):
        self.args = args


def calls(n):
    c, total = Calls(1), 0
    for i in range(n):
        total += c(i) + c(i, b=3) + Tagged(i, i).tag
        if i % 60 == 59:
            try:
                c()
            except TypeError as e:
                total += len(str(e))
    return total


print(run(200), changes(300), calls(300))
