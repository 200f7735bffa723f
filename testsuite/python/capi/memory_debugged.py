"""What C code does to memory, with marks around all blocks."""

import os
import pathlib
import subprocess
import sys

program = pathlib.Path(__file__).with_name("memory.py")
for allocators in ("debug", "malloc_debug"):
    done = subprocess.run(
        [sys.executable, program],
        env=os.environ | {"PYTHONMALLOC": allocators},
        capture_output=True,
        text=True,
    )
    print(allocators, done.returncode, done.stderr)
    print(done.stdout)
