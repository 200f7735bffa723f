"""re: syntax, groups, flags, substitution, errors."""

import re

print(
    re.findall(r"\d+", "a1b22c333"),
    re.findall(r"(\w)(\d)", "a1 b2"),
    re.split(r"[,;]\s*", "a, b;c"),
    re.split(r"(,)", "a,b"),
    re.split(r"x*", "axbc"),
    re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"),
    re.subn("a", "b", "aaa", count=2),
)
m = re.match(r"(?P<year>\d{4})-(?P<month>\d\d)(-(?P<day>\d\d))?", "2024-02 rest")
print(
    m,
    m.group(),
    m.group("year", "month"),
    m.groups(),
    m.groups("x"),
    m.groupdict(),
    m.span(),
    m.span("month"),
    m.start(3),
    m.lastgroup,
    m.lastindex,
    m[1],
    m.end(),
    m.expand(r"\g<month>/\1"),
    m.regs,
    m.pos,
    m.endpos,
)
for pattern, text in (
    (r"a{2,3}?", "aaaa"),
    (r"a{2,3}", "aaaa"),
    (r"a*?b", "aab"),
    (r"(a|ab)(c|bcd)(d*)", "abcd"),
    (r"(?:ab)+", "ababx"),
    (r"^b", "a\nb"),
    (r"(?m)^b$", "a\nb\nc"),
    (r"(?s)a.b", "a\nb"),
    (r"(?i)STRASSE", "strasse"),
    (r"(?x) a # comment\n b", "ab"),
    (r"\bfoo\b", "a foo b"),
    (r"(?<=a)b", "ab"),
    (r"(?<!a)b", "ab cb"),
    (r"a(?=b)", "ab"),
    (r"a(?!b)", "ab ac"),
    (r"(a)?b(?(1)c|d)", "abc"),
    (r"(a)?b(?(1)c|d)", "bd"),
    (r"(\w)\1", "abccd"),
    (r"(?P<q>['\"]).*?(?P=q)", "say 'it' now"),
    (r"[^\W\d_]+", "12_ab"),
    (r"[a-c\]\-]+", "x]-ab"),
    (r"\A\d\Z", "5"),
    (r"(?>a+)ab", "aaab"),
    (r"a++b", "aaab"),
    (r"x*+", "xxx"),
    (r"\u00e9\x41", "éA"),
    (r"[\s\S]", "\n"),
    (r"(?a:\w+)", "aé"),
    (r"(?-i:a)B", "aB"),
    (r"(((((a)))))", "a"),
    (r"(a+)+$", "aaaaaaaab"),
    (r"", "x"),
    (r"\N{BULLET}", "•"),
    (r"[\[]", "["),
    (r"(?i)ſ", "S"),
    (r"(?i)[k]", "\u212a"),
):
    found = re.search(pattern, text)
    print(pattern, "->", found and (found.group(), found.span(), found.groups()))
print(
    [m.span() for m in re.finditer(r"a*", "baac")],
    re.fullmatch("a|ab", "ab"),
    re.match("b", "ab"),
    re.compile("b").match("ab", 1),
    re.compile("^b").search("ab", 1),
    re.compile("a$").search("ab", 0, 1),
)
print(
    re.sub(r"\d", lambda m: str(int(m[0]) * 2), "a1b5"),
    re.sub("", "-", "ab"),
    re.sub("x*", "-", "abxd"),
    re.sub(r"(a)|b", r"[\1]", "ab"),
    re.sub("a", r"\n\t\\", "a"),
    re.sub(r"(?P<n>a)", r"\g<n>\g<0>\g<1>0", "a"),
    re.escape("a.b*c-d é\n"),
    re.sub("A", "x", "aAa", flags=re.I),
)
for bad in (
    "(",
    ")",
    "*a",
    "a**",
    "[",
    "a{2,1}",
    "(?P<1>a)",
    "(?P<a>x)(?P<a>y)",
    r"\1",
    "(?P=x)",
    "(?z)",
    r"\q",
    "(?<=a*)b",
    "[z-a]",
    "(?(2)a|b)",
    "a(?i)b",
    r"\N{nope}",
    "(?P<a",
    "(?",
    "x{99999999999}",
    r"\x1",
    "(?#",
    "(?i-i:a)",
    "[a-\\d]",
    "a{1}{2}",
    "(?<n>a)",
    "(?P>a)",
):
    try:
        re.compile(bad)
        print("ok", bad)
    except (re.error, OverflowError) as e:
        print(bad, "|", e, getattr(e, "pos", None))
for bad in (
    lambda: re.sub("a", r"\2", "a"),
    lambda: re.sub("a", r"\g<x>", "a"),
    lambda: re.match("a", b"a"),
    lambda: re.match(b"a", "a"),
    lambda: re.match(5, "a"),
    lambda: re.match("a", "a").group(1),
    lambda: re.match("a", "a").group("n"),
    lambda: re.sub("a", r"\q", "a"),
    lambda: re.compile(re.compile("a"), re.I),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
p = re.compile(r"(?P<w>\w+)\s", re.I | re.M)
print(
    p,
    p.flags,
    p.groups,
    p.groupindex,
    p.pattern,
    p == re.compile(r"(?P<w>\w+)\s", re.I | re.M),
    re.compile(b"a"),
    re.I | re.S,
    re.compile("a", re.A | re.X),
)
print(
    re.findall(rb"[\x80-\xff]+", b"a\xff\x80b"),
    re.sub(b"a", b"b", bytearray(b"aa")),
    re.match(rb"\w", b"\xe9"),
    re.findall(r"\w+", "naïve café ١٢"),
    re.findall(r"\w+", "naïve", re.A),
)
scanner = re.Scanner([(r"\d+", lambda s, t: int(t)), (r"\w+", lambda s, t: t), (r"\s+", None)])
print(scanner.scan("12 abc 3!"))
print(
    re.findall(r"(?:(\d+)|(\w+))", "1 a"),
    re.split(r"\b", "ab cd"),
    re.split("(a)|b", "xaybz"),
    re.findall(r"(?=(\w\w))", "abcd"),
    re.purge(),
)
log = "2024-01-02 ERROR [db] failed: timeout=30\n2024-01-03 INFO [web] ok: n=1"
print(
    [
        m.groupdict()
        for m in re.finditer(r"^(?P<date>[\d-]+) (?P<level>[A-Z]+) \[(?P<who>\w+)\] (?P<msg>.*)$", log, re.M)
    ]
)
