"""Files, and how to run the library's commands on them: `python -m module`."""

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


def prepare():
    """Writes the files to a folder of their own, which becomes the current one."""
    folder = tempfile.TemporaryDirectory()
    os.chdir(folder.name)
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
    return folder
