"""`_PyUnicodeWriter` and `_PyBytesWriter`, which extensions write strings and bytes with."""

from _inline_c import extension

module = extension(r"""
typedef struct {
    PyObject *buffer;
    Py_ssize_t allocated;
    Py_ssize_t min_size;
    int use_bytearray;
    int overallocate;
    int use_small_buffer;
    char small_buffer[512];
} BytesWriter;

PyAPI_FUNC(void) _PyBytesWriter_Init(BytesWriter *);
PyAPI_FUNC(void) _PyBytesWriter_Dealloc(BytesWriter *);
PyAPI_FUNC(void *) _PyBytesWriter_Alloc(BytesWriter *, Py_ssize_t);
PyAPI_FUNC(void *) _PyBytesWriter_Prepare(BytesWriter *, void *, Py_ssize_t);
PyAPI_FUNC(void *) _PyBytesWriter_WriteBytes(BytesWriter *, void *, const void *, Py_ssize_t);
PyAPI_FUNC(PyObject *) _PyBytesWriter_Finish(BytesWriter *, void *);

EXPORT(written, METH_VARARGS)
static PyObject *written(PyObject *self, PyObject *args)
{
    PyObject *parts;
    int overallocate, min_length;
    if (!PyArg_ParseTuple(args, "O!ii", &PyTuple_Type, &parts, &overallocate, &min_length))
        return NULL;
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = overallocate;
    writer.min_length = min_length;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(parts); i++) {
        PyObject *part = PyTuple_GET_ITEM(parts, i);
        int status;
        if (PyLong_Check(part))
            status = _PyUnicodeWriter_WriteChar(&writer, (Py_UCS4)PyLong_AsLong(part));
        else if (PyBytes_Check(part))
            status = _PyUnicodeWriter_WriteLatin1String(&writer, PyBytes_AS_STRING(part), PyBytes_GET_SIZE(part));
        else if (PyList_Check(part))
            status = _PyUnicodeWriter_WriteASCIIString(&writer, "ascii", i % 2 ? -1 : 3);
        else if (PyTuple_Check(part))
            status = _PyUnicodeWriter_WriteSubstring(&writer, PyTuple_GET_ITEM(part, 0), 1, 3);
        else
            status = _PyUnicodeWriter_WriteStr(&writer, part);
        if (status < 0) {
            _PyUnicodeWriter_Dealloc(&writer);
            return NULL;
        }
    }
    return _PyUnicodeWriter_Finish(&writer);
}

EXPORT(directly, METH_VARARGS)
static PyObject *directly(PyObject *self, PyObject *args)
{
    Py_ssize_t count;
    unsigned int first;
    if (!PyArg_ParseTuple(args, "nI", &count, &first))
        return NULL;
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_UCS4 c = first + (Py_UCS4)i;
        if (_PyUnicodeWriter_Prepare(&writer, 1, c) < 0)
            return NULL;
        PyUnicode_WRITE(writer.kind, writer.data, writer.pos, c);
        writer.pos++;
    }
    if (_PyUnicodeWriter_PrepareKind(&writer, PyUnicode_2BYTE_KIND) < 0)
        return NULL;
    return Py_BuildValue("iN", writer.kind >= PyUnicode_2BYTE_KIND, _PyUnicodeWriter_Finish(&writer));
}

EXPORT(bytes_written, METH_VARARGS)
static PyObject *bytes_written(PyObject *self, PyObject *args)
{
    Py_ssize_t size, rounds;
    int use_bytearray, overallocate;
    if (!PyArg_ParseTuple(args, "nnii", &size, &rounds, &use_bytearray, &overallocate))
        return NULL;
    BytesWriter writer;
    _PyBytesWriter_Init(&writer);
    writer.use_bytearray = use_bytearray;
    writer.overallocate = overallocate;
    char *at = _PyBytesWriter_Alloc(&writer, size);
    if (at == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < size; i++)
        *at++ = (char)('a' + i % 26);
    for (Py_ssize_t i = 0; i < rounds; i++) {
        at = _PyBytesWriter_WriteBytes(&writer, at, "<more>", 6);
        at = _PyBytesWriter_Prepare(&writer, at, 2);
        if (at == NULL)
            return NULL;
        *at++ = '!';
    }
    return _PyBytesWriter_Finish(&writer, at);
}

EXPORT(identifiers, METH_NOARGS)
static PyObject *identifiers(PyObject *self, PyObject *unused)
{
    _Py_IDENTIFIER(inline_name);
    PyObject *first = _PyUnicode_FromId(&PyId_inline_name), *second = _PyUnicode_FromId(&PyId_inline_name);
    return Py_BuildValue("Oi", first, first == second && PyUnicode_CHECK_INTERNED(first) != 0);
}
""")

PARTS = (
    (), ("whole",), ("", "whole"), ("a", "b"), ("a", 0xE9), (0x20AC,), ("ascii", 0x1F600, b"latin", "€"), ([], []), ((("cutting",)), 65),
    (65,), (0xE9,), ("long " * 50, 0x20AC, "x" * 300), (("cutting",), ("é€\U0001f600x",)), ("\U0001f600", "plain"),
)  # fmt: skip
for parts in PARTS:
    for overallocate in (0, 1):
        for min_length in (0, 20):
            print(ascii(module.written(parts, overallocate, min_length)))
whole = "".join(["wh", "ole"])
print(module.written((whole,), 0, 0) is whole, module.written((whole,), 1, 0) is whole)
for count, first in ((5, 65), (5, 0x7E), (5, 0xFE), (4, 0xFFFE), (3, 0x1F600), (1000, 0)):
    print(ascii(module.directly(count, first))[:200])
for size, rounds in ((0, 0), (5, 0), (5, 3), (600, 2), (511, 5), (0, 200)):
    for use_bytearray in (0, 1):
        for overallocate in (0, 1):
            result = module.bytes_written(size, rounds, use_bytearray, overallocate)
            print(type(result).__name__, len(result), bytes(result[:10]), bytes(result[-10:]))
print(module.identifiers())
