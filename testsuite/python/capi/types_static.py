"""Static types of C code: readying, inheritance, and slots seen from Python and filled from it."""

import gc
import sys

from _inline_c import extension

module = extension(
    r"""
#include <stddef.h>

/* A chain of static types, none of which says what its class is. */
typedef struct { PyObject_HEAD long value; } Number;
static PyTypeObject Number_Type, Child_Type, Plain_Type, Old_Type, List_Type, Callable_Type, Node_Type, Hashless_Type, Iterator_Type;

static PyObject *number_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    long value = 0;
    if (!PyArg_ParseTuple(args, "|l:Number", &value)) return NULL;
    Number *self = (Number *)type->tp_alloc(type, 0);
    if (self) self->value = value;
    return (PyObject *)self;
}
static void number_dealloc(PyObject *self) { Py_TYPE(self)->tp_free(self); }
static PyObject *number_repr(Number *self) { return PyUnicode_FromFormat("%s(%ld)", _PyType_Name(Py_TYPE(self)), self->value); }
static PyObject *number_str(Number *self) { return PyUnicode_FromFormat("#%ld", self->value); }
static Py_hash_t number_hash(Number *self) { return self->value; }
static long as_long(PyObject *object)
{
    return PyObject_TypeCheck(object, &Number_Type) ? ((Number *)object)->value : PyLong_AsLong(object);
}
static PyObject *number(long value) { return PyObject_CallFunction((PyObject *)&Number_Type, "l", value); }
static PyObject *number_compare(PyObject *left, PyObject *right, int op)
{
    if (!PyObject_TypeCheck(left, &Number_Type) || !PyObject_TypeCheck(right, &Number_Type)) Py_RETURN_NOTIMPLEMENTED;
    Py_RETURN_RICHCOMPARE(as_long(left), as_long(right), op);
}
static PyObject *number_add(PyObject *left, PyObject *right)
{
    long a = as_long(left), b = as_long(right);
    if (PyErr_Occurred()) { PyErr_Clear(); Py_RETURN_NOTIMPLEMENTED; }
    return number(a + b);
}
static PyObject *number_power(PyObject *left, PyObject *right, PyObject *modulus)
{
    return Py_BuildValue("(sllO)", "pow", as_long(left), as_long(right), modulus);
}
static PyObject *number_negative(Number *self) { return number(-self->value); }
static int number_bool(Number *self) { return self->value != 0; }
static PyObject *number_index(Number *self) { return PyLong_FromLong(self->value); }
static PyObject *number_iadd(Number *self, PyObject *other) { self->value += as_long(other); return Py_NewRef(self); }
static PyNumberMethods number_methods = {.nb_add = number_add, .nb_power = number_power, .nb_negative = (unaryfunc)number_negative,
    .nb_bool = (inquiry)number_bool, .nb_index = (unaryfunc)number_index, .nb_inplace_add = (binaryfunc)number_iadd};
static Py_ssize_t number_length(Number *self) { return self->value; }
static PyObject *number_item(Number *self, Py_ssize_t index)
{
    if (index < 0 || index >= self->value) { PyErr_SetString(PyExc_IndexError, "outside"); return NULL; }
    return PyLong_FromSsize_t(index);
}
static int number_contains(Number *self, PyObject *other) { return as_long(other) < self->value; }
static int number_ass_item(Number *self, Py_ssize_t index, PyObject *value)
{
    if (!value) { self->value = -index; return 0; }
    self->value = 1000 * index + as_long(value);
    return 0;
}
static PySequenceMethods number_sequence = {.sq_length = (lenfunc)number_length, .sq_item = (ssizeargfunc)number_item,
    .sq_contains = (objobjproc)number_contains, .sq_ass_item = (ssizeobjargproc)number_ass_item};
static PyMemberDef number_members[] = {{"value", Py_T_LONG, offsetof(Number, value), 0, "the value"}, {NULL}};
static PyTypeObject Number_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.Number", .tp_basicsize = sizeof(Number),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_new = number_new, .tp_dealloc = number_dealloc, .tp_repr = (reprfunc)number_repr,
    .tp_str = (reprfunc)number_str, .tp_hash = (hashfunc)number_hash, .tp_richcompare = number_compare, .tp_as_number = &number_methods,
    .tp_as_sequence = &number_sequence, .tp_members = number_members, .tp_doc = PyDoc_STR("Number(value)\n--\n\nA number.")};

static PyObject *child_repr(Number *self) { return PyUnicode_FromFormat("child %ld", self->value); }
static PyTypeObject Child_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.Child", .tp_base = &Number_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_repr = (reprfunc)child_repr};
static PyTypeObject Plain_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "Plain", .tp_basicsize = sizeof(PyObject)};

/* Attributes by C strings. */
static PyObject *old_getattr(PyObject *self, char *name)
{
    if (strcmp(name, "nothing") == 0) { PyErr_SetString(PyExc_AttributeError, "nothing here"); return NULL; }
    return PyUnicode_FromFormat("<%s>", name);
}
static int old_setattr(PyObject *self, char *name, PyObject *value)
{
    PyErr_Format(PyExc_TypeError, "%s %s", value ? "set" : "delete", name);
    return -1;
}
static PyTypeObject Old_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.Old", .tp_basicsize = sizeof(PyObject),
    .tp_new = PyType_GenericNew, .tp_getattr = old_getattr, .tp_setattr = old_setattr};

/* A builtin base with more fields. */
typedef struct { PyListObject list; long extra; } ExtraList;
static PyMemberDef list_members[] = {{"extra", Py_T_LONG, offsetof(ExtraList, extra), 0}, {NULL}};
static void list_dealloc(PyObject *self) { ((ExtraList *)self)->extra = 0; PyList_Type.tp_dealloc(self); }
static PyTypeObject List_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.List", .tp_basicsize = sizeof(ExtraList),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_members = list_members, .tp_dealloc = list_dealloc};

/* Vectorcall. */
typedef struct { PyObject_HEAD vectorcallfunc call; } Callable;
static PyObject *callable_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names)
{
    return Py_BuildValue("(nn)", PyVectorcall_NARGS(nargsf), names ? PyTuple_GET_SIZE(names) : (Py_ssize_t)-1);
}
static PyObject *callable_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Callable *self = (Callable *)type->tp_alloc(type, 0);
    if (self) self->call = callable_call;
    return (PyObject *)self;
}
static PyTypeObject Callable_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.Callable", .tp_basicsize = sizeof(Callable),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_VECTORCALL, .tp_new = callable_new, .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Callable, call)};

/* A long chain of collected objects. */
typedef struct { PyObject_HEAD PyObject *next; } Node;
static int node_traverse(Node *self, visitproc visit, void *arg) { Py_VISIT(self->next); return 0; }
static int node_clear(Node *self) { Py_CLEAR(self->next); return 0; }
static void node_dealloc(Node *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, node_dealloc)
    Py_CLEAR(self->next);
    PyObject_GC_Del(self);
    Py_TRASHCAN_END
}
static PyMemberDef node_members[] = {{"next", _Py_T_OBJECT, offsetof(Node, next), 0}, {NULL}};
static PyTypeObject Node_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.Node", .tp_basicsize = sizeof(Node),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_traverse = (traverseproc)node_traverse, .tp_clear = (inquiry)node_clear,
    .tp_dealloc = (destructor)node_dealloc, .tp_members = node_members, .tp_new = PyType_GenericNew};

static PyTypeObject Hashless_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.Hashless", .tp_basicsize = sizeof(PyObject),
    .tp_new = PyType_GenericNew, .tp_hash = PyObject_HashNotImplemented};

static PyObject *iterator_next(Number *self)
{
    if (self->value-- > 0) return PyLong_FromLong(self->value);
    if (self->value < -3) PyErr_SetString(PyExc_ValueError, "asked too often");
    return NULL;
}
static PyTypeObject Iterator_Type = {PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "inline.Iterator", .tp_basicsize = sizeof(Number),
    .tp_new = number_new, .tp_iter = PyObject_SelfIter, .tp_iternext = (iternextfunc)iterator_next};

EXEC(ready)
static int ready(PyObject *module)
{
    PyTypeObject *types[] = {&Child_Type, &Plain_Type, &Old_Type, &List_Type, &Callable_Type, &Node_Type, &Hashless_Type, &Iterator_Type, &Number_Type};
    List_Type.tp_base = &PyList_Type;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (PyType_Ready(types[i]) < 0 || PyModule_AddObjectRef(module, _PyType_Name(types[i]), (PyObject *)types[i]) < 0) return -1;
    }
    return 0;
}
EXPORT(node, METH_O)
static PyObject *node(PyObject *module, PyObject *next)
{
    Node *self = PyObject_GC_New(Node, &Node_Type);
    if (!self) return NULL;
    self->next = Py_NewRef(next);
    int before = PyObject_GC_IsTracked((PyObject *)self);
    PyObject_GC_Track(self);
    if (before || !PyObject_GC_IsTracked((PyObject *)self) || !PyObject_IS_GC((PyObject *)self)) {
        PyErr_SetString(PyExc_AssertionError, "tracking"); return NULL;
    }
    return (PyObject *)self;
}

/* What C code sees of classes made in Python. */
EXPORT(through_slots, METH_O)
static PyObject *through_slots(PyObject *module, PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyObject *list = PyList_New(0), *item;
#define ADD(call) if ((item = (call)) == NULL) return NULL; PyList_Append(list, item); Py_DECREF(item)
    ADD(type->tp_repr(object));
    ADD(type->tp_str(object));
    ADD(PyLong_FromSsize_t(type->tp_hash(object)));
    ADD(type->tp_as_number->nb_add(object, Py_True));
    ADD(type->tp_as_number->nb_add(Py_True, object));
    ADD(PyLong_FromLong(type->tp_as_number->nb_bool(object)));
    ADD(type->tp_as_number->nb_index(object));
    ADD(PyLong_FromSsize_t(type->tp_as_sequence->sq_length(object)));
    ADD(PyLong_FromSsize_t(type->tp_as_mapping->mp_length(object)));
    ADD(type->tp_as_mapping->mp_subscript(object, Py_None));
    ADD(type->tp_as_sequence->sq_item(object, 5));
    ADD(PyLong_FromLong(type->tp_as_sequence->sq_contains(object, Py_None)));
    ADD(PyLong_FromLong(type->tp_as_mapping->mp_ass_subscript(object, Py_None, Py_True)));
    ADD(PyLong_FromLong(type->tp_as_mapping->mp_ass_subscript(object, Py_None, NULL)));
    ADD(type->tp_iter(object));
    ADD(type->tp_iternext(object));
    item = type->tp_iternext(object);
    int stopped = PyErr_ExceptionMatches(PyExc_StopIteration);
    PyErr_Clear();
    ADD(Py_BuildValue("(Oi)", item ? item : Py_None, stopped));
    PyObject *args = PyTuple_Pack(1, Py_None);
    ADD(type->tp_call(object, args, NULL));
    ADD(type->tp_getattro(object, PyUnicode_FromString("missing")));
    ADD(PyLong_FromLong(type->tp_setattro(object, PyUnicode_FromString("name"), Py_True)));
    ADD(type->tp_richcompare(object, Py_None, Py_LT));
    ADD(type->tp_descr_get(object, Py_None, Py_True));
    ADD(PyLong_FromLong(type->tp_descr_set(object, Py_None, NULL)));
    ADD(type->tp_as_async->am_await(object));
    return list;
}
EXPORT(generic, METH_O)
static PyObject *generic(PyObject *module, PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    return Py_BuildValue("(iiii)", type->tp_getattro == PyObject_GenericGetAttr, type->tp_setattro == PyObject_GenericSetAttr,
        type->tp_alloc == PyType_GenericAlloc, type->tp_free == PyObject_GC_Del);
}
"""
)


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


Number, Child = module.Number, module.Child
one, two = Number(1), Number(2)
print(one, repr(one), hash(two), one < two, one == Number(1), one != two, one + two, one + 5, 5 + one, attempt(lambda: one + "x"))
print(-one, bool(one), bool(Number(0)), [10, 20, 30][two], pow(one, two), one ** two, pow(one, two, 7), 3 ** one)
print(len(two), two[0], two[-1], attempt(lambda: two[5]), list(two), 1 in two, 7 in two)
two += one
print(two, attempt(two.__setitem__, 3, 4), two)
del two[1]
print(two, Number.__doc__, Number.__text_signature__, Number.value.__doc__)
print(sorted(set(vars(Number)) - {"__doc__"}))
print(Number.__add__, type(Number.__add__), Number.__len__(Number(3)), Number.__radd__(one, 4), Number.__getitem__(Number(3), -1))
print(type(Child), Child.__base__ is Number, repr(Child(3)), str(Child(3)), Child(2) == Number(2), Child(1) + Child(1), hash(Child(9)))
print(sorted(set(vars(Child)) - {"__doc__"}), Child.__basicsize__ == Number.__basicsize__, Child.__flags__ & (1 << 8) != 0)
print(attempt(setattr, Number, "new", 1), attempt(Child.__new__, Number), attempt(Number.__new__, int))
print(module.Plain, module.Plain.__module__, attempt(module.Plain))

old = module.Old()
print(old.anything, attempt(lambda: old.nothing), attempt(setattr, old, "a", 1), attempt(delattr, old, "b"), hasattr(old, "nothing"))

items = module.List([1, 2, 3])
items.extra = 8
items.append(items)
print(len(items), items.extra, type(items).__mro__, attempt(hash, items))
del items


class SubList(module.List):
    pass


many = [SubList([SubList([i])]) for i in range(50)]
count = sys.getrefcount(SubList)
del many
print(count - sys.getrefcount(SubList) >= 100)

call = module.Callable()
print(call(), call(1, 2), call(1, a=2, b=3), call(*[1, 2], **{"c": 4}))


class SubCallable(module.Callable):
    pass


class OtherCallable(module.Callable):
    def __call__(self, *args):
        return args


print(SubCallable()(1), OtherCallable()(1, 2), SubCallable()(x=1))

node = None
for _ in range(200_000):
    node = module.node(node)
del node
node = module.Node()
node.next = node
del node
print(gc.collect())
nodes = [module.node(None) for _ in range(10)]
for this, after in zip(nodes, nodes[1:] + nodes[:1]):
    this.next = after
print(gc.is_tracked(nodes[0]), len(gc.get_referents(nodes[0])))
del nodes, this, after
print(gc.collect())

print(module.Hashless.__hash__, attempt(hash, module.Hashless()))
iterator = module.Iterator(3)
print(iter(iterator) is iterator, list(iterator), attempt(next, iterator), attempt(list, iterator))


class Everything:
    def __repr__(self):
        return "repr"

    def __str__(self):
        return "str"

    def __hash__(self):
        return 77

    def __add__(self, other):
        return "add", other

    def __radd__(self, other):
        return "radd", other

    def __bool__(self):
        return False

    def __index__(self):
        return 12

    def __len__(self):
        return 9

    def __getitem__(self, key):
        return "item", key

    def __setitem__(self, key, value):
        print("set", key, value)

    def __delitem__(self, key):
        print("del", key)

    def __contains__(self, key):
        return key is None

    def __iter__(self):
        return "not an iterator"

    def __call__(self, *args):
        return "call", args

    def __getattr__(self, name):
        return "attribute " + name

    def __setattr__(self, name, value):
        print("setattr", name, value)

    def __lt__(self, other):
        return "less"

    def __get__(self, instance, owner):
        return "get", instance, owner

    def __set__(self, instance, value):
        print("set", instance, value)

    def __delete__(self, instance):
        print("delete", instance)

    def __await__(self):
        return iter(())


class Once(Everything):
    def __iter__(self):
        return iter((4, 5))

    def __next__(self):
        if "done" in self.__dict__:
            raise StopIteration
        self.__dict__["done"] = True
        return "first"


for value in module.through_slots(Once()):
    print(value if not hasattr(value, "__next__") or isinstance(value, Everything) else type(value).__name__)


class Mixed(Child, Everything):
    pass


mixed = Mixed(4)
print(repr(mixed), str(mixed), mixed + 1, attempt(lambda: mixed < 3), mixed.anything, mixed(1))
Mixed.__repr__ = lambda self: "changed"
print(mixed)
del Mixed.__repr__
print(repr(mixed))
print(module.generic(mixed), module.generic(SubList()))
