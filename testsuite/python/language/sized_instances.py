"""Attributes of instances whose size varies: they lie behind the items."""


class Point(tuple):
    pass


class Number(int):
    pass


class Name(str):
    def __getattr__(self, name):
        return f"{self!s} has no {name}"


def read(objects):
    return [(item.first, item.second) for item in objects]


def store(objects, value):
    for item in objects:
        item.second = value


for make in [
    lambda size: Point(range(size)),
    lambda size: Number(1 << (40 * size)),
    lambda size: Name("x" * size),
]:
    objects = [make(size) for size in range(12)]
    for number, item in enumerate(objects):
        item.first = number
        item.__dict__["second"] = -number
    for _ in range(20):
        read(objects)
    print(read(objects))
    for _ in range(20):
        store(objects, "stored")
    print(read(reversed(objects)), objects[3] == make(3))
print(Name("n").other)
