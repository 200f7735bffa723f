"""Weak references whose object is gone, as C code reads them from memory."""

import weakref

from _inline_c import extension

module = extension(
    r"""
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
EXPORT(object_of, METH_O)
static PyObject *object_of(PyObject *module, PyObject *reference)
{
    if (!PyWeakref_Check(reference)) return PyUnicode_FromString("no reference");
    return Py_NewRef(PyWeakref_GET_OBJECT(reference));
}
EXPORT(strong, METH_O)
static PyObject *strong(PyObject *module, PyObject *reference)
{
    PyObject *object;
    int status = PyWeakref_GetRef(reference, &object);
    if (status < 0) return NULL;
    return Py_BuildValue("iN", status, object ? object : Py_NewRef(Py_None));
}
"""
)


class Thing:
    def __repr__(self):
        return "a thing"


thing = Thing()
references = [weakref.ref(thing), weakref.ref(thing, lambda reference: print("gone")), weakref.proxy(thing)]
print([module.object_of(reference) for reference in references], module.object_of(thing))
print([module.strong(reference) for reference in references])
del thing
print([module.object_of(reference) for reference in references])
print([module.strong(reference) for reference in references])
print(references[0], references[0]() is None)
try:
    module.strong(3)
except TypeError as error:
    print(error)
