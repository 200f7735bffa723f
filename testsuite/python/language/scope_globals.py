"""Names: global, nonlocal, class scopes, exec and eval namespaces, del."""

x = "global"


def reads():
    return x


def writes():
    global x, created
    x = "changed"
    created = "new"


writes()
print(reads(), x, created)


def local_only():
    x = "local"

    def inner():
        global x
        return x

    return x, inner()


print(local_only())


class Scope:
    x = "class"
    inner = [x for _ in range(1)]

    def method(self):
        return x

    exec("y = x + '!'")


print(Scope.inner, Scope().method(), Scope.y)
namespace = {"a": 1}
exec("b = a + 1\ndef f(): return a + b", namespace)
print(namespace["b"], namespace["f"](), sorted(k for k in namespace if k != "__builtins__"))
print(eval("a * 2", {"a": 4}), eval("a + b", {"a": 1}, {"b": 2}))
locals_map = {}
exec("def f(): return 1\nz = f()", {}, locals_map)
print(sorted(locals_map))
try:
    eval("missing", {"__builtins__": {}})
except NameError as e:
    print(e)
try:
    eval("len([])", {"__builtins__": {}})
except NameError as e:
    print(e)


def see_locals(a, b=2):
    c = a + b
    snapshot = locals()
    d = 1
    return snapshot, sorted(locals())


print(see_locals(1))


def deletes():
    v = 1
    del v
    try:
        v
    except UnboundLocalError as e:
        return str(e)


print(deletes())
del created
try:
    created
except NameError as e:
    print(e)
try:
    prnt
except NameError as e:
    print(e, e.name)
for source in (
    "def f():\n  x = 1\n  global x",
    "nonlocal x",
    "def f(a): global a",
    "def f():\n def g():\n  nonlocal zz",
    "def f(a, a): pass",
    "del f()",
    "f() = 1",
    "None = 1",
    "x + 1 = 2",
    "def f(None): pass",
    "class A: return 1",
    "break",
    "continue",
    "yield",
    "lambda: (yield)",
    "*a",
    "a, *b, *c = d",
    "*a = 1",
    "def f(*): pass",
    "def f(a=1, b): pass",
    "f(**a, *b)",
    "f(a for a in b, c)",
    "import a.b as c.d",
    "from . import *",
    "from __future__ import nothing",
    "global y; y = 1",
):
    try:
        compile(source, "", "exec")
        print("compiled")
    except SyntaxError as e:
        print(e.msg)
print([v for v in dir() if v.startswith("n")], "__name__" in globals(), vars() is globals())

if True:
    conditional = 1
for loop_variable in range(3):
    pass
print(conditional, loop_variable)
