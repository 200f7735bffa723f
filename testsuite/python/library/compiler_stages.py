"""The compiler's stages one at a time, as CPython's own tests see them."""

import ast
import dis
import opcode
import types

import _testinternalcapi as internal


def show(sequence):
    for op, arg, *place in sequence.get_instructions():
        print(f"  {opcode.opname[op]:22} {'' if arg is None else arg:>4} {place}")
    for inner in sequence.get_nested():
        print("  nested:")
        show(inner)


SOURCES = [
    "x = 1 if a else 2",
    "for i in l:\n    try:\n        f(i)\n    finally:\n        g()",
    "def f(a, *, b=1):\n    return lambda: (a, b)",
    "class C:\n    x: int = 1\n    def m(self): return super().m()",
]
for source in SOURCES:
    generated, metadata = internal.compiler_codegen(ast.parse(source), "file.py", 0)
    print(repr(source), [metadata[key] for key in ("argcount", "posonlyargcount", "kwonlyargcount")])
    show(generated)


def sequence(*instructions):
    made = internal.new_instruction_sequence()
    for name, arg, line in instructions:
        made.addop(opcode.opmap[name], arg, line, line, 0, 0)
    return made


consts = [0, 1, (2,), 3, None]
optimized = internal.optimize_cfg(
    sequence(
        ("LOAD_CONST", 3, 1),
        ("POP_JUMP_IF_TRUE", 3, 1),
        ("LOAD_CONST", 2, 2),
        ("LOAD_CONST", 3, 3),
        ("LOAD_CONST", 1, 3),
        ("BUILD_TUPLE", 2, 3),
        ("RETURN_VALUE", 0, 3),
    ),
    consts,
    0,
)
show(optimized)
print(consts)

metadata = {
    "name": "average",
    "qualname": "stats.average",
    "consts": {2: 0},
    "names": {},
    "varnames": {"x": 0, "y": 1},
    "cellvars": {},
    "freevars": {},
    "fasthidden": {},
    "argcount": 2,
    "posonlyargcount": 0,
    "kwonlyargcount": 0,
    "firstlineno": 1,
}
code = internal.assemble_code_object(
    "average.py",
    sequence(
        ("RESUME", 0, 1),
        ("LOAD_FAST", 0, 1),
        ("LOAD_FAST", 1, 1),
        ("BINARY_OP", 0, 1),
        ("LOAD_CONST", 0, 2),
        ("BINARY_OP", 11, 2),
        ("RETURN_VALUE", 0, 2),
    ),
    metadata,
)
print(types.FunctionType(code, {})(3, 4), code.co_consts, code.co_varnames, code.co_stacksize, code.co_filename)
dis.dis(code)
for call in [
    lambda: internal.compiler_codegen(1, "file.py", 0),
    lambda: internal.optimize_cfg(1, [], 0),
    lambda: sequence().add_nested(1),
    lambda: internal.get_co_framesize(1),
    lambda: internal.dict_getitem_knownhash({}, 1, 1),
]:
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
print(internal.dict_getitem_knownhash({"a": 1}, "a", hash("a")))
print(internal.compiler_cleandoc("  first\n    second\n      third\n"))
