"""Modules of the library that are commands, run as `python -m`."""

import json
import os
import pickle
import re
import subprocess
import sys
import tempfile

MODULE = '''"""Arithmetic.

>>> add(1, 2)
3
>>> add(1, "2")
Traceback (most recent call last):
    ...
TypeError: unsupported operand type(s) for +: 'int' and 'str'
>>> add(1, 1)
3
"""

import os.path


def add(a, b=1, *rest, scale: int = 1) -> int:
    """Adds."""
    return (a + b) * scale


class Counter(dict):
    """Counts."""

    limit = 3

    def more(self, key, /):
        """One more."""
        self[key] = self.get(key, 0) + 1

    @property
    def total(self):
        """How many."""
        return sum(self.values())
'''

TESTS = '''import unittest
from arithmetic import add

class AddTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(1, 2), 3)
    def test_lists(self):
        self.assertEqual([add(1, 1), 3], [2, 4], "lists")
    def test_error(self):
        add(1, "2")
    @unittest.skip("later")
    def test_later(self):
        pass
    @unittest.expectedFailure
    def test_wrong(self):
        self.assertIn(1, ())
    def test_parts(self):
        for part in range(3):
            with self.subTest(part=part):
                self.assertLess(part, 2)
'''


def run(*command, text=""):
    environment = os.environ | {"COLUMNS": "80"}
    process = subprocess.run(
        [sys.executable, "-m", *command], input=text, capture_output=True, encoding="utf-8", env=environment
    )
    print("$", " ".join(command).replace(sys.prefix, "<prefix>"), "->", process.returncode)
    for stream in (process.stdout, process.stderr):
        stream = re.sub(r"in \d+\.\d+s", "in N s", stream)
        stream = re.sub(r"0x[0-9a-f]{6,}", "0x...", stream)
        stream = re.sub(r'[^\s"]*/lib/python3\.\d+/', "<library>/", stream)
        stream = stream.replace(os.getcwd(), "<folder>").replace(sys.executable, "<python>")
        for line in stream.splitlines():
            print("   ", line.rstrip())


def main():
    for name, text in {
        "arithmetic.py": MODULE,
        "test_arithmetic.py": TESTS,
        "data.json": json.dumps({"b": [1, {"c": None}], "a": "\u00e9"}),
        "lines.json": '{"a": 1}\n[2]\n',
        "bad.json": '{"a": }',
        "note.txt": "first line\nsecond = line\n",
        "tabs.py": "if 1:\n        a = 1\n\tb = 2\n",
        "broken.py": "def f(:\n",
    }.items():
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
    with open("data.pickle", "wb") as file:
        pickle.dump({"a": [1, 2.5, ("x",)]}, file, protocol=4)

    run("json.tool", "data.json")
    run("json.tool", "--sort-keys", "--no-ensure-ascii", "--indent", "2", "data.json")
    run("json.tool", "--json-lines", "--compact", "lines.json")
    run("json.tool", "bad.json")
    run("unittest", "test_arithmetic")
    run("unittest", "-v", "test_arithmetic.AddTest.test_add", "test_arithmetic.AddTest.test_later")
    run("unittest", "discover", "-k", "add", "-q")
    run("unittest", "missing_module")
    run("doctest", "arithmetic.py")
    run("doctest", "-v", "-o", "FAIL_FAST", "arithmetic.py")
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
    run("compileall", "-q", "arithmetic.py", "broken.py")
    run("compileall", "arithmetic.py")
    run("py_compile", "broken.py")
    run("zipfile", "-c", "all.zip", "note.txt", "data.json")
    run("zipfile", "-t", "all.zip")
    run("zipfile", "-e", "all.zip", "unzipped")
    run("zipfile", "-t", "note.txt")
    run("tarfile", "-c", "all.tar.gz", "note.txt", "data.json")
    run("tarfile", "-l", "all.tar.gz")
    run("tarfile", "-e", "all.tar.gz", "untarred")
    run("gzip", "note.txt")
    run("gzip", "-d", "note.txt")
    run("base64", "-e", text="hello")
    run("quopri", text="a=b\u00e9 \n")
    run("calendar", "2024", "2")
    run("calendar", "2024", "13")
    run("random", "--seed", "3", "--integer", "100")
    run("uuid", "-u", "uuid5", "-n", "@dns", "-N", "example.org")
    run("difflib", "data.json", "lines.json")
    run("trace", "--listfuncs", "--ignore-dir", sys.prefix, "arithmetic.py")
    run("sqlite3", ":memory:", "select 1, 'a' union select 2, null")
    run("mimetypes", "a.tar.gz")
    run("pdb", "arithmetic.py", text="break add\nlist 1, 3\nnext\np 1 + 1\nquit\n")
    run("pdb", "-c", "continue", "broken.py", text="quit\n")
    run("code", "-q", text="x = 3\nif x:\n    print(x)\n\n1 / 0\n")
    run("site", "--user-nothing")
    run("no_such_module")
    run("json")
    run("json.decoder.nothing")
    print(sorted(os.listdir()), sorted(os.listdir("unzipped")), sorted(os.listdir("untarred")))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        main()
        os.chdir("/")
