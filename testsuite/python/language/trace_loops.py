"""Events of loops under a trace function, with and without those of opcodes, before and after the loop has run untraced."""

import sys

SOURCE = """
def loop(items):
    for item in items:
        pass
def line(items):
    for item in items: pass
def comprehension(items): return [item for item in items]
"""


class Items:
    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return self

    def __next__(self):
        if self.count == 0:
            raise StopIteration
        self.count -= 1
        return self.count


def generate(count):
    yield from range(count)


def trace(frame, event, arg):
    frame.f_trace_opcodes = opcodes
    if frame.f_code is code:
        events.append(f"{event[:2]}{frame.f_lasti}:{frame.f_lineno}")
    return trace


for make in (generate, Items, range, lambda count: [0] * count, lambda count: iter({0: 1})):
    for name in ("loop", "line", "comprehension"):
        for before in (0, 3):
            namespace = {}
            exec(SOURCE, namespace)
            function = namespace[name]
            code = function.__code__
            for _ in range(before):
                function(make(2))
            for opcodes in (False, True, False, True, True):
                events = []
                items = make(2)
                sys.settrace(trace)
                function(items)
                sys.settrace(None)
                print(make.__name__, name, before, opcodes, *events)
