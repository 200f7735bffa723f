"""Extension modules whose C source stands in the program that tests them.

``extension(source)`` compiles the source against CPython's headers and imports the result. In the source, ``EXPORT(name, FLAGS)``
before a function makes it a function of the module::

    module = extension('''
    EXPORT(add, METH_VARARGS)
    static PyObject *add(PyObject *self, PyObject *args) { ... }
    ''')

``EXEC(function)`` names a function that runs when the module is executed.
"""

import importlib.machinery
import importlib.util
import os
import re
import sys

_HEAD = """\
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>
#define EXPORT(name, flags)
#define EXEC(function)
"""

_TAIL = """
static PyMethodDef inline_methods[] = {{{methods}{{NULL, NULL, 0, NULL}}}};
static PyModuleDef_Slot inline_slots[] = {{{slots}{{0, NULL}}}};
static struct PyModuleDef inline_definition = {{
    PyModuleDef_HEAD_INIT, .m_name = "{name}", .m_size = 0, .m_methods = inline_methods, .m_slots = inline_slots,
}};
PyMODINIT_FUNC PyInit_{name}(void) {{ return PyModuleDef_Init(&inline_definition); }}
"""


def _repository():
    folder = os.path.dirname(os.path.abspath(__file__))
    while not os.path.exists(os.path.join(folder, "Cargo.toml")):
        folder = os.path.dirname(folder)
    return folder


def _run(command):
    status = os.spawnvp(os.P_WAIT, command[0], command)
    if status != 0:
        raise RuntimeError(f"{command[0]} failed with status {status}")


def _folder():
    program = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    folder = os.path.join(_repository(), "target", "testsuite", "capi", program, str(os.getppid()))
    os.makedirs(folder, exist_ok=True)
    return folder


def shared_object(name, source, flags=()):
    """Compiles C source as it is; the path of the shared object."""
    include = os.path.join(_repository(), "lib-python", "prefix", "include", "python3.13")
    base = os.path.join(_folder(), name)
    with open(base + ".c", "w") as file:
        file.write(source)
    _run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-I", include, *flags, "-o", base + ".so", base + ".c"])
    return base + ".so"


def load(name, path):
    """Imports the shared object as the module `name`."""
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def extension(source, name="inline"):
    """The module made from C source; see the head of this file."""
    methods = "".join(
        f'{{"{function}", (PyCFunction)(void (*)(void)){function}, {flags}, NULL}}, '
        for function, flags in re.findall(r"^EXPORT\((\w+), ([\w |]+)\)", source, re.MULTILINE)
    )
    slots = "".join(
        f"{{Py_mod_exec, {function}}}, " for function in re.findall(r"^EXEC\((\w+)\)", source, re.MULTILINE)
    )
    whole = _HEAD + source + _TAIL.format(name=name, methods=methods, slots=slots)
    return load(name, shared_object(name, whole))
