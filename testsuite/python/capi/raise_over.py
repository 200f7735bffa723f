"""C code raises an exception while another one is pending: the class's own code does not see it."""

from _inline_c import extension

module = extension(r"""
EXPORT(raise_over, METH_VARARGS)
static PyObject *raise_over(PyObject *self, PyObject *args)
{
    PyObject *class, *value;
    if (!PyArg_ParseTuple(args, "OO", &class, &value))
        return NULL;
    PyErr_SetString(PyExc_LookupError, "pending before");
    PyErr_SetObject(class, value);
    return NULL;
}
""")


class Plain(ValueError):
    pass


class Own(ValueError):
    def __init__(self, *args):
        ValueError.__init__(self, f"made of {args}")
        self.length = len("".join(map(str, args)))


class Refusing(ValueError):
    def __init__(self, *args):
        raise KeyError("refused")


for made in Plain, Own, Refusing:
    for value in ("one", ("one", 2), None, ValueError("of another class")):
        try:
            module.raise_over(made, value)
        except Exception as error:
            print(type(error).__name__, error, error.__context__, error.__cause__, getattr(error, "__notes__", None))
