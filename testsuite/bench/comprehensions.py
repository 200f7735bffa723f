"""Comprehensions, unpacking, slices, zip, enumerate, sets and dictionaries of small things."""

total = 0
for round in range(14):
    rows = [(i, i * 3 % 101, str(i % 50)) for i in range(8000)]
    index = {name: key for key, _, name in rows if key % 3}
    seen = {b for _, b, _ in rows}
    pairs = [a + b for a, (b, *rest) in zip(seen, rows)]
    nested = [[x * y for x in range(12)] for y in range(150)]
    flat = [cell for row in nested for cell in row if cell & 1]
    for i, (a, b, c) in enumerate(rows):
        if a in index or c in index and b in seen:
            total += i & b
    a, b = 0, 1
    for _ in range(9000):
        a, b = b, a + b & 0xFFFF
    for key, value in index.items():
        total += value + len(key)
    head, *middle, last = flat
    total += sum(flat[10:200:3]) + sum(pairs) + head + last + len(middle) + b
    total += max(x for x in flat) + any(x == -1 for x in flat) + len([*seen, *flat])
print(total)
