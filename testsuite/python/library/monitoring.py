"""sys.settrace, sys.setprofile and sys.monitoring: which events come, in which order, with what."""

import sys
import warnings

warnings.simplefilter("ignore")


def work(x):
    y = x + 1
    for i in range(2):
        y += i
    try:
        raise ValueError(y)
    except ValueError as e:
        z = str(e)
    return z


def numbers():
    yield 1
    yield 2


def one_line():
    pass


def relative(frame):
    return frame.f_lineno - frame.f_code.co_firstlineno


def show(value):
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, (int, str, type(None))):
        return value
    return getattr(value, "co_name", None) or getattr(value, "__name__", None) or type(value).__name__


def trace():
    events = []

    def tracer(frame, event, arg):
        if frame.f_code.co_name in ("work", "numbers", "one_line"):
            events.append((frame.f_code.co_name, relative(frame), event, arg[0].__name__ if event == "exception" else arg))
        return tracer

    sys.settrace(tracer)
    work(3)
    for _ in numbers():
        pass
    one_line()
    sys.settrace(None)
    return events


def trace_opcodes():
    events = []

    def tracer(frame, event, arg):
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        if frame.f_code.co_name == "one_line":
            events.append((relative(frame), event, frame.f_lasti))
        return tracer

    sys.settrace(tracer)
    one_line()
    sys.settrace(None)
    return events


def profile():
    events = []

    def profiler(frame, event, arg):
        events.append((frame.f_code.co_name, event, show(arg)))

    sys.setprofile(profiler)
    len([1])
    [].append(2)
    work(1)
    try:
        int("x")
    except ValueError:
        pass
    sys.setprofile(None)
    return events


def jump():
    out = []

    def body():
        out.append(1)
        out.append(2)
        out.append(3)

    def tracer(frame, event, arg):
        if frame.f_code is not body.__code__:
            return None
        if event == "line" and relative(frame) == 2:
            frame.f_lineno += 1
        return tracer

    sys.settrace(tracer)
    body()
    sys.settrace(None)
    return out


def jump_into(offset):
    def body():
        x = 1
        for i in [1]:
            x = 2
        try:
            x = 3
        except OSError:
            x = 4
        return x

    message = None

    def tracer(frame, event, arg):
        nonlocal message
        if frame.f_code is not body.__code__:
            return None
        if event == "line" and message is None:
            try:
                frame.f_lineno = frame.f_code.co_firstlineno + offset
                message = "went"
            except ValueError as e:
                message = str(e).replace(str(frame.f_code.co_firstlineno + offset), "N")
        return tracer

    sys.settrace(tracer)
    body()
    sys.settrace(None)
    return message


def monitor():
    m = sys.monitoring
    e = m.events
    seen = []

    def recorder(name):
        def callback(*args):
            seen.append((name, *map(show, args[1:])) if name != "LINE" else (name, args[1] - args[0].co_firstlineno))
            return m.DISABLE if name == "LINE" else None

        return callback

    m.use_tool_id(1, "recorder")
    names = "PY_START PY_RETURN LINE CALL C_RETURN C_RAISE RAISE EXCEPTION_HANDLED BRANCH JUMP PY_YIELD PY_RESUME".split()
    for name in [*names, "STOP_ITERATION", "PY_UNWIND"]:
        m.register_callback(1, getattr(e, name), recorder(name))
    m.set_local_events(1, work.__code__, e.LINE | e.BRANCH | e.JUMP | e.CALL | e.PY_START | e.PY_RETURN)
    work(1)
    work(2)
    m.restart_events()
    work(3)
    m.set_local_events(1, work.__code__, 0)
    m.set_events(1, e.RAISE | e.EXCEPTION_HANDLED | e.PY_YIELD | e.PY_RESUME | e.STOP_ITERATION | e.CALL)
    work(1)
    for _ in numbers():
        pass
    m.set_events(1, 0)
    m.free_tool_id(1)
    return seen


for run in (trace, trace_opcodes, profile, jump, monitor):
    print(run.__name__)
    for event in run():
        print("   ", event)
for offset in (-5, 1, 3, 5, 7, 100):
    print(offset, jump_into(offset))
