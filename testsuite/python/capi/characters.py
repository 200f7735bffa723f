"""What C code asks of characters and texts: classes of code points, tables of ASCII, equality, writers that widen, numbers as text."""

from _inline_c import extension

module = extension(
    r"""
extern int _PyUnicode_Equal(PyObject *, PyObject *);
extern const unsigned char _Py_ctype_tolower[256];
extern const unsigned char _Py_ctype_toupper[256];

static PyObject *bits(PyObject *text, int (*ask)(Py_UCS4))
{
    if (text == Py_None) {
        long count = 0, sum = 0;
        for (Py_UCS4 point = 0; point < 0x110000; point++)
            if (ask(point)) {
                count++;
                sum += point;
            }
        return Py_BuildValue("ll", count, sum);
    }
    PyObject *list = PyList_New(0);
    for (Py_ssize_t at = 0; at < PyUnicode_GET_LENGTH(text); at++)
        PyList_Append(list, ask(PyUnicode_READ_CHAR(text, at)) ? Py_True : Py_False);
    return list;
}
#define CLASS(name, ask) static PyObject *name(PyObject *module, PyObject *text) { return bits(text, ask); }
EXPORT(whitespace, METH_O)
CLASS(whitespace, _PyUnicode_IsWhitespace)
EXPORT(alpha, METH_O)
CLASS(alpha, _PyUnicode_IsAlpha)
EXPORT(decimal, METH_O)
CLASS(decimal, _PyUnicode_IsDecimalDigit)
EXPORT(digit_, METH_O)
CLASS(digit_, _PyUnicode_IsDigit)
EXPORT(numeric, METH_O)
CLASS(numeric, _PyUnicode_IsNumeric)
EXPORT(lower, METH_O)
CLASS(lower, _PyUnicode_IsLowercase)
EXPORT(upper, METH_O)
CLASS(upper, _PyUnicode_IsUppercase)
EXPORT(title, METH_O)
CLASS(title, _PyUnicode_IsTitlecase)
EXPORT(lowered, METH_O)
static PyObject *lowered(PyObject *module, PyObject *text)
{
    PyObject *list = PyList_New(0);
    for (Py_ssize_t at = 0; at < PyUnicode_GET_LENGTH(text); at++)
        PyList_Append(list, PyLong_FromLong(_PyUnicode_ToLowercase(PyUnicode_READ_CHAR(text, at))));
    return list;
}
EXPORT(tables, METH_NOARGS)
static PyObject *tables(PyObject *module, PyObject *ignored)
{
    return Py_BuildValue("y#y#y#", _Py_ascii_whitespace, (Py_ssize_t)128, _Py_ctype_tolower, (Py_ssize_t)256, _Py_ctype_toupper, (Py_ssize_t)256);
}
EXPORT(equal, METH_VARARGS)
static PyObject *equal(PyObject *module, PyObject *args)
{
    PyObject *left, *right;
    return PyArg_ParseTuple(args, "UU", &left, &right) ? PyBool_FromLong(_PyUnicode_Equal(left, right)) : NULL;
}
EXPORT(widen, METH_VARARGS)
static PyObject *widen(PyObject *module, PyObject *args)
{
    PyObject *list;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list))
        return NULL;
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    for (Py_ssize_t index = 0; index < PyList_GET_SIZE(list); index++) {
        PyObject *text = PyList_GET_ITEM(list, index);
        Py_ssize_t length = PyUnicode_GET_LENGTH(text);
        Py_UCS4 widest = PyUnicode_MAX_CHAR_VALUE(text);
        if (_PyUnicodeWriter_PrepareInternal(&writer, length, widest) < 0) {
            _PyUnicodeWriter_Dealloc(&writer);
            return NULL;
        }
        for (Py_ssize_t at = 0; at < length; at++)
            PyUnicode_WRITE(writer.kind, writer.data, writer.pos + at, PyUnicode_READ_CHAR(text, at));
        writer.pos += length;
    }
    return _PyUnicodeWriter_Finish(&writer);
}
EXPORT(too_long, METH_NOARGS)
static PyObject *too_long(PyObject *module, PyObject *ignored)
{
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    if (_PyUnicodeWriter_PrepareInternal(&writer, 1, 'a') < 0)
        return NULL;
    writer.pos = 1;
    int done = _PyUnicodeWriter_PrepareInternal(&writer, PY_SSIZE_T_MAX, 'a');
    _PyUnicodeWriter_Dealloc(&writer);
    return done < 0 ? NULL : PyLong_FromLong(done);
}
static int print(char *place, size_t size, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int length = PyOS_vsnprintf(place, size, format, values);
    va_end(values);
    return length;
}
EXPORT(printed, METH_O)
static PyObject *printed(PyObject *module, PyObject *size)
{
    char place[64];
    memset(place, '#', sizeof place);
    int length = print(place, PyLong_AsSize_t(size), "%d-%s-%5.2f", 42, "text", 1.5);
    return Py_BuildValue("iy#", length, place, (Py_ssize_t)20);
}
"""
)


def show(function, *args):
    try:
        print(function.__name__, repr(function(*args)))
    except BaseException as error:
        print(function.__name__, type(error).__name__, error)


POINTS = "aA1 \t\n\x1c\x85\xa0_éÉßªº²½٣②ǅŉ文Ⅷ\u2028\u3000𝟘🙂İ\u0345\ud800"
for ask in (
    module.whitespace,
    module.alpha,
    module.decimal,
    module.digit_,
    module.numeric,
    module.lower,
    module.upper,
    module.title,
):
    print(ask.__name__, "".join("01"[answer] for answer in ask(POINTS)))
    print(*ask(None))
show(module.lowered, POINTS)
for table in module.tables():
    print(table)
for left, right in (
    ("", ""),
    ("a", "a"),
    ("a", "b"),
    ("é", "é"),
    ("文a", "文a"),
    ("文a", "文b"),
    ("a", "文"),
    ("abc", "ab"),
):
    show(module.equal, left, right)
for texts in (
    [],
    ["a"],
    ["a", "é"],
    ["a", "文", "b"],
    ["🙂", "a"],
    ["é" * 100, "文" * 100, "🙂"],
    ["", "a", ""],
):
    show(module.widen, texts)
show(module.too_long)
for size in (64, 15, 14, 5, 1):
    show(module.printed, size)
