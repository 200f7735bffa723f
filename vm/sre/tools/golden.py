"""Writes tests/golden/matches.tsv: patterns as compiled codes, and what CPython matches.

    python3.13 tools/golden.py

A row is: codes, groups, `b` for bytes or the width of the text's characters, the text's code points,
then all that `finditer`, `match` and `fullmatch` find. Numbers are in hexadecimal; a match is its
last closed group and the spans of all groups, `-` where a group has none.
"""

import pathlib
import random
import re
import signal
import warnings
from re import _compiler, _parser

GOLDEN = pathlib.Path(__file__).parent.parent / "tests" / "golden"
rng = random.Random(3)

PATTERNS = [
    r"abc", r"a|b|cd", r"(a)|(b)|(cd)", r"(a|ab)(c|bcd)(d*)", r"^a", r"a$", r"(?m)^b", r"(?m)a$", r"\Aa\Z", r"\bab\b", r"\Bb", r"\B",
    r"[a-c]+", r"[^a-c]+", r"[^\d\s]+", r"\w+\s*\d", r"\W\S\D", r"(?s).+", r".*?b", r"a*?b", r"(a+)+b", r"(a*)*", r"(a*)+", r"(a|b)*?c",
    r"(?:ab)*a", r"(?:ab){2,3}?", r"(?:a|ab){2}", r"(ab?)*b", r"(?:(a)|b)*", r"((a)|(b))*c", r"(a)?b\1", r"(a)(?(1)b|c)", r"(a)?(?(1)b|c)",
    r"(?=ab)a", r"(?!ab)a.", r"(?<=a)b", r"(?<!a)b", r"(?<=ab)c", r"(?=(a))\1", r"(?!(b))a", r"(?>a+)b", r"(?>a|ab)c", r"a++b", r"a*+a",
    r"a?+b", r"(?:ab)++a", r"(?:a|b)*+b", r"(a(?>b*)c)+", r"(?:(a)b?){2}", r"(?i)AbC", r"(?i)[a-c]+", r"(?i)(a)\1", r"(?ia)[A-C]+k",
    r"(?i)\u03c3\u0130", r"(?i)[\u0430-\u0433]+", r"(?i)ß", r"(?i)[^b]", r"[\u0100-\u0200\u0300]+", r"[^\u0100]", r"[\U00010400-\U00010410]",
    r"(?i)[\U00010400-\U00010410]+", r"(?a)\w+", r"(?a)\d\s", r"\d+", r"\s", r"", r"(?:)*", r"()", r"(|a)+", r"(a|)+", r"(?:a?){3}b",
    r"(?:a{0,2}){2}", r"a{2}", r"a{2,}?b", r"[ab]{1,2}c", r"(?P<x>a)(?P=x)", r"(?:x|(?:y|z)w)*", r"((((a))))", r"(.)(.)(.)\3\2\1",
    r"(a(b)?)+?c", r"(?:(?:a)*b)*c", r"(?:(a)|(b)|c)+d", r"(?<=(a))b", r"(a)(?=.*\1)", r"x*", r"(?!)", r"a(?!)|b", r"(?=a*)b", r"aaab|aab",
    r"abcabd", r"aab", r"[\w-]+@", r"\x00", r"(?:a|b|c|d){2,}?d", r"(?:a(?:b|c)*){2}", r"(?!a)(?!b)\w", r"(?=(?>a*))a", r"((?!b).)+",
    r"(?:(?=(\w+))\1:)*", r"(?:ab|cd)?+a", r"(a*)b?(?(1)\1|c)", r"(?i:a)b", r"(?-i:a)(?i:B)", r"^(?:a?a?){4}$", r"(?:a+b?)+?$", r".{3,5}?c",
]
TEXTS = ["", "a", "b", "ab", "abc", "aab", "abab", "ababa", "abcd", "cab", "aaab", "aaaa", "ba", "a\nb", "ab\n", "ab 12 c", "ABCabc", "abcabd",
         "abcabcabd", "cdcdab", "xyzw", "aabb", "abba", "abccba", "a:b:", "\u03c3i\u0307\u0130", "\u0430\u0411\u0433", "ß\u1e9ess",
         "\u0100a\u0200", "\U00010400\U00010428a", "k\u212aK", "\u0661 \u2003", "\x00\x00"]
ATOMS = list("aabbcd.") + ["[ab]", "[^a]", r"\w", r"\b", "^", "$", r"\1", "(?=a)", "(?!b)", "(?<=a)", "(?<!b)", "[a-c]", r"\W"]
QUANTIFIERS = ["", "", "", "", "*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{2}", "{1,2}", "{0,2}?", "{2,}"]


def random_pattern(depth=3):
    parts = []
    for _ in range(rng.randrange(1, 4)):
        if depth and rng.random() < 0.45:
            opening = rng.choice(["(", "(", "(?:", "(?:", "(?>", "(?=", "(?!"])
            part = opening + random_pattern(depth - 1) + ")"
        else:
            part = rng.choice(ATOMS)
        parts.append(part + rng.choice(QUANTIFIERS))
    if rng.random() < 0.25:
        parts.insert(rng.randrange(len(parts) + 1), "|")
    return "".join(parts)


def show(match):
    if match is None:
        return "!"
    spans = [match.span(group) for group in range(match.re.groups + 1)]
    return " ".join([f"{match.lastindex or 0:x}", *("-" if span == (-1, -1) else f"{span[0]:x}:{span[1]:x}" for span in spans)])


def row(pattern, flags, text):
    parsed = _parser.parse(pattern, flags)
    codes = _compiler._code(parsed, flags)
    compiled = re.compile(pattern, flags)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    results = ["; ".join(map(show, compiled.finditer(text))), show(compiled.match(text)), show(compiled.fullmatch(text))]
    signal.setitimer(signal.ITIMER_REAL, 0)
    points = list(text) if isinstance(text, bytes) else list(map(ord, text))
    width = "b" if isinstance(text, bytes) else 1 if max(points, default=0) < 256 else 2 if max(points) < 65536 else 4
    return "\t".join([",".join(f"{code:x}" for code in codes), f"{compiled.groups:x}", str(width),
                      ",".join(f"{point:x}" for point in points), *results])


def rows():
    for pattern in PATTERNS:
        for text in rng.sample(TEXTS, 8):
            yield row(pattern, 0, text)
        if pattern.isascii() and "\\u" not in pattern and "\\U" not in pattern:
            text = rng.choice(TEXTS[:24]).encode()
            yield row(pattern.encode(), 0, text)
            if "(?a" not in pattern and "(?ia" not in pattern:
                yield row(pattern.encode(), re.LOCALE | re.IGNORECASE, text)
    done = 0
    while done < 900:
        pattern = random_pattern()
        text = "".join(rng.choice("aaabbcd\n ") for _ in range(rng.randrange(9)))
        try:
            yield row(pattern, rng.choice([0, 0, re.I, re.M, re.S]), text)
        except (re.error, TimeoutError):
            continue
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        done += 1


def timeout(*_):
    raise TimeoutError


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, timeout)
    found = list(rows())
    (GOLDEN / "matches.tsv").write_text("\n".join(found) + "\n")
    print(len(found), "rows")
