"""Loops over ints and floats: overflow into long ints, rounding, division, comparison across kinds."""


def count(n):
    i = s = 0
    while i < n:
        s += i * i
        i += 1
    return i, s


def overflow(n):
    x = 1
    out = []
    for i in range(n):
        x = x * 3 + i
        if i % 10 == 0:
            out.append(x)
    return out


def divide(n):
    out = []
    for i in range(-n, n):
        for d in (-7, 3, 2.5):
            out.append((i // d, i % d, i / d))
    return hash(tuple(out))


def zero(n):
    done = 0
    try:
        for i in range(n, -n, -1):
            done += 10 // i
    except ZeroDivisionError as e:
        return done, i, str(e)


def bits(n):
    x = 12345
    for i in range(n):
        x = (x * 1103515245 + 12345) & 0x7FFFFFFF
        x ^= x >> 7
        x |= 1 << (i % 40)
        x = ~x & 0xFFFFFFFF
    return x


def shifts(n):
    return [sum((1 << i) >> (i // 2) for i in range(k)) for k in (n, 3 * n, 70)]


def mixed(n):
    x = 0.5
    equal = less = 0
    for i in range(n):
        x = x * 1.5 + i if x < 1e6 else x / 1e5
        equal += i == x
        less += i < x
    return x, equal, less


def large_compare():
    hits = 0
    for i in range(2**53 - 20, 2**53 + 20):
        if i == float(2**53):
            hits += 1
    return hits


def kinds():
    x = 0
    seen = []
    for i in range(60):
        x = x + 1 if i % 20 < 15 else x + 0.25
        if i == 40:
            x = int(x)
        seen.append(type(x).__name__[0])
    return x, "".join(seen)


def truth(n):
    out = 0
    for i in range(n):
        if not i % 3 or i & 1:
            out += 1
        elif i * 0.0:
            out += 1000
    return out


for function, args in (
    (count, (500,)),
    (overflow, (60,)),
    (divide, (50,)),
    (zero, (50,)),
    (bits, (200,)),
    (shifts, (30,)),
    (mixed, (200,)),
    (large_compare, ()),
    (kinds, ()),
    (truth, (100,)),
):
    print(function.__name__, function(*args))
