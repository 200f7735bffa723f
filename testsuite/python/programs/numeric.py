"""Numeric kernels: mandelbrot, spectral norm, fannkuch, LU, FFT, Monte Carlo, pi digits."""

import math


def mandelbrot(width, height, limit):
    lines = []
    for y in range(height):
        line = ""
        for x in range(width):
            c = complex(3.0 * x / width - 2.2, 2.4 * y / height - 1.2)
            z = 0j
            for i in range(limit):
                z = z * z + c
                if abs(z) > 2:
                    break
            line += " .:-=+*#%@"[i * 9 // (limit - 1)]
        lines.append(line)
    return lines


print("\n".join(mandelbrot(56, 18, 40)))


def spectral(n):
    def a(i, j):
        return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)

    def times(v, f):
        return [sum(f(i, j) * v[j] for j in range(n)) for i in range(n)]

    u = [1.0] * n
    for _ in range(8):
        v = times(times(u, a), lambda i, j: a(j, i))
        u = times(times(v, a), lambda i, j: a(j, i))
    return math.sqrt(sum(x * y for x, y in zip(u, v)) / sum(y * y for y in v))


print(spectral(24))


def fannkuch(n):
    p, count, best, checksum, r, sign = list(range(n)), [0] * n, 0, 0, n, 1
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        q, flips = p[:], 0
        while (first := q[0]) != 0:
            q[: first + 1] = q[first::-1]
            flips += 1
        best = max(best, flips)
        checksum += flips if sign > 0 else -flips
        sign = -sign
        while True:
            if r == n:
                return checksum, best
            p.insert(r, p.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1


print(fannkuch(7))


def lu(matrix):
    n, a, swaps = len(matrix), [row[:] for row in matrix], 0
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(a[i][k]))
        if pivot != k:
            a[k], a[pivot] = a[pivot], a[k]
            swaps += 1
        for i in range(k + 1, n):
            a[i][k] /= a[k][k]
            for j in range(k + 1, n):
                a[i][j] -= a[i][k] * a[k][j]
    return math.prod(a[i][i] for i in range(n)) * (-1) ** swaps


print(lu([[1.0 / (i + j + 1) for j in range(6)] for i in range(6)]), lu([[2, 1], [1, 3]]))


def fft(x):
    n = len(x)
    if n == 1:
        return x
    even, odd = fft(x[::2]), fft(x[1::2])
    twiddled = [
        complex(math.cos(-2 * math.pi * k / n), math.sin(-2 * math.pi * k / n)) * odd[k]
        for k in range(n // 2)
    ]
    return [even[k] + twiddled[k] for k in range(n // 2)] + [even[k] - twiddled[k] for k in range(n // 2)]


print([round(abs(v), 9) for v in fft([math.sin(2 * math.pi * 3 * t / 32) for t in range(32)])[:6]])


def pi_digits(n):
    q, r, t, k, m, x, digits = 1, 0, 1, 1, 3, 3, []
    while len(digits) < n:
        if 4 * q + r - t < m * t:
            digits.append(str(m))
            q, r, m = 10 * q, 10 * (r - m * t), 10 * (3 * q + r) // t - 10 * m
        else:
            q, r, t, k, m, x = (
                q * k,
                (2 * q + r) * x,
                t * x,
                k + 1,
                (q * (7 * k + 2) + r * x) // (t * x),
                x + 2,
            )
    return "".join(digits)


print(pi_digits(200))


def monte_carlo(n):
    seed, inside = 42, 0
    for _ in range(n):
        seed = (1103515245 * seed + 12345) % 2**31
        x = seed / 2**31
        seed = (1103515245 * seed + 12345) % 2**31
        y = seed / 2**31
        inside += x * x + y * y < 1
    return 4 * inside / n


print(monte_carlo(20000))
grid = [[(i * j) % 7 / 7 for j in range(20)] for i in range(20)]
for _ in range(30):
    for i in range(1, 19):
        row, up, down = grid[i], grid[i - 1], grid[i + 1]
        for j in range(1, 19):
            row[j] = 1.25 * 0.25 * (up[j] + down[j] + row[j - 1] + row[j + 1]) - 0.25 * row[j]
print(sum(map(sum, grid)), [round(v, 6) for v in grid[7][5:9]])
sieve = bytearray([1]) * 20000
sieve[:2] = b"\0\0"
for i in range(2, 142):
    if sieve[i]:
        sieve[i * i :: i] = bytes(len(range(i * i, 20000, i)))
print(sum(sieve), [i for i in range(19900, 20000) if sieve[i]])
collatz = {1: 1}
for n in range(2, 3000):
    chain, m = [], n
    while m not in collatz:
        chain.append(m)
        m = m // 2 if m % 2 == 0 else 3 * m + 1
    for length, k in enumerate(reversed(chain), collatz[m] + 1):
        collatz[k] = length
print(max(range(1, 3000), key=collatz.get), len(collatz))
