"""Writes tests/golden/database.tsv: CRC-32s of what CPython says of every code point.

    python3.13 tools/golden.py

Each row is a property and the CRC of its values for all code points in order, as text with a line
feed after each value.
"""

import pathlib
import random
import unicodedata as ucd
import zlib

GOLDEN = pathlib.Path(__file__).parent.parent / "tests" / "golden"
END = 0x110000


def codes(text):
    return " ".join(f"{ord(char):X}" for char in text)


def number(value):
    return "" if value is None else f"{value:.6f}"


def optional(value):
    return "" if value is None else str(value)


def cased(char):
    return (char + "a").title()[-1] == "a"


PROPERTIES = {
    "name": lambda c: ucd.name(c, ""),
    "lower": lambda c: codes(c.lower()), "upper": lambda c: codes(c.upper()),
    "title": lambda c: codes(c.title()), "fold": lambda c: codes(c.casefold()),
    "swapcase": lambda c: codes(c.swapcase()),
    "sigma": lambda c: codes(("A" + c + "\u03A3" + c + "\u03A3a").lower()),
    "titled": lambda c: codes((c + "ab" + c).title()),
}
for name in "alpha decimal digit numeric alnum space printable lower upper identifier".split():
    PROPERTIES["is" + name] = lambda c, method=getattr(str, "is" + name): str(int(method(c)))
PROPERTIES["istitle"] = lambda c: str(int(ucd.category(c) == "Lt"))
PROPERTIES["islinebreak"] = lambda c: str(int(len(("a" + c + "b").splitlines()) == 2))
PROPERTIES["continues"] = lambda c: str(int(("a" + c).isidentifier()))
for label, database in ("", ucd), ("old_", ucd.ucd_3_2_0):
    PROPERTIES |= {
        label + "category": database.category, label + "bidirectional": database.bidirectional,
        label + "combining": lambda c, d=database: str(d.combining(c)), label + "width": database.east_asian_width,
        label + "mirrored": lambda c, d=database: str(d.mirrored(c)),
        label + "decimal": lambda c, d=database: optional(d.decimal(c, None)),
        label + "digit": lambda c, d=database: optional(d.digit(c, None)),
        label + "numeric": lambda c, d=database: number(d.numeric(c, None)),
        label + "decomposition": lambda c, d=database: "" if 0xAC00 <= ord(c) < 0xD7A4 else d.decomposition(c),
    }
    for form in "NFC", "NFKC", "NFD", "NFKD":
        PROPERTIES[label + form] = lambda c, d=database, f=form: codes(d.normalize(f, c))
        PROPERTIES[label + form + "_is"] = lambda c, d=database, f=form: str(int(d.is_normalized(f, c)))


def sequences():
    """Random runs of characters that combine, each with its normal forms."""
    rng = random.Random(2)
    marks = [code for code in range(END) if ucd.combining(chr(code))]
    parts = [ord(c) for code in range(END) for c in ucd.normalize("NFD", chr(code)) if ucd.decomposition(chr(code))]
    for _ in range(400):
        pool = [marks, parts, range(0x1100, 0x1200), range(0xAC00, 0xAC40), range(0x41, 0x5A), range(0xA0, 0x3000)]
        text = "".join(chr(rng.choice(rng.choice(pool))) for _ in range(rng.randrange(1, 9)))
        yield "\t".join([codes(text), *(codes(ucd.normalize(form, text)) for form in ("NFC", "NFKC", "NFD", "NFKD"))])


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    with open(GOLDEN / "database.tsv", "w") as out:
        for name, function in PROPERTIES.items():
            text = "".join(function(chr(code)) + "\n" for code in range(END))
            out.write(f"{name}\t{zlib.crc32(text.encode()):08x}\n")
    (GOLDEN / "sequences.tsv").write_text("\n".join(sequences()) + "\n")
