"""Lists, tuples and dictionaries as C code uses them."""

from _inline_c import extension

module = extension(r"""
EXPORT(list_new, METH_O)
static PyObject *list_new(PyObject *self, PyObject *arg)
{
    Py_ssize_t len = PyLong_AsSsize_t(arg);
    if (len == -1 && PyErr_Occurred())
        return NULL;
    PyObject *list = PyList_New(len);
    for (Py_ssize_t i = 0; list != NULL && i < len; i++)
        PyList_SET_ITEM(list, i, PyLong_FromSsize_t(i * i));
    return list;
}

EXPORT(list_get, METH_O)
static PyObject *list_get(PyObject *self, PyObject *pair)
{
    return PyList_GetItemRef(PyTuple_GET_ITEM(pair, 0), PyLong_AsSsize_t(PyTuple_GET_ITEM(pair, 1)));
}

EXPORT(list_set, METH_O)
static PyObject *list_set(PyObject *self, PyObject *args)
{
    PyObject *value = PyTuple_GetItem(args, 2);
    if (value == NULL)
        return NULL;
    Py_INCREF(value);
    if (PyList_SetItem(PyTuple_GET_ITEM(args, 0), PyLong_AsLong(PyTuple_GET_ITEM(args, 1)), value) < 0)
        return NULL;
    return Py_NewRef(PyTuple_GET_ITEM(args, 0));
}

EXPORT(list_work, METH_O)
static PyObject *list_work(PyObject *self, PyObject *list)
{
    PyObject *one = PyLong_FromLong(1), *slice = PyList_GetSlice(list, -5, 2), *tuple = NULL;
    if (slice == NULL || PyList_Append(list, one) < 0 || PyList_Insert(list, 0, one) < 0
        || PyList_Sort(list) < 0 || PyList_Reverse(list) < 0 || PyList_SetSlice(list, 1, 3, slice) < 0)
        return NULL;
    tuple = PyList_AsTuple(list);
    Py_DECREF(one);
    return Py_BuildValue("(NNn)", slice, tuple, PyList_Size(list));
}

EXPORT(pack, METH_NOARGS)
static PyObject *pack(PyObject *self, PyObject *unused)
{
    return PyTuple_Pack(3, Py_None, Py_True, Py_Ellipsis);
}

EXPORT(resize, METH_NOARGS)
static PyObject *resize(PyObject *self, PyObject *unused)
{
    PyObject *tuple = PyTuple_New(2);
    PyTuple_SET_ITEM(tuple, 0, PyLong_FromLong(10));
    PyTuple_SET_ITEM(tuple, 1, PyLong_FromLong(11));
    if (_PyTuple_Resize(&tuple, 3) < 0)
        return NULL;
    if (PyTuple_SetItem(tuple, 2, PyLong_FromLong(12)) < 0)
        return NULL;
    return tuple;
}

EXPORT(dict_sum, METH_O)
static PyObject *dict_sum(PyObject *self, PyObject *dict)
{
    Py_ssize_t place = 0;
    PyObject *key, *value;
    long sum = 0;
    while (PyDict_Next(dict, &place, &key, &value))
        sum += PyLong_AsLong(value);
    return PyErr_Occurred() ? NULL : PyLong_FromLong(sum);
}

EXPORT(dict_get, METH_O)
static PyObject *dict_get(PyObject *self, PyObject *pair)
{
    PyObject *value = PyDict_GetItemWithError(PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1));
    if (value == NULL && !PyErr_Occurred())
        PyErr_SetString(PyExc_LookupError, "nothing there");
    return Py_XNewRef(value);
}

EXPORT(dict_pop, METH_O)
static PyObject *dict_pop(PyObject *self, PyObject *dict)
{
    PyObject *value;
    int found = PyDict_PopString(dict, "a", &value);
    if (found < 0)
        return NULL;
    return Py_BuildValue("iN", found, found ? value : Py_NewRef(Py_None));
}

EXPORT(build, METH_NOARGS)
static PyObject *build(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("[s#z{s:i,s:d}(ncC)yKL]", "abcd", (Py_ssize_t)3, NULL, "x", -1, "y", 2.5, (Py_ssize_t)7, 'q',
                         0x20ac, "bytes", 18446744073709551615ULL, -5LL);
}

EXPORT(build_many, METH_NOARGS)
static PyObject *build_many(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("dddddddddd iiiiiiii", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 1, 2, 3, 4, 5, 6, 7, 8);
}

EXPORT(build_bad, METH_NOARGS)
static PyObject *build_bad(PyObject *self, PyObject *unused) { return Py_BuildValue("(i", 1); }

EXPORT(build_null, METH_NOARGS)
static PyObject *build_null(PyObject *self, PyObject *unused) { return Py_BuildValue("(Oi)", NULL, 1); }

EXPORT(call, METH_O)
static PyObject *call(PyObject *self, PyObject *callable)
{
    PyObject *first = PyObject_CallFunction(callable, "is", 1, "two");
    PyObject *second = PyObject_CallFunctionObjArgs(callable, Py_None, Py_True, NULL);
    if (first == NULL || second == NULL)
        return NULL;
    return Py_BuildValue("NN", first, second);
}

EXPORT(to_long, METH_O)
static PyObject *to_long(PyObject *self, PyObject *arg)
{
    long value = PyLong_AsLong(arg);
    return value == -1 && PyErr_Occurred() ? NULL : PyLong_FromLong(value);
}

EXPORT(to_size, METH_O)
static PyObject *to_size(PyObject *self, PyObject *arg)
{
    size_t value = PyLong_AsSize_t(arg);
    return value == (size_t)-1 && PyErr_Occurred() ? NULL : PyLong_FromSize_t(value);
}

EXPORT(to_mask, METH_O)
static PyObject *to_mask(PyObject *self, PyObject *arg)
{
    unsigned long value = PyLong_AsUnsignedLongMask(arg);
    return PyErr_Occurred() ? NULL : PyLong_FromUnsignedLong(value);
}

EXPORT(from_string, METH_NOARGS)
static PyObject *from_string(PyObject *self, PyObject *unused)
{
    char *end = "";
    PyObject *value = PyLong_FromString(" -0x1_f  ", &end, 0);
    return Py_BuildValue("Ns", value, end);
}

EXPORT(from_bad_string, METH_NOARGS)
static PyObject *from_bad_string(PyObject *self, PyObject *unused) { return PyLong_FromString("12z", NULL, 10); }
""")


def attempt(name, *args):
    try:
        print(name, getattr(module, name)(*args))
    except Exception as error:
        # The file and line that CPython names here are its own.
        text = "bad argument" if "bad argument to internal" in str(error) else error
        print(name, type(error).__name__, text)


class Index:
    def __index__(self):
        return 77


attempt("list_new", 5)
attempt("list_new", 0)
attempt("list_new", -1)
attempt("list_new", 2**70)
attempt("list_new", "x")
attempt("list_get", ([1, 2], 1))
attempt("list_get", ([1, 2], 2))
attempt("list_get", ((1, 2), 0))
attempt("list_set", ([1, 2], 1, 9))
attempt("list_set", ([1, 2], 5, 9))
attempt("list_set", ((1, 2), 1, 9))
attempt("list_work", [3, 1, 2])
attempt("list_work", [3, "a"])
attempt("pack")
attempt("resize")
attempt("dict_sum", {"a": 1, "b": 2})
attempt("dict_sum", {"a": 1, "b": "x"})
attempt("dict_get", ({1: 2}, 1))
attempt("dict_get", ({1: 2}, 3))
attempt("dict_get", ({1: 2}, []))
attempt("dict_get", ([], 1))
attempt("dict_pop", {"a": 4})
attempt("dict_pop", {})
attempt("build")
attempt("build_many")
attempt("build_bad")
attempt("build_null")
attempt("call", lambda a, b: (a, b))
attempt("call", 5)
attempt("to_long", 12)
attempt("to_long", 2**63)
attempt("to_long", Index())
attempt("to_long", 1.5)
attempt("to_size", 2**64 - 1)
attempt("to_size", -1)
attempt("to_size", 2**64)
attempt("to_size", Index())
attempt("to_mask", -1)
attempt("to_mask", 2**100 + 5)
attempt("from_string")
attempt("from_bad_string")
