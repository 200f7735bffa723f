"""Processes, threads and signals in C's hands: forks, handlers, functions at the end, the command line, flags of compilation, arenas."""

import os
import subprocess
import sys
import threading

from _inline_c import extension

module = extension(
    r"""
#include <signal.h>
#include <unistd.h>
#include <sys/wait.h>
#include <pthread.h>

EXPORT(fork_here, METH_O)
static PyObject *fork_here(PyObject *module, PyObject *callee)
{
    PyOS_BeforeFork();
    pid_t child = fork();
    if (child == 0) {
        PyOS_AfterFork_Child();
        PyObject *answer = PyObject_CallNoArgs(callee);
        _exit(answer == NULL ? 99 : (int)PyLong_AsLong(answer));
    }
    PyOS_AfterFork_Parent();
    int status = 0;
    waitpid(child, &status, 0);
    return PyLong_FromLong(WEXITSTATUS(status));
}
static volatile sig_atomic_t caught;
static void handler(int number) { caught += number; }
EXPORT(handle, METH_NOARGS)
static PyObject *handle(PyObject *module, PyObject *ignored)
{
    PyOS_sighandler_t before = PyOS_setsig(SIGUSR1, handler);
    raise(SIGUSR1);
    raise(SIGUSR1);
    PyOS_sighandler_t own = PyOS_setsig(SIGUSR1, before);
    PyOS_sighandler_t wrong = PyOS_setsig(1000, handler);
    return Py_BuildValue("iiii", (int)caught == 2 * SIGUSR1, own == handler, PyOS_getsig(SIGUSR1) == before, wrong == SIG_ERR);
}
static void at_end(void) { ssize_t done = write(1, "at the end\n", 11); (void)done; }
static void at_end_too(void) { ssize_t done = write(1, "before it\n", 10); (void)done; }
EXPORT(ask_for_end, METH_NOARGS)
static PyObject *ask_for_end(PyObject *module, PyObject *ignored)
{
    return Py_BuildValue("ii", Py_AtExit(at_end), Py_AtExit(at_end_too));
}
EXPORT(ask_too_often, METH_NOARGS)
static PyObject *ask_too_often(PyObject *module, PyObject *ignored)
{
    int failed = 0, made = 0;
    while (failed == 0 && made < 100) {
        failed = Py_AtExit(at_end_too);
        made += failed == 0;
    }
    return Py_BuildValue("ii", failed, made <= 32);
}
EXPORT(command_line, METH_NOARGS)
static PyObject *command_line(PyObject *module, PyObject *ignored)
{
    int count;
    wchar_t **all;
    Py_GetArgcArgv(&count, &all);
    PyObject *list = PyList_New(count);
    for (int index = 0; index < count; index++)
        PyList_SET_ITEM(list, index, PyUnicode_FromWideChar(all[index], -1));
    return list;
}
EXPORT(interpreters, METH_NOARGS)
static PyObject *interpreters(PyObject *module, PyObject *ignored)
{
    int count = 0, found = 0;
    for (PyInterpreterState *each = PyInterpreterState_Head(); each != NULL; each = PyInterpreterState_Next(each)) {
        count++;
        found += each == PyInterpreterState_Get();
    }
    return Py_BuildValue("ii", count, found);
}
EXPORT(merge, METH_O)
static PyObject *merge(PyObject *module, PyObject *number)
{
    PyCompilerFlags flags = {(int)PyLong_AsLong(number), PY_MINOR_VERSION};
    int given = PyEval_MergeCompilerFlags(&flags);
    return Py_BuildValue("ii", given, flags.cf_flags);
}
typedef struct { PyInterpreterState *interpreter; PyObject *callee; } Work;
static void *work(void *given)
{
    Work *mine = given;
    PyThreadState *state = PyThreadState_New(mine->interpreter);
    PyEval_AcquireThread(state);
    PyObject *answer = PyObject_CallNoArgs(mine->callee);
    if (answer == NULL)
        PyErr_WriteUnraisable(NULL);
    Py_XDECREF(answer);
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
    return NULL;
}
EXPORT(run_in_thread, METH_O)
static PyObject *run_in_thread(PyObject *module, PyObject *callee)
{
    pthread_t thread;
    Work mine = {PyInterpreterState_Get(), callee};
    Py_BEGIN_ALLOW_THREADS
    pthread_create(&thread, NULL, work, &mine);
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(PyGILState_GetThisThreadState() == PyThreadState_Get());
}
EXPORT(arena, METH_NOARGS)
static PyObject *arena(PyObject *module, PyObject *ignored)
{
    PyObjectArenaAllocator arenas;
    PyObject_GetArenaAllocator(&arenas);
    char *block = arenas.alloc(arenas.ctx, 1 << 20);
    if (block == NULL)
        return PyErr_NoMemory();
    memset(block, 5, 1 << 20);
    int sum = block[0] + block[(1 << 20) - 1];
    arenas.free(arenas.ctx, block, 1 << 20);
    return PyLong_FromLong(sum);
}
EXPORT(encoding, METH_NOARGS)
static PyObject *encoding(PyObject *module, PyObject *ignored)
{
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    return Py_BuildValue("zz", Py_FileSystemDefaultEncoding, Py_FileSystemDefaultEncodeErrors);
}
"""
)

if sys.argv[1:2] == ["end"]:
    print(module.ask_for_end())
    print(module.command_line()[-3:] == [__file__, "end", "é"], len(module.command_line()) >= 4)
    print(module.ask_too_often() if sys.argv[3:] else "")
    sys.exit()


def show(function, *args):
    try:
        print(function.__name__, repr(function(*args)))
    except BaseException as error:
        print(function.__name__, type(error).__name__, error)


order = []
os.register_at_fork(before=lambda: order.append("before"), after_in_parent=lambda: order.append("parent"))
os.register_at_fork(after_in_child=lambda: order.append("child"))
show(module.fork_here, lambda: 7 if order == ["before", "child"] else 8)
print(order)
show(module.fork_here, lambda: len(threading.enumerate()))
show(module.fork_here, lambda: 1 / 0) if sys.flags.dev_mode else None
show(module.handle)
show(module.interpreters)
for flags in (0, 0x100_0000, 0x2000):
    show(module.merge, flags)
names = []
show(module.run_in_thread, lambda: names.append(threading.get_ident()))
print(len(names), names[0] != threading.get_ident())
show(module.run_in_thread, lambda: names.append(threading.current_thread().name))
print(names[1][:5], threading.active_count())
show(module.arena)
show(module.encoding)
for more in ((), ("often",)):
    print(
        subprocess.run([sys.executable, __file__, "end", "é", *more], capture_output=True, text=True)
        .stdout.replace("before it\n" * 5, "")
        .strip()
    )
