"""Commands that read programs: ast, dis, tokenize, symtable, tabnanny, pydoc, inspect, pdb, trace, code."""

import os
import sys

from _commands import prepare, run

folder = prepare()
run("ast", "-m", "eval", "-a", text="f(1, *a, b=2)")
run("ast", "broken.py")
run("dis", text="for x in y:\n    print(x)\n")
run("tokenize", "-e", text="x = f'{a!r:>{w}}'\n")
run("tokenize", text="x = (\n")
run("symtable", "arithmetic.py")
run("tabnanny", "tabs.py")
run("pydoc", "arithmetic")
run("pydoc", "arithmetic.Counter.more")
run("pydoc", "no_such_thing")
run("inspect", "arithmetic:add")
run("pickletools", "-a", "data.pickle")
run("pickle", "data.pickle")
run("trace", "--listfuncs", "--ignore-dir", sys.prefix, "arithmetic.py")
run("pdb", "arithmetic.py", text="break add\nlist 1, 3\nnext\np 1 + 1\nquit\n")
run("pdb", "-c", "continue", "broken.py", text="quit\n")
run("code", "-q", text="x = 3\nif x:\n    print(x)\n\n1 / 0\n")
os.chdir("/")
folder.cleanup()
