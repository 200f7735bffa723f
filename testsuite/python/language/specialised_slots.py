"""Attribute accesses that were specialised stay right when what they found changes or belongs to another class."""


class Descriptor:
    pass


class Late:
    x = Descriptor()

    def __init__(self):
        self.x = 1


def read(o):
    return o.x


late = Late()
print({read(late) for _ in range(100)})
Descriptor.__get__ = lambda self, instance, owner: 2
Descriptor.__set__ = lambda *args: None
print({read(late) for _ in range(100)})


class Other:
    pass


class Meta(type):
    attribute = Other()


class Class(metaclass=Meta):
    attribute = True


def read_class():
    return Class.attribute


print({read_class() for _ in range(100)})
Other.__get__ = lambda self, instance, owner: "descriptor"
Other.__set__ = lambda *args: None
print({read_class() for _ in range(100)})


class Slotted:
    __slots__ = ("slot",)


class Borrower:
    borrowed = Slotted.slot


class Shadow:
    __slots__ = ("own",)
    shadowing = Slotted.slot


def load(o):
    return o.borrowed


def store(o):
    o.borrowed = 42


def load_shadow(o):
    return o.shadowing


def store_shadow(o):
    o.shadowing = 42


shadow = Shadow()
shadow.own = 42
for function, instance in [(load, Borrower()), (store, Borrower()), (load_shadow, shadow), (store_shadow, shadow)]:
    messages = set()
    for _ in range(100):
        try:
            function(instance)
        except TypeError as error:
            messages.add(str(error))
    print(function.__name__, messages)


def class_of(o):
    return o.__class__


print({class_of("a") for _ in range(100)}, {class_of(1) for _ in range(100)})
