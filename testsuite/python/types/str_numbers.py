"""Numbers in the digits of any script, and what is refused in them."""

import decimal

TEXTS = ["٣٤", "１２．５", "\u2003٣\u2003", "12\u0663", "٣é٤", "é٣", "１_0", "٣?٤", "1\u200b2", "−5", "٣j"]

for text in TEXTS:
    for kind in int, float, complex, decimal.Decimal:
        try:
            print(ascii(text), kind.__name__, repr(kind(text)))
        except (ValueError, decimal.InvalidOperation) as error:
            print(ascii(text), kind.__name__, type(error).__name__, ascii(str(error)))
