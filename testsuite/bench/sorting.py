"""Sorting with keys, comparisons of tuples, bisection and heaps."""

import bisect
import heapq

seed, items = 42, []
for i in range(60000):
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    items.append((seed % 1000, f"k{seed % 977}", seed))
out = 0
for _ in range(3):
    a = sorted(items)
    b = sorted(items, key=lambda t: t[2])
    c = sorted(items, key=lambda t: (t[1], -t[0]), reverse=True)
    keys = [t[2] for t in b]
    out += sum(bisect.bisect(keys, k) for k in range(0, 2**31, 2**15)) + a[5][2] + c[7][0]
    heap = []
    for t in items[:20000]:
        heapq.heappush(heap, t)
    out += sum(heapq.heappop(heap)[0] for _ in range(20000))
print(out)
