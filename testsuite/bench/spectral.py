"""Calls of a small function in nested loops."""


def a(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(v, n, transposed):
    out = []
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += (a(j, i) if transposed else a(i, j)) * v[j]
        out.append(total)
    return out


n = 130
u = [1.0] * n
for _ in range(10):
    v = times(times(u, n, False), n, True)
    u = times(times(v, n, False), n, True)
print(sum(x * y for x, y in zip(u, v)) / sum(y * y for y in v))
