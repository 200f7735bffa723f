"""`sys.activate_stack_trampoline`: the map for perf names the functions that run meanwhile, in forked processes their own."""

import os
import subprocess
import sys

PROGRAM = r'''
import os, sys


def names(pid):
    try:
        with open(f"/tmp/perf-{pid}.map") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    found = []
    for line in lines:
        address, size, name = line.split(" ", 2)
        int(address, 16), int(size, 16)
        if name.endswith(":<string>"):
            found.append(name)
    return sorted(set(found))


def plain():
    return 1


def generator():
    yield from (plain(), 2)


async def coroutine():
    return 3


class Class:
    def method(self):
        return [x for x in generator()]

    def fail(self):
        raise ValueError("from below")


def between():
    sys.deactivate_stack_trampoline()
    (lambda: unseen())()
    sys.activate_stack_trampoline("perf")
    return plain()


def unseen():
    return sys.is_stack_trampoline_active()


def deep(n):
    return n and deep(n - 1) + 1


print(sys.is_stack_trampoline_active(), names(os.getpid()))
sys.deactivate_stack_trampoline()
sys.activate_stack_trampoline("perf")
sys.activate_stack_trampoline("perf")
print(sys.is_stack_trampoline_active())
print(Class().method(), between(), list(generator()), deep(100))
try:
    Class().fail()
except ValueError as error:
    print(error, error.__traceback__.tb_next.tb_frame.f_code.co_qualname)
try:
    coroutine().send(None)
except StopIteration as stop:
    print(stop.value)
try:
    deep(10**6)
except RecursionError as error:
    print(error)
given = generator()
next(given)
try:
    given.throw(KeyError("thrown"))
except KeyError as error:
    print(error)
print(names(os.getpid()))
sys.stdout.flush()
child = os.fork()
if child == 0:
    plain()
    print(sys.is_stack_trampoline_active(), names(os.getpid()), flush=True)
    os.unlink(f"/tmp/perf-{os.getpid()}.map")
    os._exit(0)
os.waitpid(child, 0)
sys.deactivate_stack_trampoline()
print(sys.is_stack_trampoline_active())
for backend in ("invalid", "perf_jit", 1):
    try:
        sys.activate_stack_trampoline(backend)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
os.unlink(f"/tmp/perf-{os.getpid()}.map")
'''
run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
print(run.stdout, run.stderr, run.returncode)

ASK = "import os, sys; print(sys.is_stack_trampoline_active(), os.path.exists(f'/tmp/perf-{os.getpid()}.map'))"
REMOVE = "; os.path.exists(f := f'/tmp/perf-{os.getpid()}.map') and os.unlink(f)"
for options, variables in (
    ([], {}),
    (["-Xperf"], {}),
    (["-X", "perf=0"], {}),
    (["-I", "-Xperf"], {}),
    ([], {"PYTHONPERFSUPPORT": "1"}),
    ([], {"PYTHONPERFSUPPORT": "0"}),
    ([], {"PYTHONPERFSUPPORT": "yes"}),
    (["-E"], {"PYTHONPERFSUPPORT": "1"}),
):
    command = [sys.executable, *options, "-c", ASK + REMOVE]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | variables)
    print(options, variables, run.stdout.strip(), run.stderr.strip())
