# Errors in the text of a program's file quote its lines as they are.

import os
import subprocess
import sys
import tempfile

HOOK = "import sys; sys.excepthook = lambda kind, error, trace: print(error.args[0], error.args[1][1:])\n"
TEXTS = [
    "\\",
    "\\\n",
    "  \\",
    "x\n\\",
    "x \\\n\\",
    "x = 6\\",
    "#a\n\\\n\\\n",
    "x = = 1",
    "x = = 1\ny\n",
    "x = (1,\n\nz=3",
    "x = (1,\n\nz=3\n",
    "def f():\n  x = 1 +\n  return",
    'x = """\n\nsdf',
    "if 1:\n   y\n  z\nk",
]
with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "sitecustomize.py"), "w") as hook:
        hook.write(HOOK)
    for text in TEXTS:
        name = os.path.join(folder, "program.py")
        with open(name, "w") as program:
            program.write(text)
        environment = {**os.environ, "PYTHONPATH": folder}
        done = subprocess.run([sys.executable, name], env=environment, capture_output=True, text=True)
        print(ascii(text), done.stdout, done.stderr, end="")
