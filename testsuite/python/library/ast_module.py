"""ast: classes, trees in both directions, what a tree may not hold; symtable, tokenize, dis."""
import ast
import dis
import io
import symtable
import tokenize
import warnings

SOURCE = '''
import os.path as p, sys
from . import x as y
@decorator
async def f[T: int](a, /, b: str = "s", *c, d=1, **e) -> None:
    async with a as b, c:
        await x
    async for i in j: pass
    return [k async for k in e if not k in d]
class C(B, metaclass=M):
    """doc"""
    x: int = 3
    def m(self): return lambda *a: super().m
match p:
    case [1, -2.5, *_] | 3: pass
    case {"k": None, **rest} if g: pass
    case C(a, b=1) as d: pass
    case "x" | a.b | _: pass
try: raise E from c
except* (A, B) as e: del a[1:2, ...], b.c
else: q = 2
finally: print(f"{x!r:>{w}} {y=}", *z, **k)
type A[*T, **P] = T | None
while (n := a) < b <= c is not d: a += 1j; continue
'''

tree = ast.parse(SOURCE)
print(ast.dump(tree, indent=1))
print(ast.unparse(tree))
code = compile(tree, "<tree>", "exec")
print(code.co_names)
print(ast.dump(ast.parse("1 + 2 * x", optimize=1)))
print(ast.dump(ast.parse("x = 1 # type: int", type_comments=True)))
print(ast.dump(ast.parse("(int, *str) -> x", mode="func_type")))
print(ast.literal_eval("[1, (2.5, 'x'), {3: -4j}]"))
for cls in ast.AST, ast.expr, ast.FunctionDef, ast.Constant, ast.arguments, ast.Load:
    print(cls.__name__, cls.__doc__, cls._fields, cls._attributes, getattr(cls, "_field_types", None))


def show(function):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            print(function())
        except Exception as error:
            print(type(error).__name__, error)
    for warning in caught:
        print("   ", warning.category.__name__, warning.message)


def compiled(node, mode="exec"):
    return compile(ast.fix_missing_locations(node), "<tree>", mode).co_name


NAME = ast.Name("x")
show(lambda: ast.dump(ast.Name("x")))
show(lambda: ast.dump(ast.Name(foo=1)))
show(lambda: ast.Name("x", id="y"))
show(lambda: ast.Name("x", None, 3))
show(lambda: compiled(ast.Expression(NAME), "eval"))
show(lambda: compiled(ast.Expression(None), "eval"))
show(lambda: compiled(ast.Expression(ast.BinOp(NAME, ast.And(), NAME)), "eval"))
show(lambda: compiled(ast.Expression(ast.Name("None")), "eval"))
show(lambda: compiled(ast.Expression(ast.Constant([1])), "eval"))
show(lambda: compiled(ast.Module([None], [])))
show(lambda: compiled(ast.Module([ast.Import([])], [])))
show(lambda: compiled(ast.Module([ast.Assign([NAME], NAME)], [])))
show(lambda: compiled(ast.Module([ast.Try([ast.Pass()], [], [], [])], [])))
show(lambda: compiled(ast.Module([ast.Match(NAME, [ast.match_case(ast.MatchStar(), None, [ast.Pass()])])], [])))
show(lambda: compile(ast.Module([ast.Pass()], []), "", "exec"))
show(lambda: compile("x", "", "func_type"))
show(lambda: compile("x", "", "nonsense", ast.PyCF_ONLY_AST))


class Doubler(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value * 2), node)


print(eval(compile(Doubler().visit(ast.parse("3 + 4", mode="eval")), "", "eval")))


def walk(table, depth=0):
    names = [(s.get_name(), s.is_local(), s.is_global(), s.is_free(), s.is_parameter()) for s in table.get_symbols()]
    print("  " * depth, str(table.get_type()), table.get_name(), table.get_lineno(), table.is_nested(), names)
    for child in table.get_children():
        walk(child, depth + 1)


walk(symtable.symtable("g = 1\ndef f(a, *b):\n  global h\n  return lambda: a + g\nclass C[T]: x = T\n", "?", "exec"))
for token in tokenize.generate_tokens(io.StringIO("if x:\n\ty = f'{a!r:>5}' # c\n(1,\n2)\n").readline):
    print(tokenize.tok_name[token.type], tokenize.tok_name[token.exact_type], token[1:])
try:
    list(tokenize.generate_tokens(io.StringIO("'abc\n").readline))
except tokenize.TokenError as error:
    print(error)
dis.dis(compile("for i in a:\n  try: b(i, c=1)\n  except E: pass\n", "", "exec"))
