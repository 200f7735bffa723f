"""Functions, methods, descriptors, cells, weak references, iterators and other small objects as C code makes and reads them."""

import collections
import gc
import types
import weakref

from _inline_c import extension

module = extension(
    r"""
#include <stddef.h>
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static PyObject *echo(PyObject *self, PyObject *argument) { return Py_BuildValue("(OO)", self ? self : Py_None, argument); }
static PyObject *fast(PyObject *self, PyTypeObject *type, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    return Py_BuildValue("(OOn)", self, (PyObject *)type, count);
}
static PyMethodDef echo_def = {"echo", echo, METH_O, "echo($module, x, /)\n--\n\nEchoes."};
static PyMethodDef fast_def = {"fast", (PyCFunction)(void (*)(void))fast, METH_METHOD | METH_FASTCALL | METH_KEYWORDS, NULL};
static PyMethodDef bad_def = {"bad", echo, METH_O | METH_NOARGS, NULL};

EXPORT(functions, METH_O)
static PyObject *functions(PyObject *self, PyObject *object)
{
    PyObject *bound = PyCFunction_NewEx(&echo_def, object, NULL), *named = PyCMethod_New(&echo_def, object, PyUnicode_FromString("modul"), NULL);
    PyObject *free = PyCFunction_New(&echo_def, NULL), *typed = PyCMethod_New(&fast_def, object, NULL, &PyDict_Type);
    return Py_BuildValue("(NNNNiii)", bound, named, free, typed, PyCFunction_GetFunction(bound) == echo,
        PyCFunction_GetSelf(bound) == object, PyCFunction_GetFlags(bound));
}
EXPORT(bad_function, METH_O)
static PyObject *bad_function(PyObject *self, PyObject *number)
{
    switch (PyLong_AsLong(number)) {
    case 0: return PyCFunction_NewEx(&bad_def, NULL, NULL);
    case 1: return PyCMethod_New(&echo_def, NULL, NULL, &PyDict_Type);
    default: return PyCMethod_New(&fast_def, NULL, NULL, NULL);
    }
}
typedef struct { PyObject_HEAD int number; } Cube;
static PyMemberDef member_def = {"number", Py_T_INT, offsetof(Cube, number), 0, "number's doc"};
static PyObject *get(PyObject *self, void *closure) { return PyUnicode_FromString(closure); }
static PyGetSetDef getset_def = {"got", get, NULL, "got's doc", "closure"};
static PyType_Slot cube_slots[] = {{0, NULL}};
static PyType_Spec cube_spec = {"inline.Cube", sizeof(Cube), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, cube_slots};
EXPORT(cube, METH_NOARGS)
static PyObject *cube(PyObject *self, PyObject *ignored)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromSpec(&cube_spec);
    PyObject *dict = PyType_GetDict(type), *item;
#define SET(name, value) item = value; if (!item || PyDict_SetItemString(dict, name, item) < 0) return NULL; Py_DECREF(item)
    SET("echo", PyDescr_NewMethod(type, &echo_def));
    SET("class_echo", PyDescr_NewClassMethod(type, &echo_def));
    SET("number", PyDescr_NewMember(type, &member_def));
    SET("got", PyDescr_NewGetSet(type, &getset_def));
    SET("instance", PyInstanceMethod_New(PyObject_GetAttrString(self, "echo_function")));
    SET("classed", PyClassMethod_New(PyObject_GetAttrString(self, "echo_function")));
    SET("still", PyStaticMethod_New(PyObject_GetAttrString(self, "echo_function")));
    PyType_Modified(type);
    Py_DECREF(dict);
    return (PyObject *)type;
}
EXPORT(echo_function, METH_VARARGS)
static PyObject *echo_function(PyObject *self, PyObject *args) { return Py_NewRef(args); }
EXPORT(member, METH_O)
static PyObject *member(PyObject *self, PyObject *object)
{
    PyObject *before = PyMember_GetOne((char *)object, &member_def);
    if (PyMember_SetOne((char *)object, &member_def, Py_True) < 0) return NULL;
    PyObject *after = PyMember_GetOne((char *)object, &member_def);
    PyObject *none = Py_None;
    if (PyMember_SetOne((char *)object, &member_def, none) == 0) return NULL;
    PyErr_Clear();
    return Py_BuildValue("(NN)", before, after);
}
EXPORT(is_data, METH_O)
static PyObject *is_data(PyObject *self, PyObject *object) { return PyBool_FromLong(PyDescr_IsData(object)); }
EXPORT(wrapper, METH_VARARGS)
static PyObject *wrapper(PyObject *self, PyObject *args)
{
    PyObject *descriptor, *object;
    if (!PyArg_ParseTuple(args, "OO", &descriptor, &object)) return NULL;
    return PyWrapper_New(descriptor, object);
}
EXPORT(proxy_dict, METH_O)
static PyObject *proxy_dict(PyObject *self, PyObject *mapping) { return PyDictProxy_New(mapping); }
EXPORT(method, METH_VARARGS)
static PyObject *method(PyObject *self, PyObject *args)
{
    PyObject *function, *object = NULL;
    if (!PyArg_ParseTuple(args, "O|O", &function, &object)) return NULL;
    PyObject *made = PyMethod_New(function, object);
    if (!made) return NULL;
    return Py_BuildValue("(Nii)", made, PyMethod_Function(made) == function, PyMethod_Self(made) == object);
}
EXPORT(instance_method, METH_O)
static PyObject *instance_method(PyObject *self, PyObject *function)
{
    PyObject *made = PyInstanceMethod_New(function);
    return Py_BuildValue("(Ni)", made, PyInstanceMethod_Function(made) == function);
}
EXPORT(function, METH_O)
static PyObject *function(PyObject *self, PyObject *given)
{
    PyObject *code = PyFunction_GetCode(given), *globals = PyFunction_GetGlobals(given);
    PyObject *made = PyFunction_New(code, globals), *named = PyFunction_NewWithQualName(code, globals, PyUnicode_FromString("quali.fied"));
#define OR_NONE(call) (call) ? (call) : Py_None
    PyObject *read = Py_BuildValue("(OOOOO)", OR_NONE(PyFunction_GetDefaults(given)), OR_NONE(PyFunction_GetKwDefaults(given)),
        OR_NONE(PyFunction_GetClosure(given)), OR_NONE(PyFunction_GetAnnotations(given)), OR_NONE(PyFunction_GetModule(given)));
    if (PyErr_Occurred()) return NULL;
    PyObject *defaults = Py_BuildValue("(ii)", 8, 9), *keywords = Py_BuildValue("{sO}", "k", Py_None), *notes = PyDict_New();
    if (PyFunction_SetDefaults(made, defaults) < 0 || PyFunction_SetKwDefaults(made, keywords) < 0
        || PyFunction_SetAnnotations(made, notes) < 0 || PyFunction_SetDefaults(named, Py_None) < 0) return NULL;
    if (PyFunction_SetDefaults(made, code) == 0 || !PyErr_ExceptionMatches(PyExc_SystemError)) return NULL;
    PyErr_Clear();
    return Py_BuildValue("(NNN)", made, named, read);
}
EXPORT(closure, METH_VARARGS)
static PyObject *closure(PyObject *self, PyObject *args)
{
    PyObject *function, *cells;
    if (!PyArg_ParseTuple(args, "OO", &function, &cells)) return NULL;
    if (PyFunction_SetClosure(function, cells) < 0) return NULL;
    Py_RETURN_NONE;
}
EXPORT(cells, METH_O)
static PyObject *cells(PyObject *self, PyObject *value)
{
    PyObject *cell = PyCell_New(value), *empty = PyCell_New(NULL);
    PyObject *read = PyCell_Get(cell), *nothing = PyCell_Get(empty);
    if (PyErr_Occurred() || PyCell_Set(empty, read) < 0 || PyCell_Set(cell, NULL) < 0) return NULL;
    if (PyCell_Set(value, value) == 0 || PyCell_Get(value)) return NULL;
    PyErr_Clear();
    return Py_BuildValue("(NNNi)", cell, empty, read, nothing == NULL);
}
EXPORT(alias, METH_VARARGS)
static PyObject *alias(PyObject *self, PyObject *args)
{
    PyObject *origin, *arguments;
    if (!PyArg_ParseTuple(args, "OO", &origin, &arguments)) return NULL;
    return Py_GenericAlias(origin, arguments);
}
static PyStructSequence_Field fields[] = {{"first", "the first"}, {NULL, NULL}, {"third", NULL}, {"hidden", "not an item"}, {NULL, NULL}};
static PyStructSequence_Desc description = {"inline.Record", "A record.", fields, 3};
static PyTypeObject Static_Type;
EXPORT(structseq, METH_NOARGS)
static PyObject *structseq(PyObject *self, PyObject *ignored)
{
    fields[1].name = PyStructSequence_UnnamedField;
    PyTypeObject *type = PyStructSequence_NewType(&description);
    static PyStructSequence_Desc other = {"inline.Fixed", "Fixed.", fields, 2};
    if (!type || (!Static_Type.tp_name && PyStructSequence_InitType2(&Static_Type, &other) < 0)) return NULL;
    PyObject *result = PyList_New(0);
    PyTypeObject *types[] = {type, &Static_Type};
    for (int t = 0; t < 2; t++) {
        PyObject *record = PyStructSequence_New(types[t]);
        if (!record) return NULL;
        for (int i = 0; i < 4; i++) PyStructSequence_SetItem(record, i, PyLong_FromLong(i * 11));
        if (PyLong_AsLong(PyStructSequence_GetItem(record, 3)) != 33) return NULL;
        PyList_Append(result, record);
        Py_DECREF(record);
    }
    return result;
}
EXPORT(weak, METH_VARARGS)
static PyObject *weak(PyObject *self, PyObject *args)
{
    PyObject *object, *callback = NULL, *found = NULL;
    if (!PyArg_ParseTuple(args, "O|O", &object, &callback)) return NULL;
    PyObject *reference = PyWeakref_NewRef(object, callback), *proxy;
    if (!reference || !(proxy = PyWeakref_NewProxy(object, callback))) return NULL;
    int status = PyWeakref_GetRef(reference, &found);
    int same = found == object;
    Py_XDECREF(found);
    return Py_BuildValue("(NNiiii)", reference, proxy, status, same, PyWeakref_GetObject(reference) == object,
        PyWeakref_GetObject(proxy) == object);
}
EXPORT(get_ref, METH_O)
static PyObject *get_ref(PyObject *self, PyObject *reference)
{
    PyObject *found = (PyObject *)1;
    int status = PyWeakref_GetRef(reference, &found);
    if (status < 0) return found ? Py_NewRef(Py_None) : NULL;
    return Py_BuildValue("(iN)", status, found ? found : Py_NewRef(Py_None));
}
EXPORT(get_object, METH_O)
static PyObject *get_object(PyObject *self, PyObject *reference) { return Py_XNewRef(PyWeakref_GetObject(reference)); }
EXPORT(iterators, METH_VARARGS)
static PyObject *iterators(PyObject *self, PyObject *args)
{
    PyObject *sequence, *callable, *sentinel;
    if (!PyArg_ParseTuple(args, "OOO", &sequence, &callable, &sentinel)) return NULL;
    PyObject *first = PySeqIter_New(sequence);
    return first ? Py_BuildValue("(NN)", first, PyCallIter_New(callable, sentinel)) : NULL;
}
EXPORT(generator_code, METH_O)
static PyObject *generator_code(PyObject *self, PyObject *generator) { return (PyObject *)PyGen_GetCode((PyGenObject *)generator); }
EXPORT(ordered, METH_VARARGS)
static PyObject *ordered(PyObject *self, PyObject *keys)
{
    PyObject *dict = PyODict_New();
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keys); i++) {
        if (PyODict_SetItem(dict, PyTuple_GET_ITEM(keys, i), Py_None) < 0) return NULL;
    }
    return Py_BuildValue("(Ni)", dict, PyODict_DelItem(dict, PyTuple_GET_ITEM(keys, 0)));
}
EXPORT(objects, METH_O)
static PyObject *objects(PyObject *self, PyObject *object)
{
    PyObject *bytes = PyObject_Bytes(object);
    if (!bytes) return NULL;
    return Py_BuildValue("(NN)", bytes, PyObject_Dir(object));
}
EXPORT(dir_here, METH_NOARGS)
static PyObject *dir_here(PyObject *self, PyObject *ignored) { return PyObject_Dir(NULL); }
EXPORT(constants, METH_NOARGS)
static PyObject *constants(PyObject *self, PyObject *ignored)
{
    PyObject *list = PyList_New(0);
    for (unsigned i = 0; i < 10; i++) {
        PyObject *constant = Py_GetConstant(i);
        if (constant != Py_GetConstantBorrowed(i) && i != 8) return NULL;
        PyList_Append(list, constant);
    }
    if (Py_GetConstant(10)) return NULL;
    PyErr_Clear();
    return list;
}
EXPORT(dict_pointer, METH_O)
static PyObject *dict_pointer(PyObject *self, PyObject *object)
{
    PyObject **place = _PyObject_GetDictPtr(object);
    return Py_NewRef(place && *place ? *place : Py_None);
}
EXPORT(with_dict, METH_VARARGS)
static PyObject *with_dict(PyObject *self, PyObject *args)
{
    PyObject *object, *name, *dict; int suppress;
    if (!PyArg_ParseTuple(args, "OOOi", &object, &name, &dict, &suppress)) return NULL;
    PyObject *found = _PyObject_GenericGetAttrWithDict(object, name, dict, suppress);
    if (!found && !PyErr_Occurred()) return PyUnicode_FromString("nothing");
    if (!found || _PyObject_GenericSetAttrWithDict(object, name, Py_None, dict) < 0) return NULL;
    return found;
}
EXPORT(lookup, METH_VARARGS)
static PyObject *lookup(PyObject *self, PyObject *args)
{
    PyObject *type, *name;
    if (!PyArg_ParseTuple(args, "OO", &type, &name)) return NULL;
    PyObject *found = _PyType_Lookup((PyTypeObject *)type, name);
    return Py_NewRef(found ? found : Py_None);
}
EXPORT(collect, METH_NOARGS)
static PyObject *collect(PyObject *self, PyObject *ignored)
{
    int was = PyGC_Disable(), off = PyGC_IsEnabled();
    Py_ssize_t none = PyGC_Collect();
    int on = PyGC_Enable();
    Py_ssize_t some = PyGC_Collect();
    return Py_BuildValue("(iinii)", was, off, none, on, some > 0);
}
"""
)


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


bound, named, free, typed, *rest = module.functions("self")
print(bound(1), named(2), free(3), typed(4, 5), rest)
print(bound.__self__, bound.__module__, named.__module__, free.__self__, bound.__doc__, bound.__text_signature__, bound.__qualname__)
print([attempt(module.bad_function, number) for number in range(3)])

Cube = module.cube()
cube = Cube()
print(cube.echo(1)[0] is cube, cube.class_echo(2), Cube.class_echo(3), cube.number, cube.got, Cube.number.__doc__, Cube.got.__doc__)
print(cube.instance(1) == (cube, 1), Cube.instance(1), cube.classed(1), cube.still(1), attempt(setattr, cube, "got", 1))
print(module.member(cube), [module.is_data(x) for x in (Cube.number, Cube.got, Cube.echo, 3)])
print(module.wrapper(int.__add__, 5)(6))
proxy = module.proxy_dict({"a": 1})
print(type(proxy).__name__, proxy["a"], attempt(module.proxy_dict, [1]), attempt(module.proxy_dict, 5))
print(module.method(len, "abc")[0](), module.method(len, "abc")[1:], attempt(module.method, len)[:11])
made, same = module.instance_method(len)
print(made("abc"), same, type(made).__name__, made.__func__ is len, made == module.instance_method(len)[0], made.__name__, made.__doc__[:6])
print(type(made)(len)("xy"), attempt(type(made), 5))


def given(a, b=2, *, c: int = 3):
    return a, b, c, free


made, named, read = module.function(given)
print(made.__defaults__, made.__kwdefaults__, made.__annotations__, made.__name__, named.__qualname__, named.__defaults__)
print(read)


def outer():
    x = 1

    def inner():
        return x

    return inner


inner = outer()
print(module.closure(inner, (types.CellType(55),)), inner(), attempt(module.closure, inner, 5))
cell, empty, value, nothing = module.cells([1])
print(empty.cell_contents is value, attempt(lambda: cell.cell_contents), nothing)
print(module.alias(list, int), module.alias(dict, (str, int)), module.alias(list, int) == list[int])
for record in module.structseq():
    print(record, record.first, record.third, record.hidden, len(record), type(record).n_fields, type(record).n_unnamed_fields)
    print(type(record).__doc__, type(record).first.__doc__, attempt(type(record), (1,)), type(record)((1, 2, 3, 4)).hidden, type(record).__match_args__)
print([gc.is_tracked(record) for record in module.structseq()], module.structseq()[0] == module.structseq()[0])


class Target:
    pass


target = Target()
called = []
reference, proxy, *rest = module.weak(target)
print(reference is weakref.ref(target), type(proxy).__name__, rest, module.get_ref(reference)[1] is target, module.get_object(proxy) is target)
other, *_ = module.weak(target, called.append)
del target
print(module.get_ref(reference), module.get_ref(proxy), module.get_object(reference), len(called), called[1] is other)
print(attempt(module.get_ref, 5), attempt(module.get_object, 5)[:11], attempt(module.weak, 5))
sequence, calls = module.iterators("abc", iter([1, 2, 3, 4]).__next__, 3)
print(list(sequence), list(calls), type(sequence).__name__, type(calls).__name__, attempt(module.iterators, 5, 5, 5)[:11])
print(module.generator_code(x for x in ()).co_name)
print(module.ordered("b", "a", "c"), attempt(module.ordered, []))
for value in (b"abc", bytearray(b"xy"), [1, 2], memoryview(b"m")):
    print(module.objects(value)[0], module.objects(value)[1] == dir(value))


class AsBytes:
    def __bytes__(self):
        return b"made"


class BadBytes:
    def __bytes__(self):
        return 5


print(module.objects(AsBytes())[0], attempt(module.objects, BadBytes()), attempt(module.objects, "text"), attempt(module.objects, 5))
print((lambda here, now: module.dir_here())(1, 2))
print(module.constants())


class Simple:
    attribute = property(lambda self: "property")
    plain = 1


simple = Simple()
simple.a, simple.b = 1, 2
pointed = module.dict_pointer(simple)
print(pointed, pointed is simple.__dict__, module.dict_pointer(5), simple.a)
namespace = {"x": 5, "plain": 6, "attribute": 7}
print(module.with_dict(simple, "x", namespace, 0), module.with_dict(simple, "plain", namespace, 0), namespace)
print(attempt(module.with_dict, simple, "attribute", namespace, 0), attempt(module.with_dict, simple, "none", {}, 0), module.with_dict(simple, "none", {}, 1))
print(module.lookup(Simple, "plain"), module.lookup(Simple, "none"), module.lookup(bool, "real") is int.__dict__["real"])
loop = []
loop.append(loop)
del loop
print(module.collect(), collections.OrderedDict)
