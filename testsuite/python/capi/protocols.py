"""The protocols of objects as C code asks for them: calls, iterators, checks of classes, comparisons, slices; arguments and containers."""

import re

from _inline_c import extension

module = extension(
    r"""
extern int PyObject_AsReadBuffer(PyObject *, const void **, Py_ssize_t *);
extern PyObject *_PyObject_CallFunction_SizeT(PyObject *, const char *, ...);
extern int _PyArg_ParseTuple_SizeT(PyObject *, const char *, ...);
extern PyObject *_PyObject_GetAttrId(PyObject *, _Py_Identifier *);
extern int _PyDict_SetItem_KnownHash_LockHeld(PyDictObject *, PyObject *, PyObject *, Py_hash_t);
extern PyObject *_PyDict_NewPresized(Py_ssize_t);
extern Py_hash_t _Py_HashBytes(const void *, Py_ssize_t);
extern int _PySet_NextEntry(PyObject *, Py_ssize_t *, PyObject **, Py_hash_t *);

static PyObject *none_for(PyObject *value)
{
    if (value == NULL && !PyErr_Occurred())
        Py_RETURN_NONE;
    return value;
}
static PyObject *answer(int value) { return value < 0 ? NULL : PyLong_FromLong(value); }

EXPORT(call, METH_VARARGS)
static PyObject *call(PyObject *module, PyObject *args)
{
    PyObject *callee, *given, *names = NULL;
    if (!PyArg_ParseTuple(args, "OO|O", &callee, &given, &names))
        return NULL;
    return PyObject_Call(callee, given, names);
}
EXPORT(call_method, METH_VARARGS)
static PyObject *call_method(PyObject *module, PyObject *args)
{
    PyObject *object, *name, *first = NULL, *second = NULL;
    if (!PyArg_ParseTuple(args, "OO|OO", &object, &name, &first, &second))
        return NULL;
    return PyObject_CallMethodObjArgs(object, name, first, second, NULL);
}
EXPORT(call_method_of_null, METH_NOARGS)
static PyObject *call_method_of_null(PyObject *module, PyObject *ignored) { return PyObject_CallMethodObjArgs(NULL, NULL, NULL); }
EXPORT(call_by_format, METH_O)
static PyObject *call_by_format(PyObject *module, PyObject *callee)
{
    return _PyObject_CallFunction_SizeT(callee, "s#(ii)", "text", (Py_ssize_t)3, 1, 2);
}
EXPORT(call_function, METH_O)
static PyObject *call_function(PyObject *module, PyObject *callee)
{
    vectorcallfunc function = PyVectorcall_Function(callee);
    if (function == NULL)
        Py_RETURN_NONE;
    PyObject *args[] = {NULL, Py_False};
    return function(callee, args + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}
EXPORT(iterate, METH_O)
static PyObject *iterate(PyObject *module, PyObject *object)
{
    PyObject *iterator = PyObject_GetIter(object);
    if (iterator == NULL)
        return NULL;
    PyObject *list = PyList_New(0), *item;
    while ((item = PyIter_Next(iterator)) != NULL) {
        PyList_Append(list, item);
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred())
        Py_CLEAR(list);
    return list;
}
EXPORT(send, METH_VARARGS)
static PyObject *send(PyObject *module, PyObject *args)
{
    PyObject *iterator, *value, *result = NULL;
    if (!PyArg_ParseTuple(args, "OO", &iterator, &value))
        return NULL;
    PySendResult state = PyIter_Send(iterator, value, &result);
    if (state == PYGEN_ERROR)
        return result == NULL ? NULL : PyErr_Format(PyExc_AssertionError, "a result");
    return Py_BuildValue("sN", state == PYGEN_RETURN ? "return" : "next", result);
}
EXPORT(is_instance, METH_VARARGS)
static PyObject *is_instance(PyObject *module, PyObject *args)
{
    PyObject *object, *cls;
    return PyArg_ParseTuple(args, "OO", &object, &cls) ? answer(PyObject_IsInstance(object, cls)) : NULL;
}
EXPORT(is_subclass, METH_VARARGS)
static PyObject *is_subclass(PyObject *module, PyObject *args)
{
    PyObject *derived, *cls;
    return PyArg_ParseTuple(args, "OO", &derived, &cls) ? answer(PyObject_IsSubclass(derived, cls)) : NULL;
}
EXPORT(compare, METH_VARARGS)
static PyObject *compare(PyObject *module, PyObject *args)
{
    PyObject *left, *right;
    int op;
    return PyArg_ParseTuple(args, "OOi", &left, &right, &op) ? PyObject_RichCompare(left, right, op) : NULL;
}
EXPORT(compare_null, METH_NOARGS)
static PyObject *compare_null(PyObject *module, PyObject *ignored) { return PyObject_RichCompare(NULL, Py_None, Py_EQ); }
EXPORT(negate, METH_O)
static PyObject *negate(PyObject *module, PyObject *object) { return answer(PyObject_Not(object)); }
EXPORT(format, METH_VARARGS)
static PyObject *format(PyObject *module, PyObject *args)
{
    PyObject *object, *spec = NULL;
    return PyArg_ParseTuple(args, "O|O", &object, &spec) ? PyObject_Format(object, spec) : NULL;
}
EXPORT(length_hint, METH_VARARGS)
static PyObject *length_hint(PyObject *module, PyObject *args)
{
    PyObject *object;
    Py_ssize_t otherwise, hint;
    if (!PyArg_ParseTuple(args, "On", &object, &otherwise) || (hint = PyObject_LengthHint(object, otherwise)) < 0)
        return NULL;
    return PyLong_FromSsize_t(hint);
}
EXPORT(fast, METH_O)
static PyObject *fast(PyObject *module, PyObject *object)
{
    PyObject *sequence = PySequence_Fast(object, "not to be run through");
    if (sequence == NULL)
        return NULL;
    return Py_BuildValue("iNn", sequence == object, sequence, PySequence_Fast_GET_SIZE(sequence));
}
EXPORT(slice, METH_VARARGS)
static PyObject *slice(PyObject *module, PyObject *args)
{
    PyObject *object;
    Py_ssize_t low, high;
    return PyArg_ParseTuple(args, "Onn", &object, &low, &high) ? PySequence_GetSlice(object, low, high) : NULL;
}
EXPORT(slice_of_null, METH_NOARGS)
static PyObject *slice_of_null(PyObject *module, PyObject *ignored) { return PySequence_GetSlice(NULL, 0, 1); }
EXPORT(path, METH_O)
static PyObject *path(PyObject *module, PyObject *object) { return PyOS_FSPath(object); }
EXPORT(read_buffer, METH_O)
static PyObject *read_buffer(PyObject *module, PyObject *object)
{
    const void *bytes;
    Py_ssize_t size;
    return PyObject_AsReadBuffer(object, &bytes, &size) < 0 ? NULL : PyBytes_FromStringAndSize(bytes, size);
}
EXPORT(get_real, METH_O)
static PyObject *get_real(PyObject *module, PyObject *object)
{
    _Py_IDENTIFIER(real);
    return _PyObject_GetAttrId(object, &PyId_real);
}
EXPORT(keywords, METH_O)
static PyObject *keywords(PyObject *module, PyObject *names) { return PyArg_ValidateKeywordArguments(names) ? PyLong_FromLong(1) : NULL; }
EXPORT(parse_sizes, METH_VARARGS)
static PyObject *parse_sizes(PyObject *module, PyObject *args)
{
    const char *text;
    Py_ssize_t size;
    return _PyArg_ParseTuple_SizeT(args, "s#:parse", &text, &size) ? Py_BuildValue("y#", text, size) : NULL;
}
static int parse_both(PyObject *args, PyObject *names, ...)
{
    static char *known[] = {"", "first", "second", NULL};
    va_list places;
    va_start(places, names);
    int done = PyArg_VaParseTupleAndKeywords(args, names, "i|O$s:both", known, places);
    va_end(places);
    return done;
}
EXPORT(parse_names, METH_VARARGS | METH_KEYWORDS)
static PyObject *parse_names(PyObject *module, PyObject *args, PyObject *names)
{
    int number;
    PyObject *first = Py_None;
    const char *second = "-";
    return parse_both(args, names, &number, &first, &second) ? Py_BuildValue("iOs", number, first, second) : NULL;
}
EXPORT(presized, METH_O)
static PyObject *presized(PyObject *module, PyObject *size)
{
    PyObject *dict = _PyDict_NewPresized(PyLong_AsSsize_t(size));
    if (dict != NULL && PyDict_SetItemString(dict, "key", size) < 0)
        Py_CLEAR(dict);
    return dict;
}
EXPORT(set_known, METH_VARARGS)
static PyObject *set_known(PyObject *module, PyObject *args)
{
    PyObject *dict, *key, *value;
    if (!PyArg_ParseTuple(args, "O!OO", &PyDict_Type, &dict, &key, &value))
        return NULL;
    Py_hash_t hash = PyObject_Hash(key);
    if (_PyDict_SetItem_KnownHash_LockHeld((PyDictObject *)dict, key, value, hash) < 0)
        return NULL;
    return Py_NewRef(dict);
}
EXPORT(entries, METH_O)
static PyObject *entries(PyObject *module, PyObject *set)
{
    Py_ssize_t at = 0, count = 0;
    PyObject *key;
    Py_hash_t hash;
    int more;
    while ((more = _PySet_NextEntry(set, &at, &key, &hash)) > 0) {
        if (PyObject_Hash(key) != hash)
            return PyErr_Format(PyExc_AssertionError, "another hash");
        count++;
    }
    return more < 0 ? NULL : PyLong_FromSsize_t(count);
}
EXPORT(hash_of, METH_O)
static PyObject *hash_of(PyObject *module, PyObject *bytes)
{
    return PyBool_FromLong(_Py_HashBytes(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes)) == PyObject_Hash(bytes));
}
EXPORT(unused, METH_NOARGS)
static PyObject *unused(PyObject *module, PyObject *ignored) { return none_for(NULL); }
"""
)


def show(function, *args, **names):
    try:
        print(function.__name__, repr(function(*args, **names)))
    except BaseException as error:
        notes = f" from {error.__cause__!r}" if error.__cause__ else ""
        # Where in C the check stands is no matter.
        text = re.sub(r"^\S+\.c:\d+: ", "", str(error))
        print(function.__name__, type(error).__name__, text, notes)


class Odd:
    def __iter__(self):
        return 5

    def __len__(self):
        return -1

    def __bool__(self):
        raise KeyError("no truth")

    def __format__(self, spec):
        return 5

    def __fspath__(self):
        return 5

    def __eq__(self, other):
        return NotImplemented

    def __lt__(self, other):
        raise KeyError("no order")

    __hash__ = None

    def method(self, *args):
        return args


class Meta(type):
    def __instancecheck__(cls, instance):
        return instance == "instance"

    def __subclasscheck__(cls, derived):
        raise KeyError("subclass")


class Checked(metaclass=Meta):
    pass


class Hinted:
    def __init__(self, hint):
        self.hint = hint

    def __length_hint__(self):
        if isinstance(self.hint, Exception):
            raise self.hint
        return self.hint


class Old:
    def __getitem__(self, index):
        if index == 3:
            raise IndexError
        if isinstance(index, slice):
            return index
        return index * 2


def raising():
    yield 1
    raise ValueError("raised")


def echo():
    got = yield 1
    return got


def takes(*args, **names):
    return args, names


odd = Odd()
print(module.unused())
for args in (
    (takes, ()),
    (takes, (1, 2), {"a": 3}),
    (takes, (), {}),
    (5, ()),
    (takes, (1,), {5: 6}),
    (len, (5,)),
    (len, ([],)),
):
    show(module.call, *args)
for args in (
    (odd, "method"),
    (odd, "method", 1),
    (odd, "method", 1, 2),
    (odd, "missing", 1),
    (odd, 5),
    ("a b", "split", " "),
    ([], "append"),
):
    show(module.call_method, *args)
show(module.call_method_of_null)
show(module.call_by_format, takes)
show(module.call_by_format, None)
for callee in (takes, len, bool, str.upper, odd.method, 5, Odd, print.__call__):
    show(module.call_function, callee)
for value in ([1, 2], "ab", {1: 2}, 5, None, odd, raising(), Old(), iter([]), range(3), map(None, [1])):
    show(module.iterate, value)
generator = echo()
for value in (5, None, 7, None):
    show(module.send, generator, value)
iterator = iter([1])
show(module.send, iterator, None)
show(module.send, iterator, None)
show(module.send, iter([1]), 5)
show(module.send, raising().__iter__(), None)
for args in (
    (1, int),
    (1, (str, (int,))),
    (1, 5),
    (1, ()),
    ("instance", Checked),
    ("another", Checked),
    (True, int),
    (1, int | str),
):
    show(module.is_instance, *args)
for args in (
    (bool, int),
    (int, (str, (int,))),
    (1, int),
    (int, 5),
    (int, Checked),
    (int, int | str),
    (Checked, (Checked,)),
):
    show(module.is_subclass, *args)
for args in (
    (1, 2, 0),
    (1, 2, 5),
    (1, "a", 2),
    (1, "a", 0),
    (odd, odd, 2),
    (odd, 5, 3),
    (odd, 5, 0),
    (5, odd, 4),
    ([1], [2], 1),
):
    show(module.compare, *args)
show(module.compare_null)
for value in (0, 1, "", [0], None, odd):
    show(module.negate, value)
for args in (
    (5,),
    (5, "x"),
    (5, ""),
    ("a", ">3"),
    (odd,),
    (odd, "x"),
    (5, 5),
    (5, "q"),
    ([], "x"),
    (None, ""),
):
    show(module.format, *args)
for value in (
    [1, 2],
    5,
    Hinted(3),
    Hinted(-1),
    Hinted("a"),
    Hinted(NotImplemented),
    Hinted(TypeError("t")),
    Hinted(KeyError("k")),
    odd,
):
    show(module.length_hint, value, 7)
for value in ([1], (1,), "ab", {1: 2}, 5, raising(), odd):
    show(module.fast, value)
for args in (
    ([1, 2, 3], 0, 2),
    ("abc", -2, 5),
    ({}, 0, 1),
    (5, 0, 1),
    (Old(), 1, -1),
    (b"abc", 2, 1),
    (range(9), 3, 5),
):
    show(module.slice, *args)
show(module.slice_of_null)
for value in ("a", b"a", odd, 5, None):
    show(module.path, value)
for value in (b"abc", bytearray(b"ab"), memoryview(b"abcdef")[::2], "text", None):
    show(module.read_buffer, value)
show(module.get_real, 5)
show(module.get_real, "text")
for value in ({"a": 1}, {}, {1: 2}, [], None):
    show(module.keywords, value)
for value in ("text", b"a\0b", 5):
    show(module.parse_sizes, value)
show(module.parse_sizes)
show(module.parse_names, 1)
show(module.parse_names, 1, first=2, second="s")
show(module.parse_names, 1, 2, "s")
show(module.parse_names, first=2)
show(module.parse_names, 1, 2, first=3)
show(module.parse_names, 1, third=3)
show(module.parse_names, "a")
for size in (0, 1, 5, 6, 100, 100_000):
    show(module.presized, size)
show(module.set_known, {1: 2}, "key", 5)
show(module.set_known, {1: 2}, 1, 5)
for value in ({1, "a", 2.5}, set(), frozenset("abc"), [], None):
    show(module.entries, value)
print(module.hash_of(b""), module.hash_of(b"abc"), module.hash_of(bytes(range(256))))
