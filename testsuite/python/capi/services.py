"""Codecs, files, `sys`, marshal, times, context variables and iterators as C code uses them."""

import codecs
import contextvars
import io
import marshal
import os
import struct
import sys
import tempfile
import warnings

from _inline_c import extension

module = extension(r"""
#include <marshal.h>

PyAPI_FUNC(int) _PyTime_FromSecondsObject(PyTime_t *, PyObject *, int);
PyAPI_FUNC(PyTime_t) _PyTime_AsMilliseconds(PyTime_t, int);
PyAPI_FUNC(PyTime_t) _PyTime_AsMicroseconds(PyTime_t, int);
PyAPI_FUNC(int) _PyTime_ObjectToTime_t(PyObject *, time_t *, int);
PyAPI_FUNC(int) _PyTime_ObjectToTimeval(PyObject *, time_t *, long *, int);
PyAPI_FUNC(int) _PyTime_ObjectToTimespec(PyObject *, time_t *, long *, int);
PyAPI_FUNC(int) _PyTime_AsTimeval(PyTime_t, struct timeval *, int);
PyAPI_FUNC(int) _PyTime_AsTimespec(PyTime_t, struct timespec *);
PyAPI_FUNC(wchar_t *) _Py_normpath(wchar_t *, Py_ssize_t);
PyAPI_FUNC(FILE *) _Py_fopen_obj(PyObject *, const char *);
PyAPI_FUNC(PyObject *) _Py_strhex(const char *, const Py_ssize_t);
PyAPI_FUNC(PyObject *) _Py_strhex_bytes_with_sep(const char *, const Py_ssize_t, PyObject *, const int);

EXPORT(coded, METH_VARARGS)
static PyObject *coded(PyObject *self, PyObject *args)
{
    PyObject *object;
    const char *encoding, *errors;
    int decodes;
    if (!PyArg_ParseTuple(args, "Ozzp", &object, &encoding, &errors, &decodes))
        return NULL;
    return decodes ? PyCodec_Decode(object, encoding, errors) : PyCodec_Encode(object, encoding, errors);
}

EXPORT(codec_parts, METH_VARARGS)
static PyObject *codec_parts(PyObject *self, PyObject *args)
{
    const char *encoding, *errors;
    PyObject *stream;
    if (!PyArg_ParseTuple(args, "szO", &encoding, &errors, &stream))
        return NULL;
    int known = PyCodec_KnownEncoding(encoding);
    PyObject *encoder = PyCodec_Encoder(encoding);
    if (encoder == NULL)
        return known ? NULL : NULL;
    return Py_BuildValue("iNNNNNN", known, encoder, PyCodec_Decoder(encoding), PyCodec_IncrementalEncoder(encoding, errors),
                         PyCodec_IncrementalDecoder(encoding, errors), PyCodec_StreamReader(encoding, stream, errors),
                         PyCodec_StreamWriter(encoding, stream, errors));
}

EXPORT(known, METH_O)
static PyObject *known(PyObject *self, PyObject *name) { return PyBool_FromLong(PyCodec_KnownEncoding(PyUnicode_AsUTF8(name))); }

EXPORT(search, METH_VARARGS)
static PyObject *search(PyObject *self, PyObject *args)
{
    PyObject *function;
    int adds;
    if (!PyArg_ParseTuple(args, "Op", &function, &adds))
        return NULL;
    if ((adds ? PyCodec_Register(function) : PyCodec_Unregister(function)) < 0)
        return NULL;
    Py_RETURN_NONE;
}

EXPORT(handler, METH_VARARGS)
static PyObject *handler(PyObject *self, PyObject *args)
{
    const char *name;
    PyObject *function = NULL;
    if (!PyArg_ParseTuple(args, "z|O", &name, &function))
        return NULL;
    if (function != NULL && PyCodec_RegisterError(name, function) < 0)
        return NULL;
    return PyCodec_LookupError(name);
}

EXPORT(handled, METH_VARARGS)
static PyObject *handled(PyObject *self, PyObject *args)
{
    PyObject *error;
    int way;
    if (!PyArg_ParseTuple(args, "Oi", &error, &way))
        return NULL;
    return way == 0 ? PyCodec_StrictErrors(error)
         : way == 1 ? PyCodec_IgnoreErrors(error)
         : way == 2 ? PyCodec_ReplaceErrors(error)
         : way == 3 ? PyCodec_XMLCharRefReplaceErrors(error)
         : way == 4 ? PyCodec_BackslashReplaceErrors(error)
                    : PyCodec_NameReplaceErrors(error);
}

EXPORT(digits, METH_NOARGS)
static PyObject *digits(PyObject *self, PyObject *unused)
{
    PyObject *sep = PyUnicode_FromString(":");
    return Py_BuildValue("sNN", Py_hexdigits, _Py_strhex("\x01\xfe", 2), _Py_strhex_bytes_with_sep("\x01\xfe\x03", 3, sep, 2));
}

EXPORT(translate, METH_VARARGS)
static PyObject *translate(PyObject *self, PyObject *args)
{
    PyObject *text, *table;
    const char *errors;
    if (!PyArg_ParseTuple(args, "OOz", &text, &table, &errors))
        return NULL;
    return PyUnicode_Translate(text, table, errors);
}

EXPORT(refusals, METH_O)
static PyObject *refusals(PyObject *self, PyObject *text)
{
    PyObject *errors = PyList_New(0);
#define REFUSED(call)                                        \
    do {                                                     \
        if ((call) != NULL)                                  \
            return NULL;                                     \
        PyObject *error = PyErr_GetRaisedException();        \
        PyList_Append(errors, (PyObject *)Py_TYPE(error));   \
        Py_DECREF(error);                                    \
    } while (0)
    REFUSED(PyUnicode_Translate(text, NULL, NULL));
    REFUSED(PyUnicode_AsCharmapString(text, NULL));
    REFUSED(PyTuple_Pack(-1));
    REFUSED(PyBytes_DecodeEscape("x", PY_SSIZE_T_MAX, NULL, 0, NULL));
    PyObject *empty = PyUnicode_New(0, 0xffff), *cut = PyUnicode_New(3, 0xffff);
    if (PyUnicode_Resize(&cut, 0) < 0)
        return NULL;
    return Py_BuildValue("NNNn", errors, empty, cut, PyUnicode_FindChar(text, 'b', -2, -1, 1));
}

EXPORT(struct_len, METH_O)
static PyObject *struct_len(PyObject *self, PyObject *object)
{
    Py_ssize_t *fields = (Py_ssize_t *)((char *)object + sizeof(PyObject));
    return Py_BuildValue("nn", fields[0], fields[1]);
}

EXPORT(open_file, METH_VARARGS)
static PyObject *open_file(PyObject *self, PyObject *args)
{
    int fd, buffering;
    const char *mode, *encoding;
    if (!PyArg_ParseTuple(args, "iziz", &fd, &mode, &buffering, &encoding))
        return NULL;
    return PyFile_FromFd(fd, "ignored", mode, buffering, encoding, NULL, NULL, 0);
}

EXPORT(get_line, METH_VARARGS)
static PyObject *get_line(PyObject *self, PyObject *args)
{
    PyObject *file;
    int limit;
    if (!PyArg_ParseTuple(args, "Oi", &file, &limit))
        return NULL;
    return PyFile_GetLine(file, limit);
}

EXPORT(write_file, METH_VARARGS)
static PyObject *write_file(PyObject *self, PyObject *args)
{
    PyObject *file, *value;
    if (!PyArg_ParseTuple(args, "OO", &file, &value))
        return NULL;
    if (PyFile_WriteObject(value, file, 0) < 0 || PyFile_WriteObject(value, file, Py_PRINT_RAW) < 0
        || PyFile_WriteObject(NULL, file, 0) < 0 || PyFile_WriteString("string", file) < 0)
        return NULL;
    Py_RETURN_NONE;
}

EXPORT(write_nowhere, METH_NOARGS)
static PyObject *write_nowhere(PyObject *self, PyObject *unused)
{
    return PyFile_WriteString("string", NULL) < 0 ? NULL : Py_NewRef(Py_None);
}

EXPORT(descriptor, METH_O)
static PyObject *descriptor(PyObject *self, PyObject *object)
{
    int fd = PyObject_AsFileDescriptor(object);
    return fd < 0 ? NULL : PyLong_FromLong(fd);
}

EXPORT(code_file, METH_O)
static PyObject *code_file(PyObject *self, PyObject *path)
{
    return PyUnicode_Check(path) ? PyFile_OpenCode(PyUnicode_AsUTF8(path)) : PyFile_OpenCodeObject(path);
}

EXPORT(lines, METH_O)
static PyObject *lines(PyObject *self, PyObject *path)
{
    FILE *file = _Py_fopen_obj(path, "rb");
    if (file == NULL)
        return NULL;
    PyObject *all = PyList_New(0);
    char room[8];
    while (Py_UniversalNewlineFgets(room, sizeof(room), file, NULL) != NULL) {
        PyObject *line = PyBytes_FromString(room);
        PyList_Append(all, line);
        Py_DECREF(line);
    }
    fclose(file);
    return all;
}

EXPORT(locale_text, METH_O)
static PyObject *locale_text(PyObject *self, PyObject *bytes)
{
    size_t size, error;
    wchar_t *wide = Py_DecodeLocale(PyBytes_AS_STRING(bytes), &size), bad[] = {'a', 0xd800, 0};
    char *back = Py_EncodeLocale(wide, &error), *none;
    PyObject *result = Py_BuildValue("u#yi", wide, (Py_ssize_t)size, back, error == (size_t)-1);
    PyMem_RawFree(wide);
    PyMem_Free(back);
    none = Py_EncodeLocale(bad, &error);
    return Py_BuildValue("Nin", result, none == NULL, (Py_ssize_t)error);
}

EXPORT(normal_path, METH_O)
static PyObject *normal_path(PyObject *self, PyObject *path)
{
    wchar_t *wide = PyUnicode_AsWideCharString(path, NULL);
    PyObject *result = PyUnicode_FromWideChar(_Py_normpath(wide, -1), -1);
    PyMem_Free(wide);
    return result;
}

EXPORT(sys_work, METH_VARARGS)
static PyObject *sys_work(PyObject *self, PyObject *args)
{
    const char *name;
    PyObject *value;
    if (!PyArg_ParseTuple(args, "sO", &name, &value))
        return NULL;
    if (PySys_SetObject(name, value) < 0)
        return NULL;
    PyObject *got = Py_XNewRef(PySys_GetObject(name));
    if (PySys_SetObject(name, NULL) < 0 || PySys_SetObject(name, NULL) < 0 || PySys_GetObject(name) != NULL)
        return NULL;
    return Py_BuildValue("Ni", got, PySys_GetXOptions() == PySys_GetObject("_xoptions"));
}

EXPORT(sys_write, METH_NOARGS)
static PyObject *sys_write(PyObject *self, PyObject *unused)
{
    char text[1100];
    memset(text, 'x', sizeof(text));
    text[1099] = 0;
    PySys_WriteStdout("%d %s\n", 5, "text");
    PySys_WriteStdout("%s", text);
    PySys_FormatStdout("\n%R %S\n", self == NULL ? Py_None : Py_True, Py_None);
    PySys_WriteStderr("error %i\n", 6);
    PySys_FormatStderr("%s %A\n", "formatted", Py_Ellipsis);
    Py_RETURN_NONE;
}

static int count;
static int count_events(const char *event, PyObject *arguments, void *data)
{
    if (strncmp(event, "inline.", 7) == 0) {
        *(int *)data += (int)PyTuple_GET_SIZE(arguments);
        if (strcmp(event, "inline.refused") == 0) {
            PyErr_SetString(PyExc_RuntimeError, "refused");
            return -1;
        }
    }
    return 0;
}

EXPORT(audited, METH_NOARGS)
static PyObject *audited(PyObject *self, PyObject *unused)
{
    if (PySys_Audit("inline.before", "i", 1) < 0 || PySys_AddAuditHook(count_events, &count) < 0)
        return NULL;
    if (PySys_Audit("inline.none", NULL) < 0 || PySys_Audit("inline.two", "si", "text", 2) < 0
        || PySys_Audit("inline.tuple", "(iii)", 1, 2, 3) < 0 || PySys_AuditTuple("inline.object", NULL) < 0)
        return NULL;
    PyObject *arguments = Py_BuildValue("(ii)", 1, 2);
    if (PySys_AuditTuple("inline.object", arguments) < 0)
        return NULL;
    return PyLong_FromLong(count);
}

EXPORT(refused, METH_NOARGS)
static PyObject *refused(PyObject *self, PyObject *unused)
{
    return PySys_Audit("inline.refused", "i", 1) < 0 ? NULL : Py_NewRef(Py_None);
}

EXPORT(audit_list, METH_NOARGS)
static PyObject *audit_list(PyObject *self, PyObject *unused)
{
    return PySys_AuditTuple("inline.object", PyList_New(0)) < 0 ? NULL : Py_NewRef(Py_None);
}

EXPORT(dumped, METH_VARARGS)
static PyObject *dumped(PyObject *self, PyObject *args)
{
    PyObject *value, *path;
    int version;
    if (!PyArg_ParseTuple(args, "OiO", &value, &version, &path))
        return NULL;
    PyObject *bytes = PyMarshal_WriteObjectToString(value, version);
    if (bytes == NULL)
        return NULL;
    FILE *file = _Py_fopen_obj(path, "wb");
    PyMarshal_WriteLongToFile(0x12345678, file, version);
    PyMarshal_WriteObjectToFile(value, file, version);
    PyMarshal_WriteObjectToFile(Py_True, file, version);
    PyMarshal_WriteLongToFile(-2, file, version);
    fclose(file);
    file = _Py_fopen_obj(path, "rb");
    long first = PyMarshal_ReadLongFromFile(file);
    PyObject *one = PyMarshal_ReadObjectFromFile(file), *two = PyMarshal_ReadObjectFromFile(file);
    int low = PyMarshal_ReadShortFromFile(file);
    long too_far = PyMarshal_ReadLongFromFile(file);
    PyObject *error = PyErr_GetRaisedException();
    rewind(file);
    PyMarshal_ReadLongFromFile(file);
    PyObject *last = PyMarshal_ReadLastObjectFromFile(file);
    fclose(file);
    return Py_BuildValue("NNlNNilNN", bytes, PyMarshal_ReadObjectFromString(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes)),
                         first, one, two, low, too_far, error, last);
}

EXPORT(loaded, METH_O)
static PyObject *loaded(PyObject *self, PyObject *bytes)
{
    return PyMarshal_ReadObjectFromString(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
}

EXPORT(times, METH_VARARGS)
static PyObject *times(PyObject *self, PyObject *args)
{
    PyObject *seconds;
    int rounding;
    PyTime_t time;
    time_t whole, of_value, of_spec;
    long micro, nano;
    struct timeval value;
    struct timespec spec;
    if (!PyArg_ParseTuple(args, "Oi", &seconds, &rounding) || _PyTime_FromSecondsObject(&time, seconds, rounding) < 0
        || _PyTime_ObjectToTime_t(seconds, &whole, rounding) < 0
        || _PyTime_ObjectToTimeval(seconds, &of_value, &micro, rounding) < 0
        || _PyTime_ObjectToTimespec(seconds, &of_spec, &nano, rounding) < 0 || _PyTime_AsTimeval(time, &value, rounding) < 0
        || _PyTime_AsTimespec(time, &spec) < 0)
        return NULL;
    return Py_BuildValue("LLLdlllllllll", (long long)time, (long long)_PyTime_AsMilliseconds(time, rounding),
                         (long long)_PyTime_AsMicroseconds(time, rounding), PyTime_AsSecondsDouble(time), whole, of_value, micro,
                         of_spec, nano, value.tv_sec, value.tv_usec, spec.tv_sec, spec.tv_nsec);
}

EXPORT(clocks, METH_NOARGS)
static PyObject *clocks(PyObject *self, PyObject *unused)
{
    PyTime_t now, raw, later, counter;
    if (PyTime_Time(&now) < 0 || PyTime_TimeRaw(&raw) < 0 || PyTime_Monotonic(&later) < 0 || PyTime_PerfCounter(&counter) < 0)
        return NULL;
    return Py_BuildValue("iii", now > 1700000000000000000LL && raw >= now, later > 0, counter >= later);
}

EXPORT(variables, METH_O)
static PyObject *variables(PyObject *self, PyObject *given)
{
    PyObject *plain = PyContextVar_New("plain", NULL), *other = PyContextVar_New("other", Py_True);
    PyObject *missing, *fallback, *own, *set, *again;
    if (PyContextVar_Get(plain, NULL, &missing) < 0 || PyContextVar_Get(plain, Py_False, &fallback) < 0
        || PyContextVar_Get(other, NULL, &own) < 0)
        return NULL;
    PyObject *context = PyContext_CopyCurrent(), *copy = PyContext_Copy(context), *empty = PyContext_New();
    if (PyContext_Enter(context) < 0)
        return NULL;
    PyObject *token = PyContextVar_Set(plain, given);
    PyContextVar_Get(plain, NULL, &set);
    if (PyContextVar_Reset(plain, token) < 0 || PyContextVar_Get(plain, Py_Ellipsis, &again) < 0 || PyContext_Exit(context) < 0)
        return NULL;
    PyObject *result = Py_BuildValue("iNNNNiii", missing == NULL, fallback, own, set, again, PyContext_CheckExact(copy),
                                     PyContextVar_CheckExact(plain), PyContextToken_CheckExact(token));
    if (PyContext_Exit(empty) == 0)
        return NULL;
    PyErr_Clear();
    return result;
}

EXPORT(variable_errors, METH_O)
static PyObject *variable_errors(PyObject *self, PyObject *number)
{
    PyObject *value;
    long way = PyLong_AsLong(number);
    if (way == 0)
        PyContext_Enter(Py_None);
    else if (way == 1)
        PyContextVar_Get(Py_None, NULL, &value);
    else if (way == 2)
        PyContextVar_Reset(PyContextVar_New("x", NULL), Py_None);
    else
        PyContext_Copy(Py_None);
    return NULL;
}

EXPORT(iterators, METH_VARARGS)
static PyObject *iterators(PyObject *self, PyObject *args)
{
    PyObject *sequence, *function, *sentinel;
    if (!PyArg_ParseTuple(args, "OOO", &sequence, &function, &sentinel))
        return NULL;
    PyObject *first = PySeqIter_New(sequence);
    if (first == NULL)
        return NULL;
    PyObject *second = PyCallIter_New(function, sentinel);
    return Py_BuildValue("iiNN", PySeqIter_Check(first), PyCallIter_Check(second), PySequence_List(first), PySequence_List(second));
}
""")


def attempt(name, *args):
    try:
        result = getattr(module, name)(*args)
    except Exception as error:
        text = str(error)
        if "bad argument to internal function" in text:
            text = "bad argument to internal function"
        print(name, type(error).__name__, text)
    else:
        print(name, ascii(result))
        return result


for encoding in (None, "utf-8", "latin-1", "rot13", "no such codec"):
    attempt("coded", "text é", encoding, None, False)
    attempt("coded", "text \udc80", encoding, "surrogateescape", False)
    attempt("coded", b"text \xc3\xa9", encoding, "strict", True)
parts = module.codec_parts("ascii", "ignore", io.BytesIO(b"a\xffb"))
print(parts[0], parts[1]("é", "replace"), parts[2](b"a"), parts[3].encode("aé"), parts[4].decode(b"\xffa"), parts[5].read())
print(type(parts[6]).__name__, type(parts[3]).__name__)
try:
    module.codec_parts("no such codec", None, None)
except LookupError as error:
    print(error)
print(module.known("utf-16"), module.known("no such codec"))


def find(name):
    if name == "inline_c":
        return codecs.CodecInfo(lambda text, errors="strict": (b"encoded", 1), None, name="inline_c")


attempt("search", find, True)
attempt("coded", "x", "inline_c", None, False)
attempt("search", find, False)
attempt("coded", "x", "inline_c", None, False)
attempt("search", 5, True)
print(module.handler(None) is codecs.lookup_error("strict"))
attempt("handler", "no such handler")
attempt("handler", "inline.handler", 5)
print(module.handler("inline.handler", lambda error: ("<>", error.end))(UnicodeTranslateError("abc", 0, 2, "x")))
failures = (
    UnicodeEncodeError("ascii", "aé€\U0001f600", 1, 4, "no"), UnicodeDecodeError("ascii", b"a\xff\xfe", 1, 3, "no"),
    UnicodeTranslateError("aé€", 1, 3, "no"), ValueError("other"),
)  # fmt: skip
for failure in failures:
    for way in range(6):
        attempt("handled", failure, way)
attempt("digits")
for table in ({97: "A", 98: None, 99: 0x20AC}, {}, {97: 5.5}, "xyz", 5):
    for errors in (None, "strict", "ignore", "replace", "backslashreplace", "inline.handler", "no such handler"):
        attempt("translate", "abbcé", table, errors)
attempt("translate", 5, {}, None)
kinds, empty, cut, at = module.refusals("abc")
print([kind.__name__ for kind in kinds], empty == "", cut == "", at)
print(module.struct_len(struct.Struct("=hi2s")))

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "file")
    with open(path, "wb") as file:
        file.write(b"one\r\ntwo\rthree\n\na very long line")
    print(module.lines(path))
    attempt("lines", os.path.join(folder, "missing").replace(folder, "/nowhere"))
    with open(path, "rb") as file:
        text = module.open_file(file.fileno(), "r", -1, "ascii")
        print(type(text).__name__, text.encoding, text.readline())
        raw = module.open_file(file.fileno(), "rb", 0, None)
        print(type(raw).__name__)
        attempt("open_file", file.fileno(), "bad", -1, None)
        attempt("open_file", file.fileno(), None, -1, None)
        print(module.descriptor(file) == file.fileno())
    print(module.code_file(path).read(3))
    attempt("code_file", b"bytes")
    for version in (2, 4):
        attempt("dumped", (1, "text", [2.5, None], {"k": b"v"}), version, path)
    attempt("dumped", object, 4, path)
for limit in (-1, 0, 3):
    file = io.StringIO("first\nsecond")
    attempt("get_line", file, limit)
    attempt("get_line", file, limit)
    attempt("get_line", file, limit)
    attempt("get_line", io.BytesIO(b"bytes\n"), limit)
    attempt("get_line", io.BytesIO(b""), limit)
attempt("get_line", 5, 0)
file = io.StringIO()
attempt("write_file", file, "a'b")
print(file.getvalue())
attempt("write_file", 5, "x")
attempt("write_nowhere")


class File:
    def __init__(self, fd):
        self.fd = fd

    def fileno(self):
        return self.fd


for given in (0, 7, -1, 2**40, File(3), File("3"), File(-5), "text"):
    attempt("descriptor", given)
with warnings.catch_warnings(record=True) as log:
    warnings.simplefilter("always")
    attempt("descriptor", True)
    print([str(entry.message) for entry in log])
for data in (b"plain", "é€".encode(), b"a\xff\xc3b", b"\xed\xa0\x80"):
    attempt("locale_text", data)
for path in ("a//b/./c/../d", "/..", "//a/b", "///a", "../x/..", "./", "", "a/../..", "/a/b/../../.."):
    attempt("normal_path", path)
attempt("sys_work", "inline_value", 5)
print(hasattr(sys, "inline_value"))
sys.stdout.flush()
module.sys_write()
sys.stdout.flush()
stdout, sys.stdout = sys.stdout, io.StringIO()
module.sys_write()
sys.stdout, caught = stdout, sys.stdout.getvalue()
print(len(caught), caught[:10], caught[-30:])
attempt("audited")
attempt("refused")
attempt("audit_list")
for data in (marshal.dumps([1, 2]), b"", b"\xff", b"i\x01"):
    attempt("loaded", data)
for seconds in (0, 1, -1, 1.5, -1.5, 0.0000000015, 123456789.987654321, -0.0000005, 1e9, 2**40, 1e400, float("nan"), 1e19, 2**63, "text"):
    for rounding in range(4):
        attempt("times", seconds, rounding)
print(module.clocks())
attempt("variables", 5)
print(list(contextvars.copy_context()))
for way in range(4):
    attempt("variable_errors", way)
numbers = iter(range(10))
attempt("iterators", "abc", lambda: next(numbers), 4)
attempt("iterators", 5, lambda: 1, 1)
