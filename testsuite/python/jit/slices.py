"""Slices of lists that are taken and assigned, by bounds of any kind."""


def reversals(n):
    q, total = list(range(12)), 0
    for i in range(n):
        k = i % 11 + 1
        q[: k + 1] = q[k::-1]
        q[1:3] = q[2:0:-1]
        total += q[0] * i
        if i % 100 == 99:
            q[2:2] = [7, 8]
            q[:2] = []
    return q, total


def odd_ones(n):
    log = []
    for i in range(n):
        l = [1, 2, 3, 4, 5, 6]
        step = 2 if i % 50 else 0
        try:
            l[i % 3 : -1] = l[:: -step if step else 0]
            l[10:20] = l
            l[-100 : None if i % 2 else -4] = [0]
            l[4:2] = [9, 9]
        except ValueError as e:
            log.append(str(e))
        size = len(l)
    return l, size, len(log), log[0]


class Index:
    def __init__(self, k):
        self.k = k

    def __index__(self):
        return self.k


class Ends:
    def __init__(self, log, n):
        self.log, self.n = log, n

    def __del__(self):
        self.log.append((self.n, len(self.log)))


def kinds(n):
    log = []
    for i in range(n):
        l = [1, "a", 2.5, None]
        if i % 40 == 39:
            l[1] = Ends(log, i)
        stop = Index(3) if i % 60 == 59 else 3
        source = (5, 6) if i % 45 == 44 else [5, 6]
        l[1:stop] = source
        log.append(l[slice(1, stop)])
        try:
            l[: 1 if i % 70 else "x"] = []
        except TypeError as e:
            log.append(str(e))
        if len(log) > 90:
            del log[:40]
    return log[-25:], l


def shared(n):
    a = [[1, 2], [3]]
    for i in range(n):
        b = a[:]
        b[0:1] = [a[0], a[0]]
        a[:] = b[1:]
        s = slice(i % 2, None, 2)
        c = b[s]
    return a, b, c, a[0] is b[0], s


print(reversals(500), odd_ones(300))
print(*kinds(300))
print(shared(200))
