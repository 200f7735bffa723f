"""What every method of a window and every function does with right and wrong arguments, on a terminal of its own."""

import _curses
import io
import os
import pty
import select
import sys

WINDOW = """
addch addstr addnstr attroff attron attrset bkgd bkgdset border box chgat clearok delch derwin echochar enclose
getch getkey get_wch getstr hline idcok immedok inch insch insdelln insnstr insstr instr is_linetouched keypad move
mvwin overlay putwin redrawln refresh noutrefresh resize scroll setscrreg subwin subpad timeout touchline vline
""".split()
INPUT = {"getch", "getkey", "get_wch", "getstr"}
NO_ARGUMENTS = INPUT | {
    "putwin",
    "border",
    "box",
    "inch",
    "instr",
    "refresh",
    "noutrefresh",
    "scroll",
    "delch",
}
FUNCTIONS = """
color_content color_pair curs_set init_color init_pair intrflush is_term_resized keyname meta
mouseinterval mousemask newpad newwin pair_content pair_number qiflush resizeterm setsyx typeahead unctrl ungetch
unget_wch ungetmouse use_env halfdelay cbreak has_key set_tabsize
""".split()
COLORS = "color_content color_pair init_color init_pair pair_content pair_number".split()
PLAIN = """
getmouse getsyx termattrs termname longname erasechar killchar can_change_color has_colors has_ic has_il isendwin
flushinp beep flash savetty resetty def_prog_mode def_shell_mode reset_prog_mode reset_shell_mode doupdate nonl nl
noraw raw noecho echo update_lines_cols has_extended_color_support
""".split()


def program(out):
    def call(function, *args):
        name = getattr(function, "__name__", "lambda")
        try:
            result = function(*args)
            if isinstance(result, _curses.window):
                result = "a window", result.getmaxyx(), result.getbegyx()
            print(name, args, "->", result, file=out)
        except Exception as error:
            print(name, args, type(error).__name__, error, file=out)

    for name in FUNCTIONS + PLAIN:
        if name not in ("use_env", "halfdelay"):
            call(getattr(_curses, name))
    call(_curses.tigetstr, "cup")
    call(_curses.setupterm, "no-such-terminal")
    call(_curses.setupterm, 5)
    window = _curses.initscr()
    print(window.getmaxyx(), window.encoding, file=out)
    for value in 2**40, 2**70, 3:
        call(_curses.tparm, b"%p1%d", value)
    for name in "cup", "no-such", b"cup", "a\0":
        call(_curses.tigetstr, name)
        call(_curses.tigetnum, name)
        call(_curses.tigetflag, name)
    for name in WINDOW:
        method = getattr(window, name)
        if name not in NO_ARGUMENTS:
            call(method)
        call(method, "x")
        call(method, 1, "x")
        call(method, 1, 2, "x")
        call(method, 1.5)
        call(method, 1000, 1000)
        if name not in INPUT:
            call(method, 1000, 1000, 1)
            call(method, 1000, 1000, "a")
            call(method, 1000, 1000, "a", 1)
            call(method, 1000, 1000, "a", "b")
            call(method, 1000, 1000, 1000, 1000)
            call(method, 1, 2, 3, 4, 5, 6)
            call(method, 1, 2, 3, 4, 5, 6, 7, 8, 9)
        call(method, 2**40)
        call(method, b"ab")
        call(method, "ab")
        call(method, None)
    call(window.addch, "é")
    call(window.addch, b"\xe9")
    call(window.bkgd, "é")
    call(window.addch, 2**33)
    call(window.addch, -1)
    call(window.addstr, "a\0")
    call(window.addstr, b"a\0")
    call(window.is_linetouched, 1000)
    call(setattr, window, "encoding", 5)
    call(setattr, window, "encoding", "é")
    call(delattr, window, "encoding")
    call(setattr, window, "encoding", "latin-1")
    call(window.addch, 3, 3, "é")
    call(window.bkgd, "é")
    call(window.getbkgd)
    for name in "getparyx getbegyx is_wintouched standout".split():
        call(getattr(window, name))
    for name in FUNCTIONS:
        function = getattr(_curses, name)
        for args in (), ("x",), (1,), (-1,), (2**40,), (1, 2), (30000,), (1, 2, 3), (1, -2, -3, 5):
            call(function, *args)
    call(_curses.use_default_colors)
    call(_curses.start_color)
    for name in COLORS:
        function = getattr(_curses, name)
        for args in (), ("x",), (1,), (-1,), (2**40,), (2**70,), (1, 2), (30000,), (1, 2, 3), (1, -2, -3, 5):
            call(function, *args)
        call(function, 300000, 1, 1)
    call(_curses.use_default_colors)
    for name in PLAIN:
        call(getattr(_curses, name))
    pad = _curses.newpad(10, 10)
    for args in (), (0, 0, 0, 0, 5, 5):
        call(pad.refresh, *args)
        call(pad.noutrefresh, *args)
    call(pad.echochar, "a")
    call(pad.subpad, 1, 1)
    call(pad.subwin, 2, 2, 3, 3)
    call(pad.derwin, 100, 100)
    call(window.subwin, 100, 100, 3, 3)
    for file in 1, io.StringIO(), io.BytesIO(b"x"):
        call(_curses.getwin, file)
    call(window.putwin, 5)
    for function in _curses.resize_term, _curses.resizeterm:
        call(function, 35000, 1)
        call(function, 1, 35000)
        call(function, 30, 90)
        print(_curses.LINES, _curses.COLS, file=out)
    call(_curses.endwin)
    call(_curses.isendwin)


sys.stdout.flush()
read, write = os.pipe()
os.environ["TERM"] = "xterm"
pid, terminal = pty.fork()
if pid == 0:
    with open(write, "w") as out:
        program(out)
    os._exit(0)
os.close(write)
os.set_blocking(terminal, False)
sources = {terminal, read}
text = b""
while read in sources:
    for source in select.select(list(sources), [], [])[0]:
        try:
            data = os.read(source, 65536)
        except OSError:
            data = b""
        if not data:
            sources.discard(source)
        elif source == read:
            text += data
        else:
            try:
                os.write(terminal, b"a\n")
            except OSError:
                pass
os.waitpid(pid, 0)
print(text.decode())
