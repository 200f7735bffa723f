"""Watchers of dictionaries, types, functions and code objects; monitoring by code that is not Python's."""

import gc
import sys

from _inline_c import extension

module = extension(r"""
static PyObject *events;

static int note(const char *kind, int event, PyObject *one, PyObject *two)
{
    PyObject *entry = Py_BuildValue("siOO", kind, event, one == NULL ? Py_Ellipsis : one, two == NULL ? Py_Ellipsis : two);
    int status = entry == NULL ? -1 : PyList_Append(events, entry);
    Py_XDECREF(entry);
    return status;
}

static int on_dict(PyDict_WatchEvent event, PyObject *dict, PyObject *key, PyObject *value)
{
    return note("dict", event, event == PyDict_EVENT_CLONED ? NULL : key, value);
}

static int on_dict_failing(PyDict_WatchEvent event, PyObject *dict, PyObject *key, PyObject *value)
{
    PyErr_SetString(PyExc_RuntimeError, "no");
    return -1;
}

static int on_type(PyTypeObject *type) { return note("type", 0, (PyObject *)type, NULL); }

static int on_function(PyFunction_WatchEvent event, PyFunctionObject *function, PyObject *value)
{
    return note("function", event, function->func_name, value);
}

static int on_code(PyCodeEvent event, PyCodeObject *code) { return note("code", event, code->co_name, NULL); }

EXPORT(add, METH_VARARGS)
static PyObject *add(PyObject *self, PyObject *args)
{
    const char *kind;
    int id = -1;
    if (!PyArg_ParseTuple(args, "sO", &kind, &events))
        return NULL;
    Py_INCREF(events);
    switch (kind[0]) {
    case 'd': id = PyDict_AddWatcher(on_dict); break;
    case 'x': id = PyDict_AddWatcher(on_dict_failing); break;
    case 't': id = PyType_AddWatcher(on_type); break;
    case 'f': id = PyFunction_AddWatcher(on_function); break;
    case 'c': id = PyCode_AddWatcher(on_code); break;
    }
    return id < 0 ? NULL : PyLong_FromLong(id);
}

EXPORT(clear, METH_VARARGS)
static PyObject *clear(PyObject *self, PyObject *args)
{
    const char *kind;
    int id, status = 0;
    if (!PyArg_ParseTuple(args, "si", &kind, &id))
        return NULL;
    switch (kind[0]) {
    case 'd': status = PyDict_ClearWatcher(id); break;
    case 't': status = PyType_ClearWatcher(id); break;
    case 'f': status = PyFunction_ClearWatcher(id); break;
    case 'c': status = PyCode_ClearWatcher(id); break;
    }
    if (status < 0)
        return NULL;
    Py_RETURN_NONE;
}

EXPORT(watch, METH_VARARGS)
static PyObject *watch(PyObject *self, PyObject *args)
{
    int id, on;
    PyObject *object;
    if (!PyArg_ParseTuple(args, "iOi", &id, &object, &on))
        return NULL;
    int status;
    if (PyType_Check(object))
        status = on ? PyType_Watch(id, object) : PyType_Unwatch(id, object);
    else
        status = on ? PyDict_Watch(id, object) : PyDict_Unwatch(id, object);
    if (status < 0)
        return NULL;
    Py_RETURN_NONE;
}

EXPORT(watch_type, METH_O)
static PyObject *watch_type(PyObject *self, PyObject *object)
{
    if (PyType_Watch(1, object) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyMonitoringState states[4];
static uint64_t version;

EXPORT(fire, METH_VARARGS)
static PyObject *fire(PyObject *self, PyObject *args)
{
    static const uint8_t wanted[] = {
        PY_MONITORING_EVENT_PY_START, PY_MONITORING_EVENT_PY_RETURN, PY_MONITORING_EVENT_LINE, PY_MONITORING_EVENT_RAISE,
    };
    PyObject *code, *value;
    int offset;
    if (!PyArg_ParseTuple(args, "OiO", &code, &offset, &value))
        return NULL;
    PyMonitoring_EnterScope(states, &version, wanted, 4);
    int status = PyMonitoring_FirePyStartEvent(&states[0], code, offset);
    if (status == 0)
        status = PyMonitoring_FireLineEvent(&states[2], code, offset, 7);
    if (status == 0) {
        PyErr_SetString(PyExc_KeyError, "k");
        status = PyMonitoring_FireRaiseEvent(&states[3], code, offset);
        if (status == 0)
            PyErr_Clear();
    }
    if (status == 0)
        status = PyMonitoring_FirePyReturnEvent(&states[1], code, offset, value);
    PyMonitoring_ExitScope();
    if (status < 0)
        return NULL;
    return Py_BuildValue("iiii", states[0].active != 0, states[1].active != 0, states[2].active != 0, states[3].active != 0);
}
""")


def check(function, *args):
    try:
        print(function.__name__, function(*args))
    except Exception as error:
        print(function.__name__, type(error).__name__, error)


def drain(events):
    for event in events:
        print(*event)
    events.clear()


events = []
watcher = module.add("d", events)
print(watcher)
watched = {"before": 1}
module.watch(watcher, watched, 1)
watched["before"] = 2
watched["before"] = watched["before"]
watched["new"] = 3
watched.setdefault("new", 4)
watched.setdefault("default", 5)
del watched["new"]
watched.pop("default")
watched.pop("default", None)
watched.popitem()
watched.update(a=1, b=2)
watched.clear()
watched.update({"c": 3})
watched |= {"c": 4}
drain(events)
module.watch(watcher, watched, 0)
watched["quiet"] = 1
module.watch(watcher, watched, 1)
del watched
drain(events)


class Holder:
    pass


space = {}
module.watch(watcher, space, 1)
exec("x = 1\nx = 2\ndef f():\n    global x\n    x = 3\nf()\ndel x, f", space)
drain([event for event in events if event[2] not in ("__builtins__",) and event[2] != "f"])
events.clear()
check(module.watch, watcher, 3, 1)
check(module.watch, watcher + 1, space, 1)
check(module.watch, 77, space, 1)
check(module.watch, -1, space, 1)
failing = module.add("x", events)
module.watch(failing, space, 1)
sys.unraisablehook = lambda report: print(type(report.exc_value).__name__, report.err_msg.split(" at 0x")[0], report.object)
space["y"] = 1
sys.unraisablehook = sys.__unraisablehook__
module.watch(failing, space, 0)
check(module.clear, "d", failing)
check(module.clear, "d", failing)
check(module.clear, "d", 9)
module.clear("d", watcher)
space["z"] = 1
drain(events)

watcher = module.add("t", events)


class Base:
    pass


class Derived(Base):
    pass


module.watch(watcher, Base, 1)
module.watch(watcher, Derived, 1)
Derived.x = 1
drain(events)
Derived().x
Base.x = 2
drain(events)
module.watch(watcher, Derived, 0)
Derived().x
Base().x
Derived.y = 3
Base.y = 3
drain(events)
check(module.watch_type, 3)
module.clear("t", watcher)

watcher = module.add("f", events)


def made(a=1, *, b=2):
    return a


made.__defaults__ = (3,)
made.__kwdefaults__ = {"b": 4}
made.__defaults__ = None
made.__code__ = (lambda a, *, b: a).__code__
del made
drain([event[:3] for event in events])
events.clear()
module.clear("f", watcher)
check(module.clear, "f", watcher)
check(module.clear, "f", 8)

gc.collect()
watcher = module.add("c", events)
code = compile("def inner(): pass", "", "exec")
del code
gc.collect()
module.clear("c", watcher)
drain(events)
ids = []
for kind in "dtfc":
    try:
        while True:
            ids.append((kind, module.add(kind, events)))
    except RuntimeError as error:
        print(error)
print(ids)
for kind, watcher in ids:
    module.clear(kind, watcher)

monitoring = sys.monitoring
monitoring.use_tool_id(0, "inline")
told = []
E = monitoring.events
for name in ("PY_START", "PY_RETURN", "LINE", "RAISE"):
    monitoring.register_callback(0, getattr(E, name), lambda *args, name=name: told.append((name, args)))
print(module.fire("codelike", 4, "value"), told)
monitoring.set_events(0, E.PY_START | E.LINE | E.RAISE | E.PY_RETURN)
result = module.fire("codelike", 4, "value")
monitoring.set_events(0, 0)
for name, args in told:
    if args[0] == "codelike":
        print(name, [repr(arg) for arg in args])
print(result)
monitoring.register_callback(0, E.PY_START, lambda code, offset: monitoring.DISABLE)
monitoring.set_events(0, E.PY_START)
print(module.fire("codelike", 4, "value"), module.fire("codelike", 4, "value"))
monitoring.set_events(0, E.PY_RETURN)
print(module.fire("codelike", 4, "value"))
monitoring.set_events(0, 0)
monitoring.register_callback(0, E.PY_START, lambda *args: 1 / 0)
monitoring.set_events(0, E.PY_START)
try:
    module.fire("codelike", 4, "value")
except ZeroDivisionError as error:
    monitoring.set_events(0, 0)
    print(error)
monitoring.free_tool_id(0)
