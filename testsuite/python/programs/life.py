"""Conway's game of life on sets, and on a torus of lists."""

from collections import Counter


def step(cells):
    counts = Counter((x + dx, y + dy) for x, y in cells for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
    return {c for c, n in counts.items() if n == 3 or n == 2 and c in cells}


def show(cells, width, height):
    return "\n".join("".join("#" if (x, y) in cells else "." for x in range(width)) for y in range(height))


glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
cells = glider
for generation in range(20):
    cells = step(cells)
print(show(cells, 10, 10))
print(cells == {(x + 5, y + 5) for x, y in glider})
r_pentomino = {(1, 0), (2, 0), (0, 1), (1, 1), (1, 2)}
cells = r_pentomino
populations = []
for _ in range(60):
    cells = step(cells)
    populations.append(len(cells))
print(populations)


def torus(grid):
    h, w = len(grid), len(grid[0])
    new = [[0] * w for _ in range(h)]
    for y in range(h):
        up, here, down = grid[y - 1], grid[y], grid[(y + 1) % h]
        for x in range(w):
            l, r = x - 1, (x + 1) % w
            n = up[l] + up[x] + up[r] + here[l] + here[r] + down[l] + down[x] + down[r]
            new[y][x] = 1 if n == 3 or n == 2 and here[x] else 0
    return new


seed, grid = 12345, []
for y in range(24):
    row = []
    for x in range(32):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        row.append(seed >> 16 & 1)
    grid.append(row)
for _ in range(50):
    grid = torus(grid)
print(sum(map(sum, grid)))
print("\n".join("".join(".#"[c] for c in row) for row in grid[:5]))
