"""subprocess: running, pipes, input, errors, environment."""

import os
import signal
import subprocess
import sys

run = subprocess.run
r = run(["echo", "hello"], capture_output=True, text=True)
print(r, r.returncode, repr(r.stdout), r.check_returncode())
print(
    run(
        "echo $VALUE; echo err >&2; exit 3",
        shell=True,
        capture_output=True,
        text=True,
        env={**os.environ, "VALUE": "v"},
    )
)
print(
    run(["cat"], input="some input\n", capture_output=True, text=True).stdout,
    run(["cat"], input=b"\xff\x00", capture_output=True).stdout,
)
print(
    subprocess.check_output(["pwd"], cwd="/", text=True),
    subprocess.getoutput("echo shell"),
    subprocess.getstatusoutput("exit 2"),
    subprocess.call(["true"]),
    subprocess.call(["false"]),
)
for bad in (
    lambda: run(["false"], check=True),
    lambda: run(["/nonexistent/program"]),
    lambda: subprocess.check_output(["sh", "-c", "echo out; exit 5"]),
    lambda: run(["sleep", "10"], timeout=0.05),
    lambda: run(["true"], cwd="/nonexistent"),
    lambda: run([]),
    lambda: run(["x\0y"]),
    lambda: run("true", capture_output=True, stdout=1),
    lambda: subprocess.Popen(["true"], bufsize="x"),
    lambda: run(["/"]),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e, getattr(e, "output", None))
p = subprocess.Popen(["sort"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
out, err = p.communicate("c\na\nb\n")
print(out.split(), err, p.returncode, p.poll(), p.args)
p = subprocess.Popen(["sleep", "30"])
print(p.poll())
p.terminate()
print(p.wait(), p.returncode == -signal.SIGTERM)
first = subprocess.Popen(["printf", "b\\na\\n"], stdout=subprocess.PIPE)
second = subprocess.Popen(["sort"], stdin=first.stdout, stdout=subprocess.PIPE)
first.stdout.close()
print(second.communicate()[0], first.wait())
with subprocess.Popen(
    [
        sys.executable,
        "-c",
        "import sys; print('from child', sys.argv[1:], len(sys.stdin.read())); sys.exit(7)",
        "a b",
        "c'd",
    ],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    text=True,
) as child:
    out, _ = child.communicate("x" * 100000)
print(out, child.returncode)
r = run([sys.executable, "-c", "raise ValueError('in child')"], capture_output=True, text=True)
print(r.returncode, r.stderr.splitlines()[-1])
r = run([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
print(r.returncode, r)
print(
    run([sys.executable, "-"], input="print(6 * 7)", text=True, capture_output=True).stdout,
    run(
        [sys.executable, "-S", "-E", "-c", "import sys; print(sys.flags.no_site, sys.argv, __name__)"],
        text=True,
        capture_output=True,
    ).stdout,
)
print(
    run("cat <&0; echo done", shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout,
    run(["sh", "-c", "echo e >&2"], stderr=subprocess.STDOUT, stdout=subprocess.PIPE).stdout,
)
read, write = os.pipe()
run(["sh", "-c", f"echo through pipe >&{write}"], pass_fds=[write])
os.close(write)
print(os.read(read, 100))
os.close(read)
pid = os.fork()
if pid == 0:
    os._exit(9)
print(
    os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), os.system("exit 4") >> 8, os.popen("echo popen").read()
)
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
p.stdin.write("line\n")
print(p.stdout.readline(), end="")
p.stdin.close()
print(
    p.wait(),
    repr(subprocess.list2cmdline(["a b", 'c"d'])),
    subprocess.PIPE,
    subprocess.CalledProcessError(1, "cmd", "o").cmd,
)
p.stdout.close()
