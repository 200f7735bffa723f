# Without UTF-8 mode the C locale's texts are ASCII; other bytes are escaped.

import os
import subprocess
import sys

ENVIRONMENT = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "NAME": "h\xe9"}


def run(*arguments):
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, encoding="utf-8")
    print(done.returncode, ascii(done.stdout), ascii(done.stderr.splitlines()[-1:]))


run("-c", "import sys; print(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())")
run("-c", "import sys; print(ascii(sys.argv), ascii(sys.orig_argv[-1]))", "h\xe9\u20ac")
run("-X", "\xe9=\xe8", "-c", "import sys; print(ascii(sys._xoptions))")
run("-c", "import os; print(ascii(os.environ['NAME']), os.environb[b'NAME'])")
run("-c", "import os; print(os.fsencode('\\udcc3\\udca9'), ascii(os.fsdecode(b'\\xc3\\xa9')))")
run("-c", "open('\\xe9')")
run("-c", "print('\xe9')")
ENVIRONMENT["PYTHONUTF8"] = "1"
run("-c", "import sys; print(sys.getfilesystemencoding(), ascii(sys.argv[-1]))", "h\xe9")
