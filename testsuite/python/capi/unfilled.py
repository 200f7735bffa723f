"""What C code gives and takes at the edges: places not filled, names not there, formats that are none, numbers that do not fit."""

import warnings

from _inline_c import extension

module = extension(
    r"""
#include <stddef.h>
EXPORT(unfilled, METH_O)
static PyObject *unfilled(PyObject *module, PyObject *item)
{
    PyObject *tuple = PyTuple_New(4);
    PyTuple_SET_ITEM(tuple, 1, Py_NewRef(item));
    PyObject *missing = PyTuple_GetItem(tuple, 0);
    int silent = !missing && !PyErr_Occurred();
    PyObject *part = PyTuple_GetSlice(tuple, 1, 2), *shown = PyObject_Repr(tuple);
    Py_DECREF(tuple);
    return Py_BuildValue("iNN", silent, part, shown);
}
EXPORT(pop, METH_VARARGS)
static PyObject *pop(PyObject *module, PyObject *args)
{
    PyObject *dict, *key, *value = (PyObject *)1;
    if (!PyArg_ParseTuple(args, "OO", &dict, &key)) return NULL;
    int status = PyDict_Pop(dict, key == Py_None ? NULL : key, &value);
    if (status < 0) return value ? PyUnicode_FromString("a value with an exception") : NULL;
    return Py_BuildValue("iN", status, value ? value : Py_NewRef(Py_None));
}
EXPORT(text_of, METH_O)
static PyObject *text_of(PyObject *module, PyObject *format)
{
    return PyUnicode_FromFormat(PyBytes_AsString(format), 65);
}
typedef struct { PyObject_HEAD short s; unsigned char b; unsigned u; unsigned long ul; Py_ssize_t n; long long ll; } Fields;
static PyMemberDef members[] = {{"s", Py_T_SHORT, offsetof(Fields, s)}, {"b", Py_T_UBYTE, offsetof(Fields, b)},
    {"u", Py_T_UINT, offsetof(Fields, u)}, {"ul", Py_T_ULONG, offsetof(Fields, ul)},
    {"n", Py_T_PYSSIZET, offsetof(Fields, n)}, {"ll", Py_T_LONGLONG, offsetof(Fields, ll)}, {NULL}};
static PyType_Slot slots[] = {{Py_tp_members, members}, {0, NULL}};
static PyType_Spec spec = {"inline.Fields", sizeof(Fields), 0, Py_TPFLAGS_DEFAULT, slots};
EXPORT(fields, METH_NOARGS)
static PyObject *fields(PyObject *module, PyObject *ignored) { return PyType_FromSpec(&spec); }
"""
)

print(module.unfilled("x"))

for dict, key in (({}, None), ({}, []), ({1: 2}, 1), ({1: 2}, 3), ([], 1), ({1: 2}, [])):
    try:
        print(module.pop(dict, key), dict)
    except SystemError as error:
        print(str(error).endswith("bad argument to internal function"))
    except TypeError as error:
        print(error)

for format in (b"%c", b"%0c", b"%2c", b"%.2c", b"%lc", b"%20p", b"%zs", b"%0%", b"%%", b"%5d|"):
    try:
        print(format, module.text_of(format))
    except SystemError as error:
        print(error)


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


fields = module.fields()()
for name in ("s", "b", "u", "ul", "n", "ll"):
    for value in (1, -1, 2**15, 2**32, 2**63, 2**64, -(2**70), Index(7), Index(-7), 1.5):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                setattr(fields, name, value)
                outcome = getattr(fields, name)
            except Exception as error:
                outcome = f"{type(error).__name__}: {error}"
        shown = value if not isinstance(value, Index) else f"Index({value.value})"
        print(name, shown, outcome, *(str(warning.message) for warning in caught))
