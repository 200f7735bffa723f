"""The text of tracebacks: positions, chains, recursion, groups, syntax errors."""

import sys
import traceback


def show(function):
    try:
        function()
    except BaseException:
        print(traceback.format_exc())


def division():
    a, b = 1, 0
    return (a + 1) / (b)


def subscript():
    data = {"a": [1, 2]}
    return data["a"][0]["x"]


def call():
    return len(5) + max(1, 2)


def attribute():
    return "abc".missing.deeper


def chained():
    try:
        division()
    except ZeroDivisionError as e:
        raise ValueError("while handling") from e


def implicit():
    try:
        {}["k"]
    except KeyError:
        undefined_name


def recursion(n=0):
    return recursion(n + 1)


def group():
    errors = []
    for f in (division, subscript):
        try:
            f()
        except Exception as e:
            errors.append(e)
    raise ExceptionGroup("both failed", errors)


def comprehension():
    return [1 / x for x in (1, 0)]


def multiline():
    values = {
        "one": 1,
        "two": int("two"),
    }
    return values


def binary():
    return 1 + "1" * 2 + 3


def unpack():
    a, b = 1, 2, 3


def call_wrong():
    def f(a, b, *, c):
        pass

    f(1, d=2)


for f in (
    division,
    subscript,
    call,
    attribute,
    chained,
    implicit,
    group,
    comprehension,
    multiline,
    binary,
    unpack,
    call_wrong,
):
    print("#", f.__name__)
    show(f)

sys.setrecursionlimit(120)
try:
    recursion()
except RecursionError as e:
    lines = traceback.format_exc().splitlines()
    print(lines[-1])
    print([line for line in lines if "repeated" in line] != [])
sys.setrecursionlimit(1000)

for source in (
    "a = = 1",
    "def f(:\n  pass",
    "x = (1,",
    "if x\n  y",
    "'open",
    "for i in range(3):\nprint(i)",
    "f(a=1, 2)",
    "1 + = 2",
    "print 'x'",
    "a, b += 1",
    "return 5",
    "x = [i for i in 3 4]",
):
    try:
        compile(source, "<test>", "exec")
    except SyntaxError as e:
        print("".join(traceback.format_exception_only(e)), end="")
