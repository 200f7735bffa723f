"""tracemalloc: what is traced, from where, and how much."""

import subprocess
import sys
import tracemalloc

print(tracemalloc.is_tracing(), tracemalloc.get_traced_memory(), tracemalloc.get_traceback_limit())
print(tracemalloc.get_object_traceback(object()))


def allocate(size):
    return bytes(size)


tracemalloc.start(3)
print(tracemalloc.is_tracing(), tracemalloc.get_traceback_limit())
block = allocate(100_000)
here = allocate.__code__.co_firstlineno
frames = tracemalloc.get_object_traceback(block)
print([frame.lineno - here for frame in frames], frames.total_nframe, {frame.filename == __file__ for frame in frames})
current, peak = tracemalloc.get_traced_memory()
print(current >= 100_000, peak >= current, tracemalloc.get_tracemalloc_memory() > 0)
snapshot = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, __file__)])
largest = snapshot.statistics("lineno")[0]
print(largest.traceback[0].lineno - here, largest.size >= 100_000, largest.count)
small = [str(number) * 3 for number in range(1000, 1100)]
print({tracemalloc.get_object_traceback(text) is not None for text in small})
del block
print(tracemalloc.get_traced_memory()[0] < 100_000, tracemalloc.get_traced_memory()[1] >= 100_000)
tracemalloc.reset_peak()
print(tracemalloc.get_traced_memory()[1] < 100_000)
tracemalloc.clear_traces()
print(tracemalloc.get_object_traceback(small[0]))
tracemalloc.stop()
print(tracemalloc.is_tracing(), tracemalloc.get_traced_memory())
try:
    tracemalloc.start(0)
except ValueError as error:
    print(error)

code = "import tracemalloc; print(tracemalloc.is_tracing(), tracemalloc.get_traceback_limit())"
for options in ([], ["-X", "tracemalloc"], ["-X", "tracemalloc=7"]):
    print(subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True).stdout.strip())
