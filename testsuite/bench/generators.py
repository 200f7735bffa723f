"""Generators that feed each other."""


def numbers(n):
    for i in range(n):
        yield i


def evens(source):
    for x in source:
        if x % 2 == 0:
            yield x


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


total = 0
for _ in range(12):
    total += sum(x * x for x in evens(numbers(100000)))
    total += sum(tree(13))
print(total)
