"""What a program leaves behind: functions for its end that fail, a thread's locals, an event loop, names of the main module."""

import subprocess
import sys

PROGRAMS = {
    "atexit": """
import atexit, sys
sys.unraisablehook = lambda args: print(args.err_msg.partition(' at 0x')[0], args.object, repr(args.exc_value))
def fail():
    1 / 0
atexit.register(fail)
atexit.register(sys.exit)
atexit.register(lambda: print('__file__' in globals()))
""",
    "locals": """
import _thread, threading, time
class Noisy:
    def __del__(self):
        print('gone', threading is not None, time is not None)
local = threading.local()
def work():
    local.value = Noisy()
    started.set()
    time.sleep(60)
started = threading.Event()
_thread.start_new_thread(work, ())
started.wait()
""",
    "loop": """
import asyncio
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
""",
    "globals": """
class Names(dict):
    def __missing__(self, name):
        return 'no ' + name
names = Names()
exec('type Alias = first\\nclass A: type Alias = second', names)
print(names['Alias'].__value__, names['A'].Alias.__value__)
""",
    "builtins": """
import types
names = {'__builtins__': types.MappingProxyType({}), 'x': iter([1, 2])}
try:
    print(eval('x.__reduce__()', names))
except AttributeError as error:
    print('AttributeError', error)
names['__builtins__'] = types.MappingProxyType({'iter': 'mine'})
print(eval('x.__reduce__()', names))
""",
    "numbers": """
import array, math, os
print(math.nextafter(-5e-324, 0.0), math.nextafter(5e-324, -1.0), math.nextafter(-5e-324, 0.0, steps=1))
print(array.array('b', [1, 2, 3]).__sizeof__() - array.array('b').__sizeof__())
try:
    os.fstat(-1)
except OSError as error:
    print(error)
""",
}

for name, program in PROGRAMS.items():
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    print(f"-- {name}", result.returncode)
    print(result.stdout + result.stderr, end="")

JUMP = """
def func():
    def inner(v): pass
    inner(
         42
    )
"""
lines = []


def trace(frame, event, arg):
    if frame.f_code.co_name == "func" and event == "line":
        lines.append(frame.f_lineno)
        if lines.count(4) == 1 and frame.f_lineno == 4:
            frame.f_lineno = 3
    return trace


names = {}
exec(JUMP, names)
sys.settrace(trace)
names["func"]()
sys.settrace(None)
print(lines)
