"""A function of C code that hears of each object that is made and ends."""

from _inline_c import extension

module = extension(
    r"""
typedef struct { int made, ended, in_order; PyObject *watched; } Counts;
static Counts counts;
static int tracer(PyObject *object, PyRefTracerEvent event, void *data)
{
    Counts *own = data;
    if (Py_TYPE(object) != &PyList_Type && Py_TYPE(object) != &PyDict_Type && Py_TYPE(object) != &PyBytes_Type) return 0;
    if (event == PyRefTracer_CREATE) { own->made++; own->watched = object; }
    else { own->ended++; own->in_order += own->watched == object; }
    return 0;
}
EXPORT(watch, METH_O)
static PyObject *watch(PyObject *module, PyObject *function)
{
    counts = (Counts){0};
    if (PyRefTracer_SetTracer(tracer, &counts) < 0) return NULL;
    void *data;
    if (PyRefTracer_GetTracer(&data) != tracer || data != &counts) return NULL;
    PyObject *result = PyObject_CallNoArgs(function);
    if (PyRefTracer_SetTracer(NULL, NULL) < 0) return NULL;
    if (PyRefTracer_GetTracer(&data) != NULL || data != NULL) return NULL;
    Py_XDECREF(result);
    return result ? Py_BuildValue("iii", counts.made, counts.ended, counts.in_order) : NULL;
}
EXPORT(grow, METH_NOARGS)
static PyObject *grow(PyObject *module, PyObject *ignored)
{
    PyObject *list = PyList_New(0), *dict = PyDict_New();
    Py_DECREF(dict);
    Py_DECREF(list);
    PyObject *bytes = PyBytes_FromStringAndSize("xyz", 3);
    Py_DECREF(bytes);
    bytes = PyBytes_FromStringAndSize(NULL, 100);
    Py_DECREF(bytes);
    Py_RETURN_NONE;
}
"""
)


def keep():
    kept.append([])
    kept.append({})


def many():
    for _ in range(1000):
        [_]


kept = []
print("nothing", module.watch(lambda: None))
print("kept", module.watch(keep))
print("many", module.watch(many))
made, ended, in_order = module.watch(module.grow)
print("C", made, ended, in_order)
print("after", module.watch(lambda: None), kept)
