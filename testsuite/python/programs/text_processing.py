"""Text: word counts, Huffman coding, Levenshtein, LZ77, a template engine, Roman numerals, diff."""

import difflib
import heapq
import re
from collections import Counter, defaultdict

TEXT = """It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of
foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light,
it was the season of Darkness, it was the spring of hope, it was the winter of despair."""
words = re.findall(r"[a-z]+", TEXT.lower())
print(Counter(words).most_common(5), len(set(words)))


def huffman(text):
    heap = [[n, i, c] for i, (c, n) in enumerate(sorted(Counter(text).items()))]
    heapq.heapify(heap)
    unique = len(heap)
    while len(heap) > 1:
        low, high = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, [low[0] + high[0], unique, (low[2], high[2])])
        unique += 1
    codes = {}

    def walk(node, code):
        if isinstance(node, str):
            codes[node] = code
        else:
            walk(node[0], code + "0")
            walk(node[1], code + "1")

    walk(heap[0][2], "")
    return codes


codes = huffman(TEXT)
bits = "".join(codes[c] for c in TEXT)
decoder, out, code = {v: k for k, v in codes.items()}, [], ""
for b in bits:
    code += b
    if code in decoder:
        out.append(decoder[code])
        code = ""
print(len(bits), "".join(out) == TEXT, sorted(codes.items(), key=lambda kv: (len(kv[1]), kv))[:4])


def levenshtein(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


print(levenshtein("kitten", "sitting"), levenshtein(TEXT[:80], TEXT[20:100]))


def lz77(text, window=60):
    i, out = 0, []
    while i < len(text):
        best, at = 0, 0
        for j in range(max(0, i - window), i):
            n = 0
            while i + n < len(text) - 1 and text[j + n] == text[i + n] and n < 30:
                n += 1
            if n > best:
                best, at = n, i - j
        out.append((at, best, text[i + best]))
        i += best + 1
    return out


packed = lz77(TEXT)
unpacked = ""
for at, n, c in packed:
    for _ in range(n):
        unpacked += unpacked[-at]
    unpacked += c
print(len(packed), unpacked == TEXT, packed[10:14])


class Template:
    def __init__(self, source):
        self.code = ["def render(context, out):", "  pass"]
        depth = 1
        for part in re.split(r"({{.*?}}|{%.*?%})", source):
            if part.startswith("{{"):
                self.code.append("  " * depth + f"out.append(str({part[2:-2].strip()}))")
            elif part.startswith("{%"):
                statement = part[2:-2].strip()
                if statement.startswith("end"):
                    depth -= 1
                else:
                    depth -= statement == "else"
                    self.code.append("  " * depth + statement + ":")
                    depth += 1
            elif part:
                self.code.append("  " * depth + f"out.append({part!r})")
        namespace = {}
        exec("\n".join(self.code).replace("context, out", "context, out, **k"), namespace)
        self.function = namespace["render"]

    def render(self, **context):
        out = []
        self.function.__globals__.update(context)
        self.function(context, out)
        return "".join(out)


t = Template(
    "Dear {{ name.title() }},{% for i, x in enumerate(items) %}\n{{ i }}: {% if x > 1 %}{{ '*' * x }}{% else %}one{% endif %}{% endfor %}\n{{ len(items) }} items"
)
print(t.render(name="ada lovelace", items=[1, 2, 3]))


def roman(n):
    out = ""
    for value, digits in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "M CM D CD C XC L XL X IX V IV I".split()
    ):
        count, n = divmod(n, value)
        out += digits * count
    return out


print([roman(n) for n in (1, 4, 9, 14, 40, 90, 400, 1994, 2024, 3999)])
print(
    "".join(
        difflib.unified_diff(
            "a\nb\nc\nd\n".splitlines(True), "a\nB\nc\ne\nd\n".splitlines(True), "old", "new"
        )
    )
)
print(
    difflib.get_close_matches("appel", ["ape", "apple", "peach"]),
    round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 3),
)
index = defaultdict(set)
for n, line in enumerate(TEXT.splitlines(), 1):
    for w in re.findall(r"\w+", line.lower()):
        index[w].add(n)
print({w: sorted(ns) for w, ns in sorted(index.items()) if len(ns) > 1})
caesar = str.maketrans({c: chr((ord(c) - 97 + 13) % 26 + 97) for c in map(chr, range(97, 123))})
print(
    TEXT[:30].lower().translate(caesar),
    TEXT[:30].lower().translate(caesar).translate(caesar) == TEXT[:30].lower(),
)
anagrams = defaultdict(list)
for w in "listen silent enlist google elgoog abc cab bca".split():
    anagrams["".join(sorted(w))].append(w)
print(
    sorted(anagrams.values()),
    "A man, a plan, a canal: Panama".lower().translate(str.maketrans("", "", " ,:"))
    == "amanaplanacanalpanama"[::-1],
)
