"""Exceptions: matching, finally, chaining, groups and notes."""

import traceback


def risky(kind):
    try:
        if kind == "value":
            raise ValueError("bad value")
        if kind == "type":
            raise TypeError
        if kind == "key":
            {}["missing"]
        if kind == "zero":
            1 // 0
        return "no error"
    except (ValueError, TypeError) as e:
        return f"handled {type(e).__name__}: {e.args}"
    except LookupError as e:
        return f"lookup {e!r}"
    else:
        return "else"
    finally:
        print("finally", kind)


for kind in ("value", "type", "key", "none"):
    print(risky(kind))
try:
    risky("zero")
except ZeroDivisionError as e:
    print(e)


def override():
    try:
        raise ValueError
    finally:
        return "finally wins"


print(override())


def loop():
    for i in range(5):
        try:
            if i == 1:
                continue
            if i == 3:
                break
        finally:
            print("clean", i)
    return i


print(loop())

try:
    try:
        raise KeyError("first")
    except KeyError as e:
        raise RuntimeError("second") from e
except RuntimeError as e:
    print(repr(e.__cause__), repr(e.__context__), e.__suppress_context__)

try:
    try:
        raise KeyError("first")
    except KeyError:
        raise RuntimeError("second") from None
except RuntimeError as e:
    print(repr(e.__cause__), repr(e.__context__), e.__suppress_context__)

try:
    e = 1
    raise ValueError
except ValueError as e:
    pass
try:
    e
except NameError as error:
    print(error)


class Custom(Exception):
    def __init__(self, code, **details):
        super().__init__(code)
        self.details = details

    def __str__(self):
        return f"code {self.args[0]} {self.details}"


try:
    raise Custom(5, a=1)
except Custom as e:
    print(e, repr(e), e.details)

e = ValueError("with notes")
e.add_note("note one")
e.add_note("note two")
print(e.__notes__)
print("".join(traceback.format_exception(e)), end="")

group = ExceptionGroup(
    "many", [ValueError(1), TypeError(2), ExceptionGroup("deep", [ValueError(3), OSError(4)])]
)
try:
    try:
        raise group
    except* ValueError as eg:
        print("values", eg.exceptions)
    except* TypeError as eg:
        print("types", eg.exceptions)
except ExceptionGroup as rest:
    print("rest", repr(rest))
matched, others = group.split(ValueError)
print(matched, "|", others)
print(group.subgroup(lambda x: isinstance(x, OSError)))

for bad in (
    lambda: exec("raise 1"),
    lambda: exec("raise ValueError from 1"),
    lambda: ExceptionGroup("empty", []),
):
    try:
        bad()
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)

print(OSError(2, "No such file", "name"), OSError(2, "x").errno, type(OSError(17, "exists")).__name__)
print(repr(SystemExit(3).code), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"))
try:
    assert 1 == 2, "an assertion"
except AssertionError as e:
    print(repr(e))
print(StopIteration(4).value, KeyError("k"), repr(KeyError()), ImportError("m", name="n", path="p").name)
print(BaseException.__mro__, issubclass(KeyboardInterrupt, Exception))
