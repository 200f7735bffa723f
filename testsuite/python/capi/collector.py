"""Objects that C code allocates by hand, and what it tells the cycle collector of them."""

import gc
import weakref

from _inline_c import extension

module = extension(
    r"""
#include <stddef.h>

/* Collected objects with items, which grow while they are made. */
typedef struct { PyObject_VAR_HEAD PyObject *items[1]; } Row;
static int row_traverse(Row *self, visitproc visit, void *arg)
{
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) Py_VISIT(self->items[i]);
    return 0;
}
static int row_clear(Row *self)
{
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) Py_CLEAR(self->items[i]);
    return 0;
}
static int rows = 0;
static void row_dealloc(Row *self) { PyObject_GC_UnTrack(self); row_clear(self); rows--; PyObject_GC_Del(self); }
static PyTypeObject Row_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.Row", .tp_basicsize = offsetof(Row, items),
    .tp_itemsize = sizeof(PyObject *), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_traverse = (traverseproc)row_traverse,
    .tp_clear = (inquiry)row_clear, .tp_dealloc = (destructor)row_dealloc};
EXPORT(row, METH_VARARGS)
static PyObject *row(PyObject *module, PyObject *args)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args), room = 1;
    Row *self = PyObject_GC_NewVar(Row, &Row_Type, room);
    if (!self) return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (i == room && !(self = PyObject_GC_Resize(Row, self, room *= 2))) return NULL;
        self->items[i] = Py_NewRef(PyTuple_GET_ITEM(args, i));
    }
    Py_SET_SIZE(self, count);
    rows++;
    if (PyObject_GC_IsTracked((PyObject *)self)) return NULL;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}
EXPORT(set_item, METH_VARARGS)
static PyObject *set_item(PyObject *module, PyObject *args)
{
    Row *self; Py_ssize_t i; PyObject *value;
    if (!PyArg_ParseTuple(args, "OnO", &self, &i, &value)) return NULL;
    Py_XSETREF(self->items[i], Py_NewRef(value));
    Py_RETURN_NONE;
}
EXPORT(row_count, METH_NOARGS)
static PyObject *row_count(PyObject *module, PyObject *ignored) { return PyLong_FromLong(rows); }

/* A heap type whose finaliser may bring the object back. */
typedef struct { PyObject_HEAD PyObject *link; PyObject *weak; } Phoenix;
static PyObject *saved = NULL;
static int finalized = 0, destroyed = 0;
static int phoenix_traverse(Phoenix *self, visitproc visit, void *arg) { Py_VISIT(Py_TYPE(self)); Py_VISIT(self->link); return 0; }
static int phoenix_clear(Phoenix *self) { Py_CLEAR(self->link); return 0; }
static void phoenix_finalize(PyObject *self) { finalized++; if (saved == Py_None) saved = Py_NewRef(self); }
static void phoenix_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (PyObject_CallFinalizerFromDealloc(self) < 0) return;
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    phoenix_clear((Phoenix *)self);
    destroyed++;
    type->tp_free(self);
    Py_DECREF(type);
}
static PyMemberDef phoenix_members[] = {{"link", _Py_T_OBJECT, offsetof(Phoenix, link), 0},
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(Phoenix, weak), Py_READONLY}, {NULL}};
static PyType_Slot phoenix_slots[] = {{Py_tp_traverse, phoenix_traverse}, {Py_tp_clear, phoenix_clear}, {Py_tp_finalize, phoenix_finalize},
    {Py_tp_dealloc, phoenix_dealloc}, {Py_tp_members, phoenix_members}, {0, NULL}};
static PyType_Spec phoenix_spec = {"inline.Phoenix", sizeof(Phoenix), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, phoenix_slots};

/* Objects that only some of are collected. */
typedef struct { PyObject_HEAD char collected; } Half;
static int half_is_gc(Half *self) { return self->collected; }
static int half_traverse(PyObject *self, visitproc visit, void *arg) { return 0; }
static void half_dealloc(Half *self) { if (self->collected) PyObject_GC_Del(self); else PyObject_Free(self); }
static PyTypeObject Half_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.Half", .tp_basicsize = sizeof(Half),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_traverse = half_traverse, .tp_is_gc = (inquiry)half_is_gc,
    .tp_dealloc = (destructor)half_dealloc};
EXPORT(half, METH_O)
static PyObject *half(PyObject *module, PyObject *collected)
{
    Half *self;
    if (collected == Py_True) {
        self = PyObject_GC_New(Half, &Half_Type);
        self->collected = 1;
        PyObject_GC_Track(self);
    } else {
        self = PyObject_Malloc(sizeof(Half));
        PyObject_Init((PyObject *)self, &Half_Type);
        self->collected = 0;
    }
    return (PyObject *)self;
}
EXPORT(is_gc, METH_O)
static PyObject *is_gc(PyObject *module, PyObject *object)
{
    return Py_BuildValue("(iii)", PyObject_IS_GC(object), PyObject_GC_IsTracked(object), PyObject_GC_IsFinalized(object));
}

/* Plain objects, with and without items. */
typedef struct { PyObject_VAR_HEAD long values[1]; } Numbers;
static void numbers_dealloc(PyObject *self) { PyObject_Free(self); }
static PyTypeObject Numbers_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.Numbers", .tp_basicsize = offsetof(Numbers, values),
    .tp_itemsize = sizeof(long), .tp_dealloc = numbers_dealloc};
EXPORT(numbers, METH_O)
static PyObject *numbers(PyObject *module, PyObject *count)
{
    Numbers *made = PyObject_NewVar(Numbers, &Numbers_Type, PyLong_AsSsize_t(count));
    if (!made) return NULL;
    Numbers *own = PyObject_Malloc(sizeof(Numbers));
    PyObject_InitVar((PyVarObject *)own, &Numbers_Type, 1);
    Py_ssize_t sizes = Py_SIZE(made) * 10 + Py_SIZE(own);
    int aligned = (uintptr_t)made % 16 == 0 && (uintptr_t)own % 16 == 0;
    for (Py_ssize_t i = 0; i < Py_SIZE(made); i++) made->values[i] = i;
    Py_DECREF(made);
    Py_DECREF(own);
    return Py_BuildValue("(ni)", sizes, aligned);
}
static int see(PyObject *object, void *arg) { if (Py_TYPE(object) == &Row_Type) ++*(int *)arg; return 1; }
EXPORT(visit, METH_NOARGS)
static PyObject *visit(PyObject *module, PyObject *ignored)
{
    int seen = 0;
    PyUnstable_GC_VisitObjects(see, &seen);
    return PyLong_FromLong(seen);
}
EXPORT(extra, METH_O)
static PyObject *extra(PyObject *module, PyObject *type)
{
    PyObject *made = PyUnstable_Object_GC_NewWithExtraData((PyTypeObject *)type, 1000);
    if (!made) return NULL;
    memset((char *)made + ((PyTypeObject *)type)->tp_basicsize, 1, 1000);
    PyObject_GC_Track(made);
    return made;
}
EXPORT(save, METH_O)
static PyObject *save(PyObject *module, PyObject *what)
{
    PyObject *old = saved;
    saved = what == Py_None ? Py_None : NULL;
    return old && old != Py_None ? old : Py_NewRef(Py_False);
}
EXPORT(counts, METH_NOARGS)
static PyObject *counts(PyObject *module, PyObject *ignored) { return Py_BuildValue("(ii)", finalized, destroyed); }
EXPORT(finalize, METH_O)
static PyObject *finalize(PyObject *module, PyObject *object) { PyObject_CallFinalizer(object); Py_RETURN_NONE; }
EXEC(ready)
static int ready(PyObject *module)
{
    if (PyType_Ready(&Row_Type) < 0 || PyType_Ready(&Half_Type) < 0 || PyType_Ready(&Numbers_Type) < 0) return -1;
    PyObject *type = PyType_FromModuleAndSpec(module, &phoenix_spec, NULL);
    return type ? PyModule_Add(module, "Phoenix", type) : -1;
}
"""
)

row = module.row(1, [2], "3", *range(100))
print(gc.get_referents(row)[:3], gc.is_tracked(row), module.row_count(), module.visit())
module.set_item(row, 1, row)
del row
gc.collect()
print(module.row_count(), module.visit())
first = module.row(None)
for _ in range(1000):
    first = module.row(first, None)
last = first
del first, last
print(module.row_count())
ring = [module.row(None) for _ in range(500)]
for index, this in enumerate(ring):
    module.set_item(this, 0, ring[index - 1])
del this, ring
gc.collect()
print(module.row_count())

Phoenix = module.Phoenix
bird = Phoenix()
del bird
print(module.counts())
module.save(None)
bird = Phoenix()
bird.link = "kept"
del bird
bird = module.save(1)
print(bird.link, module.counts(), module.is_gc(bird))
del bird
print(module.counts())
module.save(None)
bird = Phoenix()
bird.link = bird
reference = weakref.ref(bird)
del bird
gc.collect()
bird = module.save(1)
print(bird.link is bird, module.counts(), reference() is None)
bird.link = None
del bird
print(module.counts())
bird = Phoenix()
module.finalize(bird)
module.finalize(bird)
print(module.counts())
del bird
print(module.counts())


class Sub(Phoenix):
    def __del__(self):
        print("del")


bird = Sub()
bird.me = bird
del bird
print(gc.collect() > 0, module.counts())
bird = module.extra(Sub)
bird.link = bird
bird.attribute = 5
print(bird.attribute, bird.link is bird)
del bird
gc.collect()
print(module.counts())

print(module.is_gc(module.half(True)), module.is_gc(module.half(False)), module.is_gc(5), module.is_gc([]), module.is_gc(int), module.is_gc(Phoenix))
print(gc.is_tracked(module.half(True)), gc.is_tracked(module.half(False)))
print(module.numbers(7), module.numbers(0))
