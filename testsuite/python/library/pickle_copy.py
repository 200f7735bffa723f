"""pickle, copy, marshal, weakref, shelve-like round trips."""

import copy
import copyreg
import io
import marshal
import pickle
import pickletools
import weakref


class Plain:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return vars(self) == vars(other)


class State:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __getstate__(self):
        return {"a": self.a}

    def __setstate__(self, state):
        self.a, self.b = state["a"], "restored"


class Reduce:
    def __init__(self, *args):
        self.args = args

    def __reduce__(self):
        return (Reduce, self.args)


class Slots:
    __slots__ = ("p", "q")


class New(tuple):
    def __new__(cls, a, b):
        return super().__new__(cls, (a, b))

    def __getnewargs__(self):
        return tuple(self)


values = [
    None,
    True,
    -1,
    255,
    2**31,
    -(2**63),
    10**50,
    1.5,
    float("inf"),
    "é\ud800"[0] + "x" * 300,
    b"b" * 300,
    bytearray(b"ba"),
    [1, [2]],
    (1, 2, 3, 4),
    {"a": {1, 2}},
    frozenset([1]),
    range(5),
    slice(1, 2),
    3 + 4j,
    len,
    int,
    Plain,
    ...,
    NotImplemented,
    Plain([1]),
    Reduce(1, 2).args,
    New(1, 2),
]
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    print(
        protocol,
        [pickle.loads(pickle.dumps(v, protocol)) == v for v in values].count(True),
        len(values),
        pickle.dumps([1, "a"], protocol),
    )
s = pickle.loads(pickle.dumps(State(1, 2)))
print(s.a, s.b, pickle.loads(pickle.dumps(Reduce(5))).args)
slots = Slots()
slots.p = 1
back = pickle.loads(pickle.dumps(slots))
print(back.p, hasattr(back, "q"), copy.copy(slots).p)
shared = [1]
a, b = pickle.loads(pickle.dumps([shared, shared]))
cycle = []
cycle.append(cycle)
again = pickle.loads(pickle.dumps(cycle))
print(a is b, again[0] is again)
for bad in (
    lambda: pickle.dumps(lambda: 0),
    lambda: pickle.loads(b""),
    lambda: pickle.loads(b"garbage"),
    lambda: pickle.loads(b"\x80\x04."),
    lambda: pickle.dumps(open("/dev/null")),
    lambda: pickle.dumps((x for x in ())),
    lambda: pickle.loads(b"cnope\nx\n."),
    lambda: pickle.loads(b"cbuiltins\nnope\n."),
    lambda: pickle.dumps(1, 99),
    lambda: pickle.loads(5),
    lambda: marshal.dumps(object()),
    lambda: marshal.loads(b"x"),
    lambda: pickle.dumps(copyreg),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e).split(" at 0x")[0])


class Persistent(pickle.Pickler):
    def persistent_id(self, obj):
        return "the id" if isinstance(obj, Plain) else None

    def reducer_override(self, obj):
        return (str, ("overridden",)) if obj is State else NotImplemented


class Unpersistent(pickle.Unpickler):
    def persistent_load(self, pid):
        return f"loaded {pid}"

    def find_class(self, module, name):
        if name == "eval":
            raise pickle.UnpicklingError("forbidden")
        return super().find_class(module, name)


Persistent(f := io.BytesIO()).dump([Plain(1), State])
f.seek(0)
print(Unpersistent(f).load())
try:
    Unpersistent(io.BytesIO(b"cbuiltins\neval\n.")).load()
except pickle.UnpicklingError as e:
    print(e)
buffers = []
data = pickle.dumps(pickle.PickleBuffer(b"out of band"), 5, buffer_callback=buffers.append)
print(pickle.loads(data, buffers=buffers), len(buffers))
pickletools.dis(pickle.dumps({"k": (1, [2.5])}, 2))
print(
    pickletools.optimize(pickle.dumps([1])) == pickle.dumps([1]),
    len(pickletools.optimize(pickle.dumps(shared * 3))),
)
nested = {"a": [1, {2: (3, [4])}], "self": None}
nested["self"] = nested
shallow, deep = copy.copy(nested), copy.deepcopy(nested)
nested["a"].append("new")
print(
    shallow["a"][-1],
    deep["a"],
    deep["self"] is deep,
    copy.deepcopy(shared) is shared,
    copy.copy((1,)) is not None,
    copy.deepcopy(len) is len,
)


class Copied:
    def __copy__(self):
        return "copied"

    def __deepcopy__(self, memo):
        return "deep copied"

    def __replace__(self, **changes):
        return changes


print(copy.copy(Copied()), copy.deepcopy([Copied()]), copy.replace(Copied(), a=1))
for value in (None, 1, 2**70, 1.5, "s", b"b", (1, [2, {3}]), {"a": frozenset([1])}, True, ..., 1j):
    assert marshal.loads(marshal.dumps(value)) == value
print(
    marshal.dumps([1, "a", None, 1.5]),
    marshal.version,
    marshal.loads(marshal.dumps(compile("6 * 7", "", "eval"))).co_consts,
)
target = Plain(1)
events = []
r = weakref.ref(target, lambda ref: events.append("dead"))
proxy = weakref.proxy(target)
wd, wk, ws = weakref.WeakValueDictionary(k=target), weakref.WeakKeyDictionary(), weakref.WeakSet()
weakref.finalize(target, events.append, "finalized")
print(r() is target, proxy.x, len(wd), r, weakref.getweakrefcount(target)) if False else print(
    r() is target, proxy.x, len(wd), weakref.getweakrefcount(target)
)
del target
print(r(), events, len(wd))
try:
    proxy.x
except ReferenceError as e:
    print(e)
try:
    weakref.ref(5)
except TypeError as e:
    print(e)
