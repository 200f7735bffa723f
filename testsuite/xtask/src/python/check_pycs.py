"""Write or read `.pyc` files, for `cargo xtask pyc`: `write FOLDER` or `read FOLDER`.

Reading compares each file's code object with what this interpreter compiles from the same source, and runs the
programs among them that print something of their own.
"""

import contextlib
import importlib.util
import io
import marshal
import os
import pathlib
import py_compile
import sys

PROGRAM = '''
def outer(a, /, *b, c=1, **d):
    x = [a, b, c, d]
    return lambda: x

class Box[T]:
    y: int = 3
    async def items(self):
        async with self:
            yield self.y
    def constants(self, z=(1, -2.5, "\\u00e9\\U0001f600", b"x", 1j, None, ..., frozenset({1, "a"}), 10**40)):
        return z

print(outer(1, 2, d=3)(), Box().constants(), Box.__type_params__)
try:
    print(1 / 0)
except* ZeroDivisionError as group:
    print(group.exceptions, group.exceptions[0].__traceback__.tb_lineno)
match {"a": [1, 2]}:
    case {"a": [first, *rest]}:
        print(f"{first=} {rest!r:>5}")
'''


def sources():
    """The library's own modules, not those of its packages: enough to meet every kind of code."""
    library = pathlib.Path(os.__file__).parent
    return sorted(library.glob("*.py"))


def write(folder):
    program = folder / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    for source in [*sources(), program]:
        target = folder / f"{source.stem}.pyc"
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(source, target, source.name, doraise=True, invalidation_mode=mode)


def read(folder):
    count = 0
    for source in [*sources(), folder / "program.py"]:
        data = (folder / f"{source.stem}.pyc").read_bytes()
        assert data[:4] == importlib.util.MAGIC_NUMBER, source
        code = marshal.loads(data[16:])
        assert code == compile(source.read_bytes(), source.name, "exec", dont_inherit=True), source
        count += 1
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, {"__name__": "program"})
    print(f"{count} files")
    print(printed.getvalue(), end="")


{"write": write, "read": read}[sys.argv[1]](pathlib.Path(sys.argv[2]))
