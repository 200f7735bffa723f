"""Loops and branches: else, break, continue, nesting, try inside, unusual iterables."""

for i in range(3):
    if i == 5:
        break
else:
    print("for else")
for i in range(3):
    if i == 1:
        break
else:
    print("not printed")
n = 5
while n:
    n -= 1
    if n == 3:
        continue
    if n == 1:
        break
    print("n", n)
else:
    print("not printed")
while False:
    pass
else:
    print("while else")


def search(matrix, target):
    for y, row in enumerate(matrix):
        for x, value in enumerate(row):
            if value == target:
                return x, y
    else:
        return "nowhere"


print(search([[1, 2], [3, 4]], 3), search([[1]], 9))
log = []
for i in range(6):
    try:
        if i == 1:
            continue
        if i == 4:
            break
        log.append(i)
    except ValueError:
        log.append("never")
    else:
        log.append("else")
    finally:
        log.append(f"f{i}")
print(log)


def nested_finally():
    for i in range(3):
        try:
            try:
                if i == 2:
                    return "returned"
                raise KeyError(i)
            finally:
                log.append(("inner", i))
        except KeyError:
            continue
        finally:
            log.append(("outer", i))


log.clear()
print(nested_finally(), log)


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n


print(
    list(Countdown(3)),
    sum(Countdown(5)),
    max(Countdown(4)),
    [*Countdown(2)],
    dict(zip("ab", Countdown(2))),
    1 in Countdown(3),
)
a, b, c = Countdown(3)
print(a, b, c)
for a, (b, *c) in [(1, (2, 3, 4)), (5, (6,))]:
    print(a, b, c)
d = {}
for d["key"], d["other"] in zip("ab", range(2)):
    print(d)


class Target:
    pass


t = Target()
for t.attribute in range(3):
    pass
print(t.attribute)
x = [0, 0]
for x[0] in range(4):
    x[1] += x[0]
print(x)
for i in range(3):
    for j in range(3):
        if j == i:
            break
        print(i, j, end="; ")
    else:
        print("complete", i)
print()
total = 0
for i in range(1000):
    for j in (1, 2):
        if (i + j) % 3:
            continue
        total += i * j
        if total % 1000 == 999:
            break
print(total)
for x in (iter("ab"), "cd", b"ef", {1: 2}, {3}, range(1), (y for y in [4]), {5: 6}.items(), enumerate("g")):
    print([v for v in x], end=" ")
print()
for bad in (5, None, 1.5, len, Target(), Target):
    try:
        for _ in bad:
            pass
    except TypeError as e:
        print(e)


class BadNext:
    def __iter__(self):
        return self

    def __next__(self):
        raise RuntimeError("from next")


try:
    for _ in BadNext():
        pass
except RuntimeError as e:
    print(e)
result = [i for i in range(5)] if n else []
print(result, i)
k = 0
while True:
    k += 1
    if k % 2:
        continue
    if k > 6:
        break
print(k)
if not []:
    print("empty is false")
if 0:
    pass
elif 0.0 or "" or None or () or {} or set() or range(0) or b"":
    print("unreachable")
else:
    print("all false")
print("yes" if [0] else "no", [1, 2][True], ("a", "b")[n > 2], n and "nonzero" or "zero")
evens = odds = 0
for i in range(10000):
    if i & 1:
        odds += i
    else:
        evens -= i
print(evens, odds)
s = ""
for c in "hello":
    s = c + s
print(s)
fizz = ["fizz" * (i % 3 == 0) + "buzz" * (i % 5 == 0) or str(i) for i in range(1, 16)]
print(" ".join(fizz))
del i
for i in ():
    pass
try:
    print(i)
except NameError as e:
    print(e)
