"""The flags of native types: which can be derived from, changed, called as functions, made by a program, matched as sequences."""

import abc
import asyncio
import builtins
import functools
import importlib
import io
import os
import pickle
import re
import sys
import threading
import types
import warnings

BITS = {
    5: "sequence",
    6: "mapping",
    7: "not made",
    8: "immutable",
    9: "heap",
    10: "base",
    11: "vectorcall",
    17: "method descriptor",
    20: "abstract",
    22: "match self",
    23: "items at end",
    24: "int",
    25: "list",
    26: "tuple",
    27: "bytes",
    28: "str",
    29: "dict",
    30: "exception",
    31: "type",
}

MODULES = """
    _abc _ast _asyncio _bisect _blake2 _bz2 _codecs _codecs_cn _collections _contextvars _csv _ctypes _datetime _decimal _elementtree
    _functools _hashlib _heapq _imp _io _json _locale _lsprof _lzma _md5 _multibytecodec _multiprocessing _opcode _operator _pickle
    _posixshmem _posixsubprocess _queue _random _sha1 _sha2 _sha3 _signal _socket _sqlite3 _sre _ssl _stat _statistics _string _struct
    _symtable _thread _tokenize _tracemalloc _typing _uuid _warnings _weakref _zoneinfo array atexit binascii builtins cmath errno
    faulthandler fcntl gc grp itertools marshal math mmap posix pwd pyexpat resource select sys syslog termios time unicodedata zlib
""".split()

# Where C code calls an instance, these take its arguments as they come, which CPython's do not.
CALLED_DIRECTLY = {"_ctypes.CFuncPtr", "functools.KeyWrapper", "functools._lru_cache_wrapper"}
# What a program makes of these in CPython ends the process when it is used.
HALF_MADE = {"_asyncio.TaskStepMethWrapper", "_pickle.PicklerMemoProxy", "_pickle.UnpicklerMemoProxy"}

# What only C code gets to see.
INTERNAL = {
    "InstructionSequence",
    "hamt",
    "hamt_array_node",
    "hamt_bitmap_node",
    "hamt_collision_node",
    "hamt_node",
}

found = {}


def add(value):
    if isinstance(value, type):
        found.setdefault(f"{value.__module__}.{value.__qualname__}", value)


def add_builtins(cls):
    for derived in type.__subclasses__(cls):
        if derived.__module__ == "builtins" and derived.__qualname__ not in INTERNAL:
            add(derived)
        add_builtins(derived)


async def coroutine():
    pass


async def asynchronous():
    yield


def unraisable():
    class Loud:
        def __del__(self):
            raise ValueError

    kept = []
    sys.unraisablehook = lambda args: kept.append(type(args))
    Loud()
    sys.unraisablehook = sys.__unraisablehook__
    return kept


def instances():
    """What no namespace has."""
    yield type(abc.ABC._abc_impl)
    yield re.compile("").scanner("")
    yield re._compile_template(re.compile(""), "")
    yield functools.cmp_to_key(lambda a, b: 0)
    yield os.scandir()
    yield coroutine.__code__.co_lines()
    yield coroutine.__code__.co_positions()
    yield importlib.import_module("_symtable").symtable("1", "name", "exec")
    yield sys.get_asyncgen_hooks()
    yield from unraisable()
    yield sys.flags
    yield sys.version_info
    yield sys.float_info
    yield sys.int_info
    yield sys.hash_info
    yield sys.thread_info
    yield sys.implementation
    yield os.times()
    yield os.uname()
    yield os.terminal_size((1, 1))
    yield pickle.Pickler(io.BytesIO()).memo
    yield pickle.Unpickler(io.BytesIO()).memo
    yield threading.ExceptHookArgs
    yield [].__iter__()
    yield reversed([])
    yield iter(lambda: 0, 1)
    yield iter(asyncio.Future(loop=loop))
    made = coroutine()
    yield made.__await__()
    made.close()
    yield asynchronous()
    yield asynchronous().__anext__()
    yield asynchronous().asend(None)
    yield asynchronous().athrow(ValueError)
    yield importlib.import_module("unicodedata").ucd_3_2_0
    yield importlib.import_module("zlib").compressobj()
    yield importlib.import_module("zlib").decompressobj()
    yield importlib.import_module("_md5").md5()
    yield importlib.import_module("_sha2").sha256()
    yield importlib.import_module("_hashlib").new("md5")
    yield importlib.import_module("_struct").iter_unpack("b", b"1")
    yield importlib.import_module("select").poll()
    yield importlib.import_module("_csv").reader([])
    yield importlib.import_module("array").array("b").__iter__()
    yield importlib.import_module("pyexpat").ParserCreate()
    yield importlib.import_module("_elementtree").Element("a").iter()
    yield importlib.import_module("_decimal").localcontext()
    yield importlib.import_module("_decimal").getcontext().flags
    yield importlib.import_module("_codecs_cn").getcodec("gb2312")
    yield type.__dict__["__mro__"]
    yield types.MappingProxyType({})
    yield {}.items().__iter__()


loop = asyncio.new_event_loop()
warnings.simplefilter("ignore")
for name in MODULES:
    module = importlib.import_module(name)
    for value in list(vars(module).values()):
        add(value)
        add(type(value))
add_builtins(object)
for value in instances():
    add(value)
    add(type(value))
loop.close()

for name in sorted(found):
    cls = found[name]
    if name in HALF_MADE or cls.__module__ == "__main__" or cls.__module__.startswith("_frozen_importlib"):
        continue
    words = [word for bit, word in BITS.items() if cls.__flags__ >> bit & 1]
    if name in CALLED_DIRECTLY and "vectorcall" in words:
        words.remove("vectorcall")
    if cls.__dictoffset__:
        words.append("has a dictionary")
    if cls.__weakrefoffset__:
        words.append("has weak references")
    print(name, ", ".join(words), sep=": ")

# What can be changed keeps what is set, and is asked for it.
scan = type(os.scandir())
kept = scan.__next__
scan.__next__ = lambda self: "another"
try:
    print(next(os.scandir()))
finally:
    scan.__next__ = kept
print(type(next(os.scandir())).__name__)
for cls in (type(os.scandir()), os.DirEntry, type(abc.ABC._abc_impl)):
    cls.note = 1
    print(cls.note)
    del cls.note
for cls in (os.stat_result, type(sys.flags), type(sys.float_info), os.terminal_size):
    try:
        type("Derived", (cls,), {})
    except TypeError as error:
        print(error)
    try:
        cls.note = 1
        del cls.note
    except TypeError as error:
        print(error)
    try:
        print(cls(range(len(cls.__match_args__)))[-1])
    except TypeError as error:
        print(error)
