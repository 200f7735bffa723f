"""Escapes by name import unicodedata, and are refused by a program that forbids it."""

import subprocess
import sys

print("unicodedata" in sys.modules)
print(ascii(eval("'\\N{EURO SIGN}'")), "unicodedata" in sys.modules)

FORBIDDEN = r"""
import sys

sys.modules["unicodedata"] = None
for case in (
    lambda: b"\\N{SPACE}".decode("unicode_escape"),
    lambda: b"a\\N".decode("unicode_escape"),
    lambda: b"a\\N{SPACE}".decode("unicode_escape", "ignore"),
    lambda: b"a\\x41".decode("unicode_escape"),
    lambda: "a\u1234".encode("ascii", "namereplace"),
    lambda: "a\u1234".encode("ascii", "backslashreplace"),
    lambda: eval("'\\N{SPACE}'"),
    lambda: eval("'a\\N{SPACE'"),
    lambda: eval("f'a\\N{SPACE}'"),
    lambda: eval("x = 1\n'\\N'"),
    lambda: eval("'\\N'"),
    lambda: eval(r"r'\\N{SPACE}'"),
):
    try:
        print(ascii(case()))
    except Exception as error:
        print(type(error).__name__, error, getattr(error, "offset", None), getattr(error, "end_offset", None))
"""
print(subprocess.run([sys.executable, "-c", FORBIDDEN], capture_output=True, text=True, check=True).stdout)
