"""Strings as C code makes, reads and formats them."""

from _inline_c import extension

module = extension(r"""
EXPORT(format_all, METH_O)
static PyObject *format_all(PyObject *self, PyObject *arg)
{
    PyObject *parts = PyList_New(0);
#define ADD(...)                                              \
    do {                                                      \
        PyObject *text = PyUnicode_FromFormat(__VA_ARGS__);   \
        if (text == NULL || PyList_Append(parts, text) < 0)   \
            return NULL;                                      \
        Py_DECREF(text);                                      \
    } while (0)
    ADD("plain %% %c|%c", 'x', 0x20ac);
    ADD("%d|%5d|%-5d|%05d|%.3d|%ld|%lld|%zd|%i", -1, 42, 42, -42, 7, -1L, 1LL << 62, (Py_ssize_t)-9, 8);
    ADD("%u|%x|%X|%#x|%o|%#o|%lx|%zu|%.0d", 4294967295u, 255, 255, 255, 8, 8, 1L << 40, (size_t)5, 0);
    ADD("%s|%.2s|%10s|%-10s|%10.3s|%*d|%-*d|", "text", "text", "right", "left", "cutting", 6, 1, 6, 1);
    ADD("%S|%R|%A|%U|%V|%V", arg, arg, arg, PyTuple_GET_ITEM(arg, 0), PyTuple_GET_ITEM(arg, 0), "unused", NULL, "fallback");
    ADD("%20.5R|%-8U|", arg, PyTuple_GET_ITEM(arg, 0));
    ADD("%T %N %#T", arg, Py_TYPE(PyTuple_GET_ITEM(arg, 2)), PyTuple_GET_ITEM(arg, 2));
    ADD("%s", "\xe2\x82\xac and \xff");
    return parts;
}

EXPORT(format_bad, METH_NOARGS)
static PyObject *format_bad(PyObject *self, PyObject *unused) { return PyUnicode_FromFormat("a %d b %y c", 1); }

EXPORT(format_char, METH_NOARGS)
static PyObject *format_char(PyObject *self, PyObject *unused) { return PyUnicode_FromFormat("%c", 0x110000); }

EXPORT(raise_format, METH_O)
static PyObject *raise_format(PyObject *self, PyObject *arg)
{
    return PyErr_Format(PyExc_LookupError, "no %R among %zd", arg, (Py_ssize_t)3);
}

EXPORT(raise_wrong, METH_O)
static PyObject *raise_wrong(PyObject *self, PyObject *arg)
{
    PyErr_SetObject(arg, Py_None);
    return NULL;
}

EXPORT(build, METH_NOARGS)
static PyObject *build(PyObject *self, PyObject *unused)
{
    PyObject *text = PyUnicode_New(5, 0xffff);
    if (text == NULL || PyUnicode_Fill(text, 0, 5, 0x20ac) != 5 || PyUnicode_WriteChar(text, 1, 'a') < 0)
        return NULL;
    PyObject *other = PyUnicode_FromString("xyz");
    if (PyUnicode_CopyCharacters(text, 2, other, 1, 10) != 2)
        return NULL;
    Py_DECREF(other);
    if (PyUnicode_Resize(&text, 4) < 0)
        return NULL;
    return text;
}

EXPORT(write_shared, METH_O)
static PyObject *write_shared(PyObject *self, PyObject *text)
{
    if (PyUnicode_WriteChar(text, 0, 'a') < 0)
        return NULL;
    Py_RETURN_NONE;
}

EXPORT(read_all, METH_O)
static PyObject *read_all(PyObject *self, PyObject *text)
{
    Py_ssize_t size, wide_size;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &size);
    if (utf8 == NULL)
        return NULL;
    wchar_t *wide = PyUnicode_AsWideCharString(text, &wide_size);
    PyObject *result = Py_BuildValue("y#nnu#i", utf8, size, size, PyUnicode_GET_LENGTH(text), wide, wide_size,
                                     PyUnicode_KIND(text));
    PyMem_Free(wide);
    return result;
}

EXPORT(search, METH_O)
static PyObject *search(PyObject *self, PyObject *pair)
{
    PyObject *text = PyTuple_GET_ITEM(pair, 0), *part = PyTuple_GET_ITEM(pair, 1);
    Py_ssize_t first = PyUnicode_Find(text, part, 0, 100, 1), last = PyUnicode_Find(text, part, 0, 100, -1);
    Py_ssize_t count = PyUnicode_Count(text, part, 1, -1), tail = PyUnicode_Tailmatch(text, part, 0, 100, 1);
    if (PyErr_Occurred())
        return NULL;
    return Py_BuildValue("nnnnn", first, last, count, tail, PyUnicode_FindChar(text, 'a', 1, 100, 1));
}

EXPORT(decode, METH_O)
static PyObject *decode(PyObject *self, PyObject *bytes)
{
    Py_ssize_t used;
    PyObject *text = PyUnicode_DecodeUTF8Stateful(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes), NULL, &used);
    return text == NULL ? NULL : Py_BuildValue("Nn", text, used);
}

EXPORT(decode_16, METH_O)
static PyObject *decode_16(PyObject *self, PyObject *bytes)
{
    int order = 0;
    PyObject *text = PyUnicode_DecodeUTF16(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes), "strict", &order);
    return text == NULL ? NULL : Py_BuildValue("Ni", text, order);
}

EXPORT(path, METH_VARARGS)
static PyObject *path(PyObject *self, PyObject *args)
{
    PyObject *bytes = NULL, *text = NULL;
    if (!PyArg_ParseTuple(args, "O&O&", PyUnicode_FSConverter, &bytes, PyUnicode_FSDecoder, &text))
        return NULL;
    return Py_BuildValue("NN", bytes, text);
}

EXPORT(joined, METH_O)
static PyObject *joined(PyObject *self, PyObject *parts)
{
    PyObject *text = PyUnicode_Join(NULL, parts);
    PyUnicode_Append(&text, PyUnicode_InternFromString("!"));
    return text;
}

EXPORT(compare, METH_O)
static PyObject *compare(PyObject *self, PyObject *text)
{
    return Py_BuildValue("iii", PyUnicode_CompareWithASCIIString(text, "m"), PyUnicode_EqualToUTF8(text, "m"),
                         PyUnicode_Contains(text, text));
}

EXPORT(character, METH_O)
static PyObject *character(PyObject *self, PyObject *text)
{
    Py_UCS4 c = PyUnicode_READ_CHAR(text, 0);
    return Py_BuildValue("iiiiCd", Py_UNICODE_ISALPHA(c), Py_UNICODE_ISSPACE(c), Py_UNICODE_ISUPPER(c),
                         Py_UNICODE_TODECIMAL(c), Py_UNICODE_TOUPPER(c), Py_UNICODE_TONUMERIC(c));
}
""")


def attempt(name, *args):
    try:
        print(name, ascii(getattr(module, name)(*args)))
    except Exception as error:
        print(name, type(error).__name__, ascii(str(error)))


class Local:
    def __repr__(self):
        return "Local()"


class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


attempt("format_all", ("é", 1, Local()))
attempt("format_bad")
attempt("format_char")
attempt("raise_format", "key")
attempt("raise_wrong", int)
attempt("raise_wrong", KeyError)
attempt("build")
attempt("write_shared", "".join(["ab", "cd"]))
attempt("write_shared", 5)
attempt("read_all", "plain")
attempt("read_all", "é\U0001f600\0")
attempt("read_all", "\ud800")
attempt("read_all", b"x")
attempt("search", ("banana", "an"))
attempt("search", ("banana", "na"))
attempt("search", ("banana", 1))
attempt("decode", "€uro".encode() + b"\xe2\x82")
attempt("decode", b"\xff")
attempt("decode_16", "a€".encode("utf-16"))
attempt("decode_16", b"abc")
attempt("path", "text", b"bytes")
attempt("path", Path("é"), Path(b"\xff"))
attempt("path", "a\0b", "c")
attempt("path", 5, "c")
attempt("path", Path(5), "c")
attempt("joined", ["a", "b", "c"])
attempt("joined", ["a", 5])
attempt("compare", "a")
attempt("compare", "m")
attempt("compare", "z")
for char in "aZ é5½二\u2028":
    attempt("character", char)
