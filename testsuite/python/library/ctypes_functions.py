"""ctypes: foreign functions, their arguments and results, callbacks, errors and auditing events."""

import ctypes
import re
import sys
import threading
import _ctypes
from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    PYFUNCTYPE,
    Structure,
    byref,
    c_byte,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_long,
    c_longdouble,
    c_size_t,
    c_void_p,
    py_object,
    sizeof,
)


def show(make):
    try:
        result = repr(make())
    except Exception as e:
        result = f"{type(e).__name__}: {e}"
    print(re.sub("0x[0-9a-f]{6,}", "0x..", result.replace(sys.executable, "<python>")))


libc, libm = CDLL(None), CDLL("libm.so.6")
unary = CFUNCTYPE(c_int, c_int)
absolute = unary(("abs", libc), ((1, "a", -3),))
print(absolute(), absolute(-4), absolute(a=-5), libc["labs"](-3), libc.abs.__name__)
frexp = CFUNCTYPE(c_double, c_double, POINTER(c_int))(("frexp", libm), ((1, "x"), (2, "exponent")))
modf = CFUNCTYPE(c_double, c_double, POINTER(c_double))(("modf", libm), ((1, "x"), (3, "whole")))
whole = c_double()
print(frexp(20.0), modf(2.5, byref(whole))._obj is whole, whole)


class Division(Structure):
    _fields_ = [("quotient", c_int), ("rest", c_int)]


class LongDivision(Structure):
    _fields_ = [("quotient", c_long), ("rest", c_long)]


libc.div.restype, libc.ldiv.restype, libc.ldiv.argtypes = Division, LongDivision, [c_long, c_long]
print(libc.div(17, 5).rest, libc.ldiv(-(2**40), 3).quotient)
libm.sqrtl.restype, libm.sqrtl.argtypes = c_longdouble, [c_longdouble]
libm.ldexpf.restype, libm.ldexpf.argtypes = c_float, [c_float, c_int]
print(libm.sqrtl(2.0), libm.ldexpf(1.5, 4))
text = ctypes.create_string_buffer(60)
libc.snprintf(text, c_size_t(60), b"%d %ld %.3f %s %c", 7, c_long(-(2**40)), c_double(0.5), b"text", c_char(b"q"))
print(text.value)


class Checked(c_int):
    def _check_retval_(self):
        return "checked", self.value


labs = libc["labs"]
labs.restype = Checked
print(labs(-4))
labs.restype = lambda value: f"called with {value}"
print(labs(-5))
labs.restype, labs.errcheck = c_int, lambda result, function, args: (result, function is labs, args)
print(labs(-6), labs.restype, labs.argtypes)
for bad in (
    lambda: libc.nonexistent_function,
    lambda: CDLL("libnope.so"),
    lambda: libc.abs(2**64),
    lambda: libc.abs(-(2**63) - 1),
    lambda: libc.abs(object()),
    lambda: libc.abs(*[1] * 1025),
    lambda: libm.ldexpf("a", 1),
    lambda: libm.ldexpf(1.0),
    lambda: absolute(b=3),
    lambda: absolute(1, 2),
    lambda: unary(("abs", libc), ((1, "a"),))(),
    lambda: unary(("abs", libc), ((1,),))(),
    lambda: unary("a"),
    lambda: unary((5, libc)),
    lambda: unary(("abs", 5)),
    lambda: unary(("abs", libc), 5),
    lambda: unary(("abs", libc), ((1,), (2,))),
    lambda: unary(("abs", libc), ((1, "a", 2, 3),)),
    lambda: unary(("abs", libc), ((2, "a"),)),
    lambda: unary(("abs", libc), ((8, "a"),)),
    lambda: CFUNCTYPE(c_int, int),
    lambda: CFUNCTYPE(3, c_int),
    lambda: CFUNCTYPE(c_int, *[c_int] * 1025),
    lambda: CFUNCTYPE(Division, c_int)(lambda a: a),
    lambda: setattr(libc.abs, "restype", 3),
    lambda: setattr(libc.abs, "argtypes", 3),
    lambda: setattr(libc.abs, "argtypes", [3]),
    lambda: setattr(libc.abs, "errcheck", 3),
    lambda: type("F", (_ctypes.CFuncPtr,), {}),
    lambda: type("F", (_ctypes.CFuncPtr,), {"_flags_": 1})(lambda: 1),
    lambda: _ctypes.call_function(1),
    lambda: _ctypes.call_function("a", ()),
    lambda: _ctypes.dlsym(1, 2),
    lambda: _ctypes.set_errno("a"),
    lambda: c_int.in_dll(libc, "no_such_symbol"),
    lambda: c_int.in_dll(3, "x"),
    lambda: bool(unary()),
):
    show(bad)

print("callbacks")
add = CFUNCTYPE(c_int, c_int, c_byte)(lambda a, b: a + b)
print(add(2, -3), bool(add), CFUNCTYPE(c_int, c_int, c_byte)(ctypes.cast(add, c_void_p).value)(5, 6))
describe = CFUNCTYPE(py_object, py_object, POINTER(c_int), Division, c_char_p, c_double)(
    lambda *args: [type(arg).__name__ for arg in args]
)
print(describe("x", byref(c_int(3)), Division(1, 2), b"s", 2.5))
by_value = CFUNCTYPE(c_long, LongDivision, Division, LongDivision)(
    lambda a, b, c: a.quotient * 100 + b.rest * 10 + c.rest
)
print(by_value(LongDivision(1, 2), Division(3, 4), LongDivision(5, 6)))
compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))(lambda a, b: a[0] - b[0])
array = (c_int * 6)(5, 2, 9, 1, 7, 3)
libc.qsort(array, len(array), sizeof(c_int), compare)
print(list(array))
nested = unary(lambda n: 1 if n <= 1 else n * nested(n - 1))
print(nested(10))
reported = []


def hook(unraisable):
    reported.append((type(unraisable.exc_value).__name__, re.sub(" at 0x.*", ">", str(unraisable.err_msg))))


sys.unraisablehook = hook


def failing(a):
    raise ValueError("no")


print(unary(failing)(1) is not None, unary(lambda a: "text")(1) is not None)
CFUNCTYPE(None, c_void_p)(ctypes.cast(take := CFUNCTYPE(None, py_object)(print), c_void_p).value)(None)
print(*reported, sep="\n")
results = []
workers = [threading.Thread(target=lambda: results.append(nested(5) + add(1, 1))) for _ in range(4)]
[worker.start() for worker in workers]
[worker.join() for worker in workers]
print(results)

seen = []


@CFUNCTYPE(c_void_p, c_void_p)
def foreign(argument):
    seen.append((argument, threading.current_thread() is threading.main_thread(), absolute(-argument)))
    return argument + 1


identifier, answer = c_long(), c_void_p()
libc.pthread_create(byref(identifier), None, foreign, c_void_p(41))
libc.pthread_join(identifier, byref(answer))
print(seen, answer.value)

print("errno")
counted = CDLL(None, use_errno=True)
ctypes.set_errno(0)
print(counted.close(-1), ctypes.get_errno(), ctypes.set_errno(3), ctypes.get_errno())
thread = threading.Thread(target=lambda: print("other thread", ctypes.get_errno()))
thread.start()
thread.join()

print("the program's own functions")
api = ctypes.pythonapi
api.PyList_Append.argtypes, api.PyList_Append.restype = [py_object, py_object], c_int
items = [1]
print(api.PyList_Append(items, "two"), items)
identity = PYFUNCTYPE(py_object, py_object)(lambda x: x)
before = sys.getrefcount(items)
print(identity(items) is items, sys.getrefcount(items) - before, _ctypes.PyObj_FromPtr(id(items)) is items)

events = []
sys.addaudithook(lambda event, args: event.startswith("ctypes.") and events.append((event, len(args))))
value = c_int(3)
ctypes.addressof(value)
c_int.from_address(ctypes.addressof(value))
ctypes.string_at(b"abc", 2)
ctypes.wstring_at("abc", 2)
c_int.from_buffer(bytearray(4))
_ctypes.call_function(ctypes.cast(libc.abs, c_void_p).value, (-3,))
libc.atoi
ctypes.get_errno()
print(*events, sep="\n")
