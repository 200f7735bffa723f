"""cProfile: how often who was called by whom."""

import cProfile
import io
import pstats


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def work():
    items = []
    for i in range(5):
        items.append(i)
    len(items)
    sorted(items, key=lambda x: -x)
    return fibonacci(6)


def name(code):
    return code if isinstance(code, str) else code.co_name


profile = cProfile.Profile()
profile.enable()
work()
profile.disable()
for entry in sorted(profile.getstats(), key=lambda entry: name(entry.code)):
    calls = sorted((name(call.code), call.callcount, call.reccallcount) for call in entry.calls or [])
    print(name(entry.code), entry.callcount, entry.reccallcount, calls)
    assert entry.totaltime >= entry.inlinetime >= 0
stream = io.StringIO()
pstats.Stats(profile, stream=stream).sort_stats("name").print_stats()
print(len(stream.getvalue().splitlines()))
profile.enable()
try:
    cProfile.Profile().enable()
except ValueError as error:
    print(error)
profile.disable()
profile.clear()
print(profile.getstats())

ticks = iter(range(1000))
counted = cProfile.Profile(lambda: next(ticks), 0.5, builtins=False)
counted.enable(builtins=False)
fibonacci(2)
counted.disable()
for entry in sorted(counted.getstats(), key=lambda entry: name(entry.code)):
    print(name(entry.code), entry.callcount, entry.totaltime, entry.inlinetime)
