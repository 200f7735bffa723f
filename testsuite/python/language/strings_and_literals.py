"""Literals and lexical matters: escapes, prefixes, joins, numbers, comments, encodings."""
print("\a\b\f\n\r\t\v\\\'\"\x41\101\u00e9\U0001F600\N{LATIN SMALL LETTER A}".encode("unicode_escape"))
print(r"\n\x", b"\x41\n\\\101", rb"\d\'", R"a", "a" 'b' """c""" r'\d', u"u", '''it's "quoted"''', """multi
line \
joined""", "\
", "é".encode(), "tab	inside")
print(0xFF, 0o17, 0b11, 1_000, 0x_f, 1e3, 1.5e-3, .5, 5., 1_0.0_1, 1j, 1.5J, 0_0, 00, 1e400, -1e-400, 0xdeadBEEF, 1 .__class__, 1.0.__class__)
for source in ("08", "0x", "0b2", "1_", "1__0", "0_x1", "1e", "1.e+", "'\\x4'", "'\\u12'", "'\\N{nope}'", "b'é'", "'a\nb'", "'''abc", "f'{a'", "ur'x'", "1abc", "0xfg", "1if 1else 2", "0o8", "5 5", "a b", "$", "?", "a!b", "'\\777'", "b'\\777'", "\x00", "é = 1", "ª = 1", "x² = 1", "“x”", "print(\u00a0)", "if 1:\n\tx\n        y", "if 1:\nx", " x", "if 1:\n  a\n b", "(1,\n2\n,3)", "x = \\\n1", "x = \\ 1", "\\", "'\\d'", "1 if 1", "lambda x: (yield", "class", "def f", "for", "x = ", "import", "from x import", "@", "assert", "del", "True = 1", "__debug__ = 1", "None()", "f(x for x in y, 1)", "async x", "await", "nonlocal x", "a = b = ", "(a, b) += 1", "x: int: 1", "with", "try: pass", "except: pass", "else: pass", "return", "a ? b", "a <> b", "print x", "exec 'x'", "raise a, b", "`a`", "0777", "10L", "ur''", "{a: 1, b}", "{1, a: 2}", "[a, b", "(a, b]", "f(a=1, a=2)", "f(**a, b)", "f(*a, b=1, c)", "def f(a, *, **k): pass", "def f(*a, *b): pass", "def f(a, /, b, /): pass", "def f(/): pass", "lambda *: 1", "x = yield = 1", "match x:\n case 1: pass\ncase", "type X", "type X = ", "def f[T: pass", "global x, x", "a.1", "a.b = c.d = 1, *x", "f() = 1", "f() += 1", "(x for x in y) = 1", "{} = 1", "[a, 1] = x", "'a' = 1", "-x = 1", "a if b else c = 1", "x = (y := 1) = 2", "y := 1", "(a.b := 1)", "f(a := 1, b = c := 2)", "del a + b", "del 1", "del (a, [b, c.d], e[0])", "for 1 in x: pass", "with a as 1: pass", "import a as b.c", "from a import b.c", "from a import (b, c", "from a import *, b", "except* E: pass", "try:\n pass\nexcept A:\n pass\nexcept* B:\n pass"):
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            compile(source, "<s>", "exec")
            result = "ok"
        except SyntaxError as e:
            result = f"{type(e).__name__}: {e.msg} ({e.lineno}, {e.offset}, {e.end_lineno}, {e.end_offset})"
        except ValueError as e:
            result = f"ValueError: {e}"
    print(ascii(source), "->", result, *[str(w.message) for w in caught])
x = 1;y = 2; z = (x
     + y)  # a comment
if x == 1: print("one line"); print("two")
while False: pass
class A: a = 1; b = 2
def f(): return A.a; print("unreachable")
print(f(), z, A.b)
if (n := 10) > 5 \
        and True:
    print("continued", n)
[
    x,
    y,
]
été = "non-ASCII name"
ﬁ = "normalised"
print(été, fi, "ﬁ" in globals(), "fi" in globals())
print(exec("# -*- coding: latin-1 -*-\ns = 1") , compile(b"# coding: latin-1\ns = '\xe9'", "", "exec").co_consts[0], eval(b"'\xc3\xa9'"), eval("  1 + 1 \n"))
for bad in (b"\xff = 1", b"# coding: nope\n", b"s = '\xe9'"):
    try:
        compile(bad, "<b>", "exec")
    except SyntaxError as e:
        print(e.msg)
