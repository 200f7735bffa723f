"""Auditing events of the runtime and the library, and hooks that are traced."""

import gc
import marshal
import sys
import time

seen = []
WANTED = ("gc.", "marshal.", "object.__setattr__", "open", "time.sleep", "exec", "compile")


class Hook:
    on = False

    def __call__(self, event, args):
        if self.on and event.startswith(WANTED):
            seen.append((event, args))


hook = Hook()
sys.addaudithook(hook)


def during(work):
    seen.clear()
    hook.on = True
    try:
        work()
    except (OSError, ValueError) as error:
        seen.append(type(error).__name__)
    finally:
        hook.on = False
    return list(seen)


class A:
    pass


class B:
    pass


class C(A):
    pass


def set_bases():
    C.__bases__ = (B,)


def set_class():
    instance.__class__ = B


def set_name():
    C.__name__ = "X"


instance = A()
value = ("a", 1)
print(during(lambda: gc.get_objects(generation=1)))
print([event for event, _ in during(lambda: gc.get_referrers(value))])
print(during(lambda: gc.get_referents(value)))
print(during(lambda: marshal.loads(marshal.dumps(value))))
print([[event, args[1]] for event, args in during(set_name) + during(set_bases) + during(set_class)])
print([[event, args[1]] for event, args in during(lambda: open("/nonexistent/x"))[:1]])
print(during(lambda: time.sleep(0)) + during(lambda: time.sleep(-1)))
print([event for event, _ in during(lambda: eval("1"))])

traced = []


def trace(frame, event, arg):
    if frame.f_code is Hook.__call__.__code__:
        traced.append(event)


sys.settrace(trace)
eval("1")
hook.__cantrace__ = True
eval("2")
hook.__cantrace__ = False
eval("3")
sys.settrace(None)
print(traced)
