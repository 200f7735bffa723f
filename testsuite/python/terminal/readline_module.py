"""History, completion and line editing of readline, without a terminal and on one."""

import os
import pty
import sys
import tempfile

# The library looks at both when it is loaded.
os.environ["TERM"] = "xterm"
os.environ["INPUTRC"] = "/dev/null"
import readline  # noqa: E402


def attempt(function, *args):
    try:
        print(function.__name__, args, repr(function(*args)))
    except Exception as error:
        print(function.__name__, args, type(error).__name__, error)


def without_terminal():
    print(readline.backend, readline.__doc__)
    readline.clear_history()
    for line in "first", "zweite ü", "third":
        readline.add_history(line)
    for index in range(-1, 5):
        attempt(readline.get_history_item, index)
    readline.remove_history_item(0)
    readline.replace_history_item(1, "ersetzt \udcff")
    print([readline.get_history_item(index) for index in (1, 2, 3)], readline.get_current_history_length())
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "history")
        readline.write_history_file(path)
        readline.add_history("more")
        readline.append_history_file(1, path)
        with open(path, "rb") as file:
            print(file.read())
        readline.set_history_length(2)
        readline.write_history_file(path)
        readline.clear_history()
        readline.read_history_file(path)
        print(
            readline.get_history_length(),
            readline.get_current_history_length(),
            repr(readline.get_history_item(1)),
        )
        attempt(readline.read_history_file, "/no/such/file")
        attempt(readline.write_history_file, "/no/such/file")
    readline.set_history_length(-1)
    for function, args in [
        (readline.append_history_file, (-1,)),
        (readline.add_history, (5,)),
        (readline.add_history, ("a\0b",)),
        (readline.parse_and_bind, (b"",)),
        (readline.parse_and_bind, ("set bell-style none",)),
        (readline.set_completer, (5,)),
        (readline.remove_history_item, (-1,)),
        (readline.remove_history_item, (100,)),
        (readline.replace_history_item, (1, 5)),
        (readline.replace_history_item, (100, "")),
        (readline.replace_history_item, (-1, "")),
        (readline.get_completer_delims, ()),
        (readline.insert_text, (5,)),
        (readline.set_completer_delims, (5,)),
        (readline.set_history_length, ("a",)),
        (readline.read_init_file, ("/no/such/file",)),
        (readline.set_startup_hook, (5,)),
        (readline.set_pre_input_hook, (5,)),
        (readline.set_completion_display_matches_hook, (5,)),
        (readline.get_line_buffer, ()),
        (readline.get_begidx, ()),
        (readline.get_completion_type, ()),
    ]:
        attempt(function, *args)
    readline.set_completer_delims(" -")
    print(repr(readline.get_completer_delims()))
    function = lambda text, state: None
    readline.set_completer(function)
    print(readline.get_completer() is function)
    readline.set_completer()
    print(readline.get_completer())


def on_terminal():
    log = []

    def complete(text, state):
        log.append((text, state, readline.get_begidx(), readline.get_endidx(), readline.get_line_buffer()))
        return ([word for word in ("übung", "apple", "apricot") if word.startswith(text)] + [None])[state]

    def show(substitution, matches, longest):
        log.append(("show", substitution, matches, longest))

    readline.parse_and_bind("tab: complete")
    readline.set_completer(complete)
    readline.set_completer_delims(" ")
    readline.set_completion_display_matches_hook(show)
    readline.set_startup_hook(lambda: log.append("startup"))
    readline.set_pre_input_hook(lambda: readline.insert_text("pre "))
    readline.clear_history()

    prompts = iter(PROMPTS)

    def ask():
        try:
            log.append(input(next(prompts)))
        except (EOFError, KeyboardInterrupt) as error:
            log.append(type(error).__name__)

    ask()
    readline.set_pre_input_hook()
    readline.set_startup_hook()
    for _ in range(5):
        ask()
    readline.set_auto_history(False)
    ask()
    log.append([readline.get_history_item(i + 1) for i in range(readline.get_current_history_length())])
    return log


KEYS = [
    b"line\n",
    b"\x01start \x05 end\n",  # Ctrl-A, Ctrl-E
    b"x ap\t\tr\t\n",
    b"\xc3\xbc \xc3\xbc\t\n",
    b"\x1b[A\x1b[A\x15history \x10\n",  # Up, Up, Ctrl-U, Ctrl-P
    b"\x04",
    b"not kept\n",
]
# Each its own, as a line that is edited is shown again with its prompt.
PROMPTS = [f"Q{number}: " for number in range(len(KEYS))]

without_terminal()
sys.stdout.flush()
read, write = os.pipe()
pid, terminal = pty.fork()
if pid == 0:
    with open(write, "w") as out:
        try:
            for entry in on_terminal():
                print(entry, file=out)
        except BaseException as error:
            print("FAILED", type(error), error, file=out)
    os._exit(0)
os.close(write)
screen = b""
for prompt, keys in zip(PROMPTS, KEYS):
    while prompt.encode() not in screen:
        screen += os.read(terminal, 4096)
    os.write(terminal, keys)
while True:
    try:
        if not os.read(terminal, 4096):
            break
    except OSError:
        break
with open(read) as results:
    print(results.read())
os.waitpid(pid, 0)
