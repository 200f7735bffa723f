"""Write the tables of the CJK codecs by asking the reference interpreter for every mapping.

Run by `cargo xtask multibyte PATH`.  The file has little-endian numbers:

    u16 number of segments, u32 offset of each (in cells) and of the end, then the cells (u16)
    u16 number of extras, each two u32: what a cell from 0xD800 on stands for, one or two characters
    u16 number of tables, each:
        u8 length and name
        256 u16: what a single byte means, 0xFFFF illegal, 0xFFFE first of two, 0xFFFD first of three
        u8 number of planes (two bytes; behind the first of three), each:
            u8 number of rows, each: u8 lead, u8 number of parts, each: u8 first trail, u16 segment
        u16 number of exceptions, each u32 character, u8 length, bytes: how it is encoded, if not by the
        lowest sequence that means it (length 0: not at all)
    u16 number of ranges of GB 18030's four-byte sequences, each u32 linear index, u16 character, u16 count

A cell of 0xFFFF has no character; nor has one of 0xFFFE, whose both bytes are illegal.
"""

import struct
import sys

ILLEGAL, TWO, THREE = 0xFFFF, 0xFFFE, 0xFFFD
BOTH = 0xFFFE
EUC = [(0xA1, 0xDF), (0xE0, 0xFE)]
SJIS = [(0x40, 0x7E), (0x80, 0x9E), (0x9F, 0xDD), (0xDE, 0xFC)]
BIG5 = [(0x40, 0x7E), *EUC]
GBK = [(0x40, 0x7E), (0x80, 0xA0), *EUC]
UHC = [(0x41, 0x5A), (0x61, 0x7A), (0x81, 0xA0), *EUC]
JOHAB = [(0x31, 0x7E), (0x80, 0xA0), *EUC]
LOW = [(0x21, 0x5F), (0x60, 0x7E)]

CODECS = {
    "gb2312": EUC, "gbk": GBK, "gb18030": GBK, "big5": BIG5, "cp950": BIG5, "big5hkscs": BIG5,
    "euc_kr": EUC, "cp949": UHC, "johab": JOHAB,
    "euc_jp": EUC, "euc_jisx0213": EUC, "euc_jis_2004": EUC,
    "shift_jis": SJIS, "cp932": SJIS, "shift_jisx0213": SJIS, "shift_jis_2004": SJIS,
}

# Character sets that escape sequences designate: where they are learned, and by which escape.
CHARSETS = {
    "jisx0208": ("iso2022_jp_1", b"\x1b$B"),
    "jisx0212": ("iso2022_jp_1", b"\x1b$(D"),
    "gb2312_94": ("iso2022_jp_2", b"\x1b$A"),
    "ksx1001": ("iso2022_jp_2", b"\x1b$(C"),
    "jisx0213_2000_1": ("iso2022_jp_3", b"\x1b$(O"),
    "jisx0213_2004_1": ("iso2022_jp_2004", b"\x1b$(Q"),
    "jisx0213_2000_2": ("iso2022_jp_3", b"\x1b$(P"),
    "jisx0213_2004_2": ("iso2022_jp_2004", b"\x1b$(P"),
}

segments, extras = {}, {}


def decode(codec, data, prefix=b"", suffix=b""):
    """A tuple of characters; or why there is none."""
    try:
        return tuple(map(ord, (prefix + data + suffix).decode(codec)))
    except UnicodeDecodeError as error:
        if error.reason.startswith("incomplete"):
            return "incomplete"
        if prefix or error.end == 1:
            return "illegal"
        assert error.start == 0 and error.end == 2, (codec, data, error)
        return "both"


def cell(chars):
    if len(chars) == 1 and chars[0] < 0x10000:
        assert not 0xD800 <= chars[0] < 0xE000 and chars[0] < 0xFFFD
        return chars[0]
    pair = chars if len(chars) == 2 else (chars[0], 0)
    return 0xD800 + extras.setdefault(pair, len(extras))


def part(cells):
    """The number of a segment; None if it is empty."""
    if all(c == ILLEGAL for c in cells):
        return None
    return segments.setdefault(tuple(cells), len(segments))


def plane(leads, cuts, look):
    """Rows of a table of two bytes, and the sequences in it."""
    rows, known = [], []
    for lead in leads:
        found = {trail: look(lead, trail) for trail in range(256)}
        parts = []
        for first, last in cuts:
            cells = [ILLEGAL] * (last - first + 1)
            for trail in range(first, last + 1):
                chars = found.pop(trail)
                if isinstance(chars, tuple) and len(chars) in (1, 2):
                    cells[trail - first] = cell(chars)
                    known.append((bytes([lead, trail]), chars))
                elif chars == "both":
                    cells[trail - first] = BOTH
            number = part(cells)
            if number is not None:
                parts.append((first, number))
        assert not any(isinstance(chars, tuple) and len(chars) < 2 for chars in found.values()), lead
        rows.append((lead, parts))
    return rows, known


def pack_plane(rows):
    out = struct.pack("<B", len(rows))
    for lead, parts in rows:
        out += struct.pack("<BB", lead, len(parts))
        out += b"".join(struct.pack("<BH", *p) for p in parts)
    return out


def pack_exceptions(known, encode):
    lowest = {}
    for data, chars in known:
        if len(chars) == 1:
            lowest.setdefault(chars[0], data)
    rows = []
    for code in range(0x30000):
        wanted = encode(chr(code))
        if wanted is not None and lowest.get(code, b"") != wanted:
            rows.append(struct.pack("<IB", code, len(wanted)) + wanted)
    return struct.pack("<H", len(rows)) + b"".join(rows)


def codec_table(name, cuts):
    singles, known, two, three = [], [], [], []
    for byte in range(256):
        chars = decode(name, bytes([byte]))
        if isinstance(chars, tuple):
            singles.append(cell(chars))
            known.append((bytes([byte]), chars))
        elif chars == "illegal":
            singles.append(ILLEGAL)
        elif decode(name, bytes([byte, 0xA1])) == "incomplete" and name.startswith("euc_j"):
            singles.append(THREE)
            three.append(byte)
        else:
            singles.append(TWO)
            two.append(byte)

    def look(lead, trail):
        chars = decode(name, bytes([lead, trail]))
        # A trail that stands for itself is not part of the sequence.
        return chars if chars != "incomplete" else "illegal"

    rows, found = plane(two, cuts, look)
    known += found
    planes = [rows]
    for lead in three:
        rows, found = plane(range(0xA1, 0xFF), cuts, lambda a, b: decode(name, bytes([lead, a, b])))
        planes.append(rows)
        known += [(bytes([lead]) + data, chars) for data, chars in found]

    def encode(char):
        try:
            data = char.encode(name)
        except UnicodeEncodeError:
            return b""
        # Four bytes of GB 18030 and the eight bytes of a syllable's letters in EUC-KR are computed.
        return None if name == "gb18030" and len(data) == 4 or len(data) == 8 else data

    return singles, planes, known, encode


def charset_table(codec, escape):
    rows, known = plane(range(0x21, 0x7F), LOW, lambda a, b: decode(codec, bytes([a, b]), escape))

    def encode(char):
        try:
            data = char.encode(codec)
        except UnicodeEncodeError:
            return b""
        if data.startswith(escape):
            return data[len(escape):len(escape) + 2]
        return None

    return [ILLEGAL] * 256, [rows], known, encode


def gb18030_ranges():
    ranges = []
    for linear in range(0, 39420):
        a, rest = divmod(linear, 12600)
        b, rest = divmod(rest, 1260)
        c, d = divmod(rest, 10)
        chars = decode("gb18030", bytes([0x81 + a, 0x30 + b, 0x81 + c, 0x30 + d]))
        if not isinstance(chars, tuple):
            continue
        code = chars[0]
        if ranges and ranges[-1][0] + ranges[-1][2] == linear and ranges[-1][1] + ranges[-1][2] == code:
            ranges[-1][2] += 1
        else:
            ranges.append([linear, code, 1])
    return ranges


def main(path):
    tables = []
    for name, cuts in CODECS.items():
        tables.append((name, *codec_table(name, cuts)))
    for name, (codec, escape) in CHARSETS.items():
        tables.append((name, *charset_table(codec, escape)))
    body = struct.pack("<H", len(tables))
    for name, singles, planes, known, encode in tables:
        body += struct.pack("<B", len(name)) + name.encode() + struct.pack("<256H", *singles)
        body += struct.pack("<B", len(planes)) + b"".join(map(pack_plane, planes))
        body += pack_exceptions(known, encode)
    ranges = gb18030_ranges()
    body += struct.pack("<H", len(ranges)) + b"".join(struct.pack("<IHH", *r) for r in ranges)
    assert len(extras) < 0x800
    offsets = [0]
    for cells in segments:
        offsets.append(offsets[-1] + len(cells))
    head = struct.pack("<H", len(segments)) + struct.pack(f"<{len(offsets)}I", *offsets)
    head += b"".join(struct.pack(f"<{len(cells)}H", *cells) for cells in segments)
    head += struct.pack("<H", len(extras)) + b"".join(struct.pack("<II", *pair) for pair in extras)
    with open(path, "wb") as file:
        file.write(head + body)
    print(f"{len(segments)} segments, {len(extras)} extras, {len(head + body)} bytes")


main(sys.argv[1])
