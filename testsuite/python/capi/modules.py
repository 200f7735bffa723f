"""Modules of C code: in one step and in two, their state, the constants they are given, and how they can be broken."""

import gc
import importlib
import importlib.machinery
import importlib.util
import os
import sys

from _inline_c import extension, load, shared_object

HEAD = "#include <Python.h>\n"


def attempt(function, *args):
    try:
        return function(*args)
    except BaseException as error:
        text = f"{type(error).__name__}: {error}"
        if isinstance(error, ImportError):
            text += f" name={error.name!r} path={error.path and os.path.basename(error.path)!r}"
        if error.__cause__:
            text += f" from {error.__cause__!r}"
        return text


def build(name, source):
    return shared_object(name, HEAD + source)


def fresh(name, path):
    sys.modules.pop(name, None)
    return load(name, path)


# One step.

path = build(
    "single",
    r"""
typedef struct { int calls; } State;
static int inits = 0, frees = 0;
static PyObject *count(PyObject *module, PyObject *ignored)
{
    State *state = PyModule_GetState(module);
    return Py_BuildValue("(iii)", ++state->calls, inits, frees);
}
static PyObject *find(PyObject *module, PyObject *ignored);
static void freed(void *module) { frees++; }
static int traversed(PyObject *module, visitproc visit, void *arg) { return 0; }
static PyMethodDef methods[] = {{"count", count, METH_NOARGS, "Counts."}, {"find", find, METH_NOARGS}, {NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "single", "A doc.", sizeof(State), methods, NULL, traversed, NULL, freed};
static PyObject *find(PyObject *module, PyObject *ignored)
{
    PyObject *found = PyState_FindModule(&definition);
    return Py_BuildValue("(OO)", found == module ? Py_True : Py_False, PyModule_GetDef(module) == &definition ? Py_True : Py_False);
}
PyMODINIT_FUNC PyInit_single(void) { inits++; return PyModule_Create(&definition); }
""",
)
one = fresh("single", path)
print(one.count(), one.count(), one.find(), one.__doc__, one.count.__module__, one.count.__doc__, os.path.basename(one.__file__))
two = fresh("single", path)
print(one is two, two.count(), one.count(), two.find(), one.find())
del one
gc.collect()
print(two.count())

path = build(
    "once",
    r"""
static int inits = 0;
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "once", NULL, -1, NULL};
PyMODINIT_FUNC PyInit_once(void)
{
    PyObject *module = PyModule_Create(&definition);
    PyModule_AddIntConstant(module, "inits", ++inits);
    PyModule_AddObjectRef(module, "shared", PyList_New(0));
    return module;
}
""",
)
one = fresh("once", path)
one.added, one.inits = 1, 5
one.shared.append(1)
two = fresh("once", path)
print(one is two, two.inits, two.shared, hasattr(two, "added"), one.shared is two.shared)

# A package's submodule gets its full name.

spec = importlib.util.spec_from_file_location("package.once", path, loader=importlib.machinery.ExtensionFileLoader("package.once", path))
print(importlib.util.module_from_spec(spec).__name__)

# Two steps.

module = extension(
    r"""
typedef struct { int a; PyObject *held; } State;
static int executed = 0;
EXPORT(state, METH_NOARGS)
static PyObject *state(PyObject *module, PyObject *ignored) { return PyBool_FromLong(PyModule_GetState(module) != NULL); }
EXEC(first)
static int first(PyObject *module)
{
    executed++;
    if (PyModule_AddIntConstant(module, "NUMBER", 5) < 0 || PyModule_AddStringConstant(module, "TEXT", "text") < 0
        || PyModule_AddIntMacro(module, METH_O) < 0 || PyModule_Add(module, "list", PyList_New(1)) < 0) return -1;
    PyObject *object = PyLong_FromLong(1 << 20);
    if (PyModule_AddObject(module, "object", object) < 0) return -1;
    return PyModule_AddIntConstant(module, "executed", executed);
}
EXPORT(about, METH_O)
static PyObject *about(PyObject *self, PyObject *module)
{
    PyObject *name = PyModule_GetNameObject(module);
    if (!name) return NULL;
    const char *text = PyModule_GetName(module);
    return Py_BuildValue("(NsO)", name, text, PyModule_GetDict(module) == PyObject_GetAttrString(module, "__dict__") ? Py_True : Py_False);
}
EXPORT(filename, METH_O)
static PyObject *filename(PyObject *self, PyObject *module) { return PyModule_GetFilenameObject(module); }
EXPORT(definition, METH_O)
static PyObject *definition(PyObject *self, PyObject *module)
{
    PyModuleDef *found = PyModule_GetDef(module);
    if (!found && PyErr_Occurred()) return NULL;
    return PyBool_FromLong(found != NULL);
}
EXPORT(new, METH_O)
static PyObject *new(PyObject *self, PyObject *name) { return PyModule_NewObject(name); }
EXPORT(new_text, METH_NOARGS)
static PyObject *new_text(PyObject *self, PyObject *ignored) { return PyModule_New("made"); }
EXPORT(add_null, METH_O)
static PyObject *add_null(PyObject *self, PyObject *module)
{
    if (PyModule_AddObjectRef(module, "null", NULL) < 0) return NULL;
    Py_RETURN_NONE;
}
EXPORT(add_raised, METH_O)
static PyObject *add_raised(PyObject *self, PyObject *module)
{
    PyErr_SetString(PyExc_KeyError, "raised before");
    return PyModule_Add(module, "null", NULL) < 0 ? NULL : Py_NewRef(Py_None);
}
EXPORT(document, METH_O)
static PyObject *document(PyObject *self, PyObject *module)
{
    if (PyModule_SetDocString(module, "documented") < 0) return NULL;
    Py_RETURN_NONE;
}
static PyObject *added(PyObject *self, PyObject *argument) { return Py_BuildValue("(OO)", self, argument); }
static PyMethodDef more[] = {{"added", added, METH_O}, {NULL}};
static PyMethodDef wrong[] = {{"added", added, METH_O | METH_STATIC}, {NULL}};
EXPORT(add_functions, METH_VARARGS)
static PyObject *add_functions(PyObject *self, PyObject *args)
{
    PyObject *module; int good;
    if (!PyArg_ParseTuple(args, "Op", &module, &good)) return NULL;
    if (PyModule_AddFunctions(module, good ? more : wrong) < 0) return NULL;
    Py_RETURN_NONE;
}
EXPORT(by_state, METH_O)
static PyObject *by_state(PyObject *self, PyObject *module)
{
    static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "indexed", NULL, -1, NULL};
    PyModuleDef_Init(&definition);
    PyObject *before = PyState_FindModule(&definition);
    if (PyState_AddModule(module, &definition) < 0) return NULL;
    PyObject *then = PyState_FindModule(&definition);
    if (PyState_RemoveModule(&definition) < 0) return NULL;
    PyObject *after = PyState_FindModule(&definition);
    if (PyState_AddModule(module, PyModule_GetDef(self)) == 0) return NULL;
    PyErr_Clear();
    return Py_BuildValue("(iii)", before == NULL, then == module, after == NULL);
}
EXPORT(imports, METH_NOARGS)
static PyObject *imports(PyObject *self, PyObject *ignored)
{
    PyObject *json = PyImport_ImportModule("json.decoder");
    PyObject *name = PyUnicode_FromString("json");
    PyObject *top = PyImport_GetModule(name);
    PyObject *names = Py_BuildValue("(s)", "decoder");
    PyObject *level = PyImport_ImportModuleLevel("json.decoder", NULL, NULL, NULL, 0);
    PyObject *from = PyImport_ImportModuleLevelObject(name, PyModule_GetDict(self), NULL, names, 0);
    PyObject *missing = PyImport_GetModule(names);
    PyObject *imported = PyImport_Import(name);
    PyObject *added = PyImport_AddModuleRef("brand_new");
    PyObject *borrowed = PyImport_AddModule("brand_new");
    PyObject *modules = PyImport_GetModuleDict();
    if (!json || !top || !level || !from || PyErr_Occurred() || !added || !imported) return NULL;
    return Py_BuildValue("(OOOOiiiil)", json, level, from, added, top == level, missing == NULL, borrowed == added,
        PyDict_CheckExact(modules) && PyDict_GetItemString(modules, "json") == imported, PyImport_GetMagicNumber());
}
EXPORT(import_one, METH_O)
static PyObject *import_one(PyObject *self, PyObject *name) { return PyImport_ImportModule(PyUnicode_AsUTF8(name)); }
EXPORT(import_level, METH_VARARGS)
static PyObject *import_level(PyObject *self, PyObject *args)
{
    PyObject *name, *globals; int level;
    if (!PyArg_ParseTuple(args, "OOi", &name, &globals, &level)) return NULL;
    return PyImport_ImportModuleLevelObject(name, globals == Py_None ? NULL : globals, NULL, NULL, level);
}
EXPORT(reload, METH_O)
static PyObject *reload(PyObject *self, PyObject *module) { return PyImport_ReloadModule(module); }
EXPORT(run_code, METH_VARARGS)
static PyObject *run_code(PyObject *self, PyObject *args)
{
    const char *name, *path = NULL; PyObject *code;
    if (!PyArg_ParseTuple(args, "sO|z", &name, &code, &path)) return NULL;
    return path ? PyImport_ExecCodeModuleEx(name, code, path) : PyImport_ExecCodeModule(name, code);
}
EXPORT(importer, METH_O)
static PyObject *importer(PyObject *self, PyObject *path) { return PyImport_GetImporter(path); }
EXPORT(frozen, METH_O)
static PyObject *frozen(PyObject *self, PyObject *name)
{
    int status = PyImport_ImportFrozenModule(PyUnicode_AsUTF8(name));
    return status < 0 ? NULL : PyLong_FromLong(status);
}
"""
)
print(module.state(), module.executed, module.NUMBER, module.TEXT, module.METH_O, module.list if False else "", module.object)
module.__spec__.loader.exec_module(module)
print(module.executed, module.about(sys), module.about(module), attempt(module.about, 3))
print(os.path.basename(module.filename(module)), attempt(module.filename, sys), attempt(module.filename, 3))
print(module.definition(module), module.definition(type(sys)("plain")), attempt(module.definition, 3))
made = module.new("some name")
print(made, sorted(made.__dict__.items()), module.new_text(), module.new(5).__name__)
del made.__name__
print(attempt(module.about, made), attempt(module.filename, made))
print(attempt(module.add_null, made), attempt(module.add_raised, made), attempt(module.add_null, 3))
print(module.document(made), made.__doc__, attempt(module.document, 3))
print(attempt(module.add_functions, made, True), attempt(module.add_functions, module.new("m"), False))
made = module.new("m")
print(module.add_functions(made, True), made.added(4) == (made, 4), made.added.__module__)
print(module.by_state(made))
print(*(getattr(value, "__name__", value) for value in module.imports()))
for name in ("json", "no.such", "", "sys"):
    print(attempt(module.import_one, name))
for args in (("json", {}, -1), ("", {}, 1), ("x", None, 1), ("x", {"__package__": "json"}, 1), (3, {}, 0), ("x", 5, 1), ("decoder", {"__package__": "json"}, 1)):
    print(args, attempt(module.import_level, *args))
print(module.reload(importlib.import_module("colorsys")).__name__, attempt(module.reload, 5))
code = compile("value = __name__, __file__, __builtins__ is not None", "given.py", "exec")
print(module.run_code("ran", code).value, module.run_code("ran2", code, "other.py").value, "ran" in sys.modules)
print(attempt(module.run_code, "broken", compile("1/0", "x", "exec")), "broken" in sys.modules)
print(attempt(module.run_code, "vanished", compile("import sys; del sys.modules[__name__]", "x", "exec")))
print(type(module.importer(os.path.dirname(os.__file__))).__name__, module.importer("/nowhere/at all"))
print(module.frozen("no_such_module"), module.frozen("__hello__"))

# Broken ones.


def two_steps(name, slots, rest="", size=0):
    source = rest + f"""
static PyModuleDef_Slot slots[] = {{{slots} {{0, NULL}}}};
static struct PyModuleDef definition = {{PyModuleDef_HEAD_INIT, .m_name = "{name}", .m_size = {size}, .m_slots = slots, EXTRA}};
PyMODINIT_FUNC PyInit_{name}(void) {{ return PyModuleDef_Init(&definition); }}
"""
    return source.replace(", EXTRA", "")


def one_step(name, body, rest=""):
    return rest + f"PyMODINIT_FUNC PyInit_{name}(void) {{ {body} }}\n"


FUNCTIONS = r"""
static int fails(PyObject *m) { return -1; }
static int raises(PyObject *m) { PyErr_SetString(PyExc_KeyError, "key"); return -1; }
static int leaves(PyObject *m) { PyErr_SetString(PyExc_KeyError, "key"); return 0; }
static PyObject *make_list(PyObject *spec, PyModuleDef *d) { return PyList_New(0); }
static PyObject *make_null(PyObject *spec, PyModuleDef *d) { return NULL; }
static PyObject *make_error(PyObject *spec, PyModuleDef *d) { PyErr_SetString(PyExc_KeyError, "key"); return PyList_New(0); }
static PyObject *make_namespace(PyObject *spec, PyModuleDef *d)
{
    return PyObject_CallNoArgs(PyObject_GetAttrString(PyImport_ImportModule("types"), "SimpleNamespace"));
}
static int unused(void) { return fails(NULL) + raises(NULL) + leaves(NULL) + !make_list(NULL, NULL) + !make_null(NULL, NULL)
    + !make_error(NULL, NULL) + !make_namespace(NULL, NULL); }
int (*used)(void) = unused;
"""
broken = {
    "exec_fails": two_steps("exec_fails", "{Py_mod_exec, fails},", FUNCTIONS),
    "exec_raises": two_steps("exec_raises", "{Py_mod_exec, raises},", FUNCTIONS),
    "exec_leaves": two_steps("exec_leaves", "{Py_mod_exec, leaves},", FUNCTIONS),
    "two_creates": two_steps("two_creates", "{Py_mod_create, make_list}, {Py_mod_create, make_list},", FUNCTIONS),
    "unknown_slot": two_steps("unknown_slot", "{99, NULL},"),
    "negative_slot": two_steps("negative_slot", "{-3, NULL},"),
    "negative_size": two_steps("negative_size", "", size=-1),
    "creates_null": two_steps("creates_null", "{Py_mod_create, make_null},", FUNCTIONS),
    "creates_error": two_steps("creates_error", "{Py_mod_create, make_error},", FUNCTIONS),
    "creates_list_with_exec": two_steps("creates_list_with_exec", "{Py_mod_create, make_list}, {Py_mod_exec, fails},", FUNCTIONS),
    "creates_list_with_state": two_steps("creates_list_with_state", "{Py_mod_create, make_list},", FUNCTIONS, size=5),
    "creates_namespace": two_steps("creates_namespace", "{Py_mod_create, make_namespace},", FUNCTIONS),
    "two_interpreters": two_steps(
        "two_interpreters",
        "{Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}, {Py_mod_multiple_interpreters, NULL},",
    ),
    "two_gils": two_steps("two_gils", "{Py_mod_gil, Py_MOD_GIL_NOT_USED}, {Py_mod_gil, Py_MOD_GIL_USED},"),
    "good_slots": two_steps(
        "good_slots", "{Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}, {Py_mod_gil, Py_MOD_GIL_NOT_USED},"
    ),
    "returns_null": one_step("returns_null", "return NULL;"),
    "returns_raised": one_step("returns_raised", 'PyErr_SetString(PyExc_KeyError, "key"); return NULL;'),
    "returns_unreported": one_step("returns_unreported", 'PyErr_SetString(PyExc_KeyError, "key"); return PyList_New(0);'),
    "returns_list": one_step("returns_list", "return PyList_New(0);"),
    "returns_plain": one_step("returns_plain", 'return PyModule_New("plain");'),
    "returns_uninitialized": one_step(
        "returns_uninitialized", "return (PyObject *)&d;", "static struct PyModuleDef d = {PyModuleDef_HEAD_INIT};\n"
    ),
    "create_with_slots": one_step(
        "create_with_slots",
        "return PyModule_Create(&d);",
        'static PyModuleDef_Slot s[] = {{0}};\nstatic struct PyModuleDef d = {PyModuleDef_HEAD_INIT, .m_name = "cws", .m_slots = s};\n',
    ),
    "no_entry": "int nothing;\n",
    "unresolved": one_step("unresolved", "return nowhere_to_be_found();", "PyObject *nowhere_to_be_found(void);\n"),
}
for name, source in broken.items():
    path = build(name, source)
    outcome = attempt(fresh, name, path)
    folder = os.path.dirname(path)
    print(name, outcome.replace(folder, "FOLDER") if isinstance(outcome, str) else type(outcome).__name__, name in sys.modules)
    sys.modules.pop(name, None)

path = shared_object("nonascii", HEAD + two_steps("nonascii", "").replace("PyInit_nonascii", "PyInitU_" + "スポーツ設備".encode("punycode").decode()))
print(fresh("スポーツ設備", path).__name__.isidentifier())
print(attempt(fresh, "absent", "/nowhere/absent.so"))
print(importlib.machinery.EXTENSION_SUFFIXES)
flags = sys.getdlopenflags()
sys.setdlopenflags(flags | os.RTLD_GLOBAL)
print(sys.getdlopenflags() == flags | os.RTLD_GLOBAL)
sys.setdlopenflags(flags)
