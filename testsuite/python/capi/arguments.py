"""Arguments taken apart by `PyArg_ParseTuple` and its kin."""

from _inline_c import extension

module = extension(r"""
#define PARSE(name, format, decl, places, result_format, ...)                          \
    static PyObject *name(PyObject *self, PyObject *args)                              \
    {                                                                                  \
        decl;                                                                          \
        if (!PyArg_ParseTuple places)                                                  \
            return NULL;                                                               \
        return Py_BuildValue(result_format, __VA_ARGS__);                              \
    }

EXPORT(ints, METH_VARARGS)
PARSE(ints, "", unsigned char b = 1; short h = 2; int i = 3; long l = 4; Py_ssize_t n = 5,
      (args, "b|hiln:ints", &b, &h, &i, &l, &n), "iiiln", b, h, i, l, n)

EXPORT(masks, METH_VARARGS)
PARSE(masks, "", unsigned char B; unsigned short H; unsigned int I; unsigned long k,
      (args, "BHIk", &B, &H, &I, &k), "iikk", B, H, (unsigned long)I, k)

EXPORT(floats, METH_VARARGS)
PARSE(floats, "", float f; double d; Py_complex D, (args, "fdD;floats, please", &f, &d, &D), "ddD", f, d, &D)

EXPORT(texts, METH_VARARGS)
PARSE(texts, "", const char *s; const char *z; const char *h; Py_ssize_t n,
      (args, "szs#", &s, &z, &h, &n), "szs#n", s, z, h, n, n)

EXPORT(bytes_, METH_VARARGS)
PARSE(bytes_, "", const char *y; const char *h; Py_ssize_t n; char c; int C,
      (args, "yy#cC", &y, &h, &n, &c, &C), "yy#cC", y, h, n, c, C)

EXPORT(objects, METH_VARARGS)
PARSE(objects, "", PyObject *S; PyObject *Y; PyObject *U; PyObject *T; PyObject *O; int p,
      (args, "SYUO!Op", &S, &Y, &U, &PyList_Type, &T, &O, &p), "OOOOOi", S, Y, U, T, O, p)

EXPORT(nested, METH_VARARGS)
PARSE(nested, "", int a; int b; int c; int d, (args, "i(i(ii)):nested", &a, &b, &c, &d), "iiii", a, b, c, d)

EXPORT(nothing, METH_VARARGS)
PARSE(nothing, "", (void)0, (args, ":nothing"), "s", "nothing")

EXPORT(unpacked, METH_VARARGS)
static PyObject *unpacked(PyObject *self, PyObject *args)
{
    PyObject *a, *b = Py_None;
    if (!PyArg_UnpackTuple(args, "unpacked", 1, 2, &a, &b))
        return NULL;
    return PyTuple_Pack(2, b, a);
}

static int convert(PyObject *object, void *place)
{
    if (object == NULL) {
        *(long *)place = -1;
        return 1;
    }
    *(long *)place = 2 * PyLong_AsLong(object);
    return PyErr_Occurred() ? 0 : Py_CLEANUP_SUPPORTED;
}

static long converted;

EXPORT(converters, METH_VARARGS)
PARSE(converters, "", int i = 0, (args, "O&i", convert, &converted, &i), "li", converted, i)

EXPORT(last_converted, METH_NOARGS)
static PyObject *last_converted(PyObject *self, PyObject *unused) { return PyLong_FromLong(converted); }

EXPORT(views, METH_VARARGS)
static PyObject *views(PyObject *self, PyObject *args)
{
    Py_buffer read, write;
    if (!PyArg_ParseTuple(args, "s*w*", &read, &write))
        return NULL;
    if (write.len > 0)
        ((char *)write.buf)[0] = '!';
    PyObject *result = Py_BuildValue("y#n", read.buf, read.len, write.len);
    PyBuffer_Release(&read);
    PyBuffer_Release(&write);
    return result;
}

EXPORT(encoded, METH_VARARGS)
static PyObject *encoded(PyObject *self, PyObject *args)
{
    char *text = NULL, *sized = NULL;
    Py_ssize_t len;
    if (!PyArg_ParseTuple(args, "eset#", "latin-1", &text, "utf-16-le", &sized, &len))
        return NULL;
    PyObject *result = Py_BuildValue("yy#", text, sized, len);
    PyMem_Free(text);
    PyMem_Free(sized);
    return result;
}

EXPORT(named, METH_VARARGS | METH_KEYWORDS)
static PyObject *named(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "second", "third", "fourth", NULL};
    int a, b, c = 30, d = 40;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "ii|i$i:named", names, &a, &b, &c, &d))
        return NULL;
    return Py_BuildValue("iiii", a, b, c, d);
}

EXPORT(anonymous, METH_VARARGS | METH_KEYWORDS)
static PyObject *anonymous(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"a", "b", NULL};
    PyObject *a = Py_None, *b = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO", names, &a, &b))
        return NULL;
    return PyTuple_Pack(2, a, b);
}

EXPORT(bad_formats, METH_VARARGS)
static PyObject *bad_formats(PyObject *self, PyObject *args)
{
    static const char *formats[] = {"?", "i?", "w"};
    PyObject *kind = PyTuple_GetItem(args, 0), *rest = PyTuple_GetSlice(args, 1, 100);
    char *places[2];
    int done = PyArg_ParseTuple(rest, formats[PyLong_AsLong(kind)], &places[0], &places[1]);
    Py_DECREF(rest);
    if (!done)
        return NULL;
    Py_RETURN_NONE;
}
""")


def attempt(name, *args, **kwargs):
    try:
        print(name, args, kwargs or "", "->", getattr(module, name)(*args, **kwargs))
    except Exception as error:
        print(name, args, kwargs or "", "->", type(error).__name__, error)


class Index:
    def __index__(self):
        return 9

    def __repr__(self):
        return "Index()"


for args in [(), (1,), (1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6), (-1,), (256,), (Index(), Index()), ("x",), (1.5,), (1, 2**15)]:
    attempt("ints", *args)
attempt("ints", 1, -(2**15) - 1)
attempt("ints", 1, 2, 2**31)
attempt("ints", 1, 2, -(2**31) - 1)
attempt("ints", 1, 2, 3, 2**63)
attempt("ints", 1, 2, 3, 4, 2**63)
attempt("ints", None)
attempt("masks", -1, -1, -1, -1)
attempt("masks", 2**70 + 1, 2**70 + 2, 2**70 + 3, 2**70 + 4)
attempt("masks", 1, 2, 3, Index())
attempt("floats", 1, 2.5, 3j)
attempt("floats", 1)
attempt("floats", "a", 2.5, 3j)
attempt("floats", 1, 2.5, "a")
attempt("texts", "one", None, "three\0")
attempt("texts", "é€", "z", b"bytes")
attempt("texts", None, "z", b"bytes")
attempt("texts", "a\0b", "z", b"bytes")
attempt("texts", "a", 1, b"bytes")
attempt("texts", "a", "b", bytearray(b"c"))
attempt("texts", "a", "b", 5)
attempt("texts", "\ud800", "b", "c")
attempt("bytes_", b"y", b"\0h", b"c", "€")
attempt("bytes_", b"y\0", b"\0h", b"c", "€")
attempt("bytes_", "y", b"\0h", b"c", "€")
attempt("bytes_", b"y", b"\0h", b"cc", "€")
attempt("bytes_", b"y", b"\0h", bytearray(b""), "€")
attempt("bytes_", b"y", b"\0h", 1, "€")
attempt("bytes_", b"y", b"\0h", b"c", "ab")
attempt("bytes_", b"y", b"\0h", b"c", b"a")
attempt("objects", b"S", bytearray(b"Y"), "U", [1], None, "true")
for index, wrong in enumerate([1, b"", b"", (), None]):
    args = [b"S", bytearray(b"Y"), "U", [1], None, 0]
    args[index] = wrong
    attempt("objects", *args)
attempt("nested", 1, (2, [3, 4]))
attempt("nested", 1, (2, [3]))
attempt("nested", 1, (2, [3, "x"]))
attempt("nested", 1, (2,))
attempt("nested", 1, 2)
attempt("nested", 1, b"ab")
attempt("nested", 1)
attempt("nothing")
attempt("nothing", 1)
attempt("unpacked")
attempt("unpacked", 1)
attempt("unpacked", 1, 2)
attempt("unpacked", 1, 2, 3)
attempt("converters", 4, 5)
attempt("converters", 4, "x")
attempt("last_converted")
attempt("converters", "x", 4)
target = bytearray(b"target")
attempt("views", "text", target)
attempt("views", b"bytes", target)
attempt("views", 5, target)
attempt("views", "text", b"read-only")
print(target)
target.append(1)
attempt("encoded", "é", "€")
attempt("encoded", "é", b"as it is")
attempt("encoded", "€", "€")
attempt("encoded", "a\0", "€")
attempt("encoded", b"a", "€")
attempt("named", 1, 2)
attempt("named", 1, second=2)
attempt("named", 1, 2, 3, fourth=4)
attempt("named", 1, 2, 3, 4)
attempt("named")
attempt("named", 1)
attempt("named", 1, third=5)
attempt("named", 1, 2, fifth=5)
attempt("named", 1, 2, second=5)
attempt("named", 1, 2, 3, 4, 5)
attempt("named", 1, 2, fourth="x")
attempt("anonymous")
attempt("anonymous", b=1)
attempt("anonymous", 1, 2, 3)
attempt("anonymous", a=1, b=2, c=3)
attempt("anonymous", c=3)
attempt("anonymous", 1, a=3)
attempt("bad_formats", 0, 1)
attempt("bad_formats", 1, 1)
attempt("bad_formats", 2, b"a")
