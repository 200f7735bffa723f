"""Dictionaries and strings: counting, grouping, joining."""

import random

random.seed(1)
words = ["".join(random.choice("abcdefgh") for _ in range(random.randint(1, 4))) for _ in range(40000)]
out = 0
for _ in range(12):
    counts, groups = {}, {}
    for i, w in enumerate(words):
        counts[w] = counts.get(w, 0) + 1
        groups.setdefault(w[0], []).append(i)
    out += len(counts) + sum(len(g) for g in groups.values()) + len(",".join(sorted(counts)))
print(out)
