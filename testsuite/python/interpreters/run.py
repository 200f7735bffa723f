"""Interpreters are made, run, told apart and ended; what they raise comes back as texts."""

import gc
import sys

import _interpreters


def attempt(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        context = error.__context__
        print(type(error).__qualname__, error, "|", repr(context))


def make(**overrides):
    return _interpreters.create(_interpreters.new_config("isolated", **overrides))


first = make()
print(first, _interpreters.whence(first) == _interpreters.WHENCE_STDLIB)
print(_interpreters.list_all(), _interpreters.get_main(), _interpreters.get_current())
attempt(_interpreters.run_string, first, "x = 1; print(__name__, x)")
attempt(_interpreters.exec, first, "print(x + 1)")
attempt(_interpreters.exec, first, "1/0")
attempt(_interpreters.exec, first, "x y")
attempt(_interpreters.exec, first, "import sys; sys.exit(3)")
attempt(_interpreters.exec, first, "class Odd(Exception): pass\nraise Odd('why')")


def body():
    import sys

    print("function", sys.modules["__main__"].x)


attempt(_interpreters.call, first, body)
attempt(_interpreters.run_func, first, body)
attempt(_interpreters.call, first, print)
attempt(_interpreters.call, first, lambda x: x)
attempt(_interpreters.exec, first, "")
attempt(_interpreters.exec, first, 5)

print("-- what is shared")
values = {"a": None, "b": True, "c": -5, "d": 2.5, "e": "té\u20ac", "f": b"\0x", "g": (1, ("y", None))}
attempt(_interpreters.exec, first, "print(a, b, c, d, ascii(e), f, g)", values)
attempt(_interpreters.set___main___attrs, first, {"z": (1, [])})
attempt(_interpreters.set___main___attrs, first, {"z": 1 << 70})
attempt(_interpreters.set___main___attrs, first, {})
print([_interpreters.is_shareable(v) for v in (1, "s", b"", 1.0, None, (), memoryview(b""), [], {}, object)])
array = bytearray(b"abc")
attempt(_interpreters.exec, first, "print(view)", {"view": memoryview(array)})
attempt(_interpreters.exec, first, "import _interpreters")
attempt(_interpreters.exec, first, "view[0] = 65; print(bytes(view))", {"view": memoryview(array)})
print(array)

print("-- what is each one's own")
attempt(_interpreters.exec, first, "import sys; sys.only_here = 1; sys.setrecursionlimit(777)")
print(hasattr(sys, "only_here"), sys.getrecursionlimit() == 777)
attempt(_interpreters.exec, first, "class Here(int): pass\nprint([c for c in int.__subclasses__() if c is Here])")
print([c.__name__ for c in int.__subclasses__() if c.__name__ == "Here"])
attempt(_interpreters.exec, first, "import warnings; warnings.simplefilter('error'); import gc; gc.disable()")
print(gc.isenabled())
attempt(_interpreters.exec, first, "import builtins; was = len; builtins.len = None")
print(len("abc"))
attempt(_interpreters.exec, first, "builtins.len = was")
attempt(_interpreters.exec, first, "print(any(type(o).__name__ == 'Outer' for o in gc.get_objects()))")


class Outer:
    pass


outer = Outer()
attempt(_interpreters.exec, first, "print(any(type(o).__name__ == 'Outer' for o in gc.get_objects()))")

print("-- what is forbidden")
attempt(_interpreters.exec, first, "import os\ntry: os.fork()\nexcept RuntimeError as e: print(e)")
attempt(_interpreters.exec, first, "try: os.execv('/', ['x'])\nexcept RuntimeError as e: print(e)")
script = "import threading\ntry: threading.Thread(daemon=True)\nexcept RuntimeError as e: print(e)"
attempt(_interpreters.exec, first, script)

print("-- configs")
print(_interpreters.get_config(first))
print(_interpreters.get_config(0))
print(_interpreters.new_config("legacy", gil="own"))
attempt(_interpreters.new_config, "isolated", odd=1)
attempt(_interpreters.new_config, "isolated", allow_fork=1)
attempt(_interpreters.create, "odd")
attempt(_interpreters.create, _interpreters.new_config("empty"))

print("-- ends")
attempt(_interpreters.exec, first, "import atexit; atexit.register(print, 'at exit')")
attempt(_interpreters.exec, first, "class Last:\n def __del__(self): print('last words')\nlast = Last()")
attempt(_interpreters.destroy, 0)
attempt(_interpreters.destroy, first)
attempt(_interpreters.destroy, first)
counted = _interpreters.create(reqrefs=True)
_interpreters.incref(counted)
_interpreters.decref(counted)
print(_interpreters.list_all())
left = make()
attempt(_interpreters.exec, left, "import atexit; atexit.register(print, 'ended with the program')")
print("end of the program")
