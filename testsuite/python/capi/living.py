"""The lives of objects in C's hands: made by size, referred to anew, ended through the trashcan, shown while they show themselves; types by
their names; modules made from definitions."""

import importlib.machinery
import re
import sys

from _inline_c import extension

TYPES = """
    PyAsyncGen_Type PyBaseObject_Type PyBool_Type PyByteArray_Type PyBytes_Type PyCFunction_Type PyCapsule_Type PyCell_Type
    PyClassMethodDescr_Type PyClassMethod_Type PyCode_Type PyComplex_Type PyContext_Type PyCoro_Type PyDictItems_Type
    PyDictIterKey_Type PyDictKeys_Type PyDictProxy_Type PyDictValues_Type PyDict_Type PyEllipsis_Type PyEnum_Type PyFilter_Type
    PyFloat_Type PyFrame_Type PyFrozenSet_Type PyFunction_Type PyGen_Type PyGetSetDescr_Type PyInstanceMethod_Type PyList_Type
    PyLong_Type PyMap_Type PyMemberDescr_Type PyMemoryView_Type PyMethodDescr_Type PyMethod_Type PyModule_Type PyODict_Type
    PyProperty_Type PyRange_Type PyReversed_Type PySeqIter_Type PySet_Type PySlice_Type PyStaticMethod_Type PySuper_Type
    PyTraceBack_Type PyTuple_Type PyType_Type PyUnicode_Type PyWrapperDescr_Type PyZip_Type Py_GenericAliasType
""".split()

module = extension(
    r"""
extern PyVarObject *_PyObject_GC_NewVar(PyTypeObject *, Py_ssize_t);
extern void _Py_NewReference(PyObject *);

EXPORT(types, METH_NOARGS)
static PyObject *types(PyObject *module, PyObject *ignored)
{
    PyTypeObject *all[] = {TYPES NULL};
    PyObject *list = PyList_New(0);
    for (PyTypeObject **each = all; *each != NULL; each++)
        PyList_Append(list, (PyObject *)*each);
    return list;
}

typedef struct { PyObject_VAR_HEAD PyObject *items[1]; } Row;
static int row_traverse(Row *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    for (Py_ssize_t at = 0; at < Py_SIZE(self); at++)
        Py_VISIT(self->items[at]);
    return 0;
}
static int row_clear(Row *self)
{
    for (Py_ssize_t at = 0; at < Py_SIZE(self); at++)
        Py_CLEAR(self->items[at]);
    return 0;
}
static long ended, deepest, depth;
static void row_dealloc(Row *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, row_dealloc)
    ended++;
    depth++;
    if (depth > deepest)
        deepest = depth;
    row_clear(self);
    depth--;
    type->tp_free(self);
    Py_DECREF(type);
    Py_TRASHCAN_END
}
static PyObject *row_repr(Row *self)
{
    int inside = Py_ReprEnter((PyObject *)self);
    if (inside != 0)
        return inside < 0 ? NULL : PyUnicode_FromString("Row(...)");
    PyObject *text = Py_SIZE(self) == 0 ? PyUnicode_FromString("Row()") : PyUnicode_FromFormat("Row(%zd: %R)", Py_SIZE(self), self->items[0]);
    Py_ReprLeave((PyObject *)self);
    return text;
}
static PyType_Slot row_slots[] = {
    {Py_tp_dealloc, row_dealloc}, {Py_tp_traverse, row_traverse}, {Py_tp_clear, row_clear}, {Py_tp_repr, row_repr}, {0, NULL},
};
static PyType_Spec row_spec = {"living.Row", offsetof(Row, items), sizeof(PyObject *), Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, row_slots};
static PyObject *row_type;
EXPORT(row, METH_VARARGS)
static PyObject *row(PyObject *module, PyObject *args)
{
    if (row_type == NULL && (row_type = PyType_FromSpec(&row_spec)) == NULL)
        return NULL;
    Row *made = (Row *)_PyObject_GC_NewVar((PyTypeObject *)row_type, PyTuple_GET_SIZE(args));
    if (made == NULL)
        return NULL;
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(args); at++)
        made->items[at] = Py_NewRef(PyTuple_GET_ITEM(args, at));
    PyObject_GC_Track(made);
    return (PyObject *)made;
}
EXPORT(too_many, METH_O)
static PyObject *too_many(PyObject *module, PyObject *count)
{
    return (PyObject *)_PyObject_GC_NewVar((PyTypeObject *)row_type, PyLong_AsSsize_t(count));
}
EXPORT(join, METH_VARARGS)
static PyObject *join(PyObject *module, PyObject *args)
{
    PyObject *row, *item;
    if (!PyArg_ParseTuple(args, "OO", &row, &item))
        return NULL;
    Py_XSETREF(((Row *)row)->items[0], Py_NewRef(item));
    Py_RETURN_NONE;
}
EXPORT(counts, METH_NOARGS)
static PyObject *counts(PyObject *module, PyObject *ignored)
{
    PyObject *all = Py_BuildValue("lO", ended, deepest < 15000 ? Py_True : Py_False);
    ended = deepest = 0;
    return all;
}
EXPORT(anew, METH_NOARGS)
static PyObject *anew(PyObject *module, PyObject *ignored)
{
    PyObject *object = PyObject_Malloc(sizeof(PyObject));
    Py_SET_TYPE(object, &PyBaseObject_Type);
    _Py_NewReference(object);
    return object;
}

static int define(PyObject *module) { return PyModule_AddIntConstant(module, "answer", 42); }
static int fail(PyObject *module) { PyErr_SetString(PyExc_KeyError, "no module"); return -1; }
static int silent(PyObject *module) { return -1; }
static PyObject *create(PyObject *spec, PyModuleDef *definition) { return PyObject_GetAttrString(spec, "name"); }
static PyModuleDef_Slot good_slots[] = {{Py_mod_exec, define}, {0, NULL}};
static PyModuleDef_Slot bad_slots[] = {{Py_mod_exec, define}, {Py_mod_exec, fail}, {0, NULL}};
static PyModuleDef_Slot silent_slots[] = {{Py_mod_exec, silent}, {0, NULL}};
static PyModuleDef_Slot text_slots[] = {{Py_mod_create, create}, {0, NULL}};
static PyModuleDef_Slot unknown_slots[] = {{1000, define}, {0, NULL}};
static PyModuleDef definitions[] = {
    {PyModuleDef_HEAD_INIT, .m_name = "good", .m_doc = "Good.", .m_slots = good_slots},
    {PyModuleDef_HEAD_INIT, .m_name = "bad", .m_slots = bad_slots},
    {PyModuleDef_HEAD_INIT, .m_name = "silent", .m_slots = silent_slots},
    {PyModuleDef_HEAD_INIT, .m_name = "text", .m_slots = text_slots},
    {PyModuleDef_HEAD_INIT, .m_name = "unknown", .m_slots = unknown_slots},
    {PyModuleDef_HEAD_INIT, .m_name = "negative", .m_size = -1, .m_slots = good_slots},
};
EXPORT(from_definition, METH_VARARGS)
static PyObject *from_definition(PyObject *module, PyObject *args)
{
    PyObject *spec;
    int number, version;
    if (!PyArg_ParseTuple(args, "iOi", &number, &spec, &version))
        return NULL;
    return PyModule_FromDefAndSpec2(&definitions[number], spec, version);
}
EXPORT(execute, METH_VARARGS)
static PyObject *execute(PyObject *module, PyObject *args)
{
    int number;
    PyObject *made;
    if (!PyArg_ParseTuple(args, "iO", &number, &made) || PyModule_ExecDef(made, &definitions[number]) < 0)
        return NULL;
    return Py_NewRef(Py_None);
}
""".replace("TYPES", " ".join(f"&{name}," for name in TYPES))
)


def show(function, *args):
    try:
        print(function.__name__, repr(function(*args)).split(" from ")[0])
    except BaseException as error:
        # Where in C the check stands is no matter.
        print(function.__name__, type(error).__name__, re.sub(r"^\S+\.c:\d+: ", "", str(error)))


for name, cls in zip(TYPES, module.types(), strict=True):
    print(name, cls.__name__)
for args in ((), (1,), (1, 2, 3)):
    show(module.row, *args)
show(module.counts)
row = module.row(None)
module.join(row, row)
print(row)
module.join(row, [row, 5])
print(row)
module.join(row, None)
show(module.too_many, sys.maxsize // 16)
show(module.too_many, -1)
for _ in range(100_000):
    row = module.row(row)
del row
show(module.counts)
print(type(module.anew()))
for number in range(6):
    for version in (1013, 3):
        spec = importlib.machinery.ModuleSpec(f"made{number}", None, origin="nowhere")
        show(module.from_definition, number, spec, version)
spec = importlib.machinery.ModuleSpec("made", None)
made = module.from_definition(0, spec, 1013)
print(made.__doc__, made.__name__, hasattr(made, "answer"))
show(module.execute, 0, made)
print(made.answer)
show(module.execute, 0, made)
show(module.from_definition, 0, 5, 1013)
show(module.execute, 1, module.from_definition(1, spec, 1013))
show(module.execute, 2, module.from_definition(2, spec, 1013))
show(module.execute, 0, 5)
