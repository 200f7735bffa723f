"""Types that C code describes with PyType_Spec: what they are, and what is wrong with descriptions."""

import gc
import sys
import weakref

from _inline_c import extension

module = extension(
    r"""
#include <stddef.h>

typedef struct { PyObject_HEAD int number; double real; char *text; PyObject *item; PyObject *must; char flag; } Thing;

static int thing_init(Thing *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"number", "item", NULL};
    PyObject *item = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|iO:Thing", names, &self->number, &item)) return -1;
    Py_XINCREF(item);
    Py_XSETREF(self->item, item);
    self->text = "a text";
    return 0;
}
static int thing_traverse(Thing *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self)); Py_VISIT(self->item); Py_VISIT(self->must);
    return 0;
}
static int thing_clear(Thing *self) { Py_CLEAR(self->item); Py_CLEAR(self->must); return 0; }
static void thing_dealloc(Thing *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    thing_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}
static PyObject *thing_repr(Thing *self) { return PyUnicode_FromFormat("<Thing %d>", self->number); }
static PyObject *thing_add(PyObject *left, PyObject *right)
{
    PyTypeObject *type = Py_TYPE(left);
    if (Py_TYPE(right) != type) Py_RETURN_NOTIMPLEMENTED;
    return PyObject_CallFunction((PyObject *)type, "i", ((Thing *)left)->number + ((Thing *)right)->number);
}
static Py_ssize_t thing_length(Thing *self) { return self->number; }
static PyObject *thing_item(Thing *self, Py_ssize_t index)
{
    if (index >= self->number) { PyErr_SetString(PyExc_IndexError, "no more"); return NULL; }
    return PyLong_FromSsize_t(index * 10);
}
static PyObject *thing_double(Thing *self, PyObject *ignored) { return PyLong_FromLong(2 * self->number); }
static PyObject *thing_make(PyObject *type, PyObject *arg) { return PyObject_CallOneArg(type, arg); }
static PyObject *thing_static(PyObject *ignored, PyObject *arg) { return Py_BuildValue("(OO)", ignored ? Py_True : Py_False, arg); }
static PyObject *thing_defining(PyObject *self, PyTypeObject *type, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    return Py_BuildValue("(Nn)", PyType_GetName(type), count + (names ? PyTuple_GET_SIZE(names) : 0));
}
static PyObject *thing_get_half(Thing *self, void *closure) { return PyFloat_FromDouble(self->number / 2.0); }
static int thing_set_half(Thing *self, PyObject *value, void *closure)
{
    if (!value) { PyErr_SetString(PyExc_TypeError, "half stays"); return -1; }
    self->number = (int)(2 * PyFloat_AsDouble(value));
    return PyErr_Occurred() ? -1 : 0;
}
static PyMethodDef thing_methods[] = {
    {"double", (PyCFunction)thing_double, METH_NOARGS, "double($self, /)\n--\n\nTwice the number."},
    {"make", thing_make, METH_O | METH_CLASS, "Make one."},
    {"static", thing_static, METH_O | METH_STATIC, NULL},
    {"defining", (PyCFunction)(void (*)(void))thing_defining, METH_METHOD | METH_FASTCALL | METH_KEYWORDS, NULL},
    {NULL}};
static PyMemberDef thing_members[] = {
    {"number", Py_T_INT, offsetof(Thing, number), 0, "the number"},
    {"real", Py_T_DOUBLE, offsetof(Thing, real), 0},
    {"text", Py_T_STRING, offsetof(Thing, text), 0},
    {"item", _Py_T_OBJECT, offsetof(Thing, item), 0},
    {"must", Py_T_OBJECT_EX, offsetof(Thing, must), 0},
    {"flag", Py_T_BOOL, offsetof(Thing, flag), 0},
    {"fixed", Py_T_INT, offsetof(Thing, number), Py_READONLY},
    {NULL}};
static PyGetSetDef thing_getset[] = {{"half", (getter)thing_get_half, (setter)thing_set_half, "half the number"}, {NULL}};
static PyType_Slot thing_slots[] = {
    {Py_tp_init, thing_init}, {Py_tp_traverse, thing_traverse}, {Py_tp_clear, thing_clear}, {Py_tp_dealloc, thing_dealloc},
    {Py_tp_repr, thing_repr}, {Py_nb_add, thing_add}, {Py_sq_length, thing_length}, {Py_sq_item, thing_item},
    {Py_tp_methods, thing_methods}, {Py_tp_members, thing_members}, {Py_tp_getset, thing_getset},
    {Py_tp_doc, "Thing(number=0, item=None)\n--\n\nA thing."}, {Py_tp_new, PyType_GenericNew}, {0, NULL}};
static PyType_Spec thing_spec = {"inline.Thing", sizeof(Thing), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, thing_slots};

EXEC(add_thing)
static int add_thing(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &thing_spec, NULL);
    if (!type) return -1;
    int status = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return status;
}

/* Instances with a dictionary and weak references, the fields own or managed. */
typedef struct { PyObject_HEAD PyObject *dict; PyObject *weak; } Open;
static int open_traverse(Open *self, visitproc visit, void *arg) { Py_VISIT(Py_TYPE(self)); Py_VISIT(self->dict); return 0; }
static int open_clear(Open *self) { Py_CLEAR(self->dict); return 0; }
static void open_dealloc(Open *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs((PyObject *)self);
    Py_CLEAR(self->dict);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}
static PyMemberDef open_members[] = {
    {"__dictoffset__", Py_T_PYSSIZET, offsetof(Open, dict), Py_READONLY},
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(Open, weak), Py_READONLY}, {NULL}};
static PyGetSetDef dict_getset[] = {{"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict}, {NULL}};
static PyType_Slot open_slots[] = {{Py_tp_members, open_members}, {Py_tp_getset, dict_getset}, {Py_tp_traverse, open_traverse},
    {Py_tp_clear, open_clear}, {Py_tp_dealloc, open_dealloc}, {0, NULL}};
static PyType_Spec open_spec = {"inline.Open", sizeof(Open), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, open_slots};
EXPORT(make_open, METH_NOARGS)
static PyObject *make_open(PyObject *module, PyObject *ignored) { return PyType_FromSpec(&open_spec); }

static int managed_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return PyObject_VisitManagedDict(self, visit, arg);
}
static int managed_clear(PyObject *self) { PyObject_ClearManagedDict(self); return 0; }
static void managed_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearManagedDict(self);
    PyObject_ClearWeakRefs(self);
    type->tp_free(self);
    Py_DECREF(type);
}
static PyType_Slot managed_slots[] = {{Py_tp_traverse, managed_traverse}, {Py_tp_clear, managed_clear},
    {Py_tp_dealloc, managed_dealloc}, {Py_tp_getset, dict_getset}, {0, NULL}};
static PyType_Spec managed_spec = {"inline.Managed", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC
    | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF, managed_slots};
EXPORT(make_managed, METH_NOARGS)
static PyObject *make_managed(PyObject *module, PyObject *ignored) { return PyType_FromSpec(&managed_spec); }

/* PEP 697: a part that extends a base of any size. */
typedef struct { int count; char tag; } Extra;
static PyMemberDef extra_members[] = {{"count", Py_T_INT, offsetof(Extra, count), Py_RELATIVE_OFFSET}, {NULL}};
static PyType_Slot extra_slots[] = {{Py_tp_members, extra_members}, {0, NULL}};
EXPORT(extend, METH_O)
static PyObject *extend(PyObject *module, PyObject *base)
{
    PyType_Spec spec = {"inline.Extended", -(int)sizeof(Extra), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, extra_slots};
    return PyType_FromMetaclass(NULL, module, &spec, base);
}
EXPORT(extra_data, METH_VARARGS)
static PyObject *extra_data(PyObject *module, PyObject *args)
{
    PyObject *object; PyTypeObject *type;
    if (!PyArg_ParseTuple(args, "OO", &object, &type)) return NULL;
    Extra *extra = PyObject_GetTypeData(object, type);
    extra->count += 5;
    return Py_BuildValue("(in)", (int)((char *)extra - (char *)object) % 16, PyType_GetTypeDataSize(type));
}

/* Descriptions with mistakes. */
EXPORT(mistake, METH_O)
static PyObject *mistake(PyObject *module, PyObject *number)
{
    static PyMemberDef relative[] = {{"x", Py_T_INT, 0, Py_RELATIVE_OFFSET}, {NULL}};
    static PyMemberDef far[] = {{"x", Py_T_INT, 100, Py_RELATIVE_OFFSET}, {NULL}};
    static PyMemberDef outside[] = {{"__dictoffset__", Py_T_PYSSIZET, 64, Py_READONLY}, {NULL}};
    static PyMemberDef weak[] = {{"__weaklistoffset__", Py_T_PYSSIZET, 64, Py_READONLY}, {NULL}};
    PyType_Slot one[] = {{0, NULL}, {0, NULL}, {0, NULL}};
    PyType_Spec spec = {"inline.Wrong", 32, 0, Py_TPFLAGS_DEFAULT, one};
    PyObject *bases = NULL;
    switch (PyLong_AsLong(number)) {
    case 0: one[0].slot = 1000; break;
    case 1: one[0].slot = -1; break;
    case 2: spec.name = NULL; break;
    case 3: one[0] = (PyType_Slot){Py_tp_doc, "a"}; one[1] = (PyType_Slot){Py_tp_doc, "b"}; break;
    case 4: one[0] = (PyType_Slot){Py_tp_members, relative}; one[1] = (PyType_Slot){Py_tp_members, relative}; spec.basicsize = -8; break;
    case 5: one[0] = (PyType_Slot){Py_tp_members, relative}; break;
    case 6: one[0] = (PyType_Slot){Py_tp_members, far}; spec.basicsize = -8; break;
    case 9: one[0] = (PyType_Slot){Py_tp_members, outside}; break;
    case 10: one[0] = (PyType_Slot){Py_tp_members, weak}; break;
    case 11: spec.flags |= Py_TPFLAGS_HAVE_GC; break;
    case 12: bases = (PyObject *)&PyBool_Type; break;
    case 13: bases = (PyObject *)&PyList_Type; spec.basicsize = 16; break;
    case 14: bases = (PyObject *)&PyTuple_Type; spec.basicsize = -8; break;
    case 15: one[0] = (PyType_Slot){Py_tp_bases, Py_None}; break;
    case 16: one[0] = (PyType_Slot){Py_tp_bases, Py_BuildValue("(i)", 3)}; break;
    case 17: spec.flags |= Py_TPFLAGS_DISALLOW_INSTANTIATION; break;
    }
    return PyType_FromSpecWithBases(&spec, bases);
}
EXPORT(with_metaclass, METH_VARARGS)
static PyObject *with_metaclass(PyObject *module, PyObject *args)
{
    PyTypeObject *metaclass; PyObject *bases = NULL;
    if (!PyArg_ParseTuple(args, "O|O", &metaclass, &bases)) return NULL;
    PyType_Slot none[] = {{0, NULL}};
    PyType_Spec spec = {"inline.Meta", 0, 0, Py_TPFLAGS_DEFAULT, none};
    return PyType_FromMetaclass(metaclass, module, &spec, bases);
}
EXPORT(spec_with_bases, METH_O)
static PyObject *spec_with_bases(PyObject *module, PyObject *bases)
{
    PyType_Slot none[] = {{0, NULL}};
    PyType_Spec spec = {"inline.Derived", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, none};
    return PyType_FromSpecWithBases(&spec, bases);
}
EXPORT(names, METH_O)
static PyObject *names(PyObject *module, PyObject *type)
{
    PyTypeObject *t = (PyTypeObject *)type;
    return Py_BuildValue("(NNNNsk)", PyType_GetName(t), PyType_GetQualName(t), PyType_GetFullyQualifiedName(t),
        PyType_GetModuleName(t), _PyType_Name(t), PyType_GetFlags(t) & (Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_READY | Py_TPFLAGS_HAVE_GC));
}
EXPORT(get_module, METH_O)
static PyObject *get_module(PyObject *module, PyObject *type)
{
    PyObject *found = PyType_GetModule((PyTypeObject *)type);
    if (!found) return NULL;
    PyObject *by_def = PyType_GetModuleByDef((PyTypeObject *)type, PyModule_GetDef(module));
    if (!by_def) return NULL;
    return Py_BuildValue("(OO)", found == module ? Py_True : Py_False, by_def == module ? Py_True : Py_False);
}
EXPORT(by_def, METH_O)
static PyObject *by_def(PyObject *module, PyObject *type)
{
    return Py_XNewRef(PyType_GetModuleByDef((PyTypeObject *)type, PyModule_GetDef(module)));
}
EXPORT(slot_of, METH_VARARGS)
static PyObject *slot_of(PyObject *module, PyObject *args)
{
    PyTypeObject *type; int slot;
    if (!PyArg_ParseTuple(args, "Oi", &type, &slot)) return NULL;
    void *found = PyType_GetSlot(type, slot);
    if (!found && PyErr_Occurred()) return NULL;
    return PyBool_FromLong(found != NULL);
}
EXPORT(item_data, METH_O)
static PyObject *item_data(PyObject *module, PyObject *object)
{
    char *data = PyObject_GetItemData(object);
    return data ? PyLong_FromSsize_t(data - (char *)object) : NULL;
}
EXPORT(immutable, METH_NOARGS)
static PyObject *immutable(PyObject *module, PyObject *ignored)
{
    PyType_Slot none[] = {{0, NULL}};
    PyType_Spec spec = {"inline.Fixed", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, none};
    return PyType_FromSpec(&spec);
}
"""
)


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


Thing = module.Thing
print(Thing, Thing.__module__, Thing.__qualname__, Thing.__doc__, Thing.__text_signature__)
thing = Thing(4, item=[])
print(thing, len(thing), list(thing), thing + thing, attempt(lambda: thing + 1))
print(thing.double(), Thing.double.__doc__, Thing.double.__text_signature__, Thing.make(3), thing.make(2), Thing.static("x"))
print(thing.defining(1, 2, a=3), attempt(thing.double, 1), attempt(Thing.double, 3))
print(thing.number, thing.real, thing.text, thing.item, thing.flag, thing.fixed, thing.half)
print(attempt(lambda: thing.must))
thing.must = thing
print(thing.must is thing, attempt(setattr, thing, "text", "b"), attempt(setattr, thing, "fixed", 1))
print(attempt(setattr, thing, "number", "a"), attempt(setattr, thing, "flag", 1), attempt(delattr, thing, "number"))
print(attempt(delattr, thing, "half"), attempt(setattr, thing, "half", 9), thing.number)
del thing.must
print(attempt(delattr, thing, "must"), attempt(setattr, thing, "nothing", 1))
print(sorted(name for name in vars(Thing) if name not in ("__doc__", "__module__")))
print(module.names(Thing), module.names(int), module.names(dict), module.get_module(Thing))
print(attempt(module.get_module, int), attempt(module.by_def, int))


class Sub(Thing):
    def __init__(self, number, extra):
        super().__init__(number)
        self.extra = extra

    def __len__(self):
        return 100 + super().__len__()

    def __del__(self):
        print("del", self.number)


sub = Sub(7, extra="more")
print(sub, len(sub), sub.extra, sub + sub if False else "", Sub.__mro__[1] is Thing, module.by_def(Sub) is module, attempt(module.get_module, Sub))
sub.item = sub
reference = weakref.ref(sub)
del sub
print(gc.collect() > 0, reference())

count = sys.getrefcount(Thing)
things = [Thing(i) for i in range(100)]
print(sys.getrefcount(Thing) - count)
del things
print(sys.getrefcount(Thing) - count)
subs = [Sub.__new__(Sub) for i in range(3)]
print(sys.getrefcount(Thing) - count)
del subs
loop = Thing(1)
loop.item = [loop]
del loop
print(gc.collect() > 0, sys.getrefcount(Thing) - count)

for make in (module.make_open, module.make_managed):
    Open = make()
    one = Open()
    one.a = 1
    one.me = one
    print(one.a, sorted(one.__dict__), Open.__dictoffset__ != 0, Open.__weakrefoffset__ != 0, hasattr(Open, "__dictoffset__"))
    if Open.__dictoffset__ > 0:
        one.__dict__ = {"b": 2, "me": one}
        print(one.b, attempt(lambda: one.a))
    reference = weakref.ref(one, lambda _: print("gone"))
    del one
    gc.collect()
    print(reference())

    class SubOpen(Open):
        __slots__ = ("slot",)

    two = SubOpen()
    two.slot, two.other, two.me = 1, 2, two
    print(two.slot, two.__dict__.keys() - {"me"})
    reference = weakref.ref(two, lambda _: print("gone too"))
    del two
    gc.collect()
    print(reference())

for base in (object, Thing, dict, list, int):
    Extended = attempt(module.extend, base)
    if isinstance(Extended, str):
        print(base.__name__, Extended)
        continue
    extended = Extended()
    extended.count = 3
    print(base.__name__, Extended.__base__ is base, module.extra_data(extended, Extended)[1], extended.count)
print(attempt(module.extend, Sub) is not None, attempt(module.extend, (int, str)))

for number in range(19):
    outcome = attempt(module.mistake, number)
    print(number, outcome if isinstance(outcome, str) else (outcome.__name__, attempt(outcome) if number == 17 else ""))


class Meta(type):
    pass


class NewMeta(type):
    def __new__(cls, *args):
        return super().__new__(cls, *args)


made = module.with_metaclass(Meta)
print(type(made), made, made.__bases__, made())
print(attempt(module.with_metaclass, NewMeta), attempt(module.with_metaclass, int), attempt(module.with_metaclass, Meta, (int, 3)))


class WithNewMeta(metaclass=NewMeta):
    pass


import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(module.spec_with_bases(WithNewMeta), module.spec_with_bases((Meta.__base__.__base__,)))
    for warning in caught:
        print(warning.category.__name__, warning.message)

print([module.slot_of(Thing, slot) for slot in (1, 7, 45, 50, 52, 65, 71, 72, 80, 81)])
print([module.slot_of(list, slot) for slot in (1, 7, 45, 50, 52, 65, 71, 72, 80, 81)], attempt(module.slot_of, int, 82)[:11], attempt(module.slot_of, int, 0)[:11])
print(attempt(module.item_data, (1, 2)), module.item_data(Thing) > 400)
Fixed = module.immutable()
print(attempt(setattr, Fixed, "a", 1), attempt(setattr, Thing, "new", 5), Thing(0).new)
