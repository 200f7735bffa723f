"""Branches and loops."""


def f(a, b, c):
    while a:
        if b and not c or a is None:
            break
        elif c in [1, 2, x]:
            continue
        a -= 1
    else:
        return 1
    for i, (j, *k) in enumerate(b):
        for _ in range(i):
            if not j < i <= 3 != k:
                break
        else:
            return i if a else (j or k)
    return lambda *, q=1: a is not q


assert f, "message"
while True:
    pass
