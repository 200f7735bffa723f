"""Values and arrays of ctypes that processes share."""

import ctypes
import multiprocessing
from multiprocessing import sharedctypes


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double), ("y", ctypes.c_int)]


def work(value, array, text, raw, points):
    with value.get_lock():
        value.value += 5
    for index in range(len(array)):
        array[index] *= 2
    text.value = text.value.upper()
    raw[0] = 7
    points[1].x, points[1].y = 2.5, -3


if __name__ == "__main__":
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        value, array = context.Value("i", 3), context.Array("d", [1.5, 2.5])
        text, raw = context.Array("c", b"hello"), context.RawArray("h", 3)
        points = context.Array(Point, [(1, 2), (3, 4)])
        process = context.Process(target=work, args=(value, array, text, raw, points))
        process.start()
        process.join()
        print(method, process.exitcode, value, array[:], text.value, list(raw))
        print([(point.x, point.y) for point in points], type(array).__name__, len(points))
    copy = sharedctypes.copy(value.get_obj())
    print(copy, sharedctypes.Value(ctypes.c_short, 4, lock=False), sharedctypes.synchronized(copy))
