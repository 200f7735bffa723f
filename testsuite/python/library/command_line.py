"""The command line: -c, -m, -, files, directories, zips, options and environment variables."""

import os
import subprocess
import sys
import tempfile
import zipfile


def run(*args, input=None, **env):
    r = subprocess.run(
        [sys.executable, *args],
        input=input,
        capture_output=True,
        text=True,
        env={**os.environ, **env},
        timeout=60,
    )
    out = r.stdout.replace(root, "ROOT")
    err = r.stderr.replace(root, "ROOT").replace(sys.executable, "PYTHON")
    print(args if len(str(args)) < 200 else "...", env or "", "->", r.returncode)
    for name, text in (("out", out), ("err", err)):
        for line in text.splitlines()[-8:]:
            print(f"  {name}: {line}")


with tempfile.TemporaryDirectory() as root:
    os.chdir(root)
    with open("script.py", "w") as f:
        f.write("import sys\nprint(__name__, sys.argv, sys.path[0], __file__)\n")
    os.mkdir("package")
    with open("package/__init__.py", "w") as f:
        f.write("print('package init')\n")
    with open("package/__main__.py", "w") as f:
        f.write("import sys\nprint('package main', sys.argv[1:], __package__)\n")
    with zipfile.ZipFile("app.zip", "w") as z:
        z.writestr("__main__.py", "import sys; print('zip main', sys.argv[1:])")
    with open("bad.py", "w") as f:
        f.write("x = 1\nif x\n    y\n")
    with open("latin.py", "wb") as f:
        f.write(b"# coding: latin-1\nprint('\xe9')\n")
    run("-c", "import sys; print(sys.argv, sys.path[0] == '', __name__)", "a", "-b")
    run("script.py", "x", "-y")
    run("./script.py")
    run("-m", "package", "arg")
    run("package", "arg")
    run("app.zip", "arg")
    run("-", "arg", input="import sys; print('stdin', sys.argv)")
    run(input="print('from standard input')\n1 +\n")
    run("bad.py")
    run("latin.py")
    run("missing.py")
    run("-m", "nope")
    run("-m", "package.nope")
    run("-c", "x = ")
    run("-c", "raise SystemExit('message')")
    run("-c", "raise SystemExit(300)")
    run("-c", "import sys; sys.exit(None)")
    run("-c", "raise KeyboardInterrupt")
    run("-c", "1/0")
    run("-c")
    run("-Q")
    run("--nope")
    run("-X")
    run("-W", "error", "-c", "import warnings; warnings.warn('w')")
    run("-Werror::DeprecationWarning", "-Wignore", "-c", "import sys; print(sys.warnoptions)")
    run("-W", "nonsense", "-c", "pass")
    run("-O", "-c", "assert False; print(__debug__, __import__('sys').flags.optimize)")
    run("-OO", "-c", "def f():\n  'doc'\nprint(f.__doc__)")
    run(
        "-I",
        "-c",
        "import sys; print(sys.flags.isolated, sys.flags.no_user_site, sys.flags.ignore_environment, sys.flags.safe_path)",
        PYTHONPATH="/x",
    )
    run("-s", "-S", "-E", "-P", "-B", "-u", "-b", "-d", "-q", "-c", "import sys; print(sys.flags)")
    run(
        "-c",
        "import sys; print([p for p in sys.path if p.startswith('/extra')])",
        PYTHONPATH="/extra/one:/extra/two",
    )
    run("-c", "print(hash('a') == hash('a'), {'b', 'a'} == {'a', 'b'})", PYTHONHASHSEED="5")
    run("-c", "pass", PYTHONHASHSEED="x")
    run(
        "-X",
        "utf8=0",
        "-X",
        "custom=1",
        "-X",
        "flag",
        "-c",
        "import sys; print(sys._xoptions, sys.flags.utf8_mode)",
    )
    run("-X", "dev", "-c", "import sys; print(sys.flags.dev_mode, sys.warnoptions)")
    run("-X", "int_max_str_digits=640", "-c", "print(len(str(10**700)))")
    run(
        "-c",
        "import sys; sys.stdout.write('é'); print(sys.stdout.encoding)",
        PYTHONIOENCODING="ascii:backslashreplace",
    )
    run("-c", "print('é', ascii(open.__name__))", LC_ALL="C")
    run("-x", "-", input="first line is skipped\nprint('second')")
    run("-c", "import sys; print(sys.stdin.read())", input="data\n")
    run("-c", "print(input('prompt> '))", input="typed\n")
    run("-c", "input()", input="")
    run("-c", "import sys; print(sys.orig_argv[1:], bool(sys.executable))", "z")
    run("-ic", "x = 5", input="x + 1\n")
    run("-qi", input="def f():\n  return 1\n\nf()\nundefined\n'last'\n")
    run("-c", "import sys; sys.stderr.write('to stderr'); sys.stdout.write('no newline')")
    run("-c", "import os; os.abort()")
    run("-bb", "-c", "print(b'a' == 'a')")
    run("-m", "json.tool", input='{"b": 1, "a": [2]}')
    run(
        "-m",
        "timeit",
        "-n",
        "1",
        "-r",
        "1",
        "-q" if False else "-s",
        "x = 1",
        "x" if False else "raise ValueError",
    )
    run("-m", "base64", "-e", "script.py")
    run("-m", "calendar", "2024", "2")
    run("-m", "tokenize", "-e", "bad.py")
    run("-m", "ast", "script.py")
    run("-m", "compileall", "-q", "package")
    run("-m", "zipfile", "-l", "app.zip") if False else run("-m", "gzip", "-h")
    print(sorted(os.listdir("package")))
    os.chdir("/")
