"""Generators and coroutines in loops: delegation, exceptions, finalisers, frames that are looked at."""

import gc
import sys


def count(n):
    i = 0
    while i < n:
        yield i
        i += 1


def plain(n):
    t = 0
    for x in count(n):
        t += x
    return t


def nested(n):

    def inner():
        for x in count(n):
            if x % 3:
                yield x * 2
    return ([x for x in inner()], sum(inner()), sum((x for x in count(n) if x & 1)))


def deleg(n):

    def a():
        r = yield from count(n)
        yield from count(n)
        return r

    def b():
        yield from a()
        yield 99
    return [x for x in b()]


class Tree:

    def __init__(self, d):
        self.l = Tree(d - 1) if d else None
        self.r = Tree(d - 1) if d else None
        self.v = d

    def __iter__(self):
        if self.l:
            yield from self.l
        yield self.v
        if self.r:
            yield from self.r


def tree(n):
    t = Tree(6)
    s = 0
    for i in range(n):
        for v in t:
            s += v
    return s


LOG = []


class Noisy:

    def __init__(self, n):
        self.n = n

    def __del__(self):
        LOG.append(self.n)


def fin(n):
    for i in range(n):
        k = Noisy(i)
        try:
            yield i
        finally:
            LOG.append(("f", i))
    LOG.append("end")


def early(n):
    for i in range(n):
        for x in fin(i):
            if x == 4:
                break
            LOG.append(x)
    out = LOG[:]
    LOG.clear()
    return (len(out), hash(tuple(map(str, out[-40:]))) and out[-40:])


def raising(n):
    out = []

    def g(k):
        for i in range(k):
            if i == 7:
                raise ValueError(i)
            yield (10 // (i - 5) if k % 2 else i)
    for k in range(n):
        try:
            for x in g(k):
                out.append(x)
        except Exception as e:
            t = e.__traceback__
            l = []
            while t:
                l.append((t.tb_frame.f_code.co_name, t.tb_lineno))
                t = t.tb_next
            out.append((repr(e), l))
    return out[-60:]


def looks(n):
    out = []

    def g():
        for i in range(n):
            f = sys._getframe()
            if i % 10 == 5:
                out.append((f.f_lineno, f.f_back.f_lineno, sorted(f.f_locals), gg.gi_running))
            yield i
            if i % 10 == 6:
                gc.collect()
    gg = g()
    for x in gg:
        if x % 7 == 3:
            out.append((gg.gi_frame.f_lineno, gg.gi_frame.f_locals["i"], gg.gi_running, gg.gi_suspended))
    return out


def sends(n):

    def acc():
        t = 0
        while True:
            v = yield t
            if v is None:
                return
            t += v
    a = acc()
    next(a)
    t = 0
    for i in range(n):
        t += a.send(i)
    return t


def exc(n):
    out = []

    def g():
        for i in range(n):
            try:
                if i % 3 == 0:
                    raise KeyError(i)
                yield i
            except KeyError as e:
                yield sys.exception()
            yield sys.exception()
    for i in range(3):
        try:
            raise OSError(i)
        except OSError:
            for x in g():
                out.append(repr(x))
    return out


async def co(i):
    return i + 1


async def cmain(n):
    t = 0
    for i in range(n):
        t += await co(i)
    return t


def coro(n):
    try:
        cmain(n).send(None)
    except StopIteration as e:
        return e.value


def refs(n):
    o = object()
    b = sys.getrefcount(o)

    def g(o):
        for i in range(n):
            p = o
            yield p
    for x in g(o):
        pass
    del x
    return sys.getrefcount(o) - b


def running(n):

    def g():
        for i in range(n):
            if i % 20 == 19:
                try:
                    next(gg)
                except ValueError as e:
                    yield str(e)
            yield i
    gg = g()
    return [x for x in gg][-8:]


for f in (plain, nested, deleg, tree, early, raising, looks, sends, exc, coro, refs, running):
    print(f.__name__, f(60))
