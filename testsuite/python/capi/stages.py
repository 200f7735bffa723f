"""The compiler's stages one at a time: code generation, optimisation, assembly, docstrings."""

import ast

from _inline_c import extension

module = extension(
    r"""
#define Py_BUILD_CORE 1
#include "internal/pycore_compile.h"
#include "internal/pycore_instruction_sequence.h"

EXPORT(clean, METH_O)
static PyObject *clean(PyObject *module, PyObject *doc) { return _PyCompile_CleanDoc(doc); }
EXPORT(generate, METH_VARARGS)
static PyObject *generate(PyObject *module, PyObject *args)
{
    PyObject *tree, *filename;
    int optimize, mode;
    if (!PyArg_ParseTuple(args, "OOii", &tree, &filename, &optimize, &mode))
        return NULL;
    PyCompilerFlags *flags = NULL;
    return _PyCompile_CodeGen(tree, filename, flags, optimize, mode);
}
EXPORT(optimize, METH_VARARGS)
static PyObject *optimize(PyObject *module, PyObject *args)
{
    PyObject *instructions, *consts;
    int nlocals;
    if (!PyArg_ParseTuple(args, "OOi", &instructions, &consts, &nlocals))
        return NULL;
    return _PyCompile_OptimizeCfg(instructions, consts, nlocals);
}
EXPORT(assemble, METH_VARARGS)
static PyObject *assemble(PyObject *module, PyObject *args)
{
    PyObject *filename, *instructions;
    _PyCompile_CodeUnitMetadata data = {NULL};
    if (!PyArg_ParseTuple(args, "OOUUOOOOOOnnni", &filename, &instructions, &data.u_name, &data.u_qualname, &data.u_consts,
                          &data.u_names, &data.u_varnames, &data.u_cellvars, &data.u_freevars, &data.u_fasthidden,
                          &data.u_argcount, &data.u_posonlyargcount, &data.u_kwonlyargcount, &data.u_firstlineno))
        return NULL;
    return (PyObject *)_PyCompile_Assemble(&data, filename, instructions);
}
EXPORT(sequence, METH_NOARGS)
static PyObject *sequence(PyObject *module, PyObject *ignored) { return _PyInstructionSequence_New(); }
"""
)

print(repr(module.clean("first\n    second\n      third\n")))
tree = ast.parse("a = 1 + 2\nif a:\n    b = [a, 'x']\n")
generated, metadata = module.generate(tree, "file.py", 0, 0)
print(generated.get_instructions(), metadata)
consts = [1, 2, "x", None, 3]
optimized = module.optimize(generated, consts, 0)
print(len(optimized.get_instructions()) <= len(generated.get_instructions()), consts)
for arguments in ((5, "file.py", 0, 0),):
    try:
        module.generate(*arguments)
    except TypeError as error:
        print(type(error).__name__)

made = module.sequence()
print(made.get_instructions(), made.get_nested())
made.addop(149, 0, 1, 1, 0, 0)
made.addop(83, 0, 1, 1, 0, 0)
made.addop(36, 0, 1, 1, 0, 0)
code = module.assemble("file.py", made, "name", "qual.name", {41: 0}, {}, {"x": 0}, {}, {}, {}, 1, 0, 0, 1)
print(
    code.co_name,
    code.co_qualname,
    code.co_consts,
    code.co_varnames,
    code.co_argcount,
    code.co_firstlineno,
    code.co_filename,
)
