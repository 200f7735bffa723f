"""Successive over-relaxation: nested lists of floats, in place."""


def sor(n, iterations):
    grid = [[(i * j) % 7 / 7 for j in range(n)] for i in range(n)]
    for _ in range(iterations):
        for i in range(1, n - 1):
            row, up, down = grid[i], grid[i - 1], grid[i + 1]
            for j in range(1, n - 1):
                row[j] = 0.3125 * (up[j] + down[j] + row[j - 1] + row[j + 1]) - 0.25 * row[j]
    return grid


print(sum(map(sum, sor(100, 150))))
