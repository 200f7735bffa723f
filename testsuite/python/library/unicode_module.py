"""unicodedata and codecs."""

import codecs
import unicodedata as u

for c in "aÉ५½Ⅷ€你\u0301\u200b\ufb01\x00\U0001f600\u00a0ǅ\ud800":
    print(
        hex(ord(c)),
        u.name(c, "?"),
        u.category(c),
        u.bidirectional(c),
        u.combining(c),
        u.east_asian_width(c),
        u.mirrored(c),
        u.decimal(c, None),
        u.digit(c, None),
        u.numeric(c, None),
        u.decomposition(c),
    )
for text in ("é", "e\u0301", "ﬁ", "Å", "가", "\u1e9b\u0323", "½", "①"):
    print(
        [ascii(u.normalize(f, text)) for f in ("NFC", "NFD", "NFKC", "NFKD")],
        [u.is_normalized(f, text) for f in ("NFC", "NFKD")],
    )
print(
    u.lookup("SNOWMAN"),
    u.lookup("LATIN SMALL LETTER E WITH ACUTE"),
    ascii(u.lookup("KEYCAP DIGIT ONE")),
    u.unidata_version,
    u.ucd_3_2_0.unidata_version,
)
for bad in (
    lambda: u.name("\x00"),
    lambda: u.lookup("NOPE"),
    lambda: u.numeric("a"),
    lambda: u.normalize("X", "a"),
    lambda: u.name("ab"),
    lambda: u.digit("½"),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
text = "aé€😀"
for encoding in (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-be",
    "utf-32-le",
    "utf-7",
    "latin-1",
    "cp1252",
    "cp437",
    "koi8-r",
    "ascii",
    "punycode",
    "idna",
    "raw_unicode_escape",
    "unicode_escape",
    "shift_jis",
    "gb18030",
    "euc-kr",
    "big5",
    "mac-roman",
    "iso8859-15",
):
    for errors in ("strict", "replace"):
        try:
            data = text.encode(encoding, errors)
            print(encoding, errors, data, data.decode(encoding, "replace") == text)
        except UnicodeError as e:
            print(encoding, errors, type(e).__name__, e)
for data in (
    b"\xff",
    b"\xc3",
    b"\xe2\x82",
    b"\xed\xa0\x80",
    b"\xf8\x88",
    b"\xc0\x80",
    b"a\x80b\xffc",
    b"\xf0\x9f\x98",
):
    row = []
    for errors in ("strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass"):
        try:
            row.append(ascii(data.decode("utf-8", errors)))
        except UnicodeDecodeError as e:
            row.append(f"{e.start}-{e.end} {e.reason}")
    print(data, row)
codecs.register_error("mine", lambda e: (f"<{e.start}-{e.end}>", e.end))
print("aéb".encode("ascii", "mine"), b"a\xffb".decode("ascii", "mine"))
d = codecs.getincrementaldecoder("utf-8")()
print(
    d.decode(b"\xe2\x82"),
    d.decode(b"\xacx"),
    d.getstate(),
    codecs.lookup("UTF8").name,
    codecs.encode("abc", "rot13"),
    codecs.encode(b"x", "hex"),
    codecs.decode(b"eA==", "base64"),
    codecs.BOM_UTF8,
    codecs.escape_decode(b"\\x41\\n"),
    codecs.getencoder("ascii")("a"),
)
for bad in (
    lambda: "a".encode("nope"),
    lambda: b"a".decode("hex"),
    lambda: codecs.lookup("nope"),
    lambda: "é".encode("ascii", "nope"),
    lambda: "a".encode("rot13"),
    lambda: codecs.decode(5, "utf-8"),
    lambda: "\ud800".encode(),
    lambda: b"\\".decode("unicode_escape"),
    lambda: b"\\x4".decode("unicode_escape"),
    lambda: b"+".decode("utf-7") and b"\x00".decode("utf-16"),
):
    try:
        print(ascii(bad()))
    except Exception as e:
        print(type(e).__name__, e)
print(
    "ŠšΣς".casefold(),
    "ﬀ".upper(),
    "ΌΣΟΣ".lower(),
    "i\u0307".upper(),
    "straße".casefold() == "STRASSE".casefold(),
    "\u0130".lower() == "i\u0307",
    "ǰ".upper(),
    "Ωmega".swapcase(),
    "ŉa".title(),
    "o'neil o’neil".title(),
)
