"""Every way to read and write an attribute."""

import math


class Base:
    kind = "base"
    __slots__ = ()

    def tag(self):
        return 1

    @property
    def twice(self):
        return self.value * 2


class Slotted(Base):
    __slots__ = ("value", "next")

    def __init__(self, value):
        self.value, self.next = value, None

    def tag(self):
        return super().tag() + 1


class Open(Base):
    def __init__(self, value):
        self.value, self.next = value, None

    @classmethod
    def made(cls, value):
        return cls(value)

    @staticmethod
    def plus(a, b):
        return a + b


class Dynamic:
    def __init__(self):
        self.known = 1

    def __getattr__(self, name):
        return len(name)


class Container:
    def __init__(self, items):
        self.items = items

    def __getitem__(self, i):
        return self.items[i]

    def __setitem__(self, i, value):
        self.items[i] = value

    def __len__(self):
        return len(self.items)

    def __contains__(self, x):
        return x in self.items

    def __iter__(self):
        return iter(self.items)

    def __eq__(self, other):
        return self.items == other.items

    def __bool__(self):
        return True


total, d, box, same = 0, Dynamic(), Container([1, 2, 3]), Container([1, 2, 3])
slotted, opened = Slotted(3), Open.made(4)
for i in range(120000):
    slotted.value = opened.value = i & 7
    total += slotted.twice + opened.twice + slotted.tag() + opened.tag() + len(opened.kind)
    total += d.known + d.missing + opened.plus(i, 1) + math.floor(math.pi)
    box[1] = box[0] + i & 3
    if box and box == same or 3 in box:
        total += len(box) + box[2]
    if isinstance(opened, Base) and type(slotted) is Slotted and hasattr(d, "x"):
        total += getattr(opened, "value")
for x in box:
    total += x
print(total)
