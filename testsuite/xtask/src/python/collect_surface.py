"""Print what programs can see of the native modules and types: names, kinds, signatures, docs, flags.

Run by `cargo xtask surface` under both interpreters.  One line for each thing: its key, a tab, what there
is to say of it.  A module's row comes before those of its attributes (`math.sqrt`), a type's before those
of its members (`type collections.deque`, `collections.deque.append`).  Texts of documentation are shown by their
checksums.
"""

import importlib
import sys
import types
import zlib

from collect_docs import MODULES, SLOT, is_native, load, subclasses

# What the loader says of a module, or a program has put there.
IGNORED = {"__builtins__", "__cached__", "__file__", "__loader__", "__path__", "__spec__"}

# Imported for the types that come into being with them.
LIBRARY = "asyncio ctypes sqlite3 ssl xml.etree.ElementTree zoneinfo typing".split()

FLAGS = (
    (1 << 5, "sequence"),
    (1 << 6, "mapping"),
    (1 << 7, "cannot be called"),
    (1 << 8, "immutable"),
    (1 << 10, "base"),
    (1 << 17, "method descriptor"),
)

PLAIN = (int, str, bytes, float, tuple, list, dict, set, frozenset, type(None))


def doc_of(thing):
    doc = getattr(thing, "__doc__", None)
    return "no doc" if doc is None else f"doc {zlib.crc32(doc.encode()):08x}" if isinstance(doc, str) else "odd doc"


def signature_of(thing):
    signature = getattr(thing, "__text_signature__", None)
    return "no signature" if signature is None else " ".join(signature.split())


def describe(thing):
    kind = type(thing).__name__
    if isinstance(thing, type):
        return f"type {thing.__module__}.{thing.__qualname__}"
    if isinstance(thing, PLAIN):
        return kind
    if isinstance(thing, types.BuiltinFunctionType):
        return f"{kind} {thing.__module__}.{thing.__qualname__} | {signature_of(thing)} | {doc_of(thing)}"
    return f"{kind} | {signature_of(thing)} | {doc_of(thing)}"


def describe_type(cls):
    flags = [text for flag, text in FLAGS if cls.__flags__ & flag]
    flags += ["weak references"] * bool(cls.__weakrefoffset__) + ["attributes"] * bool(cls.__dictoffset__)
    bases = ", ".join(f"{base.__module__}.{base.__qualname__}" for base in cls.__bases__)
    documented = "doc" if isinstance(type.__dict__["__doc__"].__get__(cls), str) else "no doc"
    return f"({bases}) | {', '.join(flags)} | {signature_of(cls)} | {documented}"


def show_type(cls, shared):
    key = f"{cls.__module__}.{cls.__qualname__}"
    slots = []
    print(f"type {key}", describe_type(cls), sep="\t")
    for name, member in sorted(cls.__dict__.items()):
        if isinstance(member, SLOT) and doc_of(member) == shared.setdefault(name, doc_of(member)):
            slots.append(name)
        elif name not in ("__doc__", "__module__"):
            print(f"{key}.{name}", describe(member), sep="\t")
    print(f"{key} slots", " ".join(slots), sep="\t")


def show_module(name):
    try:
        module = load(name)
    except ImportError:
        return
    print(f"module {name}", module.__name__, doc_of(module), sep="\t")
    for attribute, value in sorted(vars(module).items()):
        if attribute not in IGNORED:
            print(f"{name}.{attribute}", describe(value), sep="\t")


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    for name in LIBRARY:
        try:
            importlib.import_module(name)
        except ImportError:
            pass
    for name in MODULES:
        show_module(name)
    shared = {}
    for cls in sorted(subclasses(object, set()), key=lambda cls: (cls.__module__, cls.__qualname__)):
        if is_native(cls):
            show_type(cls, shared)


main()
