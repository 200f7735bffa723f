"""Strings grown in place, joined, scanned by character, formatted."""


def grow(n):
    s = ""
    for i in range(n):
        s += chr(97 + i % 26)
    return s


def tokens(text):
    out, word = [], ""
    for ch in text:
        if ch.isalpha():
            word += ch
        elif word:
            out.append(word)
            word = ""
    return out


total = 0
for round in range(10):
    text = grow(30000)
    counts = {}
    for ch in text:
        counts[ch] = counts.get(ch, 0) + 1
    sentence = " ".join("%s-%d" % (ch, n) for ch, n in sorted(counts.items()))
    words = tokens(sentence * 40)
    total += len(words) + sum(map(ord, text[:500]))
    parts = []
    for i in range(6000):
        parts.append(f"{i}:{i * 2:04x}")
        if text[i] == "a" and text[i + 1] != "z" or text[i : i + 3] == "xyz":
            total += 1
    joined = ",".join(parts)
    total += len(joined) + sum(int(p.partition(":")[2], 16) for p in joined.split(","))
    total += sum(1 for p in parts if p.startswith("1") or p.endswith("0")) + len(joined.replace(",", ";").upper())
print(total)
