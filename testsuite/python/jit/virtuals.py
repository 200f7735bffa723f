"""Objects that a loop makes and drops: compiled code does without them, and makes those that somebody gets to see."""

import gc
import sys
import weakref


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def plus(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def both(self):
        return self.x, self.y


class Slotted:
    __slots__ = "b", "a", "__weakref__"

    def __init__(self, a, b=None):
        self.a, self.b = a, b


class Pair:
    def __init__(self, *items):
        self.first, self.second = items
        self.me = None


def temporaries(n):
    total = 0.0
    for i in range(n):
        p = Point(i, 1.5).plus(Point(0.5, i))
        x, y = p.both()
        total += x * 2 - y
        if i % 70 == 69:
            total += len(str(p.x))
    return total


def nested(n):
    """Objects in objects, shared ones, and exits where they are seen."""
    kept = []
    for i in range(n):
        inner = Point(i, str(i))
        outer = Point(inner, (inner, inner, i))
        outer.x.x += 1
        if i % 33 == 32:
            kept.append(outer)
        if i % 41 == 40:
            kept.append(Point(inner, inner))
        total = outer.y[0].x + outer.y[2]
    same = [k.x is (k.y[1] if isinstance(k.y, tuple) else k.y) for k in kept]
    return total, all(same), [k.x.y for k in kept]


def counts(n):
    """What references exits leave behind."""
    seen, thing = [], object()
    for i in range(n):
        p = Point(thing, (thing, thing))
        q = Slotted(p, thing)
        if i % 50 == 49:
            seen.append(sys.getrefcount(thing))
        r = q.a.y
        del p
        if i % 60 == 59:
            seen.append((sys.getrefcount(q), sys.getrefcount(r), sys.getrefcount(q.a)))
    del q, r
    return seen, sys.getrefcount(thing)


def cycles(n):
    made = 0
    for i in range(n):
        p = Pair(i, -i)
        p.me = p
        q = Pair(p, None)
        p.second = q
        made += q.first.first - q.first.me.second.first.first
    return made, gc.collect() >= 0


def branches(n):
    """One object after the other in a variable, of classes that differ."""
    p, total = Point(0, 0), 0
    for i in range(n):
        if i % 3 == 0:
            p = Point(p.x + 1, p.y)
        elif i % 3 == 1:
            p = p.plus(Point(0, 1))
        else:
            p.x, p.y = p.y, p.x
        if i % 80 > 77:
            p = Slotted(p.x, p.y)
            p = Point(p.a, p.b)
        total += p.x
    return total, p.x, p.y


class Ends:
    def __init__(self, log, n):
        self.log, self.n = log, n

    def __del__(self):
        self.log.append(self.n)


def ends(n):
    log = []
    for i in range(n):
        first = Point(Ends(log, i), Ends(log, -i))
        second = (Ends(log, "a"), Ends(log, "b"))
        third = Slotted(Ends(log, "slot a"), Ends(log, "slot b"))
        log.append("|")
        first = None
        log.append("|")
        second = third = None
        if i < n - 1:
            log.clear()
    return log


def becomes_mortal(n):
    """The class gets a finaliser while a loop runs."""
    log = []

    class Late:
        def __init__(self, n):
            self.n = n

    for i in range(n):
        late = Late(i)
        if i == n - 3:
            Late.__del__ = lambda self: log.append(self.n)
        i = late.n
    late = None
    return log


def watched(n):
    for i in range(n):
        s = Slotted(i)
        p = Point(s, i)
        if i % 64 == 63:
            r = weakref.ref(p.x)
            gone = r() is s
            del p, s
            gone = gone, r() is None
    return gone


def grows(n):
    """Instances get more attributes than their class says."""
    total = 0
    for i in range(n):
        p = Point(i, i)
        for name in ("e", "d", "c"):
            if i % 45 == 44:
                setattr(p, name * 3, i)
        p.z = p.w = i
        p.v = p.z + p.w
        total += p.v + len(p.__dict__) if i % 45 == 44 else p.v
    return total


def rest(n):
    def inner(a, *more):
        return a + len(more) + sum(more)

    def outer(*args):
        return inner(*args)

    total = 0
    for i in range(n):
        total += outer(i, 1, 2) + outer(i) + outer(*(i, i))
    return total


def looked_at(n):
    """Frames are looked at while objects are there for the trace alone."""

    def look(flag):
        if flag:
            frame = sys._getframe(1)
            return sorted((k, type(v).__name__) for k, v in frame.f_locals.items() if k in "pqt")

    for i in range(n):
        p = Point(i, i)
        q = Point(p, None)
        t = p, q
        seen = look(i == n - 1)
    return seen, t[1].x is p, q.x.x


def raises(n):
    class Bad(Exception):
        def __init__(self, p):
            self.p = p

    caught = 0
    for i in range(n):
        p = Point(i, 0)
        try:
            if i % 20 == 19:
                raise Bad(p)
            p.y // (1 if i % 30 else p.y)
        except Bad as e:
            caught += e.p.x
        except ZeroDivisionError:
            caught += p.x
    return caught


def identities(n):
    count = 0
    for i in range(n):
        p, q = Point(i, i), Point(i, i)
        t = (p, q)
        count += (p is not q) + (p is t[0]) + (p is None) + (p == q) + bool(t) + bool(p)
        count += isinstance(p, Point) + isinstance(t, tuple) + (t[-1] is q)
    return count


print(temporaries(400), nested(300), counts(300))
print(cycles(200), branches(300), ends(100), becomes_mortal(200))
print(watched(256), grows(200), rest(200), looked_at(200), raises(200), identities(200))


def carried(n):
    """Objects that go from round to round, alone and together, and are seen at the end."""
    a, b, t, c = Point(0, 0.0), None, (1, Point(2, 3)), Point(Point(1, "a"), (1, 2))
    for i in range(n):
        a = Point(a.x + 1, a.y + 0.5)
        b = a
        t = (t[0] + i, Point(t[1].y, t[1].x))
        c = Point(Point(c.x.x + 1, c.x.y), (i, c.y[0]))
    return a.x, a.y, a is b, t[0], t[1].x, c.x.x, c.x.y, c.y


def swapped(n):
    a, b = Point(1, 2), Point(3, 4)
    for i in range(n):
        a, b = Point(b.x, i), Point(a.x, b.y)
    return a.x, a.y, b.x, b.y


def changing(n):
    """What is carried has one form now and another then."""
    a, kinds = Point(0, 0), []
    for i in range(n):
        if i % 90 == 50:
            a = Point(a.x, a)
        elif i % 90 == 70:
            a = Slotted(a.x, i)
            kinds.append(type(a).__name__)
            a = Point(a.a, 0)
        elif i % 90 == 80:
            a = Point(str(a.x), 0)
            kinds.append(a.x)
            a = Point(int(a.x), 0)
        else:
            a = Point(a.x + 1, 0)
    return a.x, kinds


def alternately(n):
    a = Point(0, None)
    for i in range(n):
        a = Point(a.x + 1, a if i % 2 else None)
        if i % 2 == 0:
            a.y = None
    return a.x, a.y and a.y.x


def kept(n):
    out, a = [], Point(0, ())
    for i in range(n):
        a = Point(i, (a.x,))
        if i % 37 == 36:
            out.append(a)
            a.x += 1
    return [(p.x, p.y) for p in out], sys.getrefcount(a), a is out[-1]


def dropped(n):
    log, a = [], None
    for i in range(n):
        a = Point(Ends(log, i), a.x.n if a else 0)
    result = a.y, log[-3:], len(log)
    a = None
    return result, len(log)


print(carried(300), swapped(301), changing(600), alternately(301), kept(200), dropped(100))
