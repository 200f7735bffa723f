"""Variables that hold one object: what one gives up the other still has, also where an exit's code goes on."""


def mix(x, y):
    if x < y:
        return x * 3 - y
    return y - x


def shared(a, b, count):
    y = 0.5
    for i in range(count):
        y = int(a) << 3
        b = a
        a = mix(a, 3) * a
        if not -(2**70) < a < 2**70:
            a = 17
    return a, b, y


def swapped(items, count):
    out = []
    for i in range(count):
        x = items[i % 3]
        y = x
        x = mix(y, i) + 2**40
        items[i % 3] = x
        if i % 4 == 1:
            out.append(y)
        z = y
        y = None
        out.append(z)
    return out[-9:]


print(shared(1000000, 3, 40), shared(5, 1, 60))
print(swapped([10**6, 7, 2**33], 60))
