# What is thrown into a generator goes to the one that it delegates to, whose value it goes on with, traced or not.
import asyncio
import sys


def ending(value):
    try:
        yield "begun"
    except ValueError:
        return value


class Iterator:
    def __iter__(self):
        return self

    def __next__(self):
        return "next"

    def throw(self, *arguments):
        raise StopIteration("thrown")


def delegating(inner):
    result = yield from inner
    yield result


def rounds(count):
    results = set()
    for number in range(count):
        for inner in (ending("returned"), Iterator()):
            generator = delegating(inner)
            results.add((next(generator), generator.throw(ValueError)))
    return sorted(results)


def trace(events):
    def tell(frame, event, argument):
        if frame.f_code.co_name in ("ending", "delegating"):
            events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return tell

    return tell


print(rounds(3))
for turn in range(3):
    events = []
    sys.settrace(trace(events))
    traced = rounds(2)
    sys.settrace(None)
    print(traced, events == sorted(events), len(events), *events[:14])
    print(rounds(100))


async def stubborn():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        return 42


async def outer():
    return await stubborn()


async def main():
    values = []
    for number in range(40):
        if number == 10:
            sys.settrace(trace([]))
        if number == 12:
            sys.settrace(None)
        task = asyncio.ensure_future(outer())
        await asyncio.sleep(0)
        task.cancel()
        values.append(await task)
    print(set(values))


asyncio.run(main())
