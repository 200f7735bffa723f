# Whether the limit on digits or the digits are complained of first.

import sys

TEXTS = ["0" * 5000, "01" * 5000, "1" * 5000 + "_", "1" * 5000 + "x", "x" + "1" * 5000, "1_" * 5000 + "1"]
TEXTS += ["1__" + "1" * 5000, "_" + "1" * 5000, "1" * 4300, "1" * 4301, "1_" * 4299 + "1", " +" + "7" * 4301 + " "]
for text in TEXTS:
    for base in (0, 10, 7, 32):
        try:
            print(base, int(text, base) % 1000)
        except ValueError as error:
            print(base, str(error)[:100])
sys.set_int_max_str_digits(640)
for length in (640, 641):
    try:
        print(int("9" * length) % 7)
    except ValueError as error:
        print(error)
sys.set_int_max_str_digits(0)
print(int("9" * 10000) % 7)
