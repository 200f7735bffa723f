"""Capsules: pointers that C modules hand to one another."""

from _inline_c import extension

module = extension(r"""
static int target = 42;
static int destroyed = 0;

static void destroy(PyObject *capsule) { destroyed += *(int *)PyCapsule_GetContext(capsule); }

EXPORT(make, METH_NOARGS)
static PyObject *make(PyObject *self, PyObject *unused)
{
    PyObject *capsule = PyCapsule_New(&target, "inline.target", destroy);
    if (capsule == NULL || PyCapsule_SetContext(capsule, &target) < 0)
        return NULL;
    return capsule;
}

EXPORT(make_nothing, METH_NOARGS)
static PyObject *make_nothing(PyObject *self, PyObject *unused) { return PyCapsule_New(NULL, NULL, NULL); }

EXPORT(wrong_name, METH_O)
static PyObject *wrong_name(PyObject *self, PyObject *capsule)
{
    if (PyCapsule_GetPointer(capsule, "other") == NULL)
        return NULL;
    Py_RETURN_NONE;
}

EXPORT(name, METH_O)
static PyObject *name(PyObject *self, PyObject *capsule)
{
    if (PyCapsule_GetName(capsule) == NULL)
        return NULL;
    Py_RETURN_TRUE;
}

EXPORT(unname, METH_O)
static PyObject *unname(PyObject *self, PyObject *capsule)
{
    if (PyCapsule_SetName(capsule, NULL) < 0)
        return NULL;
    Py_RETURN_NONE;
}

EXPORT(is_valid, METH_O)
static PyObject *is_valid(PyObject *self, PyObject *capsule)
{
    if (PyCapsule_IsValid(capsule, "inline.target"))
        Py_RETURN_TRUE;
    Py_RETURN_FALSE;
}

EXPORT(was_destroyed, METH_NOARGS)
static PyObject *was_destroyed(PyObject *self, PyObject *unused)
{
    if (destroyed == 42)
        Py_RETURN_TRUE;
    Py_RETURN_FALSE;
}
""")


def attempt(function, *args):
    try:
        print(function.__name__, function(*args))
    except Exception as error:
        print(function.__name__, type(error).__name__, error)


capsule = module.make()
print(type(capsule), repr(capsule).startswith('<capsule object "inline.target" at 0x'))
attempt(module.make_nothing)
attempt(module.is_valid, capsule)
attempt(module.is_valid, 1)
attempt(module.wrong_name, capsule)
attempt(module.wrong_name, 1)
attempt(module.name, capsule)
attempt(module.name, None)
attempt(module.unname, capsule)
print(repr(capsule).startswith("<capsule object NULL at 0x"))
attempt(module.is_valid, capsule)
attempt(type(capsule))
attempt(module.was_destroyed)
del capsule
attempt(module.was_destroyed)
