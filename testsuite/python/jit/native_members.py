# Members of native types that hold no object are set in a loop.
import sys


def quiet(n):
    frame = sys._getframe()
    for i in range(n):
        frame.f_trace_lines = i % 2 == 0
        frame.f_trace_opcodes = i % 3 == 0
    return frame.f_trace_lines, frame.f_trace_opcodes


def wrong(n):
    frame = sys._getframe()
    errors = set()
    for i in range(n):
        try:
            frame.f_trace_lines = i
        except TypeError as error:
            errors.add(str(error))
    return errors


print(quiet(100), quiet(101), wrong(100))
