"""``__getattr__`` is asked for whatever looking an attribute up says is not there, descriptors included."""


class Hook:
    def __getattr__(self, name):
        return "hook " + name


class Slotted(Hook):
    __slots__ = ("empty",)


class Descriptors(Hook):
    @property
    def broken(self):
        raise AttributeError("inside")

    @property
    def other(self):
        raise KeyError("passes")


def get(slotted, descriptors):
    return slotted.empty, slotted.missing, descriptors.broken, descriptors.missing


for _ in range(50):
    values = get(Slotted(), Descriptors())
print(values, getattr(Descriptors(), "broken", None), hasattr(Slotted(), "empty"))
try:
    Descriptors().other
except KeyError as error:
    print(repr(error))
slotted = Slotted()
slotted.empty = 5
print(slotted.empty)
