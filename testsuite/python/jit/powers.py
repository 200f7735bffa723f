"""Powers of floats, among them those that are no float or raise."""


def powers(bases, exponents):
    log = []
    for b in bases:
        for e in exponents:
            try:
                log.append(repr(b**e))
            except (ZeroDivisionError, OverflowError) as error:
                log.append(type(error).__name__)
    return log


def squares(n):
    total, x = 0.0, -3.5
    for i in range(n):
        total += x**2 + x**3 - (x - i) ** 2.0
        x += 0.125
    return total


def roots(n):
    total = 0.0
    for i in range(n):
        total += i**0.5 + (i + 0.5) ** -1.5
    return total


def overflows(n):
    x, times = 2.0, 0
    for i in range(n):
        try:
            x = x**2
        except OverflowError:
            x, times = 1.5, times + 1
    return x, times


def turns(values):
    """The base becomes negative: the result is complex."""
    out = []
    for v in values:
        out.append(v**0.5)
    return out[-3:]


inf, nan = float("inf"), float("nan")
print(*powers([0.0, -0.0, 1.0, -1.0, 2.5, -2.5, inf, -inf, nan, 3], [0.0, 1, 2, -1, 0.5, -2.0, 3.0, inf, nan, 400]))
print(squares(300), roots(300), overflows(100))
print(turns([float(i) for i in range(100)] + [-4.0, 4.0, -0.0]))
