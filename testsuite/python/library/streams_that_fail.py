"""What is said on standard output or error when that cannot be written to: the program goes on, or ends as it would have."""

import os
import subprocess
import sys

for arguments in [
    ["-V"],
    ["-VV"],
    ["-h"],
    ["--help-env"],
    ["--help-all"],
    ["-?!"],
    ["no/such/file.py"],
    ["-X", "importtime", "-c", "import json"],
]:
    for name in "stdout", "stderr":
        with open("/dev/full", "w") as full:
            others = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | {name: full}
            ended = subprocess.run([sys.executable, *arguments], **others)
        print(arguments, name, ended.returncode)

for variables in {"PYTHONCOERCECLOCALE": "warn"}, {"PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "", "LC_CTYPE": "C", **variables}
    with open("/dev/full", "w") as full:
        ended = subprocess.run([sys.executable, "-c", "pass"], stderr=full, env=environment)
    print(variables, ended.returncode)
