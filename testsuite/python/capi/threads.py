"""Threads that are not Python's, the GIL, thread states, locks and storage of threads."""

import threading

from _inline_c import extension

module = extension(r"""
#include <pthread.h>
#include <unistd.h>

struct task { PyObject *callable; int ensured, nested, checked, outcome; uint64_t id; };

static void *foreign(void *argument)
{
    struct task *task = argument;
    task->checked = PyGILState_GetThisThreadState() == NULL;
    PyGILState_STATE state = PyGILState_Ensure();
    task->ensured = state == PyGILState_UNLOCKED;
    task->checked += PyGILState_Check();
    PyGILState_STATE inner = PyGILState_Ensure();
    task->nested = inner == PyGILState_LOCKED;
    task->id = PyThreadState_GetID(PyThreadState_Get());
    PyObject *result = PyObject_CallNoArgs(task->callable);
    task->outcome = result != NULL;
    Py_XDECREF(result);
    PyErr_Clear();
    PyGILState_Release(inner);
    Py_BEGIN_ALLOW_THREADS
    usleep(1000);
    Py_END_ALLOW_THREADS
    PyGILState_Release(state);
    task->checked += PyGILState_GetThisThreadState() == NULL;
    return NULL;
}

EXPORT(run_foreign, METH_O)
static PyObject *run_foreign(PyObject *self, PyObject *callable)
{
    struct task task = {callable};
    pthread_t thread;
    pthread_create(&thread, NULL, foreign, &task);
    Py_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS
    return Py_BuildValue("iiiii", task.ensured, task.nested, task.checked, task.outcome, task.id > 1);
}

EXPORT(states, METH_NOARGS)
static PyObject *states(PyObject *self, PyObject *unused)
{
    PyThreadState *mine = PyThreadState_Get(), *other = PyThreadState_New(PyInterpreterState_Get());
    int same = mine == PyThreadState_GetUnchecked() && mine == PyGILState_GetThisThreadState();
    PyThreadState *old = PyThreadState_Swap(other);
    int swapped = old == mine && PyThreadState_Get() == other;
    PyObject *dict = PyThreadState_GetDict();
    int fresh = dict != NULL && PyDict_Size(dict) == 0;
    PyThreadState_Clear(other);
    int back = PyThreadState_Swap(mine) == other;
    PyThreadState_Delete(other);
    PyInterpreterState *interpreter = PyThreadState_GetInterpreter(mine);
    int main = interpreter == PyInterpreterState_Main() && PyInterpreterState_GetID(interpreter) == 0;
    int listed = 0;
    for (PyThreadState *ts = PyInterpreterState_ThreadHead(interpreter); ts != NULL; ts = PyThreadState_Next(ts))
        listed += ts == mine;
    return Py_BuildValue("iiiiii", same, swapped, fresh, back, main, listed);
}

EXPORT(keep, METH_O)
static PyObject *keep(PyObject *self, PyObject *value)
{
    PyObject *dict = PyInterpreterState_GetDict(PyInterpreterState_Get());
    if (PyDict_SetItemString(dict, "inline", value) < 0)
        return NULL;
    return Py_NewRef(PyDict_GetItemString(PyInterpreterState_GetDict(PyInterpreterState_Main()), "inline"));
}

EXPORT(interrupt, METH_VARARGS)
static PyObject *interrupt(PyObject *self, PyObject *args)
{
    unsigned long ident;
    PyObject *exception;
    if (!PyArg_ParseTuple(args, "kO", &ident, &exception))
        return NULL;
    return PyLong_FromLong(PyThreadState_SetAsyncExc(ident, exception));
}

static PyMutex mutex;
static PyThread_type_lock lock;
static long counted;

static void *count(void *unused)
{
    for (int i = 0; i < 20000; i++) {
        PyMutex_Lock(&mutex);
        counted++;
        PyMutex_Unlock(&mutex);
        PyThread_acquire_lock(lock, 1);
        counted++;
        PyThread_release_lock(lock);
    }
    return NULL;
}

EXPORT(count_together, METH_NOARGS)
static PyObject *count_together(PyObject *self, PyObject *unused)
{
    /* The two locks do not exclude each other, so each thread counts under both at its end. */
    pthread_t threads[4];
    lock = PyThread_allocate_lock();
    counted = 0;
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, count, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    Py_END_ALLOW_THREADS
    int free = PyThread_acquire_lock(lock, 0), taken = PyThread_acquire_lock(lock, 0);
    int timed = PyThread_acquire_lock_timed(lock, 1000, 0);
    PyThread_release_lock(lock);
    PyThread_free_lock(lock);
    return Py_BuildValue("iiii", counted > 0, free, taken, timed);
}

static long exclusive;

static void *count_mutex(void *unused)
{
    for (int i = 0; i < 50000; i++) {
        PyMutex_Lock(&mutex);
        exclusive++;
        PyMutex_Unlock(&mutex);
    }
    return NULL;
}

EXPORT(count_exclusively, METH_NOARGS)
static PyObject *count_exclusively(PyObject *self, PyObject *unused)
{
    pthread_t threads[4];
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, count_mutex, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(exclusive);
}

static Py_tss_t key = Py_tss_NEEDS_INIT;

static void *other_value(void *result)
{
    *(int *)result = PyThread_tss_get(&key) == NULL;
    return NULL;
}

EXPORT(storage, METH_NOARGS)
static PyObject *storage(PyObject *self, PyObject *unused)
{
    int before = PyThread_tss_is_created(&key), made = PyThread_tss_create(&key) == 0 && PyThread_tss_create(&key) == 0;
    int set = PyThread_tss_set(&key, &mutex) == 0 && PyThread_tss_get(&key) == &mutex, own = 0;
    pthread_t thread;
    pthread_create(&thread, NULL, other_value, &own);
    pthread_join(thread, NULL);
    PyThread_tss_delete(&key);
    Py_tss_t *heap = PyThread_tss_alloc();
    int fresh = heap != NULL && !PyThread_tss_is_created(heap);
    PyThread_tss_free(heap);
    return Py_BuildValue("iiiiii", before, made, set, own, PyThread_tss_is_created(&key), fresh);
}

static void started(void *argument)
{
    PyMutex_Lock(&mutex);
    *(unsigned long *)argument = PyThread_get_thread_ident();
    PyMutex_Unlock(&mutex);
}

EXPORT(start, METH_NOARGS)
static PyObject *start(PyObject *self, PyObject *unused)
{
    static unsigned long seen = 0;
    unsigned long ident = PyThread_start_new_thread(started, &seen), now = 0;
    while (now == 0) {
        usleep(100);
        PyMutex_Lock(&mutex);
        now = seen;
        PyMutex_Unlock(&mutex);
    }
    return PyLong_FromLong(now == ident && ident != PyThread_get_thread_ident());
}

EXPORT(ident, METH_NOARGS)
static PyObject *ident(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("kk", PyThread_get_thread_ident(), PyThread_get_thread_native_id());
}

EXPORT(stack, METH_NOARGS)
static PyObject *stack(PyObject *self, PyObject *unused)
{
    size_t old = PyThread_get_stacksize();
    int small = PyThread_set_stacksize(100), good = PyThread_set_stacksize(1 << 20);
    size_t now = PyThread_get_stacksize();
    PyThread_set_stacksize(0);
    return Py_BuildValue("nii", (Py_ssize_t)old, small, good == 0 && now == 1 << 20);
}
""")

print("foreign", module.run_foreign(lambda: None))
print("foreign raises", module.run_foreign(lambda: 1 / 0))
print("foreign names", module.run_foreign(lambda: threading.current_thread().name))
names = []
module.run_foreign(lambda: names.append(threading.current_thread().name.split("-")[0]))
print(names, threading.active_count())
local = threading.local()
local.value = 1
seen = []
module.run_foreign(lambda: seen.append(hasattr(local, "value")))
print("local", seen, local.value)
print("states", module.states())
print("kept", module.keep([1]))
print("together", module.count_together())
print("exclusively", module.count_exclusively())
print("storage", module.storage())
print("start", module.start())
print("ident", module.ident() == (threading.get_ident(), threading.get_native_id()))
print("stack", module.stack())


class Stop(Exception):
    pass


ready, outcome = threading.Event(), []


def spin():
    try:
        ready.set()
        while True:
            pass
    except Stop as stop:
        outcome.append(type(stop).__name__)


thread = threading.Thread(target=spin)
thread.start()
ready.wait()
print("asked", module.interrupt(thread.ident, Stop), module.interrupt(1, Stop))
thread.join()
print(outcome)
