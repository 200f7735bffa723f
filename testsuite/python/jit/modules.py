"""Loops in a module's own code: names are globals, and an instruction that has not run before rewrites itself."""

import sys

total = 0
scale = 0.5
names = []
for i in range(60):
    total += i * 2
    scale = scale * 1.01 + i
    if i % 20 == 0:
        names.append((i, scale > 10))
    if i == 45:
        fresh = total
    if i > 50:
        del fresh
        fresh = i
print(total, scale, names, fresh)

keep = [scale, scale]
for i in range(30):
    scale = scale + 1.0
    keep[i % 2] = scale
print(scale, keep)


class Names(dict):
    def __missing__(self, key):
        return len(key)


class Body:
    out = 0
    for i in range(40):
        out += i
        last = out


print(Body.out, Body.last, Body.i)

space = {}
exec("s = 0\nfor k in range(50):\n    s += k\n    t = (s, k)\n", space)
print(space["s"], space["t"])
spare = Names()
exec("s = 0\nfor k in range(50):\n    s += k\n    u = s\n", {}, spare)
print(spare["s"], spare["u"])

# Unpacking more than 255 names takes an argument that is extended.
text = ", ".join(f"a{n}" for n in range(300))
code = f"def f(n):\n    for i in range(n):\n        {text} = [i] * 300\n    return a0 + a299\n"
exec(code, space)
print(space["f"](40), sys.getrefcount(space["f"]) > 0)
