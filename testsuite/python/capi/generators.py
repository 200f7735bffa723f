"""Generators of frames that C code has made."""

from _inline_c import extension

module = extension(
    r"""
#include <frameobject.h>
EXPORT(adopt, METH_VARARGS)
static PyObject *adopt(PyObject *module, PyObject *args)
{
    const char *kind; PyObject *function, *name = NULL, *qualname = NULL;
    if (!PyArg_ParseTuple(args, "sO|OO", &kind, &function, &name, &qualname)) return NULL;
    PyObject *globals = PyFunction_GetGlobals(function);
    PyFrameObject *frame = PyFrame_New(PyThreadState_Get(), (PyCodeObject *)PyFunction_GetCode(function), globals, NULL);
    if (!frame) return NULL;
    /* The generator takes the frame, which its own frame refers to. */
    Py_INCREF(frame);
    switch (*kind) {
    case 'g': return PyGen_New(frame);
    case 'n': return PyGen_NewWithQualName(frame, name, qualname);
    case 'c': return PyCoro_New(frame, name, qualname);
    default: return PyAsyncGen_New(frame, name, qualname);
    }
}
"""
)


def numbers():
    yield 1
    received = yield 2
    return received


async def answer():
    return 42


async def asynchronous():
    yield 7


generator = module.adopt("g", numbers)
print(generator.__name__, generator.__qualname__, list(generator))
generator = module.adopt("n", numbers, "short", "long.short")
print(generator.__name__, generator.__qualname__)
print(generator.gi_frame.f_code is numbers.__code__, next(generator), next(generator), generator.gi_frame.f_lineno)
try:
    generator.send("sent")
except StopIteration as stop:
    print(stop.value, generator.gi_frame)

coroutine = module.adopt("c", answer, "name", "qualified")
print(type(coroutine).__name__, coroutine.__qualname__)
try:
    coroutine.send(None)
except StopIteration as stop:
    print(stop.value)

iterator = module.adopt("a", asynchronous, "name", "qualified")
print(type(iterator).__name__, iterator.__name__)
try:
    iterator.__anext__().send(None)
except StopIteration as stop:
    print(stop.value)
