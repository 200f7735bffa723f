"""A function in the place of the evaluation loop (PEP 523)."""

import sys

from _inline_c import extension

module = extension(r"""
static PyObject *seen;

static PyObject *on_frame(PyThreadState *ts, struct _PyInterpreterFrame *frame, int throwing)
{
    PyObject *code = PyUnstable_InterpreterFrame_GetCode(frame);
    if (PyCode_Check(code)) {
        PyObject *entry = Py_BuildValue("Oi", ((PyCodeObject *)code)->co_name, throwing);
        PyList_Append(seen, entry);
        Py_DECREF(entry);
    }
    Py_DECREF(code);
    return _PyEval_EvalFrameDefault(ts, frame, throwing);
}

EXPORT(install, METH_O)
static PyObject *install(PyObject *self, PyObject *list)
{
    seen = Py_NewRef(list);
    PyInterpreterState *interpreter = PyInterpreterState_Get();
    int was_loop = _PyInterpreterState_GetEvalFrameFunc(interpreter) == _PyEval_EvalFrameDefault;
    _PyInterpreterState_SetEvalFrameFunc(interpreter, on_frame);
    return PyLong_FromLong(was_loop && _PyInterpreterState_GetEvalFrameFunc(interpreter) == on_frame);
}

EXPORT(uninstall, METH_NOARGS)
static PyObject *uninstall(PyObject *self, PyObject *unused)
{
    _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState_Get(), _PyEval_EvalFrameDefault);
    Py_CLEAR(seen);
    Py_RETURN_NONE;
}
""")


class Point:
    def __init__(self, x):
        self.x = x

    @property
    def twice(self):
        return self.x * 2

    def __getitem__(self, index):
        return index

    def __eq__(self, other):
        return self.x == other.x


def add(a, b=1):
    return a + b


def count(limit):
    for number in range(limit):
        yield number


def fail():
    raise ValueError("failed")


def careful():
    try:
        yield 1
    except KeyError:
        yield 2


async def wait():
    return 5


def deep(level):
    return sys._getframe().f_back.f_code.co_name if level == 0 else deep(level - 1)


def work():
    out = []
    for _ in range(3):
        out.append(add(1))
        out.append(add(1, b=2))
        out.append(sum(count(2)))
        out.append([number for number in count(2)])
        out.append(Point(3).twice)
        out.append(Point(3)[4])
        out.append(Point(1) == Point(2))
        try:
            fail()
        except ValueError as error:
            out.append((str(error), error.__traceback__.tb_next.tb_frame.f_code.co_name))
    generator = careful()
    out += [next(generator), generator.throw(KeyError)]
    try:
        wait().send(None)
    except StopIteration as stop:
        out.append(stop.value)
    out.append(sorted([3, 1, 2], key=lambda number: -number))
    out.append(deep(2))
    return out


expected = work()
seen = []
print(module.install(seen))
result = work()
module.uninstall()
print(result == expected)
# Whether making an instance in place counts as a call is a matter of specialisation.
print([entry for entry in seen if entry[0] != "__init__"])
del seen[:]
work()
print(seen)
