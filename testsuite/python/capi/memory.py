"""Allocators of C code in front of the interpreter's own, and tables that need no objects."""

import ctypes

from _inline_c import extension

module = extension(
    r"""
typedef struct { PyMemAllocatorEx below; long blocks, left; } Front;
static Front front;
static int allow(void) { return front.left != 0 && (front.left < 0 || front.left-- > 0); }
static void *front_malloc(void *ctx, size_t size)
{
    front.blocks++;
    return allow() ? front.below.malloc(front.below.ctx, size) : NULL;
}
static void *front_calloc(void *ctx, size_t count, size_t size)
{
    front.blocks++;
    return allow() ? front.below.calloc(front.below.ctx, count, size) : NULL;
}
static void *front_realloc(void *ctx, void *block, size_t size)
{
    return allow() ? front.below.realloc(front.below.ctx, block, size) : NULL;
}
static void front_free(void *ctx, void *block) { front.below.free(front.below.ctx, block); }
EXPORT(put_in_front, METH_O)
static PyObject *put_in_front(PyObject *module, PyObject *left)
{
    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &front.below);
    front.blocks = 0;
    front.left = PyLong_AsLong(left);
    PyMemAllocatorEx own = {NULL, front_malloc, front_calloc, front_realloc, front_free};
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &own);
    Py_RETURN_NONE;
}
EXPORT(take_away, METH_NOARGS)
static PyObject *take_away(PyObject *module, PyObject *ignored)
{
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &front.below);
    return PyBool_FromLong(front.blocks > 0);
}
static int resize(PyListObject *list, Py_ssize_t size)
{
    PyObject **items = PyMem_Realloc(list->ob_item, size * sizeof(PyObject *));
    if (items == NULL)
        return -1;
    list->ob_item = items;
    list->allocated = size;
    return 0;
}
EXPORT(pop_all, METH_O)
static PyObject *pop_all(PyObject *module, PyObject *object)
{
    PyListObject *list = (PyListObject *)object;
    PyObject *popped = PyList_New(0);
    while (Py_SIZE(list) > 1) {
        PyObject *item = list->ob_item[Py_SIZE(list) - 1];
        Py_SET_SIZE(list, Py_SIZE(list) - 1);
        PyList_Append(popped, item);
        Py_DECREF(item);
        if (resize(list, Py_SIZE(list)) < 0)
            return NULL;
    }
    return popped;
}
EXPORT(push, METH_VARARGS)
static PyObject *push(PyObject *module, PyObject *args)
{
    PyListObject *list;
    PyObject *item;
    Py_ssize_t count;
    if (!PyArg_ParseTuple(args, "O!On", &PyList_Type, &list, &item, &count) || resize(list, Py_SIZE(list) + count) < 0)
        return NULL;
    while (count-- > 0) {
        list->ob_item[Py_SIZE(list)] = Py_NewRef(item);
        Py_SET_SIZE(list, Py_SIZE(list) + 1);
    }
    Py_RETURN_NONE;
}
EXPORT(give_back, METH_O)
static PyObject *give_back(PyObject *module, PyObject *object)
{
    PyListObject *list = (PyListObject *)object;
    PyObject **items = PyMem_Malloc(2 * sizeof(PyObject *));
    for (Py_ssize_t index = 0; index < Py_SIZE(list); index++)
        Py_DECREF(list->ob_item[index]);
    PyMem_Free(list->ob_item);
    items[0] = Py_NewRef(Py_True);
    list->ob_item = items;
    list->allocated = 2;
    Py_SET_SIZE(list, 1);
    Py_RETURN_NONE;
}
"""
)

# The items of lists, which compiled programs resize themselves.
for length in (1, 2, 5, 40, 600, 5000):
    items = list(range(length))
    popped = module.pop_all(items)
    items.append("kept")
    module.push(items, "pushed", length)
    items.extend(popped[:2])
    print(length, len(popped), popped[:3], items[:3], items[-2:], len(items))
    items.sort(key=str)
    module.give_back(items)
    items.append(length)
    items += items
    print(items)


class Thing:
    pass


things = [Thing() for _ in range(10)]
module.put_in_front(-1)
more = [Thing() for _ in range(1000)]
text = "".join(str(number) for number in range(1000))
large = bytes(100_000)
del things
taken = module.take_away()
print(taken, len(more), len(text), len(large))
more[0].loop = more
del more


def run_out(left):
    made = 0
    module.put_in_front(left)
    try:
        for made in range(10_000):
            Thing()
    except MemoryError as error:
        module.take_away()
        return made < 10_000, type(error).__name__
    module.take_away()
    return None


for left in (0, 1, 5, 20):
    print(left, run_out(left))

api = ctypes.pythonapi
api._Py_hashtable_new.restype = ctypes.c_void_p
api._Py_hashtable_new.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
api._Py_hashtable_get.restype = ctypes.c_size_t
api._Py_hashtable_steal.restype = ctypes.c_size_t
address = lambda function: ctypes.cast(function, ctypes.c_void_p)
table = ctypes.c_void_p(
    api._Py_hashtable_new(address(api._Py_hashtable_hash_ptr), address(api._Py_hashtable_compare_direct))
)
get = lambda key: api._Py_hashtable_get(table, ctypes.c_void_p(key))
for key in range(1, 2000):
    assert api._Py_hashtable_set(table, ctypes.c_void_p(key), ctypes.c_void_p(key * key)) == 0
print(api._Py_hashtable_len(table), [get(key) for key in (1, 500, 1999, 2000)])
visit = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
seen = []
api._Py_hashtable_foreach(table, visit(lambda table, key, value, data: seen.append((key, value)) or 0), None)
print(len(seen), all(value == key * key for key, value in seen))
print(api._Py_hashtable_steal(table, ctypes.c_void_p(500)), get(500))
for key in range(1, 1990):
    api._Py_hashtable_steal(table, ctypes.c_void_p(key))
print(api._Py_hashtable_len(table), get(1995))
api._Py_hashtable_clear(table)
print(api._Py_hashtable_len(table), get(1995))
api._Py_hashtable_destroy(table)
