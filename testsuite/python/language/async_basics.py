"""Coroutines and async generators driven by hand."""

import inspect


class Suspend:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        result = yield self.value
        return result


async def add(a, b):
    x = await Suspend(("need", a))
    y = await Suspend(("need", b))
    return x + y


def drive(coroutine, answers):
    answers = iter(answers)
    value = None
    try:
        while True:
            request = coroutine.send(value)
            value = next(answers)
            print("request", request, "answer", value)
    except StopIteration as stop:
        return stop.value


print(drive(add("a", "b"), [1, 2]))
c = add(1, 2)
print(type(c).__name__, c.__name__, inspect.getcoroutinestate(c), inspect.iscoroutinefunction(add))
c.close()
print(inspect.getcoroutinestate(c))
try:
    c.send(None)
except RuntimeError as e:
    print(e)


class Numbers:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        self.i = 0
        return self

    async def __anext__(self):
        if self.i >= self.n:
            raise StopAsyncIteration
        self.i += 1
        return await Suspend(self.i)


class Manager:
    async def __aenter__(self):
        await Suspend("entering")
        return "resource"

    async def __aexit__(self, kind, *rest):
        await Suspend(("leaving", kind and kind.__name__))
        return kind is ValueError


async def everything():
    total = 0
    async for n in Numbers(3):
        total += n
    else:
        print("else of async for")
    async with Manager() as m:
        print("have", m)
        raise ValueError("swallowed")
    squares = [n * n async for n in Numbers(3) if n != 20]
    return total, squares


print(drive(everything(), [10, 20, 30, "in", "out", 1, 20, 3]))


async def agen(n):
    try:
        for i in range(n):
            received = yield i
            if received:
                print("agen received", received)
    finally:
        print("agen closed")


async def use_agen():
    g = agen(10)
    print(await g.__anext__(), await g.asend("hi"), await anext(g))
    try:
        await g.athrow(KeyError("thrown"))
    except KeyError as e:
        print("came back", e)
    await g.aclose()
    print([x async for x in agen(2)], {k: v async for k, v in pairs()}, await anext(g, "default"))


async def pairs():
    yield "a", 1
    yield "b", 2


print(drive(use_agen(), []))


async def wrong():
    await 5


for bad in (wrong,):
    try:
        drive(bad(), [])
    except TypeError as e:
        print(e)
for source in (
    "def f(): await x",
    "async def f(): yield from x",
    "async def f():\n  yield 1\n  return 2",
    "await x",
    "def f():\n  async with a: pass",
    "def f(): [x async for x in y]",
):
    try:
        compile(source, "", "exec")
        print("compiled")
    except SyntaxError as e:
        print(e.msg)
import types


@types.coroutine
def old_style():
    x = yield "old"
    return x * 2


async def mix():
    return await old_style()


print(drive(mix(), [21]))
