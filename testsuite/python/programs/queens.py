"""The eight queens, by permutations and by backtracking generators."""

from itertools import permutations


def by_permutations(n):
    columns = range(n)
    for queens in permutations(columns):
        if n == len({queens[i] + i for i in columns}) == len({queens[i] - i for i in columns}):
            yield queens


def by_backtracking(n, row=0, columns=0, left=0, right=0, path=()):
    if row == n:
        yield path
        return
    free = ~(columns | left | right) & ((1 << n) - 1)
    while free:
        bit = free & -free
        free ^= bit
        yield from by_backtracking(
            n, row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1, (*path, bit.bit_length() - 1)
        )


def board(queens):
    return "\n".join("." * q + "Q" + "." * (len(queens) - q - 1) for q in queens)


solutions = list(by_permutations(6))
print(len(solutions), solutions == list(by_backtracking(6)))
print(board(solutions[0]))
print([sum(1 for _ in by_backtracking(n)) for n in range(1, 9)])
print(next(by_backtracking(12)))
