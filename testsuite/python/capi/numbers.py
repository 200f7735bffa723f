"""Floats, complex numbers, ints and truth values as C code makes and reads them."""

import sys

from _inline_c import extension

module = extension(r"""
#include <errno.h>
#include <float.h>

PyAPI_FUNC(int) _PyLong_AsByteArray(PyLongObject *, unsigned char *, size_t, int, int, int);
PyAPI_FUNC(PyObject *) _PyLong_DivmodNear(PyObject *, PyObject *);
PyAPI_FUNC(PyObject *) _PyLong_Lshift(PyObject *, size_t);
PyAPI_FUNC(PyObject *) _PyLong_Rshift(PyObject *, size_t);
PyAPI_FUNC(PyObject *) _PyLong_Add(PyLongObject *, PyLongObject *);
PyAPI_FUNC(PyObject *) _PyLong_Subtract(PyLongObject *, PyLongObject *);
PyAPI_FUNC(PyObject *) _PyLong_Multiply(PyLongObject *, PyLongObject *);
PyAPI_FUNC(double) _PyLong_Frexp(PyLongObject *, Py_ssize_t *);
PyAPI_FUNC(int) _PyLong_UnsignedShort_Converter(PyObject *, void *);
PyAPI_FUNC(int) _PyLong_UnsignedInt_Converter(PyObject *, void *);
PyAPI_FUNC(int) _PyLong_UnsignedLong_Converter(PyObject *, void *);
PyAPI_FUNC(int) _PyLong_UnsignedLongLong_Converter(PyObject *, void *);
PyAPI_FUNC(int) _PyLong_Size_t_Converter(PyObject *, void *);

EXPORT(as_double, METH_O)
static PyObject *as_double(PyObject *self, PyObject *arg)
{
    double value = PyFloat_AsDouble(arg == Py_None ? NULL : arg);
    return value == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(value);
}

EXPORT(from_string, METH_O)
static PyObject *from_string(PyObject *self, PyObject *arg) { return PyFloat_FromString(arg); }

EXPORT(float_limits, METH_NOARGS)
static PyObject *float_limits(PyObject *self, PyObject *unused)
{
    PyObject *info = PyFloat_GetInfo();
    return Py_BuildValue("iiN", PyFloat_GetMax() == DBL_MAX, PyFloat_GetMin() == DBL_MIN, info);
}

EXPORT(pack, METH_VARARGS)
static PyObject *pack(PyObject *self, PyObject *args)
{
    double value;
    int size, little, status;
    char bytes[8];
    if (!PyArg_ParseTuple(args, "dii", &value, &size, &little))
        return NULL;
    status = size == 2 ? PyFloat_Pack2(value, bytes, little)
           : size == 4 ? PyFloat_Pack4(value, bytes, little)
                       : PyFloat_Pack8(value, bytes, little);
    if (status < 0)
        return NULL;
    double back = size == 2 ? PyFloat_Unpack2(bytes, little)
                : size == 4 ? PyFloat_Unpack4(bytes, little)
                            : PyFloat_Unpack8(bytes, little);
    if (back == -1.0 && PyErr_Occurred())
        return NULL;
    return Py_BuildValue("y#d", bytes, (Py_ssize_t)size, back);
}

EXPORT(complex_of, METH_O)
static PyObject *complex_of(PyObject *self, PyObject *arg)
{
    Py_complex value = PyComplex_AsCComplex(arg);
    if (value.real == -1.0 && PyErr_Occurred())
        return NULL;
    return Py_BuildValue("DN", &value, PyComplex_FromDoubles(value.imag, value.real));
}

EXPORT(complex_parts, METH_O)
static PyObject *complex_parts(PyObject *self, PyObject *arg)
{
    double real = PyComplex_RealAsDouble(arg);
    if (real == -1.0 && PyErr_Occurred())
        return NULL;
    double imag = PyComplex_ImagAsDouble(arg);
    if (imag == -1.0 && PyErr_Occurred())
        return NULL;
    return Py_BuildValue("dd", real, imag);
}

EXPORT(complex_work, METH_VARARGS)
static PyObject *complex_work(PyObject *self, PyObject *args)
{
    Py_complex a, b, quotient, power;
    int after_quotient, after_power;
    if (!PyArg_ParseTuple(args, "DD", &a, &b))
        return NULL;
    Py_complex sum = _Py_c_sum(a, b), difference = _Py_c_diff(a, b), opposite = _Py_c_neg(a), product = _Py_c_prod(a, b);
    errno = 0;
    quotient = _Py_c_quot(a, b);
    after_quotient = errno;
    errno = 0;
    power = _Py_c_pow(a, b);
    after_power = errno;
    double size = _Py_c_abs(a);
    return Py_BuildValue("DDDDDiDidi", &sum, &difference, &opposite, &product, &quotient, after_quotient, &power,
                         after_power, size, errno);
}

EXPORT(native, METH_VARARGS)
static PyObject *native(PyObject *self, PyObject *args)
{
    PyObject *value;
    Py_ssize_t size;
    int flags;
    unsigned char bytes[40];
    if (!PyArg_ParseTuple(args, "Oni", &value, &size, &flags))
        return NULL;
    memset(bytes, 'x', sizeof(bytes));
    Py_ssize_t needed = PyLong_AsNativeBytes(value, bytes, size, flags);
    if (needed < 0)
        return NULL;
    return Py_BuildValue("ny#NN", needed, bytes, size + 1, PyLong_FromNativeBytes(bytes, size, flags),
                         PyLong_FromUnsignedNativeBytes(bytes, size, flags));
}

EXPORT(byte_array, METH_VARARGS)
static PyObject *byte_array(PyObject *self, PyObject *args)
{
    PyLongObject *value;
    Py_ssize_t size;
    int little, is_signed;
    unsigned char bytes[40] = {0};
    if (!PyArg_ParseTuple(args, "O!nii", &PyLong_Type, &value, &size, &little, &is_signed))
        return NULL;
    if (_PyLong_AsByteArray(value, bytes, size, little, is_signed, 1) < 0)
        return NULL;
    return Py_BuildValue("y#N", bytes, size, _PyLong_FromByteArray(bytes, size, little, is_signed));
}

EXPORT(quiet_byte_array, METH_O)
static PyObject *quiet_byte_array(PyObject *self, PyObject *value)
{
    unsigned char bytes[2];
    int status = _PyLong_AsByteArray((PyLongObject *)value, bytes, 2, 1, 1, 0);
    return Py_BuildValue("iy#i", status, bytes, (Py_ssize_t)2, PyErr_Occurred() != NULL);
}

EXPORT(int_work, METH_VARARGS)
static PyObject *int_work(PyObject *self, PyObject *args)
{
    PyObject *a, *b;
    Py_ssize_t exponent;
    if (!PyArg_ParseTuple(args, "OO", &a, &b))
        return NULL;
    PyLongObject *left = (PyLongObject *)a, *right = (PyLongObject *)b;
    double fraction = _PyLong_Frexp(left, &exponent);
    PyObject *near = _PyLong_DivmodNear(a, b);
    if (near == NULL)
        return NULL;
    return Py_BuildValue("NNNNNNNdn", near, _PyLong_GCD(a, b), _PyLong_Lshift(a, 70), _PyLong_Rshift(a, 35),
                         _PyLong_Add(left, right), _PyLong_Subtract(left, right), _PyLong_Multiply(left, right), fraction,
                         exponent);
}

EXPORT(int_digits, METH_O)
static PyObject *int_digits(PyObject *self, PyObject *arg)
{
    PyLongObject *made = _PyLong_New(2);
    if (made == NULL)
        return NULL;
    made->long_value.ob_digit[0] = 5;
    made->long_value.ob_digit[1] = 1;
    digit digits[] = {7, 0, 3, 0};
    return Py_BuildValue("NNN", made, _PyLong_Copy((PyLongObject *)arg), _PyLong_FromDigits(1, 4, digits));
}

EXPORT(unsigned_values, METH_O)
static PyObject *unsigned_values(PyObject *self, PyObject *arg)
{
    unsigned short narrow;
    unsigned int plain;
    unsigned long wide;
    unsigned long long widest;
    size_t size;
    PyObject *parts = PyList_New(0);
#define CONVERT(name, place)                                                \
    do {                                                                    \
        PyObject *part;                                                     \
        if (name(arg, &place)) {                                            \
            part = PyLong_FromUnsignedLongLong(place);                      \
        } else {                                                            \
            PyObject *error = PyErr_GetRaisedException();                   \
            part = PyObject_Str(error);                                     \
            Py_DECREF(error);                                               \
        }                                                                   \
        if (part == NULL || PyList_Append(parts, part) < 0)                 \
            return NULL;                                                    \
        Py_DECREF(part);                                                    \
    } while (0)
    CONVERT(_PyLong_UnsignedShort_Converter, narrow);
    CONVERT(_PyLong_UnsignedInt_Converter, plain);
    CONVERT(_PyLong_UnsignedLong_Converter, wide);
    CONVERT(_PyLong_UnsignedLongLong_Converter, widest);
    CONVERT(_PyLong_Size_t_Converter, size);
    return parts;
}

EXPORT(int_info, METH_NOARGS)
static PyObject *int_info(PyObject *self, PyObject *unused) { return PyLong_GetInfo(); }

EXPORT(strtol_all, METH_VARARGS)
static PyObject *strtol_all(PyObject *self, PyObject *args)
{
    const char *text;
    char *end, *unsigned_end;
    int base;
    if (!PyArg_ParseTuple(args, "si", &text, &base))
        return NULL;
    errno = 0;
    long value = PyOS_strtol(text, &end, base);
    int error = errno;
    errno = 0;
    unsigned long other = PyOS_strtoul(text, &unsigned_end, base);
    return Py_BuildValue("lniknI", value, end - text, error == ERANGE, other, unsigned_end - text, errno == ERANGE);
}

EXPORT(to_double, METH_VARARGS)
static PyObject *to_double(PyObject *self, PyObject *args)
{
    const char *text;
    char *end = NULL;
    PyObject *overflow;
    int whole;
    if (!PyArg_ParseTuple(args, "sOp", &text, &overflow, &whole))
        return NULL;
    double value = PyOS_string_to_double(text, whole ? NULL : &end, overflow == Py_None ? NULL : overflow);
    if (value == -1.0 && PyErr_Occurred())
        return NULL;
    return Py_BuildValue("dn", value, end == NULL ? -1 : end - text);
}

EXPORT(to_text, METH_VARARGS)
static PyObject *to_text(PyObject *self, PyObject *args)
{
    double value;
    int code, precision, flags, kind;
    if (!PyArg_ParseTuple(args, "dCii", &value, &code, &precision, &flags))
        return NULL;
    char *text = PyOS_double_to_string(value, (char)code, precision, flags, &kind);
    if (text == NULL)
        return NULL;
    PyObject *result = Py_BuildValue("si", text, kind);
    PyMem_Free(text);
    return result;
}

EXPORT(truth, METH_O)
static PyObject *truth(PyObject *self, PyObject *arg)
{
    return Py_BuildValue("NNii", PyBool_FromLong(0), PyBool_FromLong(-3), Py_IsTrue(arg), Py_IsFalse(arg));
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


class Floating:
    def __float__(self):
        return 2.5

    def __repr__(self):
        return "Floating()"


class Indexed:
    def __index__(self):
        return -77

    def __repr__(self):
        return "Indexed()"


class Complex:
    def __init__(self, value):
        self.value = value

    def __complex__(self):
        return self.value

    def __repr__(self):
        return f"Complex({self.value})"


class Raising:
    def __float__(self):
        raise KeyError("no float")

    def __complex__(self):
        raise KeyError("no complex")

    def __repr__(self):
        return "Raising()"


for value in (1.5, 7, Floating(), Indexed(), "1", None, Raising(), 10**400):
    attempt("as_double", value)
for value in ("1.5", " nan ", "1_0", "x", b"2.5", bytearray(b"-1e3"), 5, "٣", b"\xff"):
    attempt("from_string", value)
maximum, minimum, info = module.float_limits()
print(maximum, minimum, info == sys.float_info)
for size in (2, 4, 8):
    for little in (0, 1):
        for value in (1.5, -0.1, 1e6, 1e300, float("inf"), 2.0**-24):
            attempt("pack", value, size, little)
for value in (1 + 2j, 1.5, 3, Complex(4j), Complex(5), Floating(), Indexed(), "1", Raising(), 10**400):
    attempt("complex_of", value)
    attempt("complex_parts", value)
for pair in ((1 + 2j, 3 - 4j), (0j, 0j), (0j, -1 + 0j), (0j, 1j), (1e300 + 1e300j, 2 + 0j), (1e308 + 1e308j, 0.5 + 0j), (2j, 3 + 0j)):
    attempt("complex_work", *pair)
values = (0, 1, -1, 127, 128, 255, 256, -128, -129, 2**31, -(2**63), 2**63, 2**64 - 1, 2**64, -(2**64), 2**120)
for flags in (-1, 0, 1, 3, 4, 5, 8, 16 + 1):
    for value in values:
        for size in (0, 1, 2, 8, 9, 20):
            attempt("native", value, size, flags)
for arguments in (("1", 4, -1), (Indexed(), 4, -1), (Indexed(), 4, 17), (5, -1, -1), (1.5, 2, 16)):
    attempt("native", *arguments)
for value in (0, 1, -1, 255, 256, -128, 2**31, 2**64):
    for little, is_signed in ((0, 0), (1, 0), (1, 1)):
        attempt("byte_array", value, 1, little, is_signed)
        attempt("byte_array", value, 9, little, is_signed)
attempt("quiet_byte_array", 70000)
attempt("quiet_byte_array", -70000)
attempt("quiet_byte_array", 5)
for pair in ((10, 4), (-10, 4), (14, 4), (7, -2), (10**30, 3), (0, 5), (5, 0), (2**100, 2**99)):
    attempt("int_work", *pair)
attempt("int_digits", 2**70)
for value in (0, 65535, 65536, 2**32, 2**64, -1, 1.5):
    attempt("unsigned_values", value)
print(module.int_info() == sys.int_info)
for text in ("12", "-12", "+7x", "0x1F", "0X", "0o17", "0b11", "0b2", "017", "00", " 9", "z", "", "99999999999999999999", "-9223372036854775808"):
    for base in (0, 2, 8, 10, 16, 36, 1):
        attempt("strtol_all", text, base)
for text in ("1.5", "1.5x", "x", "", "inf", "-nan", "1e400", " 1", "1e5 ", "-1", ".5", "1_0"):
    for overflow in (None, OverflowError, ValueError):
        attempt("to_double", text, overflow, True)
        attempt("to_double", text, overflow, False)
for value in (1.0, 0.1, 1e22, 123456789.0, -0.0, 1e-7, float("inf"), float("nan")):
    for code, precision in (("r", 0), ("r", 3), ("e", 3), ("E", 3), ("f", 2), ("g", 4), ("G", 0), ("x", 1)):
        for flags in (0, 1, 2, 4, 8):
            attempt("to_text", value, code, precision, flags)
attempt("truth", True)
attempt("truth", False)
attempt("truth", 1)
