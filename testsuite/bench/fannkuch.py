"""Integers in small lists: permutations and reversals."""


def fannkuch(n):
    p, count, best, checksum, r, sign = list(range(n)), [0] * n, 0, 0, n, 1
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        q, flips = p[:], 0
        first = q[0]
        while first:
            q[: first + 1] = q[first::-1]
            flips += 1
            first = q[0]
        best = max(best, flips)
        checksum += flips * sign
        sign = -sign
        while True:
            if r == n:
                return checksum, best
            p.insert(r, p.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1


print(fannkuch(9))
