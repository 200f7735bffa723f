"""Run one of CPython's test files and report each test as it starts and ends.

usage: -m suite_driver REPORT DONE MODULE

Lines of `start|pass|fail|skip <TAB> test id` are appended to REPORT, `absent <TAB>
reason` if the file or each of its tests wants to be skipped, `broken` if it cannot be
loaded, and `end` when nothing is left to do.  Tests listed in DONE are left
out: after a crash, the file is started again to run the others.

It is run as a module, as CPython's own runner is: tests start processes that
import `__main__` again, by its name.
"""

import os
import sys
import traceback
import unittest

from test import support
from test.support import os_helper
from test.libregrtest.setup import UNICODE_GUARD_ENV

report = None

# What CPython's runner has above a test more than this one.
FRAMES = 16


def say(what, text=""):
    os.write(report, f"{what}\t{text}\n".replace("\r", " ").encode("utf-8", "backslashreplace"))


def name(test):
    # A test may have an attribute of this name.
    return type(test).id(test).replace("\n", " ")


class Result(unittest.TestResult):
    """Passes every event on; a test with a failing subtest fails once."""

    def __init__(self):
        super().__init__()
        self.has_run = False
        self.reasons = set()

    def startTest(self, test):
        super().startTest(test)
        self.failed = self.left_out = False
        say("start", name(test))

    def stopTest(self, test):
        super().stopTest(test)
        self.has_run |= not self.left_out
        if self.failed:
            say("fail", name(test))

    def show(self, test, error):
        self.failed = True
        print(
            f"\n--- {name(test)}",
            *traceback.format_exception(*error),
            sep="\n",
            file=sys.__stderr__,
            flush=True,
        )

    def addSuccess(self, test):
        if not self.failed:
            say("pass", name(test))

    def addError(self, test, error):
        self.show(test, error)
        if not isinstance(test, unittest.TestCase):  # a class's or the module's set-up
            self.has_run = True
            say("fail", name(test))

    def addFailure(self, test, error):
        self.show(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.show(test, error)

    def addSkip(self, test, reason):
        self.left_out = True
        self.reasons.add(reason)
        say("skip", name(test))

    def addExpectedFailure(self, test, error):
        say("pass", name(test))

    def addUnexpectedSuccess(self, test):
        self.failed = True


def without(done, suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield suite.__class__(without(done, test))
        elif name(test) not in done:
            yield test


def run(suite, result, frames):
    """Runs the tests as many frames deeper as CPython's runner has: a few tests count those below them."""
    if frames > 0:
        return run(suite, result, frames - 1)
    unittest.TestSuite(suite).run(result)


def main():
    global report
    report_path, done_path, module = sys.argv[1:]
    report = os.open(report_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    with open(done_path, encoding="utf-8") as file:
        done = set(file.read().splitlines())
    # The tests of terminals bring one of their own.
    support.use_resources = ["curses"]
    os.environ.setdefault("TERM", "xterm")
    # CPython's runner sets it, and the test of the runner looks for it.
    os.environ.setdefault(UNICODE_GUARD_ENV, os_helper.FS_NONASCII)
    support.verbose = 0
    loader = unittest.TestLoader()
    try:
        suite = loader.loadTestsFromName("test." + module)
    except unittest.SkipTest as reason:
        say("absent", reason)
        return
    if loader.errors:
        print(*loader.errors, sep="\n", file=sys.stderr)
        say("broken")
    result = Result()
    run(without(done, suite), result, FRAMES)
    if result.reasons and not (result.has_run or done or loader.errors):
        first, *others = sorted(result.reasons)
        say("absent", f"{first}, and {len(others)} other reasons" if others else first)
    else:
        say("end")


if __name__ == "__main__":
    main()
