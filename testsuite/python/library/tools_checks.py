"""Commands that check: json.tool, unittest, doctest."""

import os

from _commands import prepare, run

folder = prepare()
run("json.tool", "data.json")
run("json.tool", "--sort-keys", "--no-ensure-ascii", "--indent", "2", "data.json")
run("json.tool", "--json-lines", "--compact", "lines.json")
run("json.tool", "bad.json")
run("unittest", "test_arithmetic")
run("unittest", "-v", "test_arithmetic.AddTest.test_add", "test_arithmetic.AddTest.test_later")
run("unittest", "discover", "-k", "add", "-q")
run("unittest", "missing_module")
run("doctest", "arithmetic.py")
run("doctest", "-v", "-o", "FAIL_FAST", "arithmetic.py")
os.chdir("/")
folder.cleanup()
