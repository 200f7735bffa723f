"""Constants of a tree stay the objects that they are; identifiers are normalised by unicodedata; `_fields` may be missing."""

import ast
import sys
import unicodedata


def compiled(value):
    tree = ast.parse("def f(): return 0\nx = f()")
    tree.body[0].body[0].value = ast.copy_location(ast.Constant(value), tree.body[1])
    namespace = {}
    exec(compile(tree, "<tree>", "exec"), namespace)
    return namespace["x"]


for value in (
    frozenset(),
    frozenset({1, 2}),
    10**40,
    1.5,
    -0.0,
    2j,
    "two words",
    b"bytes",
    (1, 2, "three"),
    ((), ((),)),
    ...,
):
    print(value, compiled(value) is value)

tree = ast.parse("x, y = 0, 0")
first, second = "some text", "some " + str("text")
tree.body[0].value.elts = [ast.copy_location(ast.Constant(text), tree.body[0]) for text in (first, second)]
tree.body[0].value.elts[0].kind = None
namespace = {}
exec(compile(tree, "<tree>", "exec"), namespace)
print(namespace["x"] is first, namespace["y"] is first)

own = unicodedata.normalize
calls = []


def answer(form, text):
    calls.append((form, text))
    return answers[0]


unicodedata.normalize = answer
for answers in (["plain"], ["ﬁne"], [None], [b""], ["None"], ["a b"], []):
    try:
        print(ast.dump(ast.parse("ϕ")))
    except Exception as error:
        print(type(error).__name__, error)
unicodedata.normalize = lambda form, text: 1 / 0
for source in ("ϕ", "a.ϕ = 'x' 'y", "f'{ϕ}'", "def ϕ(): '\\d'"):
    try:
        compile(source, "<source>", "exec")
    except Exception as error:
        print(type(error).__name__, error)
del unicodedata.normalize
try:
    ast.parse("ϕ")
except Exception as error:
    print(type(error).__name__, error)
sys.modules["unicodedata"] = None
try:
    ast.parse("ϕ")
except Exception as error:
    print(type(error).__name__, error)
sys.modules["unicodedata"] = unicodedata
unicodedata.normalize = own
print(ascii(ast.parse("ϕ = ﬁ").body[0].targets[0].id), ast.parse("ﬁ").body[0].value.id, set(calls))

del ast.AST._fields
for make in (ast.AST, lambda: ast.AST(a=1), ast.Pass):
    try:
        print(type(make()).__name__)
    except AttributeError as error:
        print(error)
