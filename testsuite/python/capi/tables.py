"""Tables that C code imports: the frozen modules, and the code that calls whoever evaluates a frame."""

import _imp
import ctypes
import sys

from _inline_c import extension

module = extension(
    r"""
#include <string.h>
#include <sys/mman.h>
PyAPI_DATA(const struct _frozen *) _PyImport_FrozenBootstrap;
PyAPI_DATA(const struct _frozen *) _PyImport_FrozenStdlib;
PyAPI_DATA(const struct _frozen *) _PyImport_FrozenTest;
extern char _Py_trampoline_func_start, _Py_trampoline_func_end;

EXPORT(frozen, METH_NOARGS)
static PyObject *frozen(PyObject *module, PyObject *ignored)
{
    const struct _frozen *tables[] = {_PyImport_FrozenBootstrap, _PyImport_FrozenStdlib, _PyImport_FrozenTest};
    PyObject *all = PyList_New(0);
    for (int index = 0; index < 3; index++) {
        PyObject *names = PyList_New(0);
        for (const struct _frozen *row = tables[index]; row->name != NULL; row++) {
            PyObject *code = PyMarshal_ReadObjectFromString((const char *)row->code, row->size);
            PyList_Append(names, Py_BuildValue("siN", row->name, row->is_package, PyObject_Type(code)));
        }
        PyList_Append(all, names);
    }
    return all;
}
static PyObject *evaluate(PyThreadState *ts, void *frame, int throwing)
{
    return Py_BuildValue("iii", ts == PyThreadState_Get(), frame == NULL, throwing);
}
EXPORT(trampoline, METH_NOARGS)
static PyObject *trampoline(PyObject *module, PyObject *ignored)
{
    typedef PyObject *(*evaluator)(PyThreadState *, void *, int);
    size_t size = &_Py_trampoline_func_end - &_Py_trampoline_func_start;
    if (size == 0 || size > 256)
        return PyErr_Format(PyExc_RuntimeError, "a size of %zu", size);
    void *place = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(place, &_Py_trampoline_func_start, size);
    mprotect(place, 4096, PROT_READ | PROT_EXEC);
    PyObject *(*copy)(PyThreadState *, void *, int, evaluator) = place;
    return copy(PyThreadState_Get(), NULL, 7, evaluate);
}
""".replace("#include <string.h>", "#include <string.h>\n#include <marshal.h>")
)

tables = module.frozen()
for table in tables:
    print(table)
print([name for table in tables for name, *_ in table] == _imp._frozen_module_names())
print(module.trampoline())
