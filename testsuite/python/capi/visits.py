"""Another interpreter as C code visits it: names that go there and back, what is raised there; configs as dictionaries."""

import sys

from _inline_c import extension

module = extension(
    r"""
#define Py_BUILD_CORE 1
#include "internal/pycore_crossinterp.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_pylifecycle.h"

EXPORT(snapshot, METH_O)
static PyObject *snapshot(PyObject *module, PyObject *error)
{
    _PyXI_excinfo info = {{NULL}};
    if (_PyXI_InitExcInfo(&info, error) < 0)
        return NULL;
    PyObject *result = Py_BuildValue("iNN", info.type.builtin != NULL, _PyXI_FormatExcInfo(&info), _PyXI_ExcInfoAsObject(&info));
    _PyXI_ClearExcInfo(&info);
    return result;
}
EXPORT(apply, METH_VARARGS)
static PyObject *apply(PyObject *module, PyObject *args)
{
    int code;
    PyObject *error;
    if (!PyArg_ParseTuple(args, "iO", &code, &error))
        return NULL;
    _PyXI_error made = {.interp = PyInterpreterState_Get(), .code = code};
    if (error != Py_None && _PyXI_InitExcInfo(&made.uncaught, error) < 0)
        return NULL;
    PyObject *result = _PyXI_ApplyError(&made);
    _PyXI_ClearExcInfo(&made.uncaught);
    return result;
}
EXPORT(names, METH_VARARGS)
static PyObject *names(PyObject *module, PyObject *args)
{
    PyObject *names, *from, *to, *dflt;
    if (!PyArg_ParseTuple(args, "OOOO", &names, &from, &to, &dflt))
        return NULL;
    _PyXI_namespace *namespace = _PyXI_NamespaceFromNames(names);
    if (namespace == NULL)
        return PyErr_Occurred() ? NULL : PyUnicode_FromString("no namespace");
    int failed = _PyXI_FillNamespaceFromDict(namespace, from, NULL) < 0 || _PyXI_ApplyNamespace(namespace, to, dflt) < 0;
    PyObject *error = PyErr_GetRaisedException();
    _PyXI_FreeNamespace(namespace);
    PyErr_SetRaisedException(error);
    return failed ? NULL : Py_NewRef(to);
}
EXPORT(visit, METH_VARARGS)
static PyObject *visit(PyObject *module, PyObject *args)
{
    PyObject *updates, *wanted = NULL;
    const char *source;
    long long id;
    int twice = 0;
    if (!PyArg_ParseTuple(args, "LsO|Op", &id, &source, &updates, &wanted, &twice))
        return NULL;
    PyInterpreterState *interpreter = _PyInterpreterState_LookUpID(id);
    if (interpreter == NULL)
        return NULL;
    _PyXI_namespace *back = wanted == NULL ? NULL : _PyXI_NamespaceFromNames(wanted);
    _PyXI_session session = {0}, second = {0};
    if (_PyXI_Enter(&session, interpreter, updates == Py_None ? NULL : updates) < 0) {
        if (PyErr_Occurred())
            return NULL;
        return _PyXI_ApplyCapturedException(&session);
    }
    int elsewhere = PyInterpreterState_Get() == interpreter;
    int refused = twice ? _PyXI_Enter(&second, interpreter, NULL) : 0;
    PyObject *code = Py_CompileString(source, "<visit>", Py_file_input);
    PyObject *result = code == NULL ? NULL : PyEval_EvalCode(code, session.main_ns, session.main_ns);
    Py_XDECREF(code);
    if (result != NULL && back != NULL)
        _PyXI_FillNamespaceFromDict(back, session.main_ns, &session);
    Py_XDECREF(result);
    _PyXI_Exit(&session);
    PyObject *captured = NULL;
    if (refused < 0) {
        captured = _PyXI_ApplyCapturedException(&second);
        PyErr_WriteUnraisable(Py_None);
    }
    if (_PyXI_HasCapturedException(&session))
        captured = _PyXI_ApplyCapturedException(&session);
    PyObject *given = PyDict_New();
    if (back != NULL) {
        if (captured == NULL && !PyErr_Occurred())
            _PyXI_ApplyNamespace(back, given, Py_Ellipsis);
        _PyXI_FreeNamespace(back);
    }
    if (PyErr_Occurred()) {
        Py_DECREF(given);
        return NULL;
    }
    return Py_BuildValue("iiNN", elsewhere, refused, captured ? captured : Py_NewRef(Py_None), given);
}
EXPORT(config, METH_VARARGS)
static PyObject *config(PyObject *module, PyObject *args)
{
    PyObject *dict, *updates;
    if (!PyArg_ParseTuple(args, "OO", &dict, &updates))
        return NULL;
    PyInterpreterConfig config;
    if ((dict == Py_None ? _PyInterpreterConfig_InitFromState(&config, PyInterpreterState_Get())
                         : _PyInterpreterConfig_InitFromDict(&config, dict)) < 0)
        return NULL;
    if (_PyInterpreterConfig_UpdateFromDict(&config, updates) < 0)
        return NULL;
    return _PyInterpreterConfig_AsDict(&config);
}
"""
)


def tell(function, *args):
    try:
        print(function.__name__, function(*args))
    except BaseException as error:
        print(function.__name__, type(error).__name__, error, "|", repr(error.__context__))


class Own(Exception):
    pass


class Broken(Exception):
    def __str__(self):
        raise ValueError("no text")


class Parts:
    def __init__(self, **parts):
        self.__dict__.update(parts)


error = [Parts(__name__="N", __qualname__="Q.N", __module__="m"), Parts(__name__="N")]
for given in (
    ValueError("text"),
    Own("text"),
    MemoryError("text"),
    Broken(),
    None,
    5,
    Parts(type=error[0], msg="text", errdisplay="shown"),
    Parts(type=error[1], msg="text", errdisplay="shown"),
    Parts(type=error[0]),
    Parts(type=error[0], msg="text"),
    Parts(type=error[0], msg=5, errdisplay="shown"),
):
    tell(module.snapshot, given)

for code in (-1, -2, -3, -5, -6, -7, -99):
    tell(module.apply, code, None)
    tell(module.apply, code, KeyError("key"))

tell(module.names, ["a", "b"], {"a": 1, "b": (2, "x")}, {}, None)
tell(module.names, {"a": 5}, {}, {}, "default")
tell(module.names, ("a",), {"a": object}, {}, None)
tell(module.names, None, {}, {}, None)
tell(module.names, [], {}, {}, None)
tell(module.names, [5], {}, {}, None)
tell(module.names, 5, {}, {}, None)

import _interpreters

other = _interpreters.create()
tell(module.visit, other, "x = 1", None)
tell(module.visit, other, "y = x + z", {"z": 41}, ["y", "x", "missing"])
tell(module.visit, other, "raise LookupError(x)", {"x": "there"})
tell(module.visit, other, "syntax error", None)
tell(module.visit, other, "x = 1", {"x": [1]})
tell(module.visit, other, "x = 1", [])
tell(module.visit, other, "x = 1", {})
sys.unraisablehook = lambda unraisable: print("refused:", type(unraisable.exc_value).__name__, unraisable.exc_value)
tell(module.visit, other, "x = 1", None, None, True)
tell(module.visit, 999, "x = 1", None)
_interpreters.destroy(other)

full = module.config(None, {})
print(full)
tell(module.config, full, {"gil": "own", "allow_fork": False})
tell(module.config, full, {"gil": "none"})
tell(module.config, full, {"gil": 5})
tell(module.config, full, {"allow_fork": 1})
tell(module.config, full, {"extra": 1})
tell(module.config, {}, {})
tell(module.config, {**full, "more": 1}, {})
tell(module.config, [], {})
tell(module.config, full, [])
