"""Bytes, bytearrays, buffers, memoryviews and slices as C code uses them."""

import array
import pickle

from _inline_c import extension

module = extension(r"""
PyAPI_FUNC(Py_ssize_t) _PyBytes_Find(const char *, Py_ssize_t, const char *, Py_ssize_t, Py_ssize_t);
PyAPI_FUNC(Py_ssize_t) _PyBytes_ReverseFind(const char *, Py_ssize_t, const char *, Py_ssize_t, Py_ssize_t);
PyAPI_FUNC(void) _PyBytes_Repeat(char *, Py_ssize_t, const char *, Py_ssize_t);
PyAPI_FUNC(PyObject *) _PySlice_FromIndices(Py_ssize_t, Py_ssize_t);

EXPORT(bytes_made, METH_NOARGS)
static PyObject *bytes_made(PyObject *self, PyObject *unused)
{
    PyObject *filled = PyBytes_FromStringAndSize(NULL, 3);
    memcpy(PyBytes_AS_STRING(filled), "abc", 3);
    return Py_BuildValue("NNNN", filled, PyBytes_FromStringAndSize("a\0b", 3), PyBytes_FromString("text"),
                         PyBytes_FromStringAndSize("", 0));
}

EXPORT(bytes_negative, METH_O)
static PyObject *bytes_negative(PyObject *self, PyObject *size)
{
    return PyBytes_FromStringAndSize(NULL, PyLong_AsSsize_t(size));
}

EXPORT(bytes_of, METH_O)
static PyObject *bytes_of(PyObject *self, PyObject *arg) { return PyBytes_FromObject(arg == Py_None ? NULL : arg); }

EXPORT(bytes_text, METH_O)
static PyObject *bytes_text(PyObject *self, PyObject *arg)
{
    char *text;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(arg, &text, &size) < 0)
        return NULL;
    return Py_BuildValue("y#nii", text, size, PyBytes_Size(arg), text == PyBytes_AsString(arg), text[size]);
}

EXPORT(bytes_without_null, METH_O)
static PyObject *bytes_without_null(PyObject *self, PyObject *arg)
{
    char *text;
    if (PyBytes_AsStringAndSize(arg, &text, NULL) < 0)
        return NULL;
    return PyBytes_FromString(text);
}

EXPORT(bytes_size, METH_O)
static PyObject *bytes_size(PyObject *self, PyObject *arg)
{
    Py_ssize_t size = PyBytes_Size(arg);
    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

EXPORT(bytes_concat, METH_VARARGS)
static PyObject *bytes_concat(PyObject *self, PyObject *args)
{
    PyObject *left, *right;
    int fresh;
    if (!PyArg_ParseTuple(args, "OOp", &left, &right, &fresh))
        return NULL;
    left = fresh ? PyBytes_FromObject(left) : Py_NewRef(left);
    PyBytes_Concat(&left, right);
    return left;
}

EXPORT(bytes_concat_and_del, METH_VARARGS)
static PyObject *bytes_concat_and_del(PyObject *self, PyObject *args)
{
    PyObject *left = NULL, *right = PyBytes_FromString("right");
    PyBytes_ConcatAndDel(&left, Py_NewRef(right));
    if (left != NULL || PyErr_Occurred())
        return NULL;
    left = PyBytes_FromString("left ");
    PyBytes_ConcatAndDel(&left, right);
    PyBytes_ConcatAndDel(&left, NULL);
    return Py_NewRef(left == NULL ? Py_None : left);
}

EXPORT(bytes_resize, METH_VARARGS)
static PyObject *bytes_resize(PyObject *self, PyObject *args)
{
    Py_ssize_t from, to;
    if (!PyArg_ParseTuple(args, "nn", &from, &to))
        return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, from);
    memset(PyBytes_AS_STRING(bytes), 'x', from);
    if (_PyBytes_Resize(&bytes, to) < 0)
        return bytes == NULL ? NULL : PyErr_Format(PyExc_AssertionError, "the place is not NULL");
    for (Py_ssize_t i = from; i < to; i++)
        PyBytes_AS_STRING(bytes)[i] = 'y';
    if (PyBytes_AS_STRING(bytes)[to] != 0)
        return PyErr_Format(PyExc_AssertionError, "no NUL");
    return bytes;
}

EXPORT(bytes_resize_shared, METH_O)
static PyObject *bytes_resize_shared(PyObject *self, PyObject *bytes)
{
    Py_INCREF(bytes);
    if (_PyBytes_Resize(&bytes, 6) < 0)
        return NULL;
    return bytes;
}

EXPORT(bytes_format, METH_NOARGS)
static PyObject *bytes_format(PyObject *self, PyObject *unused)
{
    const char *unknown = "%p %q and %d";
    return Py_BuildValue("NNNN",
        PyBytes_FromFormat("%% %c|%d|%i|%u|%x|%ld|%lu|%zd|%zu", 'c', -5, 6, 7u, 255, -8L, 9UL, (Py_ssize_t)-10, (size_t)11),
        PyBytes_FromFormat("%s|%.3s|%5s|%5d|", "text", "cutting", "wide", 3),
        PyBytes_FromFormat(unknown, (void *)0xabc, 5),
        PyBytes_FromFormat("plain"));
}

EXPORT(bytes_format_bad, METH_NOARGS)
static PyObject *bytes_format_bad(PyObject *self, PyObject *unused) { return PyBytes_FromFormat("%c", 256); }

EXPORT(bytes_shown, METH_O)
static PyObject *bytes_shown(PyObject *self, PyObject *arg)
{
    return Py_BuildValue("NN", PyBytes_Repr(arg, 1), PyBytes_Repr(arg, 0));
}

EXPORT(bytes_unescaped, METH_VARARGS)
static PyObject *bytes_unescaped(PyObject *self, PyObject *args)
{
    const char *text, *errors;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#z", &text, &size, &errors))
        return NULL;
    return PyBytes_DecodeEscape(text, size, errors, 0, NULL);
}

EXPORT(bytes_private, METH_NOARGS)
static PyObject *bytes_private(PyObject *self, PyObject *unused)
{
    char room[8];
    _PyBytes_Repeat(room, 8, "abc", 3);
    PyObject *parts = Py_BuildValue("[yy]", "one", "two"), *sep = PyBytes_FromString(", ");
    return Py_BuildValue("y#nnnnN", room, (Py_ssize_t)8, _PyBytes_Find("banana", 6, "an", 2, 10),
                         _PyBytes_ReverseFind("banana", 6, "an", 2, 10), _PyBytes_Find("banana", 6, "x", 1, 10),
                         _PyBytes_Find("banana", 6, "", 0, 0), _PyBytes_Join(sep, parts));
}

EXPORT(bytearray_made, METH_VARARGS)
static PyObject *bytearray_made(PyObject *self, PyObject *args)
{
    PyObject *source;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "On", &source, &size))
        return NULL;
    PyObject *array = PyByteArray_FromObject(source);
    if (array == NULL)
        return NULL;
    Py_ssize_t old = PyByteArray_Size(array);
    if (PyByteArray_Resize(array, size) < 0)
        return NULL;
    for (Py_ssize_t i = old; i < size; i++)
        PyByteArray_AsString(array)[i] = '+';
    return Py_BuildValue("NNii", array, PyByteArray_FromStringAndSize("a\0b", 3), PyByteArray_AS_STRING(array)[size],
                         PyByteArray_CheckExact(array));
}

EXPORT(bytearray_sizes, METH_O)
static PyObject *bytearray_sizes(PyObject *self, PyObject *size)
{
    PyObject *array = PyByteArray_FromStringAndSize(NULL, PyLong_AsSsize_t(size));
    return array == NULL ? NULL : Py_BuildValue("nN", PyByteArray_GET_SIZE(array), array);
}

EXPORT(bytearray_concat, METH_VARARGS)
static PyObject *bytearray_concat(PyObject *self, PyObject *args)
{
    PyObject *left, *right;
    if (!PyArg_ParseTuple(args, "OO", &left, &right))
        return NULL;
    return PyByteArray_Concat(left, right);
}

EXPORT(bytearray_empty, METH_NOARGS)
static PyObject *bytearray_empty(PyObject *self, PyObject *unused)
{
    PyObject *array = PyByteArray_FromStringAndSize(NULL, 0);
    return Py_BuildValue("Ns", array, PyByteArray_AS_STRING(array));
}

EXPORT(slices, METH_VARARGS)
static PyObject *slices(PyObject *self, PyObject *args)
{
    PyObject *slice;
    Py_ssize_t len, start = -9, stop = -9, step = -9, count;
    if (!PyArg_ParseTuple(args, "On", &slice, &len))
        return NULL;
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0)
        return NULL;
    PyObject *raw = Py_BuildValue("nnn", start, stop, step);
    count = PySlice_AdjustIndices(len, &start, &stop, step);
    PyObject *adjusted = Py_BuildValue("nnnn", start, stop, step, count);
    if (PySlice_GetIndicesEx(slice, len, &start, &stop, &step, &count) < 0)
        return NULL;
    PyObject *together = Py_BuildValue("nnnn", start, stop, step, count);
    start = stop = step = -9;
    int status = PySlice_GetIndices(slice, len, &start, &stop, &step);
    if (PyErr_Occurred())
        return NULL;
    return Py_BuildValue("NNN(i)", raw, adjusted, together, status);
}

EXPORT(slice_made, METH_NOARGS)
static PyObject *slice_made(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("NNN", PySlice_New(NULL, Py_True, NULL), PySlice_New(Py_None, Py_None, Py_False),
                         _PySlice_FromIndices(2, -5));
}

EXPORT(memory, METH_O)
static PyObject *memory(PyObject *self, PyObject *arg)
{
    static char room[] = "memory";
    PyObject *readable = PyMemoryView_FromMemory(room, 6, PyBUF_READ), *writable = PyMemoryView_FromMemory(room, 6, PyBUF_WRITE);
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_FULL_RO) < 0)
        return NULL;
    PyObject *copy = PyMemoryView_FromBuffer(&view), *list = PyObject_CallMethod(copy, "tolist", NULL);
    Py_DECREF(copy);
    PyBuffer_Release(&view);
    return Py_BuildValue("NNNN", readable, writable, list, PyMemoryView_FromObject(arg));
}

EXPORT(contiguous, METH_VARARGS)
static PyObject *contiguous(PyObject *self, PyObject *args)
{
    PyObject *object;
    int order, writes;
    if (!PyArg_ParseTuple(args, "OCp", &object, &order, &writes))
        return NULL;
    PyObject *view = PyMemoryView_GetContiguous(object, writes ? PyBUF_WRITE : PyBUF_READ, (char)order);
    if (view == NULL)
        return NULL;
    Py_buffer *buffer = PyMemoryView_GET_BUFFER(view);
    return Py_BuildValue("y#siN", buffer->buf, buffer->len, buffer->format, PyBuffer_IsContiguous(buffer, (char)order), view);
}

EXPORT(buffer_work, METH_VARARGS)
static PyObject *buffer_work(PyObject *self, PyObject *args)
{
    PyObject *object;
    int order;
    if (!PyArg_ParseTuple(args, "OC", &object, &order))
        return NULL;
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_FULL) < 0)
        return NULL;
    char *room = PyMem_Malloc(view.len + 1);
    if (PyBuffer_ToContiguous(room, &view, view.len, (char)order) < 0)
        return NULL;
    PyObject *before = PyBytes_FromStringAndSize(room, view.len);
    for (Py_ssize_t i = 0; i < view.len; i++)
        room[i] = (char)('a' + i);
    if (PyBuffer_FromContiguous(&view, room, view.len, (char)order) < 0)
        return NULL;
    Py_ssize_t last[2] = {view.shape[0] - 1, view.ndim > 1 ? view.shape[1] - 1 : 0};
    int item = *(unsigned char *)PyBuffer_GetPointer(&view, last);
    PyBuffer_ToContiguous(room, &view, view.len + 1, 'C');
    PyObject *error = PyErr_GetRaisedException();
    PyMem_Free(room);
    PyBuffer_Release(&view);
    return Py_BuildValue("NiN", before, item, error);
}

EXPORT(strides, METH_NOARGS)
static PyObject *strides(PyObject *self, PyObject *unused)
{
    Py_ssize_t shape[3] = {2, 3, 4}, c[3], f[3];
    PyBuffer_FillContiguousStrides(3, shape, c, 8, 'C');
    PyBuffer_FillContiguousStrides(3, shape, f, 8, 'F');
    return Py_BuildValue("nnnnnn", c[0], c[1], c[2], f[0], f[1], f[2]);
}

EXPORT(copy_data, METH_VARARGS)
static PyObject *copy_data(PyObject *self, PyObject *args)
{
    PyObject *to, *from;
    if (!PyArg_ParseTuple(args, "OO", &to, &from) || PyObject_CopyData(to, from) < 0)
        return NULL;
    return Py_NewRef(to);
}

EXPORT(format_size, METH_O)
static PyObject *format_size(PyObject *self, PyObject *format)
{
    Py_ssize_t size = PyBuffer_SizeFromFormat(PyUnicode_AsUTF8(format));
    return size < 0 && PyErr_Occurred() ? NULL : PyLong_FromSsize_t(size);
}

EXPORT(pickle_buffer, METH_O)
static PyObject *pickle_buffer(PyObject *self, PyObject *arg)
{
    PyObject *buffer = PyPickleBuffer_Check(arg) ? Py_NewRef(arg) : PyPickleBuffer_FromObject(arg);
    if (buffer == NULL)
        return NULL;
    const Py_buffer *view = PyPickleBuffer_GetBuffer(buffer);
    if (view == NULL)
        return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(view->buf, view->len);
    if (PyPickleBuffer_Release(buffer) < 0 || PyPickleBuffer_Release(buffer) < 0)
        return NULL;
    if (PyPickleBuffer_GetBuffer(buffer) != NULL)
        return NULL;
    PyObject *error = PyErr_GetRaisedException();
    if (PyPickleBuffer_GetBuffer(Py_None) != NULL || PyPickleBuffer_Release(Py_None) != -1)
        return NULL;
    return Py_BuildValue("NNN", bytes, error, PyErr_GetRaisedException());
}
""")


def attempt(name, *args):
    try:
        result = getattr(module, name)(*args)
    except Exception as error:
        text = str(error)
        if "bad argument to internal function" in text:
            text = "bad argument to internal function"
        print(name, args, type(error).__name__, text)
    else:
        print(name, args, result)
        return result


class Bytes(bytes):
    pass


class Iterable:
    def __init__(self, *items):
        self.items = items

    def __iter__(self):
        return iter(self.items)

    def __repr__(self):
        return f"Iterable{self.items}"


class Index:
    def __index__(self):
        return 2**70

    def __repr__(self):
        return "Index()"


attempt("bytes_made")
attempt("bytes_negative", -1)
attempt("bytes_negative", 2**63 - 1)
for source in (b"abc", Bytes(b"sub"), bytearray(b"array"), [1, 2, 255], (3, 4), Iterable(5, 6), [256], [-1], ["a"], "text", 5, 1.5, None):
    attempt("bytes_of", source)
for source in (b"a\0b", b"", Bytes(b"sub"), bytearray(b"x"), "text"):
    attempt("bytes_text", source)
    attempt("bytes_without_null", source)
    attempt("bytes_size", source)
for left in (b"left", bytearray(b"left"), b"", "text"):
    for right in (b"right", bytearray(b"right"), array.array("b", [65]), "text", b"", 5):
        attempt("bytes_concat", left, right, False)
        if type(left) is bytes:
            attempt("bytes_concat", left, right, True)
attempt("bytes_concat_and_del")
for sizes in ((0, 0), (0, 5), (5, 0), (5, 3), (5, 20), (1000, 10), (10, 5000), (5, -1)):
    result = attempt("bytes_resize", *sizes) if sizes[1] < 100 else module.bytes_resize(*sizes)
    if result and len(result) > 100:
        print(len(result), result[:12], result[-2:])
attempt("bytes_resize_shared", bytes(bytearray(b"shared bytes")))
attempt("bytes_format")
attempt("bytes_format_bad")
for source in (b"plain", b"it's", b'both \' and "', b"\n\t\r\\\0\xff"):
    attempt("bytes_shown", source)
for source in (rb"a\n\x41\101\\\'", rb"\xzz", "\\", rb"\x4", b"\\\nend", b"\xff"):
    source = source.encode() if isinstance(source, str) else source
    for errors in (None, "strict", "ignore", "replace", "other"):
        attempt("bytes_unescaped", source, errors)
attempt("bytes_private")
for source, size in ((b"abc", 5), (b"abc", 1), ([1, 2, 3], 2), (4, 6), (b"", 0), ("text", 3)):
    attempt("bytearray_made", source, size)
for size in (-1, 0, 3):
    attempt("bytearray_sizes", size) if size <= 0 else print(module.bytearray_sizes(size)[0])
attempt("bytearray_concat", b"ab", bytearray(b"cd"))
attempt("bytearray_concat", b"ab", 5)
attempt("bytearray_concat", "text", b"cd")
attempt("bytearray_empty")
for part in (
    slice(None), slice(1, 4), slice(-3, None), slice(None, None, -1), slice(10, 2, -3), slice(2, 100, 2), slice(-100, 100),
    slice(None, None, 0), slice("a", 2), slice(True, Index()), slice(None, None, -(2**70)), slice(2**70, None),
):  # fmt: skip
    attempt("slices", part, 7)
attempt("slice_made")
readable, writable, items, view = module.memory(array.array("i", [1, 2, 3]))
print(bytes(readable), readable.readonly, writable.readonly, items, view.format, view.tolist(), view.readonly)
writable[0] = ord("M")
print(bytes(readable))
attempt("memory", 5)
grid = memoryview(bytearray(range(24))).cast("B", (4, 6))
for source in (grid, grid[::2], grid.toreadonly()[::2], memoryview(array.array("i", range(6)))[::2], b"bytes", memoryview(b"bytes")[::-2], 5):
    for order in "CFA":
        for writes in (False, True):
            try:
                contents, form, is_contiguous, view = module.contiguous(source, order, writes)
            except Exception as error:
                print(order, writes, type(error).__name__, error)
            else:
                print(order, writes, contents, form, is_contiguous, view.shape, view.strides, view.format, view.readonly, view.tobytes())
for order in "CF":
    for source in (bytearray(b"abcdefghijkl"), memoryview(bytearray(range(12))).cast("B", (3, 4)), memoryview(bytearray(range(12))).cast("B", (3, 4))[::-1]):
        print(order, *module.buffer_work(source, order), bytes(source))
attempt("buffer_work", b"readonly", "C")
attempt("strides")
target = bytearray(6)
attempt("copy_data", target, b"abc")
attempt("copy_data", target, b"too long a source")
attempt("copy_data", b"readonly", b"abc")
attempt("copy_data", target, 5)
attempt("copy_data", target, array.array("h", [1, 2]))
for form in ("i", "3d", "=hq", "bad"):
    attempt("format_size", form)
attempt("pickle_buffer", b"bytes")
attempt("pickle_buffer", 5)
released = pickle.PickleBuffer(b"x")
released.release()
try:
    module.pickle_buffer(released)
except ValueError as error:
    print(error)
