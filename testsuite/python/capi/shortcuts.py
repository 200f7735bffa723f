"""What extensions do past the rules: types that are never made ready, NULL for an object, functions bound to any object."""

import gc

import _inline_c

module = _inline_c.extension("""
typedef struct { PyObject_HEAD long value; } Bare;

static void bare_dealloc(PyObject *self) { PyObject_Free(self); }

/* Nobody calls PyType_Ready for it, so its own class is NULL. */
static PyTypeObject Bare_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "inline.Bare", .tp_basicsize = sizeof(Bare), .tp_dealloc = bare_dealloc, .tp_flags = Py_TPFLAGS_DEFAULT,
};

EXPORT(bare, METH_NOARGS)
static PyObject *bare(PyObject *self, PyObject *none)
{
    Bare *made = PyObject_New(Bare, &Bare_Type);
    if (made == NULL)
        return NULL;
    made->value = 7;
    PyObject *answer = Py_BuildValue("(lnii)", made->value, Py_REFCNT(made), Py_IS_TYPE(made, &Bare_Type),
                                     PyObject_TypeCheck(made, &PyDict_Type));
    Py_DECREF(made);
    return answer;
}

EXPORT(hash_of, METH_O)
static PyObject *hash_of(PyObject *self, PyObject *number)
{
    return PyLong_FromSsize_t(_Py_HashDouble(NULL, PyFloat_AsDouble(number)));
}

static PyObject *nothing(PyObject *self, PyObject *none) { Py_RETURN_NONE; }
static PyMethodDef defs[] = {{"none", nothing, METH_NOARGS}, {"one", nothing, METH_O}, {"all", nothing, METH_VARARGS}};

EXPORT(bound, METH_VARARGS)
static PyObject *bound(PyObject *self, PyObject *args)
{
    PyObject *object, *name;
    int index;
    if (!PyArg_ParseTuple(args, "iOO", &index, &object, &name))
        return NULL;
    return PyCFunction_NewEx(&defs[index], object, name);
}

typedef struct { PyObject_HEAD PyObject *any, *set; } Fields;

static PyMemberDef members[] = {
    {"any", T_OBJECT, offsetof(Fields, any)}, {"set", T_OBJECT_EX, offsetof(Fields, set)},
    {"fixed", T_OBJECT, offsetof(Fields, any), READONLY}, {NULL},
};

static PyObject *no_answer(PyObject *self, void *closure) { return NULL; }
static PyGetSetDef getters[] = {{"absent", no_answer}, {NULL}};

static void fields_dealloc(PyObject *self)
{
    Py_XDECREF(((Fields *)self)->any);
    Py_XDECREF(((Fields *)self)->set);
    Py_TYPE(self)->tp_free(self);
}

static PyTypeObject Fields_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "inline.Fields", .tp_basicsize = sizeof(Fields), .tp_dealloc = fields_dealloc, .tp_members = members, .tp_getset = getters,
    .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew,
};

static int exec(PyObject *module) { return PyModule_AddType(module, &Fields_Type); }
EXEC(exec)

EXPORT(call_before, METH_O)
static PyObject *call_before(PyObject *self, PyObject *method)
{
    PyObject *args[2] = {(PyObject *)-1, NULL};
    PyObject *answer = PyObject_Vectorcall(method, args + 1, PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    if (answer == NULL)
        return NULL;
    return Py_BuildValue("(Ni)", answer, args[0] == (PyObject *)-1);
}

EXPORT(decode, METH_VARARGS)
static PyObject *decode(PyObject *self, PyObject *args)
{
    const char *bytes, *errors = NULL;
    Py_ssize_t len, used = -1;
    int way;
    if (!PyArg_ParseTuple(args, "iy#|z", &way, &bytes, &len, &errors))
        return NULL;
    switch (way) {
    case 0: return PyUnicode_DecodeUTF8(bytes, len, errors);
    case 1: return PyUnicode_DecodeASCII(bytes, len, errors);
    case 2: return PyUnicode_DecodeLatin1(bytes, len, errors);
    case 3: return PyUnicode_FromStringAndSize(bytes, len);
    case 4: return PyUnicode_DecodeUTF8Stateful(bytes, len, errors, NULL);
    default: {
        PyObject *text = PyUnicode_DecodeUTF8Stateful(bytes, len, errors, &used);
        return text ? Py_BuildValue("(Nn)", text, used) : NULL;
    }
    }
}

/* Has an attribute before it is made ready. */
static PyTypeObject Early_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "inline.Early", .tp_basicsize = sizeof(PyObject), .tp_flags = Py_TPFLAGS_DEFAULT,
};

EXPORT(early, METH_O)
static PyObject *early(PyObject *self, PyObject *value)
{
    Early_Type.tp_base = &PyBaseObject_Type;
    if (PyObject_SetAttrString((PyObject *)&Early_Type, "mark", value) < 0 || PyType_Ready(&Early_Type) < 0)
        return NULL;
    return Py_NewRef(&Early_Type);
}

/* A type's documentation is in plain memory; some replace it. */
EXPORT(document, METH_O)
static PyObject *document(PyObject *self, PyObject *class)
{
    PyTypeObject *type = (PyTypeObject *)class;
    char *text = PyMem_Malloc(40);
    strcpy(text, "replaced");
    PyMem_Free((void *)type->tp_doc);
    type->tp_doc = text;
    Py_RETURN_NONE;
}

EXPORT(memory, METH_NOARGS)
static PyObject *memory(PyObject *self, PyObject *none)
{
    unsigned long wrong = 0;
    for (size_t size = 0; size < 20000; size += 37) {
        char *block = PyMem_Malloc(size), *zeros = PyMem_Calloc(size, 1);
        wrong += ((size_t)block | (size_t)zeros) % 16;
        memset(block, 7, size);
        block = PyMem_Realloc(block, size * 2 + 1);
        for (size_t i = 0; i < size; i++)
            wrong += block[i] != 7 || zeros[i] != 0;
        PyMem_Free(block);
        PyMem_Free(zeros);
    }
    return PyLong_FromUnsignedLong(wrong);
}
""")

print(module.bare())
for number in 1.0, -0.0, 0.5, 1e300, float("inf"):
    print(module.hash_of(number) == hash(number))
print(module.hash_of(float("nan")))

early = module.early("set")
print(early, early.mark, early.__mro__)


class Outer:
    class Inner:
        pass


def complain(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except TypeError as error:
        print(error)


for receiver in Outer.Inner(), Outer.Inner, module, None, 1:
    for name in "place", None, "builtins", 7:
        complain(module.bound(0, receiver, name), 1)
        complain(module.bound(1, receiver, name))
        complain(module.bound(2, receiver, name), a=1)
complain(len), complain([].append), complain({}.clear, 1), complain([].clear, a=1)


def fields():
    made = module.Fields()
    for round in range(40):
        if round % 2:
            made.any = made.set = round
            print(made.any, made.set, made.fixed, end=" ")
        else:
            made = module.Fields()
            print(made.any, made.fixed, hasattr(made, "set"), end=" ")
        try:
            made.fixed = 1
        except AttributeError as error:
            print(error if round < 2 else "", end=" ")
    print()


fields()
for round in range(100):
    made = type("Documented", (), {"__doc__": "first" if round % 2 else None})
    module.document(made)
    del made
gc.collect()
print(module.memory())
print(getattr(module.Fields(), "absent", "default"), hasattr(module.Fields(), "absent"))


class Called:
    def method(self, *args, **kwargs):
        return self is called, args, kwargs


called = Called()
print(module.call_before(called.method), module.call_before(dict), module.call_before([].copy))


for bytes_ in b"", b"a", b"abc", "b\u00e4d".encode(), "\U0001f600".encode(), b"ab\xc3", b"\xff", b"a\xed\xa0\x80b":
    for way in range(6):
        for errors in None, "replace", "surrogateescape":
            try:
                print(way, ascii(module.decode(way, bytes_, errors)))
            except UnicodeDecodeError as error:
                print(way, error)
