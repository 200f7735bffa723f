"""What the compiler makes of every file of the library and of the snippets in its tests.

Run as `frontend.py LIBRARY [PART…]`: only files with one of the parts in their path. A line for each file and
snippet: what it is, a tab, and what came of it; code objects and trees are told by a digest of all their fields.
The last line begins with `#seconds` and tells the processor time of compiling the files.
"""

import ast
import doctest
import hashlib
import os
import re
import sys
import time
import warnings

FIELDS = (
    "co_argcount co_posonlyargcount co_kwonlyargcount co_nlocals co_stacksize co_flags co_code co_names co_varnames "
    "co_freevars co_cellvars co_filename co_name co_qualname co_firstlineno co_linetable co_exceptiontable"
).split()

# Files of tests whose strings are programs, many of them wrong ones.
SNIPPETS = re.compile(
    r"test/(test_(syntax|exceptions|fstring|grammar|named_expressions|patma|type_params|type_aliases|eof|string_literals"
    r"|positional_only_arg|keywordonlyarg|unpack_ex|unpack|compile|codeop|generators|coroutines|global|scope|unparse|tokenize"
    r"|cmd_line_script|warnings|decorators|flufl|except_star|super|with|asyncgen|listcomps|dictcomps|genexps|unicode_identifiers"
    r"|exception_group|traceback|dis|peepholer|symtable|int_literal|bytes|str|source_encoding|utf8source|pep646_syntax"
    r"|type_comments|future_stmt/test_future|ast/test_ast|ast/snippets|lambda|await|code|inspect/test_inspect|pyrepl/test_interact)"
    r"|test_future_stmt/\w+|test_ast/\w+)\.py$"
)


def describe(value, seen):
    if isinstance(value, type(describe.__code__)):
        for field in FIELDS:
            seen.update(f"{field}={getattr(value, field)!r};".encode("utf-8", "surrogatepass"))
        for const in value.co_consts:
            describe(const, seen)
    elif isinstance(value, tuple):
        seen.update(b"(")
        for item in value:
            describe(item, seen)
        seen.update(b")")
    elif isinstance(value, frozenset):
        items = []
        for item in value:
            one = hashlib.sha256()
            describe(item, one)
            items.append(one.digest())
        seen.update(b"{" + b"".join(sorted(items)) + b"}")
    else:
        seen.update(f"{type(value).__name__}:{value!r};".encode("utf-8", "surrogatepass"))


def digest(value):
    seen = hashlib.sha256()
    describe(value, seen)
    return seen.hexdigest()[:16]


def error(raised):
    """An exception with all that it says of the place."""
    told = [type(raised).__name__, str(getattr(raised, "msg", raised))]
    if isinstance(raised, SyntaxError):
        told += [raised.lineno, raised.offset, raised.end_lineno, raised.end_offset, raised.text]
    return ascii(told)


def attempt(make):
    """What `make` gives: a digest or an error, and the warnings on the way."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = make()
        except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError) as raised:
            result = error(raised)
    for warning in caught:
        result += ascii((warning.category.__name__, str(warning.message), warning.lineno))
    return result


def tree(source, **options):
    parsed = ast.parse(source, **options)
    return hashlib.sha256(ast.dump(parsed, include_attributes=True).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def strings(source):
    """Every text in a file, and the examples within it."""
    try:
        with warnings.catch_warnings(action="ignore"):
            nodes = ast.walk(ast.parse(source))
    except (SyntaxError, ValueError):
        return
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and 1 < len(node.value) < 20_000:
            yield node.value
            if isinstance(node.value, str) and ">>>" in node.value:
                try:
                    yield from (example.source for example in doctest.DocTestParser().get_examples(node.value))
                except ValueError:
                    pass


def main(library, *parts):
    sys.setrecursionlimit(10_000)
    seconds = 0.0
    files = sorted(
        os.path.relpath(os.path.join(folder, name), library)
        for folder, _, names in os.walk(library)
        for name in names
        if name.endswith(".py")
    )
    known = set()
    for path in files:
        if parts and not any(part in path for part in parts):
            continue
        with open(os.path.join(library, path), "rb") as file:
            source = file.read()
        for level in 0, 1, 2:
            start = time.process_time()
            code = None

            def compiled():
                nonlocal code
                code = compile(source, path, "exec", dont_inherit=True, optimize=level)
                return ""

            told = attempt(compiled)
            seconds += time.process_time() - start
            print(f"{path} -O{level}", told + (digest(code) if code else ""), sep="\t")
        print(f"{path} tree", attempt(lambda: tree(source)), sep="\t")
        if not SNIPPETS.search(path):
            continue
        for number, text in enumerate(strings(source)):
            if text in known:
                continue
            known.add(text)
            for mode in "exec", "eval", "single":
                made = attempt(lambda: digest(compile(text, "<snippet>", mode, dont_inherit=True)))
                print(f"{path} #{number} {mode} {ascii(text[:60])}", made, sep="\t")
            print(f"{path} #{number} tree", attempt(lambda: tree(text, type_comments=True)), sep="\t")
    print(f"#seconds {seconds:.2f}")


main(*sys.argv[1:])
