"""Exceptions as C code asks for them and puts them together; signals that C code looks for; values that iterations end with."""

from _inline_c import extension

NAMES = """
    PyExc_ArithmeticError PyExc_AssertionError PyExc_AttributeError PyExc_BaseException PyExc_BaseExceptionGroup
    PyExc_BlockingIOError PyExc_BrokenPipeError PyExc_BufferError PyExc_BytesWarning PyExc_ChildProcessError
    PyExc_ConnectionAbortedError PyExc_ConnectionError PyExc_ConnectionRefusedError PyExc_ConnectionResetError
    PyExc_DeprecationWarning PyExc_EOFError PyExc_EncodingWarning PyExc_EnvironmentError PyExc_Exception PyExc_FileExistsError
    PyExc_FileNotFoundError PyExc_FloatingPointError PyExc_FutureWarning PyExc_GeneratorExit PyExc_IOError PyExc_ImportError
    PyExc_ImportWarning PyExc_IndentationError PyExc_IndexError PyExc_InterruptedError PyExc_IsADirectoryError PyExc_KeyError
    PyExc_KeyboardInterrupt PyExc_LookupError PyExc_MemoryError PyExc_ModuleNotFoundError PyExc_NameError
    PyExc_NotADirectoryError PyExc_NotImplementedError PyExc_OSError PyExc_OverflowError PyExc_PendingDeprecationWarning
    PyExc_PermissionError PyExc_ProcessLookupError PyExc_PythonFinalizationError PyExc_RecursionError PyExc_ReferenceError
    PyExc_ResourceWarning PyExc_RuntimeError PyExc_RuntimeWarning PyExc_StopAsyncIteration PyExc_StopIteration
    PyExc_SyntaxError PyExc_SyntaxWarning PyExc_SystemError PyExc_SystemExit PyExc_TabError PyExc_TimeoutError PyExc_TypeError
    PyExc_UnboundLocalError PyExc_UnicodeDecodeError PyExc_UnicodeEncodeError PyExc_UnicodeError PyExc_UnicodeTranslateError
    PyExc_UnicodeWarning PyExc_UserWarning PyExc_ValueError PyExc_Warning PyExc_ZeroDivisionError
""".split()

module = extension(
    r"""
#include <signal.h>
extern int _PyGen_FetchStopIterationValue(PyObject **);
extern void _PyErr_BadInternalCall(const char *, int);

EXPORT(classes, METH_NOARGS)
static PyObject *classes(PyObject *module, PyObject *ignored)
{
    PyObject *all[] = {CLASSES NULL};
    PyObject *list = PyList_New(0);
    for (PyObject **each = all; *each != NULL; each++)
        PyList_Append(list, *each);
    return list;
}
EXPORT(matches, METH_VARARGS)
static PyObject *matches(PyObject *module, PyObject *args)
{
    PyObject *given, *wanted;
    if (!PyArg_ParseTuple(args, "OO", &given, &wanted))
        return NULL;
    return PyLong_FromLong(PyErr_GivenExceptionMatches(given, wanted));
}
EXPORT(null_matches, METH_NOARGS)
static PyObject *null_matches(PyObject *module, PyObject *ignored)
{
    return Py_BuildValue("ii", PyErr_GivenExceptionMatches(NULL, PyExc_KeyError), PyErr_GivenExceptionMatches(PyExc_KeyError, NULL));
}
EXPORT(relate, METH_VARARGS)
static PyObject *relate(PyObject *module, PyObject *args)
{
    PyObject *exception, *cause, *context;
    if (!PyArg_ParseTuple(args, "OOO", &exception, &cause, &context))
        return NULL;
    PyException_SetCause(exception, cause == Py_None ? NULL : Py_NewRef(cause));
    PyException_SetContext(exception, context == Py_None ? NULL : Py_NewRef(context));
    PyObject *got = PyException_GetCause(exception);
    return got == NULL ? Py_NewRef(Py_None) : got;
}
EXPORT(set_traceback, METH_VARARGS)
static PyObject *set_traceback(PyObject *module, PyObject *args)
{
    PyObject *exception, *traceback;
    if (!PyArg_ParseTuple(args, "OO", &exception, &traceback))
        return NULL;
    int done = PyException_SetTraceback(exception, traceback);
    return done < 0 ? NULL : PyLong_FromLong(done);
}
EXPORT(bad_internal_call, METH_NOARGS)
static PyObject *bad_internal_call(PyObject *module, PyObject *ignored)
{
    _PyErr_BadInternalCall("dir/file.c", 12);
    return NULL;
}
EXPORT(bad_argument, METH_NOARGS)
static PyObject *bad_argument(PyObject *module, PyObject *ignored) 
{
    PyErr_BadArgument();
    return NULL;
}
static PyObject *raise_format(PyObject *cls, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    PyObject *nothing = PyErr_FormatV(cls, format, values);
    va_end(values);
    return nothing;
}
EXPORT(raise_formatted, METH_O)
static PyObject *raise_formatted(PyObject *module, PyObject *cls)
{
    return raise_format(cls, "%s %d %R %.3s %5d|%-5d|%05x %% %c %zd %llu %p", "text", -5, cls == PyExc_KeyError ? Py_None : Py_True, "abcdef", 42,
                        42, 255, 0x20ac, (Py_ssize_t)-7, 18446744073709551615ULL, NULL);
}
static PyObject *text_format(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    PyObject *text = PyUnicode_FromFormatV(format, values);
    va_end(values);
    return text;
}
EXPORT(formats, METH_O)
static PyObject *formats(PyObject *module, PyObject *object)
{
    return Py_BuildValue("NNNN", text_format("%S|%R|%A|%T|%#T", object, object, object, object, object), text_format("%U %V", PyUnicode_FromString("u"), NULL, "default"),
                         text_format("%ld %lu %li %i %u %jd %td ", -1L, 1UL, 5L, 6, 7U, (intmax_t)8, (ptrdiff_t)-9),
                         text_format("%10s|%-10s|%.2s|%10.2s|%lc", "abc", "abc", "abc", "abc", L'x'));
}
EXPORT(unknown_format, METH_NOARGS)
static PyObject *unknown_format(PyObject *module, PyObject *ignored) { return text_format("a %hhd b", 5); }
EXPORT(interrupt, METH_VARARGS)
static PyObject *interrupt(PyObject *module, PyObject *args)
{
    int number = 0;
    if (!PyArg_ParseTuple(args, "|i", &number))
        return NULL;
    if (number == 0)
        PyErr_SetInterrupt();
    else if (PyErr_SetInterruptEx(number) < 0)
        Py_RETURN_NONE;
    if (PyErr_CheckSignals() < 0)
        return NULL;
    return PyLong_FromLong(PyErr_CheckSignals());
}
EXPORT(encode_start, METH_O)
static PyObject *encode_start(PyObject *module, PyObject *exception)
{
    Py_ssize_t start, end;
    if (PyUnicodeEncodeError_GetStart(exception, &start) < 0 || PyUnicodeEncodeError_GetEnd(exception, &end) < 0)
        return NULL;
    return Py_BuildValue("nn", start, end);
}
EXPORT(stop_value, METH_O)
static PyObject *stop_value(PyObject *module, PyObject *exception)
{
    PyObject *value = NULL;
    if (exception != Py_None)
        PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    return _PyGen_FetchStopIterationValue(&value) < 0 ? NULL : value;
}
""".replace("CLASSES", " ".join(f"{name}," for name in NAMES))
)


def show(function, *args):
    try:
        print(function.__name__, repr(function(*args)))
    except BaseException as error:
        print(function.__name__, type(error).__name__, error, repr(error.__context__))


def caught(function, *args):
    try:
        function(*args)
    except BaseException as error:
        return error


for name, cls in zip(NAMES, module.classes(), strict=True):
    print(name, cls.__name__, cls.__mro__[1].__name__)
error = KeyError("key")
for given in (KeyError, error, LookupError, 5, int, None):
    for wanted in (KeyError, LookupError, (ValueError, (KeyError,)), (), int, 5, error):
        print(given, wanted, module.matches(given, wanted))
print(module.null_matches())
print(
    repr(module.relate(error, ValueError("cause"), TypeError("context"))),
    repr(error.__context__),
    error.__suppress_context__,
)
print(module.relate(error, None, None), error.__context__, error.__suppress_context__)
traced = caught(lambda: 1 / 0)
show(module.set_traceback, error, traced.__traceback__)
print(error.__traceback__ is traced.__traceback__)
show(module.set_traceback, error, None)
print(error.__traceback__)
show(module.set_traceback, error, 5)
show(module.bad_internal_call)
show(module.bad_argument)
show(module.raise_formatted, ValueError)
show(module.raise_formatted, KeyError)
show(module.raise_formatted, 5)
for value in (5, "té", None, error):
    show(module.formats, value)
show(module.unknown_format)
show(module.interrupt)
show(module.interrupt, 2)
show(module.interrupt, 1000)
show(module.interrupt, 10)
show(module.encode_start, caught("a\udc80b".encode))
show(module.encode_start, UnicodeEncodeError("x", "abc", -5, 500, "r"))
show(module.encode_start, UnicodeEncodeError("x", "", 5, 6, "r"))
show(module.encode_start, caught(b"\xff".decode))
for value in (None, StopIteration(), StopIteration(5), StopIteration((1, 2)), KeyError("k")):
    show(module.stop_value, value)
