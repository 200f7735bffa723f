"""Windows, pads, colours and panels: what is on the screen after drawing, and keys that come from the terminal."""

import curses
import curses.panel
import io
import os
import pty
import sys


def show(out, title, window):
    print(title, file=out)
    rows, columns = window.getmaxyx()
    for row in range(rows):
        print("   |" + window.instr(row, 0, columns).decode() + "|", file=out)


def program(screen, out):
    print("size", screen.getmaxyx(), curses.LINES, curses.COLS, file=out)
    screen.addstr(0, 0, "plain")
    screen.addstr(1, 2, "bold ünï", curses.A_BOLD)
    screen.addnstr(2, 0, "cut short", 3)
    screen.hline(3, 0, "-", 10)
    screen.vline(0, 15, "|", 4)
    screen.insstr(0, 0, ">>")
    screen.addch(4, 4, "x", curses.A_REVERSE)
    part = screen.derwin(5, 20, 0, 0)
    show(out, "screen", part)
    print([hex(screen.inch(1, column)) for column in range(2, 6)], hex(screen.inch(4, 4)), file=out)
    del part

    window = curses.newwin(4, 12, 5, 10)
    window.box()
    window.addstr(1, 1, "in a box")
    print(window.getbegyx(), window.getmaxyx(), window.getyx(), window.enclose(5, 10), file=out)
    window.border("a", "b", "c", "d", "e", "f", "g", "h")
    show(out, "border", window)
    window.move(1, 1)
    window.deleteln()
    window.insertln()
    window.clrtoeol()
    show(out, "edited", window)
    file = io.BytesIO()
    window.putwin(file)
    file.seek(0)
    show(out, "from a file", curses.getwin(file))

    pad = curses.newpad(3, 6)
    for row in range(3):
        pad.insstr(row, 0, f"row {row}")
    pad.refresh(0, 0, 0, 0, 2, 5)
    show(out, "pad", pad)
    other = curses.newwin(3, 6, 0, 0)
    pad.overwrite(other, 0, 0, 1, 1, 2, 4)
    show(out, "copied", other)

    curses.start_color()
    curses.init_pair(1, curses.COLOR_RED, curses.COLOR_BLUE)
    print(
        curses.pair_content(1), curses.pair_number(curses.color_pair(1)), hex(curses.color_pair(1)), file=out
    )
    window.bkgd(".", curses.color_pair(1))
    window.erase()
    print(hex(window.getbkgd()), hex(window.inch(1, 1)), file=out)

    first, second = (curses.newwin(3, 8, row, row) for row in (0, 1))
    panels = [curses.panel.new_panel(first), curses.panel.new_panel(second)]
    first.bkgd("1"), second.bkgd("2")
    panels[0].set_userptr("first")
    print(panels[0].above() is panels[1], panels[1].above(), panels[0].below(), panels[0].userptr(), file=out)
    panels[0].top()
    print(curses.panel.top_panel() is panels[0], curses.panel.bottom_panel() is panels[1], file=out)
    panels[1].hide()
    print(panels[1].hidden(), panels[0].window() is first, file=out)
    panels[1].show()
    panels[1].move(2, 3)
    print(second.getbegyx(), file=out)
    panels[1].replace(window)
    print(panels[1].window() is window, file=out)
    for call in panels[1].userptr, lambda: panels[0].move(1000, 0), lambda: curses.panel.new_panel(5):
        try:
            print(call(), file=out)
        except Exception as error:
            print(type(error), error, file=out)
    curses.panel.update_panels()
    curses.doupdate()

    curses.ungetch("q")
    print(screen.getkey(), file=out)
    curses.unget_wch("ü")
    print(repr(screen.get_wch()), file=out)
    curses.mousemask(curses.ALL_MOUSE_EVENTS)
    curses.ungetmouse(0, 3, 4, 0, curses.BUTTON1_CLICKED)
    print(screen.getch() == curses.KEY_MOUSE, curses.getmouse(), file=out)
    print(curses.unctrl("\x01"), curses.unctrl("a"), curses.keyname(curses.KEY_LEFT), curses.KEY_F1, file=out)
    screen.refresh()
    out.flush()
    os.write(1, b"READY")
    print(screen.getkey(), screen.getkey(), screen.getkey(), repr(screen.get_wch()), file=out)
    curses.echo()
    print(screen.getstr(10, 0, 5), file=out)
    screen.nodelay(True)
    print(screen.getch(), file=out)
    try:
        screen.getkey()
    except curses.error as error:
        print(error, file=out)


sys.stdout.flush()
read, write = os.pipe()
os.environ["TERM"] = "xterm-256color"
for name in "LINES", "COLUMNS":
    os.environ.pop(name, None)
pid, terminal = pty.fork()
if pid == 0:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with open(write, "w") as out:
        try:
            curses.wrapper(program, out)
        except BaseException as error:
            print("FAILED", type(error), error, file=out)
    os._exit(0)
os.close(write)
screen = b""
while b"READY" not in screen:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    screen += data
os.write(terminal, b"k\x1bOA\x1b[15~\xc3\xa4line too long\n")
while True:
    try:
        if not os.read(terminal, 4096):
            break
    except OSError:
        break
with open(read) as results:
    print(results.read())
os.waitpid(pid, 0)
