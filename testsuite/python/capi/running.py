"""Running and compiling code from C; pending calls; recursion; frames and tracebacks of functions that are not Python's."""

import ast
import sys
import traceback

from _inline_c import extension

module = extension(r"""
#include <frameobject.h>

EXPORT(compile_string, METH_VARARGS)
static PyObject *compile_string(PyObject *self, PyObject *args)
{
    const char *source;
    int start, flag;
    if (!PyArg_ParseTuple(args, "sii", &source, &start, &flag))
        return NULL;
    PyCompilerFlags flags = _PyCompilerFlags_INIT;
    flags.cf_flags = flag;
    return Py_CompileStringExFlags(source, "<inline>", start, &flags, -1);
}

EXPORT(run_string, METH_VARARGS)
static PyObject *run_string(PyObject *self, PyObject *args)
{
    const char *source;
    PyObject *globals, *locals = NULL;
    int start;
    if (!PyArg_ParseTuple(args, "siO|O", &source, &start, &globals, &locals))
        return NULL;
    return PyRun_String(source, start, globals, locals);
}

EXPORT(run_simple, METH_VARARGS)
static PyObject *run_simple(PyObject *self, PyObject *args)
{
    const char *source;
    if (!PyArg_ParseTuple(args, "s", &source))
        return NULL;
    return PyLong_FromLong(PyRun_SimpleString(source));
}

EXPORT(print_pending, METH_O)
static PyObject *print_pending(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallNoArgs(function);
    if (result != NULL)
        return result;
    PyErr_PrintEx(1);
    Py_RETURN_NONE;
}

EXPORT(eval_code, METH_VARARGS)
static PyObject *eval_code(PyObject *self, PyObject *args)
{
    PyObject *code, *globals, *locals = NULL;
    if (!PyArg_ParseTuple(args, "OO|O", &code, &globals, &locals))
        return NULL;
    return PyEval_EvalCode(code, globals, locals);
}

EXPORT(eval_code_ex, METH_VARARGS)
static PyObject *eval_code_ex(PyObject *self, PyObject *args)
{
    PyObject *code, *globals, *first, *name, *value, *defaults, *kwdefaults;
    if (!PyArg_ParseTuple(args, "OOOOOO!O", &code, &globals, &first, &name, &value, &PyTuple_Type, &defaults, &kwdefaults))
        return NULL;
    PyObject *items[] = {first}, *pair[] = {name, value}, *rest[1];
    for (int i = 0; i < PyTuple_GET_SIZE(defaults) && i < 1; i++)
        rest[i] = PyTuple_GET_ITEM(defaults, i);
    return PyEval_EvalCodeEx(code, globals, NULL, items, 1, pair, 1, rest, (int)PyTuple_GET_SIZE(defaults), kwdefaults, NULL);
}

EXPORT(namespaces, METH_NOARGS)
static PyObject *namespaces(PyObject *self, PyObject *unused)
{
    PyObject *builtins = PyEval_GetBuiltins(), *globals = PyEval_GetGlobals(), *locals = PyEval_GetLocals();
    if (locals == NULL)
        return NULL;
    return Py_BuildValue("OOONN", builtins, globals, locals, PyEval_GetFrameLocals(), PyEval_GetFrameGlobals());
}

static int recurse_native(int depth)
{
    if (depth == 0)
        return 0;
    if (Py_EnterRecursiveCall(" in inline code"))
        return -1;
    int status = recurse_native(depth - 1);
    Py_LeaveRecursiveCall();
    return status;
}

EXPORT(recurse, METH_O)
static PyObject *recurse(PyObject *self, PyObject *depth)
{
    if (recurse_native((int)PyLong_AsLong(depth)) < 0)
        return NULL;
    Py_RETURN_NONE;
}

EXPORT(recursion_limit, METH_O)
static PyObject *recursion_limit(PyObject *self, PyObject *limit)
{
    int old = Py_GetRecursionLimit();
    Py_SetRecursionLimit((int)PyLong_AsLong(limit));
    return PyLong_FromLong(old);
}

static int pending(void *argument)
{
    PyObject *result = PyObject_CallNoArgs(argument);
    Py_DECREF((PyObject *)argument);
    if (result == NULL)
        return -1;
    Py_DECREF(result);
    return 0;
}

EXPORT(add_pending, METH_VARARGS)
static PyObject *add_pending(PyObject *self, PyObject *args)
{
    PyObject *function;
    int count, added = 0;
    if (!PyArg_ParseTuple(args, "Oi", &function, &count))
        return NULL;
    for (int i = 0; i < count; i++) {
        Py_INCREF(function);
        if (Py_AddPendingCall(pending, function) == 0)
            added++;
        else
            Py_DECREF(function);
    }
    if (Py_MakePendingCalls() < 0)
        return NULL;
    return PyLong_FromLong(added);
}

EXPORT(fail_in, METH_VARARGS)
static PyObject *fail_in(PyObject *self, PyObject *args)
{
    const char *file, *name;
    int line;
    PyObject *globals;
    if (!PyArg_ParseTuple(args, "ssiO", &file, &name, &line, &globals))
        return NULL;
    PyCodeObject *code = PyCode_NewEmpty(file, name, line);
    if (code == NULL)
        return NULL;
    PyFrameObject *frame = PyFrame_New(PyThreadState_Get(), code, globals, NULL);
    Py_DECREF(code);
    if (frame == NULL)
        return NULL;
    PyErr_SetString(PyExc_ValueError, "failed in C");
    PyTraceBack_Here(frame);
    Py_DECREF(frame);
    return NULL;
}

EXPORT(frame, METH_VARARGS)
static PyObject *frame(PyObject *self, PyObject *args)
{
    const char *name;
    if (!PyArg_ParseTuple(args, "s", &name))
        return NULL;
    PyFrameObject *frame = PyThreadState_GetFrame(PyThreadState_Get());
    PyCodeObject *code = PyFrame_GetCode(frame);
    PyObject *value = PyFrame_GetVarString(frame, name);
    PyFrameObject *back = PyFrame_GetBack(frame);
    PyObject *result = NULL;
    if (value != NULL)
        result = Py_BuildValue("NNiiNN", value, PyObject_GetAttrString((PyObject *)code, "co_name"), PyFrame_GetLineNumber(frame),
                               PyFrame_GetLasti(frame) >= 0, PyFrame_GetLocals(frame), PyLong_FromLong(back != NULL));
    Py_XDECREF(back);
    Py_DECREF(code);
    Py_DECREF(frame);
    return result;
}

EXPORT(code_parts, METH_O)
static PyObject *code_parts(PyObject *self, PyObject *object)
{
    PyCodeObject *code = (PyCodeObject *)object;
    int line, column, end_line, end_column;
    PyCode_Addr2Location(code, 2, &line, &column, &end_line, &end_column);
    return Py_BuildValue("NNNNi(iiii)", PyCode_GetCode(code), PyCode_GetVarnames(code), PyCode_GetCellvars(code),
                         PyCode_GetFreevars(code), PyCode_Addr2Line(code, 2), line, column, end_line, end_column);
}

EXPORT(rebuild, METH_VARARGS)
static PyObject *rebuild(PyObject *self, PyObject *args)
{
    PyObject *code, *name, *table, *varnames, *freevars, *cellvars, *instructions, *exceptions;
    if (!PyArg_ParseTuple(args, "OOOOOOOO", &code, &name, &table, &varnames, &freevars, &cellvars, &instructions, &exceptions))
        return NULL;
    PyCodeObject *old = (PyCodeObject *)code;
    return (PyObject *)PyUnstable_Code_NewWithPosOnlyArgs(
        old->co_argcount, old->co_posonlyargcount, old->co_kwonlyargcount, old->co_nlocals, old->co_stacksize, old->co_flags,
        instructions, old->co_consts, old->co_names, varnames, freevars, cellvars, old->co_filename, name, name,
        old->co_firstlineno, table, exceptions);
}

static int freed = 0;
static void free_extra(void *extra) { freed += *(int *)extra; }
static Py_ssize_t place = -1;

EXPORT(extra, METH_VARARGS)
static PyObject *extra(PyObject *self, PyObject *args)
{
    static int numbers[] = {1, 10};
    PyObject *code;
    int which;
    if (!PyArg_ParseTuple(args, "Oi", &code, &which))
        return NULL;
    if (place < 0)
        place = PyUnstable_Eval_RequestCodeExtraIndex(free_extra);
    void *before = NULL;
    if (PyUnstable_Code_GetExtra(code, place, &before) < 0 || PyUnstable_Code_SetExtra(code, place, &numbers[which]) < 0)
        return NULL;
    return Py_BuildValue("ii", before == NULL ? 0 : *(int *)before, freed);
}

EXPORT(freed_extra, METH_NOARGS)
static PyObject *freed_extra(PyObject *self, PyObject *unused) { return PyLong_FromLong(freed); }

static PyObject *events;

static int trace(PyObject *own, PyFrameObject *frame, int what, PyObject *argument)
{
    PyCodeObject *code = PyFrame_GetCode(frame);
    PyObject *event = Py_BuildValue("iiOO", what, PyFrame_GetLineNumber(frame) - code->co_firstlineno,
                                    argument == NULL ? Py_Ellipsis : argument, own);
    Py_DECREF(code);
    int status = event == NULL ? -1 : PyList_Append(events, event);
    Py_XDECREF(event);
    return status;
}

EXPORT(traced, METH_VARARGS)
static PyObject *traced(PyObject *self, PyObject *args)
{
    PyObject *function, *own;
    int profile;
    if (!PyArg_ParseTuple(args, "OOi", &function, &own, &profile))
        return NULL;
    events = PyList_New(0);
    if (profile)
        PyEval_SetProfile(trace, own);
    else
        PyEval_SetTrace(trace, own);
    PyObject *result = PyObject_CallNoArgs(function);
    if (profile)
        PyEval_SetProfile(NULL, NULL);
    else
        PyEval_SetTrace(NULL, NULL);
    Py_XDECREF(result);
    PyErr_Clear();
    return events;
}

EXPORT(names, METH_O)
static PyObject *names(PyObject *self, PyObject *object)
{
    return Py_BuildValue("ss", PyEval_GetFuncName(object), PyEval_GetFuncDesc(object));
}

EXPORT(version, METH_NOARGS)
static PyObject *version(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("ssiii", Py_GetVersion(), Py_GetPlatform(), Py_IsInitialized(), Py_IsFinalizing(),
                         Py_Version >> 16 == PY_VERSION_HEX >> 16);
}

EXPORT(hashes, METH_NOARGS)
static PyObject *hashes(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("nns", _Py_HashDouble(Py_None, 1.5), Py_HashPointer((void *)0x1230), PyHash_GetFuncDef()->name);
}
""")

SINGLE, FILE, EVAL = 256, 257, 258


def check(function, *args):
    try:
        print(function.__name__, function(*args))
    except Exception as error:
        print(function.__name__, type(error).__name__, error)


check(module.run_string, "1 + x", EVAL, {"x": 2})
check(module.run_string, "y = x * 2", FILE, space := {"x": 2})
print(space["y"], "__builtins__" in space)
check(module.run_string, "x", EVAL, {}, {"x": 5})
check(module.run_string, "x", EVAL, {})
check(module.run_string, "1 +", EVAL, {})
check(module.run_string, "1", EVAL, [])
print(eval(module.compile_string("3 * 3", EVAL, 0)))
print(ast.dump(module.compile_string("a", EVAL, ast.PyCF_ONLY_AST)))
print(module.compile_string("a: b", FILE, 0x1000000).co_flags & 0x1000000 != 0)
check(module.compile_string, "# coding: latin-1\nx = '\u00e9'", FILE, 0)
print(module.run_simple("inline_global = 1"), inline_global)  # noqa: F821
print(module.run_simple("1 / 0"))
print(module.print_pending(lambda: [].x), type(sys.last_exc).__name__, sys.last_type.__name__, sys.last_value is sys.last_exc)
print(module.eval_code(compile("a + b", "", "eval"), {"a": 1}, {"b": 2}))
try:
    module.eval_code(compile("a", "", "eval"), None)
except SystemError as error:
    print("bad argument to internal function" in str(error))


def several(a, b, c=3, *, d=4):
    return a, b, c, d


print(module.eval_code_ex(several.__code__, globals(), 1, "b", 2, (30,), {"d": 40}))
check(module.eval_code_ex, several.__code__, globals(), 1, "b", 2, (30,), {})


def spaces_twice():
    inner = 1
    first = module.namespaces()[2]
    inner = 2
    second = module.namespaces()[2]
    return first is second, second["inner"]


print(module.namespaces()[0]["len"] is len, module.namespaces()[2] is globals())
print(spaces_twice())
check(module.recurse, 100)
try:
    module.recurse(100_000)
except RecursionError as error:
    print(error)
print(module.recursion_limit(500), sys.getrecursionlimit(), module.recursion_limit(1000))

done = []
check(module.add_pending, lambda: done.append(1), 3)
print(done)
check(module.add_pending, lambda: 1 / 0, 1)
check(module.add_pending, lambda: done.append(2), 40)
print(len(done))

try:
    module.fail_in("inline.c", "function_in_c", 12, {"__name__": "there"})
except ValueError as error:
    print(traceback.format_exception(error)[-2].strip())
    link = error.__traceback__.tb_next
    print(link.tb_lineno, link.tb_frame.f_code.co_name, link.tb_frame.f_globals, link.tb_frame.f_back)
    print(link.tb_frame.f_code.co_filename, link.tb_frame.f_code.co_code, link.tb_frame.f_code.co_flags, link.tb_frame.f_lasti)


def framed(argument):
    kept = "value"
    print(module.frame("kept")[:1], module.frame("argument")[1], module.frame("kept")[3:])
    check(module.frame, "missing")
    return kept


framed(1)


def outer():
    cell = 1

    def inner(a, /, b, *, c=2):
        local = a + cell
        return local

    return inner


code = outer().__code__
print(module.code_parts(code)[1:])
again = module.rebuild(
    code, "renamed", code.co_linetable, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_code, code.co_exceptiontable
)
print(again.co_name, again.co_freevars, again == code, again.replace(co_name="inner", co_qualname=code.co_qualname) == code)
try:
    module.rebuild(code, "renamed", 1, code.co_varnames, (), (), code.co_code, code.co_exceptiontable)
except SystemError as error:
    print("bad argument to internal function" in str(error))

fresh = compile("1", "", "eval")
print(module.extra(fresh, 0), module.extra(fresh, 1), module.extra(fresh, 1))
del fresh
print(module.freed_extra())


def followed():
    total = 0
    for number in (1,):
        total += number
    try:
        raise KeyError("k")
    except KeyError:
        pass
    return len([total])


for profile in (False, True):
    for what, line, argument, own in module.traced(followed, "own", profile):
        shown = type(argument[1]).__name__ if isinstance(argument, tuple) else argument
        print(what, line, shown, own)

for named in (len, check, outer().__get__(1), 3, int):
    print(module.names(named))
version = module.version()
print(version[0] == sys.version, version[1:])
print(module.hashes())
