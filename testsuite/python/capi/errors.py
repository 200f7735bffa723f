"""Exceptions as C code raises, takes apart and hands on."""

import os
import signal
import sys
import traceback
import warnings

from _inline_c import extension

module = extension(r"""
#include <errno.h>

PyAPI_FUNC(PyObject *) _PyErr_FormatFromCause(PyObject *, const char *, ...);
PyAPI_FUNC(void) _PyErr_SetKeyError(PyObject *);
PyAPI_FUNC(Py_ssize_t) _Py_UTF8_Edit_Cost(PyObject *, PyObject *, Py_ssize_t);

EXPORT(fetch, METH_O)
static PyObject *fetch(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallNoArgs(function), *class, *value, *traceback;
    if (result != NULL)
        return result;
    PyErr_Fetch(&class, &value, &traceback);
    if (PyErr_Occurred())
        return NULL;
    PyErr_NormalizeException(&class, &value, &traceback);
    PyObject *parts = Py_BuildValue("OOO", class, value, traceback == NULL ? Py_None : traceback);
    PyErr_Restore(class, value, traceback);
    PyErr_Clear();
    return parts;
}

EXPORT(nothing, METH_NOARGS)
static PyObject *nothing(PyObject *self, PyObject *unused)
{
    PyObject *class = Py_None, *value = Py_None, *traceback = Py_None;
    PyErr_Fetch(&class, &value, &traceback);
    int is_null = class == NULL && value == NULL && traceback == NULL;
    PyErr_NormalizeException(&class, &value, &traceback);
    PyErr_Restore(NULL, NULL, NULL);
    return PyBool_FromLong(is_null);
}

EXPORT(restore, METH_VARARGS)
static PyObject *restore(PyObject *self, PyObject *args)
{
    PyObject *class, *value, *traceback;
    if (!PyArg_ParseTuple(args, "OOO", &class, &value, &traceback))
        return NULL;
    PyErr_Restore(Py_NewRef(class), value == Py_None ? NULL : Py_NewRef(value), Py_NewRef(traceback));
    return NULL;
}

EXPORT(normalize, METH_VARARGS)
static PyObject *normalize(PyObject *self, PyObject *args)
{
    PyObject *class, *value, *traceback = NULL;
    if (!PyArg_ParseTuple(args, "OO", &class, &value))
        return NULL;
    Py_INCREF(class);
    value = value == Py_None ? NULL : Py_NewRef(value);
    PyErr_NormalizeException(&class, &value, &traceback);
    Py_XDECREF(traceback);
    return Py_BuildValue("NN", class, value);
}

EXPORT(handled, METH_NOARGS)
static PyObject *handled(PyObject *self, PyObject *unused)
{
    PyObject *class, *value, *traceback;
    PyErr_GetExcInfo(&class, &value, &traceback);
    int has_traceback = traceback != NULL && traceback != Py_None;
    Py_XDECREF(traceback);
    return Py_BuildValue("NNi", class, value == NULL ? Py_NewRef(Py_None) : value, has_traceback);
}

EXPORT(handle, METH_O)
static PyObject *handle(PyObject *self, PyObject *exception)
{
    PyErr_SetExcInfo(Py_NewRef(Py_TYPE(exception)), Py_NewRef(exception), NULL);
    PyObject *seen = PyErr_GetHandledException();
    PyErr_SetExcInfo(NULL, NULL, NULL);
    return seen;
}

EXPORT(new_class, METH_VARARGS)
static PyObject *new_class(PyObject *self, PyObject *args)
{
    const char *name, *doc;
    PyObject *base, *dict;
    if (!PyArg_ParseTuple(args, "szOO", &name, &doc, &base, &dict))
        return NULL;
    base = base == Py_None ? NULL : base;
    dict = dict == Py_None ? NULL : dict;
    return doc == NULL ? PyErr_NewException(name, base, dict) : PyErr_NewExceptionWithDoc(name, doc, base, dict);
}

EXPORT(system_error, METH_VARARGS)
static PyObject *system_error(PyObject *self, PyObject *args)
{
    PyObject *class, *file = NULL, *file2 = NULL;
    int number;
    if (!PyArg_ParseTuple(args, "Oi|OO", &class, &number, &file, &file2))
        return NULL;
    errno = number;
    if (file2 != NULL)
        return PyErr_SetFromErrnoWithFilenameObjects(class, file, file2);
    if (file == NULL)
        return PyErr_SetFromErrno(class);
    if (PyBytes_Check(file))
        return PyErr_SetFromErrnoWithFilename(class, PyBytes_AS_STRING(file));
    return PyErr_SetFromErrnoWithFilenameObject(class, file);
}

EXPORT(import_error, METH_VARARGS)
static PyObject *import_error(PyObject *self, PyObject *args)
{
    PyObject *class = NULL, *message = NULL, *name = NULL, *path = NULL;
    if (!PyArg_ParseTuple(args, "|OOOO", &class, &message, &name, &path))
        return NULL;
    return class == Py_None ? PyErr_SetImportError(message, name, path)
                            : PyErr_SetImportErrorSubclass(class, message, name, path);
}

EXPORT(chain, METH_VARARGS)
static PyObject *chain(PyObject *self, PyObject *args)
{
    PyObject *first, *second;
    if (!PyArg_ParseTuple(args, "OO", &first, &second))
        return NULL;
    if (second != Py_None)
        PyErr_SetRaisedException(Py_NewRef(second));
    _PyErr_ChainExceptions1(first == Py_None ? NULL : Py_NewRef(first));
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

EXPORT(from_cause, METH_O)
static PyObject *from_cause(PyObject *self, PyObject *cause)
{
    PyErr_SetRaisedException(Py_NewRef(cause));
    return _PyErr_FormatFromCause(PyExc_RuntimeError, "because of %R and %d", cause, 5);
}

EXPORT(key_error, METH_O)
static PyObject *key_error(PyObject *self, PyObject *key)
{
    _PyErr_SetKeyError(key);
    return NULL;
}

EXPORT(aliases, METH_NOARGS)
static PyObject *aliases(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("OO", PyExc_IOError, PyExc_EnvironmentError);
}

EXPORT(syntax_place, METH_VARARGS)
static PyObject *syntax_place(PyObject *self, PyObject *args)
{
    PyObject *exception, *file;
    int way, line, column;
    if (!PyArg_ParseTuple(args, "OiOii", &exception, &way, &file, &line, &column))
        return NULL;
    PyErr_SetRaisedException(Py_NewRef(exception));
    if (way == 0)
        PyErr_SyntaxLocation(PyUnicode_AsUTF8(file), line);
    else if (way == 1)
        PyErr_SyntaxLocationEx(PyUnicode_AsUTF8(file), line, column);
    else if (way == 2)
        PyErr_SyntaxLocationObject(file, line, column);
    else
        PyErr_RangedSyntaxLocationObject(file, line, column, line + 1, column + 2);
    return NULL;
}

EXPORT(program_text, METH_VARARGS)
static PyObject *program_text(PyObject *self, PyObject *args)
{
    PyObject *file;
    int line;
    if (!PyArg_ParseTuple(args, "Oi", &file, &line))
        return NULL;
    PyObject *first = PyErr_ProgramTextObject(file, line), *second = PyErr_ProgramText(PyUnicode_AsUTF8(file), line);
    if (PyErr_Occurred())
        return NULL;
    return Py_BuildValue("NN", first == NULL ? Py_NewRef(Py_None) : first, second == NULL ? Py_NewRef(Py_None) : second);
}

EXPORT(reraise_star, METH_VARARGS)
static PyObject *reraise_star(PyObject *self, PyObject *args)
{
    PyObject *original, *raised;
    if (!PyArg_ParseTuple(args, "OO", &original, &raised))
        return NULL;
    return PyUnstable_Exc_PrepReraiseStar(original, raised);
}

EXPORT(unicode_parts, METH_O)
static PyObject *unicode_parts(PyObject *self, PyObject *error)
{
    Py_ssize_t start, end;
#define PARTS(kind, encoding)                                                                            \
    if (PyUnicode##kind##Error_GetStart(error, &start) < 0 || PyUnicode##kind##Error_GetEnd(error, &end) < 0) \
        return NULL;                                                                                     \
    return Py_BuildValue("NNnnN", encoding, PyUnicode##kind##Error_GetObject(error), start, end,         \
                         PyUnicode##kind##Error_GetReason(error));
    if (PyObject_TypeCheck(error, (PyTypeObject *)PyExc_UnicodeEncodeError)) {
        PARTS(Encode, PyUnicodeEncodeError_GetEncoding(error))
    }
    if (PyObject_TypeCheck(error, (PyTypeObject *)PyExc_UnicodeDecodeError)) {
        PARTS(Decode, PyUnicodeDecodeError_GetEncoding(error))
    }
    PARTS(Translate, Py_NewRef(Py_None))
}

EXPORT(unicode_change, METH_VARARGS)
static PyObject *unicode_change(PyObject *self, PyObject *args)
{
    PyObject *error;
    Py_ssize_t start, end;
    const char *reason;
    if (!PyArg_ParseTuple(args, "Onns", &error, &start, &end, &reason))
        return NULL;
    int status;
    if (PyObject_TypeCheck(error, (PyTypeObject *)PyExc_UnicodeEncodeError))
        status = PyUnicodeEncodeError_SetStart(error, start) | PyUnicodeEncodeError_SetEnd(error, end)
               | PyUnicodeEncodeError_SetReason(error, reason);
    else if (PyObject_TypeCheck(error, (PyTypeObject *)PyExc_UnicodeDecodeError))
        status = PyUnicodeDecodeError_SetStart(error, start) | PyUnicodeDecodeError_SetEnd(error, end)
               | PyUnicodeDecodeError_SetReason(error, reason);
    else
        status = PyUnicodeTranslateError_SetStart(error, start) | PyUnicodeTranslateError_SetEnd(error, end)
               | PyUnicodeTranslateError_SetReason(error, reason);
    return status < 0 ? NULL : Py_NewRef(error);
}

EXPORT(decode_error, METH_NOARGS)
static PyObject *decode_error(PyObject *self, PyObject *unused)
{
    return PyUnicodeDecodeError_Create("codec", "a\0b", 3, 1, 2, "a reason");
}

EXPORT(edit_cost, METH_VARARGS)
static PyObject *edit_cost(PyObject *self, PyObject *args)
{
    PyObject *left, *right;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(args, "OOn", &left, &right, &most))
        return NULL;
    return PyLong_FromSsize_t(_Py_UTF8_Edit_Cost(left, right, most));
}

EXPORT(interrupt, METH_O)
static PyObject *interrupt(PyObject *self, PyObject *number)
{
    return PyLong_FromLong(PyErr_SetInterruptEx(PyLong_AsInt(number)));
}

EXPORT(warn, METH_VARARGS)
static PyObject *warn(PyObject *self, PyObject *args)
{
    PyObject *category, *registry = PyDict_New();
    int way, status;
    if (!PyArg_ParseTuple(args, "Oi", &category, &way))
        return NULL;
    category = category == Py_None ? NULL : category;
    if (way == 0)
        status = PyErr_WarnEx(category, "plain text", 1);
    else if (way == 1)
        status = PyErr_WarnFormat(category, 1, "formatted %d %s", 5, "text");
    else if (way == 2)
        status = PyErr_ResourceWarning(Py_None, 1, "of %R", Py_None);
    else if (way == 3)
        status = PyErr_WarnExplicit(category, "explicit text", "file.py", 7, "module", NULL);
    else if (way == 4)
        status = PyErr_WarnExplicitFormat(category, "file.py", 8, NULL, registry, "explicit %i", 9);
    else
        status = PyErr_WarnExplicitObject(category, PyUnicode_FromString("object"), PyUnicode_FromString("f"), 1, NULL, NULL);
    if (status < 0)
        return NULL;
    return Py_BuildValue("nN", PyDict_GET_SIZE(registry), registry);
}

EXPORT(printed, METH_O)
static PyObject *printed(PyObject *self, PyObject *width)
{
    char room[10];
    int len = PyOS_snprintf(room, sizeof(room), "%d-%.2f-%s", 5, 1.5, "long text");
    PyObject *cut = PyUnicode_FromString(room);
    int other = PyOS_snprintf(room, sizeof(room), "%5s", "a");
    return Py_BuildValue("iNis", len, cut, other, room);
}
""")


def show(name, *args):
    try:
        result = getattr(module, name)(*args)
    except BaseException as error:
        print(name, type(error).__name__, error.args, repr(error.__cause__), repr(error.__context__))
        return error
    print(name, result)
    return result


def fail():
    raise ValueError("failed")


class Strange(Exception):
    def __new__(cls, *args):
        return 5


class Picky(Exception):
    def __init__(self, one, two):
        super().__init__(two, one)


class Raising(Exception):
    def __init__(self, *args):
        raise KeyError("in the constructor")


class_, value, tb = module.fetch(fail)
print(class_, repr(value), traceback.extract_tb(tb)[-1].name, value.__traceback__ is tb)
show("nothing")
show("restore", ValueError, ValueError("as it is"), None)
show("restore", OSError, FileNotFoundError(2, "not exact"), None)
show("restore", Picky, (1, 2), None)
show("restore", ValueError, "text", None)
show("restore", ValueError, None, 5)
show("restore", Raising, "text", None)
show("restore", Strange, "text", None)
for pair in ((ValueError, "text"), (ValueError, None), (Picky, (1, 2)), (Exception, ValueError("sub")), (Raising, 1), (Strange, 1), (5, 6)):
    show("normalize", *pair)
show("handled")
try:
    fail()
except ValueError:
    show("handled")
show("handle", KeyError("handled"))
for arguments in (
    ("package.module.Name", None, None, None), ("module.Other", "A text.", (KeyError, ValueError), {"attribute": 1}),
    ("module.Third", None, LookupError, {"__module__": "elsewhere"}), ("Name", None, None, None), ("a.B", None, int, None),
    ("a.B", None, 5, None),
):  # fmt: skip
    made = show("new_class", *arguments)
    if isinstance(made, type):
        print(made.__module__, made.__name__, made.__doc__, made.__bases__, getattr(made, "attribute", None))
show("system_error", OSError, 2)
show("system_error", OSError, 13, "file")
show("system_error", OSError, 17, b"bytes")
error = show("system_error", OSError, 18, "from", "to")
print(error.filename, error.filename2, error)
show("system_error", Picky, 5)
show("system_error", ValueError, 0)
for arguments in ((None, "message", "name", "path"), (ModuleNotFoundError, "message"), (ValueError, "message"), (ImportError,)):
    error = show("import_error", *arguments)
    print(getattr(error, "name", "-"), getattr(error, "path", "-"))
show("chain", ValueError("first"), KeyError("second"))
show("chain", ValueError("first"), None)
show("chain", None, KeyError("second"))
show("chain", None, None)
show("from_cause", LookupError("cause"))
show("key_error", (1, 2))
print(module.aliases())
for way in range(4):
    for exception in (SyntaxError("bad"), ValueError("not a syntax error")):
        error = show("syntax_place", exception, way, __file__, 3, 5)
        attributes = ("lineno", "offset", "end_lineno", "end_offset", "text", "msg", "print_file_and_line")
        print(*(getattr(error, name, "-") for name in attributes), os.path.basename(error.filename))
error = show("syntax_place", SyntaxError("bad"), 2, "no such file", 3, -1)
print(error.lineno, error.offset, error.text, error.filename)
show("program_text", __file__, 1)
show("program_text", __file__, 100000)
show("program_text", __file__, 0)
show("program_text", "no such file", 1)
show("reraise_star", 5, [])
show("reraise_star", ValueError(), ())
show("reraise_star", ValueError(), [5])
show("reraise_star", ValueError(), [])
show("reraise_star", value, [KeyError("new"), None])
show("reraise_star", value, [None])
encode = UnicodeEncodeError("ascii", "äöü", 1, 2, "some reason")
decode = UnicodeDecodeError("ascii", b"\xff\xfe", 0, 1, "another reason")
translate = UnicodeTranslateError("äöü", 0, 2, "a third")
for error in (encode, decode, translate):
    show("unicode_parts", error)
    for start, end in ((-5, 0), (100, 100), (1, 2)):
        show("unicode_parts", module.unicode_change(error, start, end, "changed"))
    print(error)
    error.reason = 5
    show("unicode_parts", error)
    error.object = None
    show("unicode_parts", error)
show("decode_error")
for arguments in (("kitten", "sitting", -1), ("abc", "abc", 10), ("abc", "ABC", 10), ("abc", "xyz", 3), ("", "abcd", -1)):
    show("edit_cost", *arguments)
caught = []
signal.signal(signal.SIGUSR1, lambda *args: caught.append(args[0]))
for number in (signal.SIGUSR1, 0, 1000, -1):
    show("interrupt", number)
print(caught)
for category in (None, UserWarning, DeprecationWarning, int):
    for way in range(6 if category else 3):
        with warnings.catch_warnings(record=True) as log:
            warnings.simplefilter("always")
            show("warn", category, way)
        for entry in log:
            print(entry.category, entry.message, os.path.basename(entry.filename), entry.lineno if way > 2 else "", entry.source)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    show("warn", UserWarning, 0)
show("printed", 5)
sys.stdout.flush()
