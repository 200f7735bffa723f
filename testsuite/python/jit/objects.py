"""Attributes, methods, globals, containers: what compiled code takes for granted and is told when it changes."""


class Point:
    scale = 2

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def move(self, dx):
        self.x += dx
        return self

    @property
    def size(self):
        return self.x * self.scale


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1
        self.b = 2.5


class Odd(Point):
    def move(self, dx):
        self.y -= dx
        return self

    def __getattr__(self, name):
        return len(name)


STEP = 1


def helper(x):
    return x + STEP


def attributes(n):
    p = Point(1, 2.0)
    for i in range(n):
        p.x += i
        p.y = p.x * 0.5
        p.move(1).move(2)
    return p.x, p.y, p.size


def shapes(n):
    out = []
    for i in range(n):
        p = Point(i, 0)
        if i % 3 == 0:
            p.extra = i
        p.last = 1
        out.append(sum(vars(p).values()))
    return out


def slots(n):
    s = Slotted()
    for i in range(n):
        s.a += s.b
        s.b = i
    return s.a, s.b


def classes(n):
    total = 0
    for i in range(n):
        p = (Point if i % 4 else Odd)(i, 1)
        p.move(2)
        total += p.x * 3 + p.y
        if i % 4 == 0:
            total += p.nothing
    return total


def class_changes(n):
    p = Point(0, 0)
    total = 0
    for i in range(n):
        total += p.scale
        p.move(1)
        if i == n // 2:
            Point.scale = 5
            old = Point.move
            Point.move = lambda self, dx: old(self, dx * 10)
    Point.move = old
    Point.scale = 2
    return total, p.x


def global_changes(n):
    global STEP, helper
    total = 0
    for i in range(n):
        total += helper(i)
        if i == 30:
            STEP = 100
        if i == 40:
            before = helper
            helper = lambda x: -x
    helper = before
    STEP = 1
    return total


def builtin_changes(n):
    import builtins

    total = 0
    kept = builtins.len
    for i in range(n):
        total += len("abc")
        if i == 30:
            builtins.len = lambda x: 1000
    builtins.len = kept
    return total


def default_changes(n):
    def f(x, y=2):
        return x * y

    total = 0
    for i in range(n):
        total += f(i)
        if i == 30:
            f.__defaults__ = (3,)
        if i == 40:
            f.__code__ = (lambda x, y: x - y).__code__
    return total


def containers(n):
    d = {}
    names = ["a", "b", "c"]
    for i in range(n):
        key = names[i % 3]
        d[key] = d.get(key, 0) + i
        if key in d and i % 5 == 0:
            names[i % 3] = key + "x" if len(key) < 4 else "z"
    first, *rest = sorted(d.items())
    return first, rest


def slices(n):
    items = list(range(10))
    for i in range(n):
        items[-1], items[0] = items[0], items[-1]
        items[2:4] = items[3:1:-1]
        if items[1:3] == [1, 3]:
            items.append(i)
            items.pop()
    return items


def strings(n):
    text = ""
    for i in range(n):
        text += "ab"[i % 2]
        if text[-2:] == "ba":
            text = f"{text[:-1]}{i:03d}"
    return text


def comprehensions(n):
    return [sum([j * i for j in range(5) if j != i]) for i in range(n)], {i: i % 3 for i in range(n)}


def supers(n):
    class Base:
        def value(self, x):
            return x + 1

    class Derived(Base):
        def value(self, x):
            return super().value(x) * 2

    d = Derived()
    return sum(d.value(i) for i in range(n)), d.value(n)


def keywords(n):
    def f(a, *args, b=1, **kw):
        return a + b + len(args) + len(kw)

    total = 0
    for i in range(n):
        total += f(i) + f(i, b=2) + f(i, 1, 2, c=3) + f(*[1, 2], **{"d": 4})
    return total


def contexts(n):
    class Manager:
        def __enter__(self):
            return 1

        def __exit__(self, *args):
            return args[0] is KeyError

    total = 0
    for i in range(n):
        with Manager() as m:
            total += m
            if i % 6 == 5:
                raise KeyError(i)
            total += 1
    return total


for function in (attributes, shapes, slots, classes, class_changes, global_changes, builtin_changes, default_changes,
                 containers, slices, strings, comprehensions, supers, keywords, contexts):
    print(function.__name__, function(60))
