"""A thread that is not Python's forks: in the child its stack is the main thread's, and Python code runs on it."""

from _inline_c import extension

module = extension(r"""
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static void *fork_and_run(void *source)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        PyGILState_Ensure();
        _exit(PyRun_SimpleString(source) == 0 ? 0 : 1);
    }
    waitpid(child, &status, 0);
    return (void *)(intptr_t)status;
}

EXPORT(run, METH_O)
static PyObject *run(PyObject *self, PyObject *source)
{
    const char *text = PyUnicode_AsUTF8(source);
    pthread_t thread;
    void *status;
    Py_BEGIN_ALLOW_THREADS
    pthread_create(&thread, NULL, fork_and_run, (void *)text);
    pthread_join(thread, &status);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong((intptr_t)status);
}
""")

print(module.run("import json; print(json.dumps([[[[1]]]]), repr([[[]]]), flush=True)"))
print(module.run("f = lambda n: n and f(n - 1); print(f(300), flush=True)"))
