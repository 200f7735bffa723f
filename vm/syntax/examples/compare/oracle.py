"""Answers, for each snippet on standard input, what CPython makes of it.

In: per snippet a line `MODE LENGTH`, then LENGTH bytes. MODE is exec, eval, single or func_type, or exec-text
for text rather than the bytes of a file; tokens-text and unparse-text ask for the tokens that `tokenize` is given and
for the text of an annotation. MODE may go on with `:FLAGS:VERSION`, the compiler flags and the minor version. Out: per snippet a line `STATUS CRC LENGTH SECONDS`, and for STATUS
`error` or, with --full, any STATUS, LENGTH bytes of text.
"""
import _tokenize
import ast
import io
import sys
import time
import warnings
import zlib

AST = ast.AST
FIELDS = {}


def shape(cls):
    """The names of a class's fields, those among them that may be left out, and its attributes."""
    if cls not in FIELDS:
        FIELDS[cls] = [
            (name, getattr(cls, name, ...) is None, getattr(cls._field_types[name], "__origin__", None) is list)
            for name in cls._fields
        ], cls._attributes
    return FIELDS[cls]


def dump(node, out):
    """ast.dump(node, include_attributes=True), but for ascii() in the place of repr()."""
    if isinstance(node, AST):
        cls = type(node)
        fields, attributes = shape(cls)
        out.append(cls.__name__ + "(")
        separator = ""
        for name, optional, is_list in fields:
            value = getattr(node, name)
            if value is None and optional or is_list and not value:
                continue
            out.append(separator + name + "=")
            separator = ", "
            dump(value, out)
        for name in attributes:
            out.append(f"{separator}{name}={getattr(node, name)}")
            separator = ", "
        out.append(")")
    elif isinstance(node, list):
        out.append("[")
        separator = ""
        for item in node:
            out.append(separator)
            separator = ", "
            dump(item, out)
        out.append("]")
    else:
        out.append(ascii(node))


def answer(source, mode, flags, version):
    start = time.perf_counter()
    try:
        if mode == "tokens":
            lines = io.StringIO(source, newline="").readline
            out = [ascii(token) for token in _tokenize.TokenizerIter(lines, extra_tokens=True)]
            return "tree", "\n".join(out), time.perf_counter() - start
        if mode == "unparse":
            namespace = {}
            exec(f"from __future__ import annotations\nx: (\n{source}\n)", namespace)
            return "tree", ascii(namespace["__annotations__"]["x"]), time.perf_counter() - start
        tree = compile(source, "<s>", mode, ast.PyCF_ONLY_AST | flags, _feature_version=version)
    except SyntaxError as error:
        seconds = time.perf_counter() - start
        # Errors of validation have three fields.
        where = (error.lineno, error.offset, error.end_lineno, error.end_offset, error.text)
        text = f"{type(error).__name__}: {ascii(error.msg)} {ascii(where)}"
        return "error", text, seconds
    except (ValueError, MemoryError, RecursionError, OverflowError) as error:
        return "error", f"{type(error).__name__}: {ascii(str(error))}", time.perf_counter() - start
    seconds = time.perf_counter() - start
    out = []
    dump(tree, out)
    return "tree", "".join(out), seconds


def main():
    sys.setrecursionlimit(20000)
    full = "--full" in sys.argv
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    while line := stdin.readline():
        mode, length = line.split()
        source = stdin.read(int(length))
        mode, *rest = mode.decode().split(":")
        flags, version = rest + ["0", "-1"][len(rest):]
        if mode.endswith("-text"):
            mode = mode.removesuffix("-text")
            source = source.decode("utf-8", "surrogatepass")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            status, text, seconds = answer(source, mode, int(flags, 0), int(version))
        for warning in caught:
            text += f"\n{warning.category.__name__}: {ascii(str(warning.message))} {warning.lineno}"
        data = text.encode()
        crc = zlib.crc32(data)
        if status == "tree" and not full:
            data = b""
        stdout.write(f"{status} {crc} {len(data)} {seconds}\n".encode())
        stdout.write(data)
        stdout.flush()


main()
