"""Writes lists of snippets for `compare`: every string in CPython's tests that could be a program, every doctest,
and programs of the library with a token changed.

Usage: snippets.py LIBRARY DIRECTORY [MUTATIONS]
"""
import ast
import doctest
import io
import pathlib
import random
import sys
import textwrap
import tokenize

TESTS = """
test_syntax test_exceptions test_fstring test_eof test_string_literals test_unicode_identifiers test_grammar test_patma
test_type_params test_type_comments test_type_aliases test_ast/test_ast test_compile test_codeop test_except_star
test_named_expressions test_positional_only_arg test_keywordonlyarg test_unpack_ex test_dictcomps test_tokenize
test_source_encoding test_genexps test_generators test_coroutines test_future_stmt/test_future test_global test_scope
test_symtable test_unparse test_flufl test_int test_float test_complex test_listcomps test_setcomps test_traceback
test_idle test_exception_group test_decorators test_with test_lambda test_peg_generator/test_pegen test_annotations
test_type_annotations test_cmd_line_script test_bytes test_unicode test_warnings/__init__ test_ucn test_extcall
test_metaclass test_raise test_print test_builtin test_inspect/test_inspect test_pdb test_doctest/test_doctest
""".split()


def strings(path):
    source = path.read_bytes()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) < 6000:
            yield node.value
            if "\n" in node.value:
                yield textwrap.dedent(node.value)
            if ">>>" in node.value:
                try:
                    for example in doctest.DocTestParser().get_examples(node.value):
                        yield example.source
                except ValueError:
                    pass


def mutations(files, count, rng):
    words = "( ) [ ] { } , : ; = == := + - * ** / @ -> . ... ! if else for in is not and or lambda def class async " \
        "await import from as with try except finally raise return yield del assert pass match case type print None " \
        "True x 1 'a' f'{x}' f'{ \n".split(" ")
    for _ in range(count):
        path = rng.choice(files)
        source = path.read_text(encoding="utf-8", errors="replace")
        lines = source.splitlines(keepends=True)
        if len(lines) < 5:
            continue
        start = rng.randrange(len(lines))
        chunk = textwrap.dedent("".join(lines[start:start + rng.choice([1, 2, 3, 5, 8, 20])]))
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(chunk).readline))
        except (tokenize.TokenError, SyntaxError):
            tokens = None
        if not tokens or len(tokens) < 3:
            yield chunk
            continue
        at = rng.randrange(len(tokens) - 1)
        token = tokens[at]
        rows = chunk.splitlines(keepends=True) + [""]
        (row, begin), (end_row, end) = token.start, token.end
        if row != end_row or row > len(rows):
            yield chunk
            continue
        line = rows[row - 1]
        match rng.randrange(4):
            case 0:
                new = line[:begin] + line[end:]
            case 1:
                new = line[:end] + " " + rng.choice(words) + " " + line[end:]
            case 2:
                new = line[:begin] + rng.choice(words) + line[end:]
            case _:
                new = line[:end] + line[begin:]
        rows[row - 1] = new
        yield "".join(rows)


def write(path, snippets):
    seen = set()
    with open(path, "wb") as out:
        for snippet in snippets:
            if isinstance(snippet, tuple):
                mode, snippet = snippet
            else:
                mode = "exec-text"
            if (mode, snippet) in seen or "%%" in snippet or "\0" in snippet:
                continue
            seen.add((mode, snippet))
            try:
                data = snippet.encode()
            except UnicodeEncodeError:
                continue
            # A list needs its marks at the start of a line: the line end before one belongs to the snippet.
            if not data.endswith(b"\n"):
                data += b"\n"
            out.write(data + b"%% " + mode.encode() + b"\n")


def main():
    library, directory = map(pathlib.Path, sys.argv[1:3])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 20000
    directory.mkdir(exist_ok=True)
    found = []
    for name in TESTS:
        for path in (library / "test" / f"{name}.py", library / "test" / name.split("/")[0] / "__init__.py"):
            if path.exists():
                found += strings(path)
    write(directory / "tests.snippets", found)
    short = [text for text in dict.fromkeys(found) if len(text) < 300]
    write(directory / "modes.snippets", [(mode, text) for text in short for mode in ("eval-text", "single-text")])
    flags = ["exec-text:0x1000", "exec-text:0x4000", "single-text:0x4000", "single-text:0x4200", "eval-text:0x4000"]
    flags += [f"exec-text:0x1000:{version}" for version in range(4, 13)] + ["func_type-text"]
    write(directory / "flags.snippets", [(mode, text) for text in short[::3] for mode in flags])
    write(directory / "tokens.snippets", [("tokens-text", text) for text in found])
    rng = random.Random(3)
    files = sorted(library.glob("*.py")) + sorted(library.glob("test/test_[a-g]*.py"))
    write(directory / "mutations.snippets", mutations(files, count, rng))


main()
