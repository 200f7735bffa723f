"""inspect, traceback, warnings, dis-free introspection of frames and code."""

import inspect
import linecache
import sys
import traceback
import types
import warnings


def f(a, b: int = 2, *args, c, d=4, **kw) -> str:
    """Doc of f.

    More.
    """
    return str(a)


s = inspect.signature(f)
print(
    s,
    list(s.parameters),
    s.parameters["b"],
    s.parameters["c"].kind.name,
    s.return_annotation,
    s.bind(1, c=3).arguments,
    s.bind(1, 2, 3, c=4, z=5).kwargs,
    s.replace(parameters=[]),
    inspect.getfullargspec(f),
)
for bad in (
    lambda: s.bind(),
    lambda: s.bind(1),
    lambda: inspect.signature(5),
    lambda: inspect.getsource(len),
    lambda: inspect.Parameter("x", 9),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    inspect.getdoc(f),
    inspect.getsource(lambda: 0),
    inspect.getsourcelines(f)[1],
    inspect.getmodule(f).__name__,
    inspect.isfunction(f),
    inspect.isbuiltin(len),
    inspect.ismethod(f),
    inspect.isclass(int),
    inspect.isgeneratorfunction(f),
    inspect.iscode(f.__code__),
    sep="\n",
)
for builtin in (
    len,
    print,
    sorted,
    dict.get,
    list.append,
    str.split,
    int,
    "".join,
    object,
    range,
    isinstance,
    type,
    sum,
    open,
    exec,
):
    try:
        print(builtin.__qualname__, inspect.signature(builtin))
    except ValueError as e:
        print(builtin.__qualname__, "ValueError", e)
c = f.__code__
print(
    c.co_name,
    c.co_varnames,
    c.co_argcount,
    c.co_kwonlyargcount,
    c.co_nlocals,
    c.co_flags,
    c.co_names,
    c.co_consts[0],
    c.co_firstlineno,
    c.co_freevars,
    c.co_cellvars,
    c.co_stacksize,
    c.co_qualname,
    [line for *_, line in c.co_lines()],
    list(c.co_positions())[2],
    c.replace(co_name="g").co_name,
)


def outer():
    x = 1

    def inner():
        y = x
        frame = sys._getframe()
        return (
            frame.f_code.co_name,
            frame.f_lineno,
            sorted(frame.f_locals),
            frame.f_back.f_code.co_name,
            frame.f_globals is globals(),
            inspect.stack()[1].function,
            inspect.currentframe() is frame,
        )

    return inner(), inspect.getclosurevars(inner).nonlocals


print(outer())


def locals_proxy():
    value = 1
    proxy = sys._getframe().f_locals
    proxy["value"] = 2
    proxy["extra"] = 3
    return value, "extra" in proxy, type(proxy).__name__, sorted(proxy)


print(locals_proxy())
try:
    [].pop()
except IndexError as e:
    te = traceback.TracebackException.from_exception(e, capture_locals=False)
    print(
        "".join(te.format()),
        [fs.name for fs in te.stack],
        te.exc_type_str,
        e.__traceback__.tb_lineno,
        traceback.extract_tb(e.__traceback__)[0].line,
    )
    print(
        traceback.format_exception_only(ValueError, ValueError("x")),
        traceback.format_list([("file.py", 3, "func", "code line")]),
        traceback.format_tb(e.__traceback__),
    )
print(traceback.extract_stack()[-1].name, linecache.getline(__file__, 1))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("careful")
    warnings.warn("old", DeprecationWarning, stacklevel=1)
    warnings.warn(UserWarning("instance"))
print([(w.category.__name__, str(w.message), w.lineno > 0) for w in caught])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        warnings.warn("now an error", RuntimeWarning)
    except RuntimeWarning as e:
        print(repr(e))


@warnings.deprecated("use g")
def old():
    return 1


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(old(), str(caught[0].message), old.__deprecated__)
print(warnings.formatwarning("m", UserWarning, "file.py", 5, "the line"))


class K:
    """Doc K."""

    attr = 1

    def m(self): ...

    @classmethod
    def cm(cls): ...

    @staticmethod
    def sm(): ...

    @property
    def p(self): ...


print(
    [(n, type(o).__name__) for n, o in inspect.getmembers(K) if not n.startswith("__")],
    [a.kind for a in inspect.classify_class_attrs(K) if a.name in ("cm", "sm", "p", "attr", "m")],
    inspect.getmro(K),
    inspect.getattr_static(K(), "p").__class__.__name__,
    inspect.unwrap(K.m) is K.m,
    inspect.getdoc(K),
)
events = []


def tracer(frame, event, arg):
    events.append((event, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
    return tracer


def traced(n):
    for i in range(n):
        n += i
    return n


sys.settrace(tracer)
traced(2)
sys.settrace(None)
print(events)
events.clear()
sys.setprofile(
    lambda frame, event, arg: events.append(
        (event, getattr(arg, "__name__", None) if event.startswith("c_") else frame.f_code.co_name)
    )
)
len(str(traced(1)))
sys.setprofile(None)
print(events)
m = types.ModuleType("made", "doc")
exec("x = 1\ndef g(): return x", m.__dict__)
print(
    m,
    m.g(),
    m.__doc__,
    types.SimpleNamespace(a=1, b=[2]),
    types.SimpleNamespace(a=1) == types.SimpleNamespace(a=1),
    types.new_class("N", (int,), {}, lambda ns: ns.update(z=1)).z,
    types.resolve_bases((int,)),
    types.MethodType(len, "abc")(),
)
