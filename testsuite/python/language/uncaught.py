"""An exception that nobody catches: the message and the exit status."""

import sys


class Resource:
    def __enter__(self):
        print("enter")
        return self

    def __exit__(self, *error):
        print("exit", error[0].__name__)


def work(items):
    with Resource():
        return [process(item) for item in items]


def process(item):
    try:
        return 10 // item
    except ZeroDivisionError as error:
        error.add_note("while processing")
        raise RuntimeError(f"cannot process {item!r}") from error


sys.stdout.flush()
work([1, 2, 0])
