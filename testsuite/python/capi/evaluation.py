"""What instructions of the evaluation loop check and say, as C code in its place uses it; `super`, coroutines, intrinsics, tokens."""

import types

from _inline_c import extension

module = extension(
    r"""
#define Py_BUILD_CORE 1
#include "internal/pycore_ceval.h"
#include "internal/pycore_intrinsics.h"
#include "internal/pycore_token.h"
#include "internal/pycore_typeobject.h"

static PyObject *done(void)
{
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}
EXPORT(catches, METH_VARARGS)
static PyObject *catches(PyObject *module, PyObject *args)
{
    PyObject *class;
    int star;
    if (!PyArg_ParseTuple(args, "Op", &class, &star))
        return NULL;
    PyThreadState *ts = PyThreadState_Get();
    int status = star ? _PyEval_CheckExceptStarTypeValid(ts, class) : _PyEval_CheckExceptTypeValid(ts, class);
    return status < 0 ? NULL : PyLong_FromLong(status);
}
EXPORT(awaitable, METH_VARARGS)
static PyObject *awaitable(PyObject *module, PyObject *args)
{
    PyObject *class;
    int from;
    if (!PyArg_ParseTuple(args, "Oi", &class, &from))
        return NULL;
    _PyEval_FormatAwaitableError(PyThreadState_Get(), (PyTypeObject *)class, from);
    return done();
}
EXPORT(undefined, METH_VARARGS)
static PyObject *undefined(PyObject *module, PyObject *args)
{
    PyObject *class, *name;
    const char *format;
    if (!PyArg_ParseTuple(args, "OsO", &class, &format, &name))
        return NULL;
    _PyEval_FormatExcCheckArg(PyThreadState_Get(), class, format, name);
    return done();
}
EXPORT(unbound, METH_VARARGS)
static PyObject *unbound(PyObject *module, PyObject *args)
{
    PyObject *code;
    int number;
    if (!PyArg_ParseTuple(args, "Oi", &code, &number))
        return NULL;
    _PyEval_FormatExcUnbound(PyThreadState_Get(), (PyCodeObject *)code, number);
    return done();
}
EXPORT(keywords, METH_VARARGS)
static PyObject *keywords(PyObject *module, PyObject *args)
{
    PyObject *error, *function, *kwargs;
    if (!PyArg_ParseTuple(args, "OOO", &error, &function, &kwargs))
        return NULL;
    PyErr_SetRaisedException(Py_NewRef(error));
    _PyEval_FormatKwargsError(PyThreadState_Get(), function, kwargs);
    return NULL;
}
EXPORT(match_class, METH_VARARGS)
static PyObject *match_class(PyObject *module, PyObject *args)
{
    PyObject *subject, *class, *names;
    Py_ssize_t count;
    if (!PyArg_ParseTuple(args, "OOnO", &subject, &class, &count, &names))
        return NULL;
    PyObject *found = _PyEval_MatchClass(PyThreadState_Get(), subject, class, count, names);
    return found == NULL ? done() : found;
}
EXPORT(match_keys, METH_VARARGS)
static PyObject *match_keys(PyObject *module, PyObject *args)
{
    PyObject *map, *keys;
    if (!PyArg_ParseTuple(args, "OO", &map, &keys))
        return NULL;
    return _PyEval_MatchKeys(PyThreadState_Get(), map, keys);
}
EXPORT(unpack, METH_VARARGS)
static PyObject *unpack(PyObject *module, PyObject *args)
{
    PyObject *iterable, *places[8];
    int before, after;
    if (!PyArg_ParseTuple(args, "Oii", &iterable, &before, &after))
        return NULL;
    if (!_PyEval_UnpackIterable(PyThreadState_Get(), iterable, before, after, places + 8))
        return NULL;
    Py_ssize_t count = before + (after < 0 ? 0 : after + 1);
    PyObject *items = PyList_New(count);
    for (Py_ssize_t index = 0; index < count; index++)
        PyList_SET_ITEM(items, index, places[7 - index]);
    return items;
}
EXPORT(coroutine, METH_O)
static PyObject *coroutine(PyObject *module, PyObject *function)
{
    /* Kept, as nothing but the evaluation loop could fill and end its frame. */
    PyObject *made = _Py_MakeCoro((PyFunctionObject *)function);
    if (made == NULL)
        return NULL;
    PyGenObject *kept = (PyGenObject *)made;
    return Py_BuildValue("NOO", PyObject_Type(made), kept->gi_name, kept->gi_qualname);
}
EXPORT(super_lookup, METH_VARARGS)
static PyObject *super_lookup(PyObject *module, PyObject *args)
{
    PyObject *class, *object, *name;
    int methods, is_method = 0;
    if (!PyArg_ParseTuple(args, "OOOp", &class, &object, &name, &methods))
        return NULL;
    PyObject *found = _PySuper_Lookup((PyTypeObject *)class, object, name, methods ? &is_method : NULL);
    return found == NULL ? NULL : Py_BuildValue("iN", is_method, found);
}
EXPORT(unary, METH_VARARGS)
static PyObject *unary(PyObject *module, PyObject *args)
{
    int number;
    PyObject *value;
    if (!PyArg_ParseTuple(args, "iO", &number, &value))
        return NULL;
    return _PyIntrinsics_UnaryFunctions[number].func(PyThreadState_Get(), value);
}
EXPORT(binary, METH_VARARGS)
static PyObject *binary(PyObject *module, PyObject *args)
{
    int number;
    PyObject *first, *second;
    if (!PyArg_ParseTuple(args, "iOO", &number, &first, &second))
        return NULL;
    return _PyIntrinsics_BinaryFunctions[number].func(PyThreadState_Get(), first, second);
}
EXPORT(names, METH_NOARGS)
static PyObject *names(PyObject *module, PyObject *ignored)
{
    PyObject *all = PyList_New(0);
    for (int index = 0; index <= MAX_INTRINSIC_1; index++)
        PyList_Append(all, PyUnicode_FromString(_PyIntrinsics_UnaryFunctions[index].name));
    for (int index = 0; index <= MAX_INTRINSIC_2; index++)
        PyList_Append(all, PyUnicode_FromString(_PyIntrinsics_BinaryFunctions[index].name));
    for (int index = 0; index <= N_TOKENS; index++)
        PyList_Append(all, PyUnicode_FromString(_PyParser_TokenNames[index]));
    return all;
}
EXPORT(tokens, METH_NOARGS)
static PyObject *tokens(PyObject *module, PyObject *ignored)
{
    PyObject *found = PyList_New(0);
    for (int a = 0; a < 256; a++) {
        if (_PyToken_OneChar(a) != OP)
            PyList_Append(found, Py_BuildValue("Ci", a, _PyToken_OneChar(a)));
        for (int b = 0; b < 256; b++) {
            if (_PyToken_TwoChars(a, b) != OP)
                PyList_Append(found, Py_BuildValue("CCi", a, b, _PyToken_TwoChars(a, b)));
            for (int c = 0; c < 256; c++)
                if (_PyToken_ThreeChars(a, b, c) != OP)
                    PyList_Append(found, Py_BuildValue("CCCi", a, b, c, _PyToken_ThreeChars(a, b, c)));
        }
    }
    return found;
}
static PyTypeObject Plain = {PyVarObject_HEAD_INIT(NULL, 0) "inline.Plain", sizeof(PyObject), .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew};
EXPORT(plain, METH_NOARGS)
static PyObject *plain(PyObject *module, PyObject *ignored)
{
    if (_PyStaticType_InitForExtension(PyInterpreterState_Get(), &Plain) < 0)
        return NULL;
    return PyObject_CallNoArgs((PyObject *)&Plain);
}
"""
)


def tell(function, *args):
    try:
        print(function.__name__, function(*args))
    except BaseException as error:
        print(function.__name__, type(error).__name__, error, getattr(error, "name", None))


for star in (False, True):
    for classes in (OSError, (OSError, ValueError), ExceptionGroup, (OSError, ExceptionGroup), int, (OSError, 1), ()):
        tell(module.catches, classes, star)


class Waits:
    def __await__(self):
        return iter(())


for cls in (int, Waits):
    for origin in (0, 1, 2):
        tell(module.awaitable, cls, origin)

tell(module.undefined, NameError, "name '%.200s' is not defined", "thing")
tell(module.undefined, NameError, "name '%.200s' is not defined", "long" * 100)
tell(module.undefined, UnboundLocalError, "no '%.200s'", "thing")
tell(module.undefined, ImportError, "cannot import name %.200s", "thing")


def outer():
    cell = 1

    def inner(argument):
        local = cell
        return local

    return inner


for number in range(3):
    tell(module.unbound, outer().__code__, number)

tell(module.keywords, AttributeError("keys"), outer, 5)
tell(module.keywords, AttributeError("keys"), print, [])
tell(module.keywords, KeyError("sep"), print, {"sep": 1})
tell(module.keywords, KeyError(), print, {"sep": 1})
tell(module.keywords, ValueError("other"), print, {"sep": 1})


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


point = Point(1, 2)
for count in range(4):
    tell(module.match_class, point, Point, count, ())
tell(module.match_class, point, Point, 1, ("y",))
tell(module.match_class, point, Point, 1, ("x",))
tell(module.match_class, point, Point, 0, ("z",))
tell(module.match_class, 5, Point, 1, ())
tell(module.match_class, 5, int, 1, ())
tell(module.match_class, 5, int, 2, ())
tell(module.match_class, 5, 6, 1, ())
tell(module.match_keys, {1: 2, 3: 4}, (3, 1))
tell(module.match_keys, {1: 2}, (3,))
tell(module.match_keys, {1: 2}, (1, 1))
tell(module.match_keys, {}, ())
tell(module.match_keys, 5, (1,))

for iterable in ((1, 2, 3), [1, 2, 3], iter("abc"), {}, 5, range(10)):
    tell(module.unpack, iterable, 3, -1)
for iterable in ((1, 2, 3), [1, 2], iter("a"), {}, 5, range(10)):
    tell(module.unpack, iterable, 1, 1)
tell(module.unpack, "abc", 0, 0)


def generator():
    yield


async def coroutine():
    pass


async def asynchronous():
    yield


for function in (generator, coroutine, asynchronous):
    function.__qualname__ = "renamed"
    print(module.coroutine(function))


class Base:
    value = 1

    def method(self):
        return "base"

    @property
    def computed(self):
        return type(self).__name__


class Derived(Base):
    value = 2

    def method(self):
        return "derived"


derived = Derived()
for name in ("value", "method", "computed", "missing", "__class__"):
    for methods in (False, True):
        try:
            is_method, found = module.super_lookup(Derived, derived, name, methods)
        except AttributeError as error:
            print(name, methods, error)
        else:
            shown = found(derived) if is_method else found() if callable(found) and name == "method" else found
            print(name, methods, is_method, shown)
try:
    module.super_lookup(Derived, 5, "value", False)
except TypeError as error:
    print(error)

tell(module.unary, 0, 1)
print(module.unary(5, True), module.unary(6, [1, 2]), module.unary(7, "T"), module.unary(8, "P"), module.unary(9, "Ts"))
print(type(module.unary(4, 5)).__name__)
kept = StopIteration(1)
tell(module.unary, 5, "x")
tell(module.binary, 0, 1, 2)
print(module.binary(1, ValueError("gone"), [None]))
print(module.binary(1, ExceptionGroup("group", [ValueError(1)]), [None, KeyError(2)]))
bounded = module.binary(2, "B", lambda: int)
print(bounded, bounded.__bound__)
constrained = module.binary(3, "C", lambda: (int, str))
print(constrained, constrained.__constraints__)
print(module.binary(4, lambda: None, (bounded,)).__type_params__)
defaulted = module.binary(5, module.unary(7, "D"), lambda: str)
print(defaulted.__default__)
print(module.names())
print(module.tokens())
print(type(module.plain()), type(module.plain()).__mro__)
