"""sys.exit with a message, with handlers and finalisers on the way out."""

import atexit
import sys

atexit.register(print, "atexit", "first registered")
atexit.register(lambda: print("atexit second registered"))


class Last:
    def __del__(self):
        print("deleted")


keep = Last()
try:
    sys.exit("the message goes to stderr")
except SystemExit as e:
    print(repr(e.code))
    raise
finally:
    print("finally")
