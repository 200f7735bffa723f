"""Run the tests of an installed package with pytest and report each as it starts and ends.

usage: wheel_driver.py REPORT DONE DIRECTORY PYTEST-ARGUMENT...

The lines of REPORT and the use of DONE are those of suite_driver.py.
"""

import os
import re
import sys
import sysconfig

import pytest

report_path, done_path, directory, *arguments = sys.argv[1:]
report_file = os.open(report_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
with open(done_path, encoding="utf-8") as file:
    done = set(file.read().splitlines())


def say(what, text=""):
    os.write(report_file, f"{what}\t{text}\n".encode("utf-8", "backslashreplace"))


def name(nodeid):
    """A test's id; without addresses, random UUIDs, lists of paths and SQLite's version, which may differ."""
    nodeid = re.sub("0x[0-9a-f]{6,}", "0x", nodeid)
    nodeid = re.sub("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "uuid", nodeid)
    nodeid = re.sub(r"pysqlite(_\d+)+", "pysqlite", nodeid)
    nodeid = re.sub(r"\['/[^\]]*\]", "[paths]", nodeid).replace(directory + "/", "")
    return nodeid.encode("unicode_escape").decode()


class Reporter:
    """Passes each test's outcome on: the worst of its set-up, its run and its end."""

    outcome = "pass"

    def pytest_collection_modifyitems(self, config, items):
        config.hook.pytest_deselected(items=[item for item in items if name(item.nodeid) in done])
        items[:] = [item for item in items if name(item.nodeid) not in done]

    def pytest_collectreport(self, report):
        id = name(f"{report.nodeid} (loading)")
        if report.failed and id not in done:
            say("start", id)
            say("fail", id)

    def pytest_runtest_logstart(self, nodeid, location):
        self.outcome = "pass"
        say("start", name(nodeid))

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.outcome = "fail"
        elif report.skipped and self.outcome == "pass" and not hasattr(report, "wasxfail"):
            self.outcome = "skip"

    def pytest_runtest_logfinish(self, nodeid, location):
        say(self.outcome, name(nodeid))


if "--pyargs" in arguments:
    # The tests of installed packages are named by their place there.
    arguments.append("--rootdir=" + sysconfig.get_path("purelib"))
status = pytest.main(
    ["-p", "no:cacheprovider", "-q", "--tb=short", "--continue-on-collection-errors", *arguments],
    plugins=[Reporter()],
)
if status in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.INTERRUPTED):
    say("broken")
say("end")
