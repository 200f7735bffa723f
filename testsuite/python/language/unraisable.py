"""What becomes of exceptions that nobody can catch: with a hook, without one, with one that fails."""

import sys


class Bad:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"<Bad {self.name}>"

    def __del__(self):
        raise ValueError(self.name)


def hook(arguments):
    print("hook", arguments.exc_type.__name__, arguments.exc_value, arguments.err_msg, callable(arguments.object))


def failing(arguments):
    raise KeyError("in the hook")


def events(event, arguments):
    if event == "sys.unraisablehook":
        print("audit", arguments[0].__name__, arguments[1].exc_value)


sys.stderr = sys.stdout
sys.unraisablehook = hook
Bad("first")
sys.unraisablehook = failing
Bad("second")
sys.unraisablehook = None
Bad("third")
sys.addaudithook(events)
sys.unraisablehook = hook
Bad("fourth")
