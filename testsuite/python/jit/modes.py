# The environment chooses the JIT's mode in children, unless it is ignored or -X says otherwise.
import subprocess
import sys

ASK = "import sys; print(sys._jit.mode() if hasattr(sys, '_jit') else expected)"


def child(expected, *options, **variables):
    command = [sys.executable, *options, "-c", f"expected = {expected!r}; {ASK}"]
    print(options, variables, subprocess.run(command, env=variables, capture_output=True, text=True).stdout.strip())


child("on", PYTHON_JIT="1")
child("on", PYTHON_JIT="1", PYTHON_JIT_OPTIONS="threshold=3,bridge-threshold=3")
child("off", PYTHON_JIT="0")
child("interp", PYTHON_JIT="interp")
child("off", "-X", "jit=off", PYTHON_JIT="1")
child("on", "-X", "jit=on", PYTHON_JIT="0")
child("off", "-X", "jit=off", "-E", PYTHON_JIT="1")
child("on", "-X", "jit=on", "-I", PYTHON_JIT="0", PYTHON_JIT_OPTIONS="nothing=1")
