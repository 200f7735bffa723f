"""Configurations that C programs fill, statuses, wide lists, allocators of memory, arenas."""

from _inline_c import extension

module = extension(r"""
static PyObject *numbers(const void *config, size_t size)
{
    /* All ints of the struct; pointers are NULL, so that they read as two zeros. */
    const int *words = config;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; i < size / sizeof(int); i++) {
        PyObject *number = PyLong_FromLong(words[i]);
        PyList_Append(list, number);
        Py_DECREF(number);
    }
    return list;
}

EXPORT(configs, METH_NOARGS)
static PyObject *configs(PyObject *self, PyObject *unused)
{
    PyConfig python = {0}, isolated = {0};
    PyPreConfig pre_python = {0}, pre_isolated = {0};
    memset(&python, 0, sizeof(python));
    memset(&isolated, 0, sizeof(isolated));
    PyConfig_InitPythonConfig(&python);
    PyConfig_InitIsolatedConfig(&isolated);
    PyPreConfig_InitPythonConfig(&pre_python);
    PyPreConfig_InitIsolatedConfig(&pre_isolated);
    PyObject *result = Py_BuildValue("NNNN", numbers(&python, sizeof(python)), numbers(&isolated, sizeof(isolated)),
                                     numbers(&pre_python, sizeof(pre_python)), numbers(&pre_isolated, sizeof(pre_isolated)));
    PyConfig_Clear(&python);
    PyConfig_Clear(&isolated);
    return result;
}

static PyObject *items(const PyWideStringList *list)
{
    PyObject *result = PyList_New(0);
    for (Py_ssize_t i = 0; i < list->length; i++) {
        PyObject *item = PyUnicode_FromWideChar(list->items[i], -1);
        PyList_Append(result, item);
        Py_DECREF(item);
    }
    return result;
}

EXPORT(strings, METH_NOARGS)
static PyObject *strings(PyObject *self, PyObject *unused)
{
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    wchar_t *texts[] = {L"one", L"tw\u00f6", L"three"};
    char *bytes[] = {"four", "f\xc3\xadve", "s\xefx"};
    PyStatus status = PyConfig_SetWideStringList(&config, &config.warnoptions, 3, texts);
    PyWideStringList_Append(&config.warnoptions, L"last");
    PyWideStringList_Insert(&config.warnoptions, 1, L"second");
    PyStatus bad = PyWideStringList_Insert(&config.warnoptions, -1, L"no");
    PyConfig_SetString(&config, &config.program_name, L"first");
    PyConfig_SetString(&config, &config.program_name, L"name");
    PyConfig_SetBytesString(&config, &config.home, "h\xc3\xb6me");
    PyConfig_SetBytesArgv(&config, 3, bytes);
    PyObject *result = Py_BuildValue("iisNuuN", PyStatus_Exception(status), PyStatus_IsError(bad), bad.err_msg,
                                     items(&config.warnoptions), config.program_name, config.home, items(&config.argv));
    PyConfig_Clear(&config);
    return result;
}

EXPORT(statuses, METH_NOARGS)
static PyObject *statuses(PyObject *self, PyObject *unused)
{
    PyStatus ok = PyStatus_Ok(), error = PyStatus_Error("bad"), out = PyStatus_Exit(3), memory = PyStatus_NoMemory();
    return Py_BuildValue("(iii)(iiis)(iiii)s", PyStatus_IsError(ok), PyStatus_IsExit(ok), PyStatus_Exception(ok),
                         PyStatus_IsError(error), PyStatus_IsExit(error), PyStatus_Exception(error), error.err_msg,
                         PyStatus_IsError(out), PyStatus_IsExit(out), PyStatus_Exception(out), out.exitcode, memory.err_msg);
}

static PyMemAllocatorEx original;
static long calls[4];

static void *counted_malloc(void *ctx, size_t size) { calls[0]++; return original.malloc(original.ctx, size); }
static void *counted_calloc(void *ctx, size_t n, size_t size) { calls[1]++; return original.calloc(original.ctx, n, size); }
static void *counted_realloc(void *ctx, void *p, size_t size) { calls[2]++; return original.realloc(original.ctx, p, size); }
static void counted_free(void *ctx, void *p) { calls[3]++; original.free(original.ctx, p); }

EXPORT(allocators, METH_O)
static PyObject *allocators(PyObject *self, PyObject *number)
{
    PyMemAllocatorDomain domain = (PyMemAllocatorDomain)PyLong_AsLong(number);
    PyMemAllocatorEx counted = {NULL, counted_malloc, counted_calloc, counted_realloc, counted_free};
    void *(*functions[])(size_t) = {PyMem_RawMalloc, PyMem_Malloc, PyObject_Malloc};
    void *(*clearing[])(size_t, size_t) = {PyMem_RawCalloc, PyMem_Calloc, PyObject_Calloc};
    void *(*growing[])(void *, size_t) = {PyMem_RawRealloc, PyMem_Realloc, PyObject_Realloc};
    void (*freeing[])(void *) = {PyMem_RawFree, PyMem_Free, PyObject_Free};
    memset(calls, 0, sizeof(calls));
    PyMem_GetAllocator(domain, &original);
    PyMem_SetAllocator(domain, &counted);
    char *block = functions[domain](10);
    strcpy(block, "contents");
    block = growing[domain](block, 10000);
    char *zeros = clearing[domain](10, 10);
    int same = strcmp(block, "contents") == 0, clear = zeros[0] == 0 && zeros[99] == 0;
    freeing[domain](block);
    freeing[domain](zeros);
    int too_large = functions[domain](PY_SSIZE_T_MAX + (size_t)1) == NULL && clearing[domain](PY_SSIZE_T_MAX, 2) == NULL;
    PyMem_SetAllocator(domain, &original);
    return Py_BuildValue("iiiiiii", calls[0] >= 1, calls[1] >= 1, calls[2] >= 1, calls[3] >= 2, same, clear, too_large);
}
""")

for numbers in module.configs():
    print(numbers)
print(module.strings())
print(module.statuses())
for domain in range(3):
    print(module.allocators(domain))
