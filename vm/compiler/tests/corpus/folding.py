a = 1 + 2 * 3 - -4 ** 2 // 5 % 7
b = "ab" * 3 + "c", b"x" * 2, (1, 2) * 2
c = 1 << 100, 1 << 1000, 2**64, 2**-1, 10**400, 0xFFFFFFFFFFFFFFFFFFFFFFFFFF + 1
d = not 1, not (a in b), not a is b, ~5, +True, -0.0, 1 / 3, 7 // -2, -7 % 3, 1e300 * 1e300
e = "abc"[1], (1, 2, 3)[-1], b"abc"[0], "abc"[5]
f = 1 + 2j * 3, (1 + 2j) / (3 - 1j), 2j**2
g = [1, 2, 3], {1, 2, 3}, {1: 2, "a": 3}, (1, (2, 3)), [1, 2]
for x in [1, 2, a]:
    pass
if x in {1, 1.0, "a"} and __debug__:
    pass
"not a docstring" + ""
1 if 0 else 2
while 0:
    dead()
if 1:
    alive()


def nans():
    one, two = 1e999 * 0, 1e999 - 1e999
    try:
        return 1e999 * 0 + 1
    finally:
        print(-(1e999 * 0), +(1e999 - 1e999), (1e999 * 0, 2), 1e999j * 0)
