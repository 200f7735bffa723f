"""unittest, mock and doctest as a program's own tests use them."""

import doctest
import io
import unittest
from unittest import mock


class Arithmetic(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = "set up once"

    def setUp(self):
        self.addCleanup(lambda: order.append(f"cleanup {self._testMethodName}"))

    def test_pass(self):
        self.assertEqual(1 + 1, 2)
        self.assertIn(1, [1])
        self.assertIsNone(None)
        self.assertAlmostEqual(0.1 + 0.2, 0.3)
        with self.assertRaisesRegex(ValueError, "bad .*"):
            raise ValueError("bad value")
        with self.assertWarns(DeprecationWarning), self.assertLogs("x") as logs:
            import logging
            import warnings

            logging.getLogger("x").info("logged")
            warnings.warn("w", DeprecationWarning)
        self.assertEqual(logs.output, ["INFO:x:logged"])

    def test_fail(self):
        self.assertEqual({"a": [1, 2, 3], "b": "x"}, {"a": [1, 2, 4], "b": "x"}, "with message")

    def test_error(self):
        {}["missing"]

    @unittest.skip("not today")
    def test_skip(self): ...

    @unittest.expectedFailure
    def test_expected(self):
        self.fail("as expected")

    def test_subtests(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertNotEqual(i, 1)

    def test_multiline(self):
        self.assertMultiLineEqual("a\nb\nc\n", "a\nB\nc\n")


order = []
result = unittest.TestResult()
unittest.defaultTestLoader.loadTestsFromTestCase(Arithmetic).run(result)
print(result, result.testsRun, result.wasSuccessful(), order)
for test, text in result.failures + result.errors:
    print(test.id(), text.strip().splitlines()[-1])
    print("\n".join(line for line in text.splitlines() if line[:1] in "-+?"))
print(result.skipped[0][1], len(result.expectedFailures))
stream = io.StringIO()
unittest.TextTestRunner(stream, verbosity=2).run(
    unittest.TestSuite([Arithmetic("test_pass"), Arithmetic("test_skip")])
)
print(stream.getvalue().split("\nRan")[0])
m = mock.Mock(return_value=3, side_effect=None)
m.method.return_value = "r"
print(m(1, k=2), m.method("x"), m.call_args, m.mock_calls, m.call_count, m.attr is m.attr)
m.assert_called_once_with(1, k=2)
for bad in (
    lambda: m.assert_called_with(2),
    lambda: m.assert_not_called(),
    lambda: mock.Mock(spec=int).nope,
    lambda: mock.create_autospec(len)(1, 2),
    lambda: m.assrt_called(),
):
    try:
        bad()
    except (AssertionError, AttributeError, TypeError) as e:
        print(type(e).__name__, e)
effects = mock.Mock(side_effect=[1, ValueError("second"), 3])
print(effects(), end=" ")
try:
    effects()
except ValueError as e:
    print(e, effects())
magic = mock.MagicMock()
magic.__len__.return_value = 5
magic.__getitem__.side_effect = lambda k: k * 2
print(
    len(magic),
    magic["a"],
    bool(magic),
    [*magic],
    mock.ANY == object(),
    mock.call(1).method(2),
    mock.sentinel.x,
)
with (
    mock.patch("os.getcwd", return_value="/patched") as patched,
    mock.patch.dict("os.environ", {"Q": "1"}, clear=False),
):
    import os

    print(os.getcwd(), os.environ["Q"], patched.called)
with (
    mock.patch.object(Arithmetic, "shared", "patched", create=True),
    mock.patch("builtins.open", mock.mock_open(read_data="fake")),
):
    print(Arithmetic.shared, open("any").read())


def documented(n):
    """Return n doubled.

    >>> documented(2)
    4
    >>> documented("ab")  # doctest: +ELLIPSIS
    'ab...b'
    >>> documented(None)
    Traceback (most recent call last):
        ...
    TypeError: unsupported operand type(s) for *: 'NoneType' and 'int'
    >>> documented(1)
    3
    """
    return n * 2


runner = doctest.DocTestRunner(verbose=False)
out = []
for test in doctest.DocTestFinder().find(documented, "documented", globs={"documented": documented}):
    print(runner.run(test, out=out.append))
print("".join(out))
