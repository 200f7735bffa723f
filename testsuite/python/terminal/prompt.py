"""The interactive prompt on a terminal: editing over several lines, history, completion, pasting, errors, leaving."""

import os
import pty
import re
import select
import sys
import tempfile
import time

ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\x1b\([B0]|\r")

LIMIT = 20


class Session:
    def __init__(self, *options, **environment):
        self.screen = b""
        env = {
            "PATH": os.environ["PATH"],
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "HOME": home,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        env["PYTHON_HISTORY"] = os.path.join(home, "history")
        env.update(environment)
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execve(sys.executable, [sys.executable, *options], env)

    def seen(self, text, seconds):
        """Reads until the text is on the screen; what comes up to it, which is forgotten. None if it does not come."""
        end = time.monotonic() + seconds
        while text not in (shown := ESCAPES.sub(b"", self.screen)):
            data = b""
            if select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                try:
                    data = os.read(self.terminal, 65536)
                except OSError:
                    pass
            if not data:
                return None
            self.screen += data
        seen, _, self.screen = shown.partition(text)
        return seen + text

    def until(self, text):
        """As `seen`, of what has to come."""
        seen = self.seen(text, LIMIT)
        if seen is None:
            os.kill(self.pid, 9)
            raise SystemExit(f"not seen: {text} in {self.screen[-500:]}")
        return seen

    def interrupt(self):
        """Types Ctrl-C until it is heard: one that comes while a line is drawn may be lost, in CPython too."""
        for _ in range(10):
            self.type(b"\x03")
            if self.seen(b"KeyboardInterrupt", 2) is not None:
                return True
        return False

    def type(self, keys):
        while keys:
            keys = keys[os.write(self.terminal, keys) :]

    def run(self, keys, mark):
        """Types a statement that prints `mark` with something behind it, and prints that."""
        self.type(keys)
        self.until(mark + b"<")
        print(mark.decode(), self.until(b">").decode().rstrip(">"))
        self.until(b">>> ")

    def end(self, keys):
        self.type(keys)
        while True:
            try:
                if not os.read(self.terminal, 65536):
                    break
            except OSError:
                break
        os.close(self.terminal)
        print("status", os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]))


def show(mark, expression):
    """A statement whose text does not have the mark that its output has."""
    return b"print('%s' '%s<' + str(%s) + '>')" % (mark[:1], mark[1:], expression)


def sessions(**environment):
    session = Session(**environment)
    session.until(b">>> ")
    session.run(show(b"one", b"6 * 7") + b"\r", b"one")
    session.run(b"print('tw' 'o<' + str(1) + '>')\r", b"two")
    # Up brings the last line back; a digit goes before its end.
    session.run(b"\x1bOA" + b"\x1bOD" * 8 + b"5\r", b"two")
    session.run(show(b"edit", b"'wrng'") + b"\x1bOD" * 9 + b"o\x1bOF\r", b"edit")
    # Another way to get at a line.
    session.run(b"garbage\x15" + show(b"cut", b"'kept'") + b"\r", b"cut")
    session.run(
        b"import os; value_with_long_name = 5; " + show(b"set", b"value_with_long_name") + b"\r", b"set"
    )
    session.run(b"value_with_lo\t; " + show(b"tab", b"value_with_long_name") + b"\r", b"tab")
    session.run(b"_ = os.getpi\t; " + show(b"dot", b"_ > 0") + b"\r", b"dot")
    session.type(b"1 / 0\r")
    print("error", b"ZeroDivisionError: division by zero" in session.until(b"by zero\n"))
    session.until(b">>> ")
    session.type(b"1 +\r")
    print("error", b"SyntaxError: invalid syntax" in session.until(b"invalid syntax\n"))
    session.until(b">>> ")
    session.type(b"unfinished line")
    session.until(b"unfinished line")
    print("interrupt", session.interrupt())
    session.until(b">>> ")
    session.run(b"line = input('Na' 'me: '); " + show(b"inp", b"line") + b"\r" + b"Ada\r", b"inp")
    session.end(b"import sys; sys.exit(3)\r")


with tempfile.TemporaryDirectory() as home:
    print("-- a line editor")
    sys.stdout.flush()
    sessions()
    with open(os.path.join(home, "history")) as file:
        lines = file.read().splitlines()
    print("history", len(lines) > 5, "1 / 0" in lines, "import sys; sys.exit(3)" in lines)

    print("-- over several lines")
    sys.stdout.flush()
    session = Session()
    session.until(b">>> ")
    session.type(b"def double(x):\r")
    session.until(b"... ")
    session.type(b"return 2 * x\r")
    session.until(b"... ")
    session.type(b"\r")
    session.until(b">>> ")
    session.run(show(b"def", b"double(21)") + b"\r", b"def")
    # Pasted with its indentation, all at once.
    pasted = b"\x1b[200~for n in range(3):\r    if n:\r        total = n\r\rprint('pas' 'te<' + str(total) + '>')\r\x1b[201~"
    session.run(pasted + b"\r", b"paste")
    session.run(b"exec('''total = [\n1,\n2]''')\r" + show(b"str", b"total") + b"\r", b"str")
    session.end(b"\x04")

    print("-- the basic prompt")
    sys.stdout.flush()
    sessions(PYTHON_BASIC_REPL="1", INPUTRC="/dev/null")

    print("-- after a program")
    sys.stdout.flush()
    path = os.path.join(home, "program.py")
    with open(path, "w") as file:
        file.write("answer = 42\n")
    session = Session("-i", path)
    session.until(b">>> ")
    session.run(show(b"ans", b"answer") + b"\r", b"ans")
    session.end(b"exit\r")
    session = Session("-q", "-E", "-S")
    session.until(b">>> ")
    session.run(show(b"bare", b"__name__") + b"\r", b"bare")
    session.end(b"quit = 1\r\x04")
