"""Foreign functions, callbacks, structures and arrays of ctypes."""

import ctypes
from ctypes import CDLL, CFUNCTYPE, POINTER, Structure, byref, c_double, c_int, sizeof

libc, libm = CDLL(None), CDLL("libm.so.6")
absolute, power = libc.abs, libm.pow
power.argtypes, power.restype = [c_double, c_double], c_double
frexp = libm.frexp
frexp.argtypes, frexp.restype = [c_double, POINTER(c_int)], c_double


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_double)]


def calls(count):
    total, exponent = 0, c_int()
    for i in range(count):
        total += absolute(-i) + power(i, 0.5) + frexp(i + 1.0, byref(exponent)) + exponent.value
    return total


def structures(count):
    total = 0
    points = (Point * 10)()
    for i in range(count):
        point = points[i % 10]
        point.x, point.y = i, i * 0.5
        total += point.x + Point(i, 1.5).y
    return total


def sort(count):
    numbers = (c_int * count)(*(i * 7919 % count for i in range(count)))
    compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))(lambda a, b: a[0] - b[0])
    libc.qsort(numbers, count, sizeof(c_int), compare)
    return numbers[: count // 1000]


print(calls(200_000), structures(200_000), sort(20_000), ctypes.sizeof(Point))
