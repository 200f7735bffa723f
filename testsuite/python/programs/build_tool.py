"""A small make: a graph of tasks that threads run as commands, whose output a selector reads."""

import graphlib
import os
import queue
import selectors
import subprocess
import sys
import tempfile
import threading

SCRIPT = """
import sys
kind, out, *inputs = sys.argv[1:]
if kind == "fail":
    print("cannot make", out, file=sys.stderr)
    sys.exit(3)
text = "".join(open(name).read() for name in inputs)
open(out, "w").write(text + out + "\\n")
print(kind, out, len(text))
"""

RULES = {
    "a.o": ("compile", []),
    "b.o": ("compile", []),
    "c.o": ("compile", ["a.o"]),
    "lib": ("link", ["a.o", "b.o"]),
    "app": ("link", ["lib", "c.o"]),
    "docs": ("fail", ["b.o"]),
    "site": ("link", ["docs"]),
}


def execute(kind, target, inputs):
    """Runs a command; its status and what it wrote to both of its streams."""
    command = [sys.executable, "-c", SCRIPT, kind, target, *inputs]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
        selectors.DefaultSelector() as selector,
    ):
        written = {"stdout": b"", "stderr": b""}
        selector.register(process.stdout, selectors.EVENT_READ, "stdout")
        selector.register(process.stderr, selectors.EVENT_READ, "stderr")
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 4096)
                if data:
                    written[key.data] += data
                else:
                    selector.unregister(key.fileobj)
    return process.returncode, {name: text.decode().strip() for name, text in written.items()}


def work(todo, done):
    while (job := todo.get()) is not None:
        done.put((job, *execute(RULES[job][0], job, RULES[job][1])))
        todo.task_done()


def build(jobs):
    sorter = graphlib.TopologicalSorter({target: inputs for target, (_, inputs) in RULES.items()})
    sorter.prepare()
    todo, done = queue.Queue(), queue.SimpleQueue()
    threads = [threading.Thread(target=work, args=(todo, done), name=f"job-{i}") for i in range(jobs)]
    for thread in threads:
        thread.start()
    results, running = {}, 0
    while sorter.is_active():
        for target in sorter.get_ready():
            if all(results.get(name, (1,))[0] == 0 for name in RULES[target][1]):
                todo.put(target)
                running += 1
            else:
                results[target] = (None, {})
                sorter.done(target)
        if running:
            target, status, written = done.get(timeout=60)
            running -= 1
            results[target] = (status, written)
            sorter.done(target)
    for _ in threads:
        todo.put(None)
    for thread in threads:
        thread.join()
    return results


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for jobs in (1, 4):
        for target, (status, written) in sorted(build(jobs).items()):
            print(jobs, target, status, written)
        print(sorted(os.listdir()), open("app").read().split(), threading.active_count())
        for name in os.listdir():
            os.remove(name)
    os.chdir("/")
try:
    graphlib.TopologicalSorter({"a": ["b"], "b": ["a"]}).prepare()
except graphlib.CycleError as error:
    print(error)
