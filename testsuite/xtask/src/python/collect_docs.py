"""Print the documentation strings of CPython's C-implemented types and modules.

Run by `cargo xtask docs` under the reference interpreter.  One line for each
documented thing, sorted by key:

    key <TAB> text signature <TAB> documentation

A key is a module (`math`), a module's function (`math.sqrt`,
`builtins.len`), a type by its `tp_name` without `builtins.` (`list`,
`collections.deque`), a member of a type (`list.append`), or `slot.` and the
name of a special method whose text every type shares (`slot.__len__`).  A
type whose method says something else has a row of its own (`array.array.__iadd__`); one
whose `tp_name` is also a function's is written `type _csv.reader`.  In both
texts a backslash, tab, newline and carriage return are written as in Python;
`\\N` stands for None.
"""

import importlib
import sys
import types

PY_TYPE_MARK = "__firstlineno__"  # every class statement leaves it

MODULES = """
_abc _ast _asyncio _bisect _blake2 _bz2 _codecs _codecs_cn _codecs_hk
_codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections _contextvars
_csv _ctypes _curses _curses_panel _datetime _dbm _decimal _elementtree
_functools _hashlib _heapq _imp _interpchannels _interpqueues _interpreters
_io _json _locale _lsprof _lzma _md5 _multibytecodec _multiprocessing _opcode
_operator _pickle _posixshmem _posixsubprocess _queue _random _sha1 _sha2
_sha3 _signal _socket _sqlite3 _sre _ssl _stat _statistics _string _struct
_suggestions _symtable _sysconfig _thread _tokenize _tracemalloc _typing _uuid
_warnings _weakref _zoneinfo array atexit binascii builtins cmath errno
faulthandler fcntl gc grp itertools marshal math mmap posix pwd pyexpat
pyexpat.errors pyexpat.model readline resource select sys sys.monitoring
syslog termios time unicodedata zlib
""".split()

# Python modules whose names C types without members carry: AST nodes and exceptions.
PUBLIC_NAMES = "ast concurrent.interpreters curses decimal io os pickle queue signal socket sqlite3 ssl struct".split()

MEMBERS = (
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)
SLOT = types.WrapperDescriptorType

HEAD = """\
# The documentation strings and text signatures of CPython 3.13's types and modules.
# Copyright (c) 2001 Python Software Foundation; All Rights Reserved.  They are here for
# compatibility, under the licence in LICENSE-PSF beside this file.
# Written by `cargo xtask docs`; testsuite/xtask/src/python/collect_docs.py describes the format.
"""

rows = {}


def escape(text):
    if text is None:
        return r"\N"
    assert isinstance(text, str), text
    for char, code in ("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"):
        text = text.replace(char, code)
    return text


def add(key, signature, doc, otherwise):
    """Note one row, under the key `otherwise` where `key` has another text; a thing without any text has none."""
    if signature is None and doc is None:
        return
    row = escape(signature), escape(doc)
    if rows.setdefault(key, row) != row:
        assert rows.setdefault(otherwise, row) == row, otherwise


def load(name):
    """Import a C module; submodules like `sys.monitoring` are attributes."""
    parent, _, child = name.rpartition(".")
    return getattr(load(parent), child) if parent else importlib.import_module(name)


def is_native(cls):
    """Whether `cls` was made by C code rather than by Python code."""
    module = cls.__module__
    if PY_TYPE_MARK in cls.__dict__ or module.startswith("test."):
        return False
    if module in MODULES or module == "builtins":
        return True
    # A C type may give itself a public name, as `collections.deque` does.  What
    # Python code makes by calling a metaclass holds Python functions.
    members = cls.__dict__.values()
    return not any(isinstance(m, types.FunctionType) for m in members) and (
        any(isinstance(m, MEMBERS + (SLOT,)) for m in members) or cls.__module__ in PUBLIC_NAMES
    )


def subclasses(cls, seen):
    if cls not in seen:
        seen.add(cls)
        for sub in type.__subclasses__(cls):
            subclasses(sub, seen)
    return seen


def type_key(cls):
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def type_doc(cls):
    """`tp_doc` without the signature; a type may hide it behind its instances' `__doc__` getter."""
    doc = type.__dict__["__doc__"].__get__(cls)
    return doc if isinstance(doc, str) else None


def add_type(cls):
    key = type_key(cls)
    add(key, cls.__text_signature__, type_doc(cls), f"type {key}")
    for name, member in cls.__dict__.items():
        if isinstance(member, staticmethod):
            member = member.__func__
        if isinstance(member, SLOT):
            add(f"slot.{name}", member.__text_signature__, member.__doc__, f"{key}.{name}")
        elif isinstance(member, MEMBERS) and name != "__new__":
            add(f"{key}.{name}", getattr(member, "__text_signature__", None), member.__doc__, None)


def add_module(name):
    module = load(name)
    add(name, None, module.__doc__, None)
    for attribute, value in vars(module).items():
        if isinstance(value, types.BuiltinFunctionType):
            add(f"{name}.{attribute}", value.__text_signature__, value.__doc__, None)


def main():
    for name in MODULES:
        load(name)
    # Modules whose C types come into being only when the library uses them.
    for name in ("asyncio", "ctypes", "sqlite3", "ssl", "xml.etree.ElementTree", "zoneinfo", "typing"):
        importlib.import_module(name)
    for name in MODULES:
        add_module(name)
    add("slot.__new__", type.__dict__["__new__"].__text_signature__, object.__new__.__doc__, None)
    for cls in sorted(subclasses(object, set()), key=type_key):
        if is_native(cls):
            add_type(cls)
    sys.stdout.reconfigure(encoding="utf-8")
    print(HEAD, end="")
    for key in sorted(rows):
        print(key, *rows[key], sep="\t")


main()
