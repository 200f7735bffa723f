"""What compiled code has used ends with the interpreter, though compiled code refers to it."""

import _interpreters
import sys

SCRIPT = """
class Last:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        print('end of', self.name, flush=True)

last = Last(__name__)

def used(rounds):
    for _ in range(rounds):
        found = last
    return found.name

def summed(rounds):
    total = 0
    for number in range(rounds):
        total += number
    return total

print(used(3000), summed(3000), flush=True)
"""

sys.stdout.reconfigure(line_buffering=True)
for _ in range(3):
    made = _interpreters.create()
    print(_interpreters.run_string(made, SCRIPT))
    _interpreters.destroy(made)
exec(SCRIPT)
