"""What the CALL, C_RETURN and C_RAISE events of bound methods name: the method as it is called, and the first argument written."""

import sys
import types

mon = sys.monitoring
events = []


def name(callable):
    return f"{type(callable).__name__} {callable.__name__}"


def recorder(kind):
    def record(code, offset, callable, first):
        if code.co_name.startswith("case_"):
            events.append((kind, name(callable), "MISSING" if first is mon.MISSING else first))

    return record


class A:
    def __repr__(self):
        return "an A"

    def method(self, x=0, *, y=0):
        return x


class B(A):
    def method(self, x=0, *, y=0):
        return case_super(self, x)

    def __repr__(self):
        return "a B"


super_ = super


def case_super(self, x):
    s = super_(B, self)
    s.method(x)
    s.method(x, y=1)
    s.method()
    super_(B, self).method(x)
    return super_(B, self).method(*(x,))


def case_bound():
    m = A().method
    m()
    m(1)
    m(1, y=2)
    m(*(3,))
    A().method(4)
    A().method(4, y=3)


def case_native():
    m = types.MethodType(len, [1, 2])
    m()
    n = types.MethodType(max, 5)
    n(7)
    n(7, key=abs)
    n(*(8,))
    try:
        m(1)
    except TypeError:
        pass
    try:
        m(1, y=2)
    except TypeError:
        pass
    [].append(1)
    a = [].append
    a(1)


def case_class():
    m = types.MethodType(int, "12")
    m()
    m(5)


mon.use_tool_id(3, "test")
for kind in ("CALL", "C_RETURN", "C_RAISE"):
    mon.register_callback(3, getattr(mon.events, kind), recorder(kind))
mon.set_events(3, mon.events.CALL)
b = B()
for case in (lambda: b.method(1), case_bound, case_native, case_class):
    case()
mon.set_events(3, 0)
for event in events:
    print(*event)


def profiled(frame, event, arg):
    if frame.f_code.co_name.startswith("case_") and event.startswith("c_"):
        told.append((event, name(arg)))


told = []
sys.setprofile(profiled)
b.method(1)
case_bound()
case_native()
case_class()
sys.setprofile(None)
for event in told:
    print(*event)
