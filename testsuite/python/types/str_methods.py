"""str: every method, with its corners."""

s = "Hello, World"
print(
    s.upper(),
    s.lower(),
    s.swapcase(),
    s.title(),
    s.capitalize(),
    s.casefold(),
    "ß".upper(),
    "ΑΣ".lower(),
    "ǆ".title(),
    "ŉ".upper(),
    "İ".lower().encode(),
)
print(
    s.find("o"),
    s.rfind("o"),
    s.find("o", 5),
    s.find("o", 5, 7),
    s.index("W"),
    s.count("l"),
    s.count(""),
    "aaa".count("aa"),
    "".find(""),
    "abc".find("", 3),
    "abc".find("", 4),
)
print(
    s.replace("l", "L"),
    s.replace("l", "L", 1),
    "aaa".replace("", "-"),
    "aaa".replace("", "-", 2),
    "abc".replace("b", "", count=1),
)
print(
    "a,b,,c".split(","),
    " a  b ".split(),
    " a  b ".split(" "),
    "a,b,c".split(",", 1),
    "a,b,c".rsplit(",", 1),
    "a b c".split(maxsplit=1),
    "".split(),
    "".split(","),
    " x y ".rsplit(None, 1),
)
print("a\nb\r\nc\rd\x0be\u2028f".splitlines(), "a\nb\n".splitlines(True), "".splitlines(), "\n".splitlines())
print("k=v=w".partition("="), "k=v=w".rpartition("="), "kv".partition("="), "kv".rpartition("="))
print(
    "  x ".strip() + "|",
    "xxaxx".strip("x"),
    "abcba".lstrip("ab"),
    "abcba".rstrip("ab"),
    "\u3000x\u2003".strip(),
    "prefix-x".removeprefix("prefix-"),
    "x.py".removesuffix(".py"),
    "x".removesuffix(""),
)
print(
    "x".center(6, "*"),
    "x".ljust(4, ".") + "|",
    "x".rjust(4),
    "-5".zfill(5),
    "+x".zfill(4),
    "abc".zfill(2),
    "ab".center(5),
    "abc".center(6, "-"),
)
print(
    "a\tbc\td".expandtabs(),
    "a\tb".expandtabs(4),
    "\t".expandtabs(0),
    ",".join("abc"),
    "".join([]),
    "-".join(["x"]),
)
print(
    "abc".startswith("ab"),
    "abc".startswith(("x", "a")),
    "abc".endswith("c", 0, 2),
    "abc".startswith("", 3),
    "abc".startswith("", 4),
)
tests = [
    "",
    "a",
    "A",
    "1",
    "²",
    "½",
    "٣",
    "a1",
    "_a",
    "1a",
    " ",
    "\n",
    "aB",
    "Ab Cd",
    "ß",
    "é",
    "\x7f",
    "五",
    "Ⅷ",
]
for name in (
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
):
    print(name, "".join("01"[getattr(t, name)()] for t in tests))
table = str.maketrans({"a": "1", "b": None, "c": "xyz", 100: 68})
print(
    "abcd".translate(table), "abc".translate(str.maketrans("ab", "xy", "c")), "abc".translate({97: 0x1F600})
)
print(
    "{} {1}".format(1) if False else "{0} {1} {0}".format("a", "b"),
    "{:>5}|{:<5}|{:^5}".format(1, 2, 3),
    "{a.b[c]}".format(a=type("T", (), {"b": {"c": 9}})),
    "{!r:>5}".format("x"),
    "{{}}".format(),
    "{x}".format_map({"x": 1}),
)
for bad in (
    lambda: "{} {1}".format(1, 2),
    lambda: "{".format(),
    lambda: "}".format(),
    lambda: "{0.x}".format(1),
    lambda: "{a}".format(),
    lambda: "{}".format(),
    lambda: "{!z}".format(1),
    lambda: "{:d}".format("x"),
    lambda: "%d" % "x",
    lambda: "%s %s" % 1,
    lambda: "%s" % (1, 2),
    lambda: "%(a)s" % 1,
    lambda: "%z" % 1,
    lambda: "%",
    lambda: "x" % 1,
    lambda: "abc".index("z"),
    lambda: "a".join([1]),
    lambda: "x".split(""),
    lambda: "x" + 1,
    lambda: "x" * -1,
    lambda: "x"["y"],
    lambda: "x"[5],
    lambda: "x".center(5, "ab"),
    lambda: str(b"x", "ascii") + str(5, "x"),
    lambda: "abc".startswith(5),
    lambda: ord("ab"),
    lambda: chr(-1),
    lambda: chr(0x110000),
    lambda: "a".translate(5),
    lambda: str.maketrans("a", "bc"),
    lambda: "x".encode("nope"),
    lambda: "é".encode("ascii"),
    lambda: "a" < 1,
):
    try:
        print(repr(bad()))
    except Exception as e:
        print(type(e).__name__, e)
print(
    s[::-1],
    s[2:5],
    s[-3:],
    s[10:2:-3],
    s[100:],
    s[slice(None, None, 5)],
    "ab" * 3,
    "a" in "abc",
    "" in "",
    "abc" > "abd",
    sorted("bca"),
    max("xyz"),
)
print(
    repr("it's"),
    repr('"'),
    repr("'\""),
    repr("\n\t\\\x00\x7f\xa0\u200b\ud800\U0001f600é"),
    ascii("é\U0001f600"),
    str(None),
    str(b"x"),
    str(b"x", "utf-8"),
)
print(
    len("\U0001f600"),
    "\U0001f600"[0],
    ord("€"),
    chr(8364),
    "e\u0301" == "é",
    len("e\u0301"),
    [hex(ord(c)) for c in "aé€😀"],
)
print(
    "abc".__contains__("b"),
    "a".__eq__(1),
    hash("") == 0,
    "x".__mul__(2),
    "%5s|%-5s|%.2s|%c" % ("a", "b", "xyz", 65),
    "%r %a" % ("é", "é"),
    "a".__lt__("b"),
)
print(
    "a-b_c d".replace("-", " ").split(),
    "line1\nline2".encode().decode(),
    "x".join("12"),
    "é".encode("latin-1"),
    "€".encode("utf-16-le"),
    "a\u20ac".encode("cp1252"),
    "é".encode("ascii", "replace"),
    "é".encode("ascii", "xmlcharrefreplace"),
    "é€".encode("ascii", "backslashreplace"),
    "é".encode("ascii", "namereplace"),
    b"\xff".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"),
)
